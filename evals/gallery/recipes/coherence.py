"""Reference plots of T2* with its spectrum, trains of echoes, T1 over time and the fine frequency."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.scenario import Scenario
from reson.evals.spoils import detuned, given, no_drive, stretched, times, truth_with
from reson.records import Status
from reson.tools.devices.simulated.telegraph import DefectTruth

FAST = DefectTruth(pull=120e3, loss=0.0, share=0.45, memory=0.01)
"""Swaps between two frequencies within milliseconds."""
SLOW = DefectTruth(pull=0.0, loss=60e3, share=0.4, memory=60.0)
"""Comes and goes within minutes, and then shortens T1 to some 15 us."""


def _decays(experiment: str) -> tuple[Scenario, ...]:
    return (
        plot(experiment, Status.SUCCESS, "the window is a few decay times long and the curve follows the points"),
        plot(experiment, Status.WINDOW_TOO_SHORT, "the window is a sixth of the usual one", times(max_delay=0.15)),
        plot(experiment, Status.SAMPLING_TOO_COARSE, "the window is far too long", times(max_delay=14.0)),
        plot(experiment, Status.NO_SIGNAL, "the drive was off, so nothing decays", no_drive),
        plot(experiment, Status.FIT_POOR, "a curve that misses the points", stretched(STRETCH)),
    )


RECIPES = (
    plot("t2_ramsey", Status.SUCCESS, "ten oscillations that decay inside the window"),
    plot(
        "t2_ramsey", Status.BEATING, "a two-level defect gives the qubit two frequencies", truth_with(defects=(FAST,))
    ),
    plot("t2_ramsey", Status.NO_SIGNAL, "the drive was off", no_drive),
    plot(
        "t2_ramsey",
        Status.WINDOW_TOO_SHORT,
        "the window is a sixth of the usual one",
        times(max_delay=0.15, detuning=4.0),
    ),
    plot("t2_ramsey", Status.TOO_MANY_OSC, "the detuning is too large for the points", times(detuning=3.2)),
    plot("t2_ramsey", Status.TOO_FEW_OSC, "the detuning is too small for the window", times(detuning=0.09)),
    plot("t2_ramsey", Status.NO_DETUNING, "there is hardly any detuning", times(detuning=0.05)),
    plot(
        "t2_ramsey",
        Status.SAMPLING_TOO_COARSE,
        "the window is many decay times long",
        times(max_delay=25.0, detuning=1 / 25),
    ),
    plot("t2_ramsey", Status.FIT_POOR, "a curve that misses the fringes", stretched(STRETCH)),
    *_decays("cpmg"),
    *_decays("spin_locking"),
    plot("t1_over_time", Status.STABLE, "a quiet qubit over a few minutes"),
    plot(
        "t1_over_time", Status.TELEGRAPHIC, "a defect comes and goes", given(repeats=300), truth_with(defects=(SLOW,))
    ),
    plot("t1_over_time", Status.RANDOM_WALK, "the drift of an hour and a half", given(repeats=800, shots=5000)),
    plot("t1_over_time", Status.NO_SIGNAL, "the drive was off, so nothing decays", no_drive),
    plot("fine_frequency", Status.SUCCESS, "four points to an oscillation"),
    plot("fine_frequency", Status.LARGE_ERROR, "the drive is 150 kHz off", detuned(150e3)),
    plot("fine_frequency", Status.NO_SIGNAL, "the drive was off", no_drive),
    plot("fine_frequency", Status.FIT_POOR, "a curve that misses the fringes", stretched(STRETCH)),
)
