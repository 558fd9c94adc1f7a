"""Reference plots of T1 and the Hahn echo."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import no_drive, stretched, times
from reson.records import Status

RECIPES = tuple(
    recipe
    for name in ("t1", "t2_hahn")
    for recipe in (
        plot(name, Status.SUCCESS, "the window is a few decay times long and the curve follows the points"),
        plot(name, Status.WINDOW_TOO_SHORT, "the window is a fifth of the usual one", times(max_delay=0.15)),
        plot(name, Status.SAMPLING_TOO_COARSE, "the window is far too long", times(max_delay=14.0)),
        plot(name, Status.NO_SIGNAL, "the drive was off, so nothing decays", no_drive),
        plot(name, Status.FIT_POOR, "a curve that misses the points", stretched(STRETCH)),
    )
)
