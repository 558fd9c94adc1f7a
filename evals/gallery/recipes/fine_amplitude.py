"""Reference plots of fine amplitude."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import no_drive, stretched, times
from reson.records import Status

RECIPES = tuple(
    recipe
    for name, control, small, large in (
        ("fine_x_amplitude", "x_amplitude", 1.012, 1.08),
        ("fine_sx_amplitude", "sx_amplitude", 1.02, 1.12),
    )
    for recipe in (
        plot(name, Status.SUCCESS, "no rotation error is visible"),
        plot(name, Status.MODERATE_ERROR, "the pulse is one or two percent too strong", times(**{control: small})),
        plot(name, Status.LARGE_ERROR, "the pulse is about a tenth too strong", times(**{control: large})),
        plot(name, Status.FIT_POOR, "a curve that misses the points", times(**{control: small}), stretched(STRETCH)),
        plot(name, Status.NO_EXCITATION, "the drive was off", no_drive),
    )
)
