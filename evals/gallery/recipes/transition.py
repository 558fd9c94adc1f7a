"""Reference plots of the 1-2 transition."""

from __future__ import annotations

from reson.evals.gallery.recipe import NO_DRIVE, STRETCH, Recipe
from reson.records import Status

RECIPES = (
    Recipe("ef_spectroscopy", Status.SUCCESS, "one line inside the sweep"),
    Recipe("ef_spectroscopy", Status.NO_SIGNAL, "the X pulse that prepares 1 was off", times=NO_DRIVE),
    Recipe(
        "ef_spectroscopy",
        Status.RANGE_TOO_NARROW,
        "the line lies on the edge of the sweep",
        arguments={"span": 20e6},
        times={"centre": 1.0335},
        by_eye=True,
    ),
    Recipe("ef_spectroscopy", Status.FIT_POOR, "a curve that misses the line", stretched_curve=STRETCH),
    Recipe("ef_rabi", Status.SUCCESS, "more than one full period, and the curve follows it"),
    Recipe("ef_rabi", Status.RANGE_TOO_NARROW, "the sweep ends before a full period", times={"max_amplitude": 0.3}),
    Recipe("ef_rabi", Status.NO_SIGNAL, "the X pulse that prepares 1 was off", times=NO_DRIVE),
    Recipe("ef_rabi", Status.FIT_POOR, "a curve that misses the oscillation", stretched_curve=STRETCH),
)
