"""Reference plots of Ramsey fringes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from reson.evals.gallery.recipe import NO_DRIVE, STRETCH, Recipe
from reson.records import Status
from reson.tools.devices.simulated.telegraph import DefectTruth

SPLIT = DefectTruth(pull=40e3, loss=0.0, share=0.45, memory=0.01)
"""Swaps between two frequencies within milliseconds."""

RECIPES = (
    Recipe("ramsey_xy", Status.SUCCESS, "about five turns that decay inside the window"),
    Recipe("ramsey_xy", Status.TOO_FEW_OSC, "the detuning is too small for the window", times={"detuning": 0.13}),
    Recipe("ramsey_xy", Status.NO_DETUNING, "there is no detuning", times={"detuning": 0.0}),
    Recipe("ramsey_xy", Status.TOO_MANY_OSC, "the detuning is too large for the points", times={"detuning": 3.4}),
    Recipe(
        "ramsey_xy",
        Status.SAMPLING_TOO_COARSE,
        "the window is many decay times long",
        times={"max_delay": 30.0, "detuning": 1 / 30},
    ),
    Recipe(
        "ramsey_xy",
        Status.BEATING,
        "a two-level defect gives the qubit two frequencies, 40 kHz apart",
        arguments={"max_delay": 50e-6, "detuning": 160e3, "points": 61},
        spoilt=partial(replace, defects=(SPLIT,)),
    ),
    Recipe("ramsey_xy", Status.NO_SIGNAL, "the drive was off", times=NO_DRIVE),
    Recipe("ramsey_xy", Status.FIT_POOR, "curves that miss the fringes", stretched_curve=STRETCH),
)
