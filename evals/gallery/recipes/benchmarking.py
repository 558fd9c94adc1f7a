"""Reference plots of randomised benchmarking."""

from __future__ import annotations

from reson.evals.gallery.recipe import NO_DRIVE, STRETCH, Recipe
from reson.records import Status

RECIPES = (
    Recipe("standard_rb", Status.SUCCESS, "the survival decays towards one half"),
    Recipe("standard_rb", Status.WINDOW_TOO_SHORT, "the sequences are too short", times={"max_length": 0.03}),
    Recipe("standard_rb", Status.NO_SIGNAL, "the drive was off", times=NO_DRIVE),
    Recipe("standard_rb", Status.FIT_POOR, "a curve that misses the decay", stretched_curve=STRETCH),
)
