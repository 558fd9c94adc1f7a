"""Reference plots of fine amplitude."""

from __future__ import annotations

from reson.evals.gallery.recipe import NO_DRIVE, STRETCH, Recipe
from reson.records import Status

RECIPES = tuple(
    recipe
    for name, control, small, large in (
        ("fine_x_amplitude", "x_amplitude", 1.012, 1.08),
        ("fine_sx_amplitude", "sx_amplitude", 1.02, 1.12),
    )
    for recipe in (
        Recipe(name, Status.SUCCESS, "no rotation error is visible"),
        Recipe(name, Status.MODERATE_ERROR, "the pulse is one or two percent too strong", times={control: small}),
        Recipe(name, Status.LARGE_ERROR, "the pulse is about a tenth too strong", times={control: large}),
        Recipe(
            name, Status.FIT_POOR, "a curve that misses the points", times={control: small}, stretched_curve=STRETCH
        ),
        Recipe(name, Status.NO_EXCITATION, "the drive was off", times=NO_DRIVE),
    )
)
