"""Reference plots of DRAG, rough and fine."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import given, no_drive, stretched, times
from reson.records import Status

RECIPES = (
    plot("rough_drag", Status.SUCCESS, "the curves cross at one place inside the sweep"),
    plot("rough_drag", Status.OPTIMAL_NOT_CENTERED, "the crossing is at the edge", given(centre=-0.5e-9)),
    plot("rough_drag", Status.FIT_POOR, "curves that miss the points", stretched(STRETCH)),
    plot("rough_drag", Status.NO_SIGNAL, "the drive was off", no_drive),
    plot("fine_drag", Status.SUCCESS, "no phase error is visible"),
    plot("fine_drag", Status.MODERATE_ERROR, "the DRAG coefficient is somewhat off", times(drag_beta=0.8)),
    plot("fine_drag", Status.LARGE_ERROR, "the DRAG coefficient has the wrong sign", times(drag_beta=-1.0)),
    plot("fine_drag", Status.FIT_POOR, "a curve that misses the points", times(drag_beta=0.0), stretched(STRETCH)),
    plot("fine_drag", Status.NO_EXCITATION, "the drive was off", no_drive),
)
