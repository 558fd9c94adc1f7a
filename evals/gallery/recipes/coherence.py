"""Reference plots of T2* with its spectrum, trains of echoes, T1 over time and the fine frequency."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from reson.evals.gallery.recipe import NO_DRIVE, STRETCH, Recipe
from reson.records import Status
from reson.tools.devices.simulated.telegraph import DefectTruth

FAST = DefectTruth(pull=120e3, loss=0.0, share=0.45, memory=0.01)
"""Swaps between two frequencies within milliseconds."""
SLOW = DefectTruth(pull=0.0, loss=60e3, share=0.4, memory=60.0)
"""Comes and goes within minutes, and then shortens T1 to some 15 us."""


def _decays(experiment: str) -> tuple[Recipe, ...]:
    return (
        Recipe(experiment, Status.SUCCESS, "the window is a few decay times long and the curve follows the points"),
        Recipe(
            experiment, Status.WINDOW_TOO_SHORT, "the window is a sixth of the usual one", times={"max_delay": 0.15}
        ),
        Recipe(experiment, Status.SAMPLING_TOO_COARSE, "the window is far too long", times={"max_delay": 14.0}),
        Recipe(experiment, Status.NO_SIGNAL, "the drive was off, so nothing decays", times=NO_DRIVE),
        Recipe(experiment, Status.FIT_POOR, "a curve that misses the points", stretched_curve=STRETCH),
    )


RECIPES = (
    Recipe("t2_ramsey", Status.SUCCESS, "ten oscillations that decay inside the window"),
    Recipe(
        "t2_ramsey",
        Status.BEATING,
        "a two-level defect gives the qubit two frequencies",
        spoilt=partial(replace, defects=(FAST,)),
    ),
    Recipe("t2_ramsey", Status.NO_SIGNAL, "the drive was off", times=NO_DRIVE),
    Recipe(
        "t2_ramsey",
        Status.WINDOW_TOO_SHORT,
        "the window is a sixth of the usual one",
        times={"max_delay": 0.15, "detuning": 4.0},
    ),
    Recipe("t2_ramsey", Status.TOO_MANY_OSC, "the detuning is too large for the points", times={"detuning": 3.2}),
    Recipe("t2_ramsey", Status.TOO_FEW_OSC, "the detuning is too small for the window", times={"detuning": 0.09}),
    Recipe("t2_ramsey", Status.NO_DETUNING, "there is hardly any detuning", times={"detuning": 0.05}),
    Recipe(
        "t2_ramsey",
        Status.SAMPLING_TOO_COARSE,
        "the window is many decay times long",
        times={"max_delay": 25.0, "detuning": 1 / 25},
    ),
    Recipe("t2_ramsey", Status.FIT_POOR, "a curve that misses the fringes", stretched_curve=STRETCH),
    *_decays("cpmg"),
    *_decays("spin_locking"),
    Recipe("t1_over_time", Status.STABLE, "a quiet qubit over a few minutes"),
    Recipe(
        "t1_over_time",
        Status.TELEGRAPHIC,
        "a defect comes and goes",
        arguments={"repeats": 300},
        spoilt=partial(replace, defects=(SLOW,)),
    ),
    Recipe(
        "t1_over_time",
        Status.RANDOM_WALK,
        "the drift of an hour and a half",
        arguments={"repeats": 800, "shots": 5000},
    ),
    Recipe("t1_over_time", Status.NO_SIGNAL, "the drive was off, so nothing decays", times=NO_DRIVE),
    Recipe("fine_frequency", Status.SUCCESS, "four points to an oscillation"),
    Recipe("fine_frequency", Status.LARGE_ERROR, "the drive is 150 kHz off", detuned=150e3),
    Recipe("fine_frequency", Status.NO_SIGNAL, "the drive was off", times=NO_DRIVE),
    Recipe("fine_frequency", Status.FIT_POOR, "a curve that misses the fringes", stretched_curve=STRETCH),
)
