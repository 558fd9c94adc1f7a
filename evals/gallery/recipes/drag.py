"""Reference plots of DRAG, rough and fine."""

from __future__ import annotations

from reson.evals.gallery.recipe import NO_DRIVE, STRETCH, Recipe
from reson.records import Status

RECIPES = (
    Recipe("rough_drag", Status.SUCCESS, "the curves cross at one place inside the sweep"),
    Recipe("rough_drag", Status.OPTIMAL_NOT_CENTERED, "the crossing is at the edge", arguments={"centre": -0.5e-9}),
    Recipe("rough_drag", Status.FIT_POOR, "curves that miss the points", stretched_curve=STRETCH),
    Recipe("rough_drag", Status.NO_SIGNAL, "the drive was off", times=NO_DRIVE),
    Recipe("fine_drag", Status.SUCCESS, "no phase error is visible"),
    Recipe("fine_drag", Status.MODERATE_ERROR, "the DRAG coefficient is somewhat off", times={"drag_beta": 0.8}),
    Recipe("fine_drag", Status.LARGE_ERROR, "the DRAG coefficient has the wrong sign", times={"drag_beta": -1.0}),
    Recipe(
        "fine_drag",
        Status.FIT_POOR,
        "a curve that misses the points",
        times={"drag_beta": 0.0},
        stretched_curve=STRETCH,
    ),
    Recipe("fine_drag", Status.NO_EXCITATION, "the drive was off", times=NO_DRIVE),
)
