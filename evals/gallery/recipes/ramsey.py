"""Reference plots of Ramsey fringes."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import given, no_drive, stretched, times, truth_with
from reson.records import Status
from reson.tools.devices.simulated.telegraph import DefectTruth

SPLIT = DefectTruth(pull=40e3, loss=0.0, share=0.45, memory=0.01)
"""Swaps between two frequencies within milliseconds."""

RECIPES = (
    plot("ramsey_xy", Status.SUCCESS, "about five turns that decay inside the window"),
    plot("ramsey_xy", Status.TOO_FEW_OSC, "the detuning is too small for the window", times(detuning=0.13)),
    plot("ramsey_xy", Status.NO_DETUNING, "there is no detuning", times(max_delay=0.5, detuning=0.0)),
    plot("ramsey_xy", Status.TOO_MANY_OSC, "the detuning is too large for the points", times(detuning=3.4)),
    plot(
        "ramsey_xy",
        Status.SAMPLING_TOO_COARSE,
        "the window is many decay times long",
        times(max_delay=30.0, detuning=1 / 30),
    ),
    plot(
        "ramsey_xy",
        Status.BEATING,
        "a two-level defect gives the qubit two frequencies, 40 kHz apart",
        given(max_delay=50e-6, detuning=160e3, points=61),
        truth_with(defects=(SPLIT,)),
    ),
    plot("ramsey_xy", Status.NO_SIGNAL, "the drive was off", no_drive),
    plot("ramsey_xy", Status.FIT_POOR, "curves that miss the fringes", stretched(STRETCH)),
)
