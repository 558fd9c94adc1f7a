"""Reference plots of Rabi oscillations."""

from __future__ import annotations

from reson.evals.gallery.recipe import STRETCH, Recipe
from reson.records import Status

RECIPES = (
    Recipe("rabi", Status.SUCCESS, "more than one full period, and the curve follows it"),
    Recipe("rabi", Status.RANGE_TOO_NARROW, "the sweep ends before a full period", times={"max_amplitude": 0.3}),
    Recipe("rabi", Status.NO_SIGNAL, "the drive is far from the qubit", detuned=400e6),
    Recipe("rabi", Status.OFF_RESONANCE, "the drive is 36 MHz from the qubit", detuned=36e6),
    Recipe(
        "rabi",
        Status.UNDERSAMPLED,
        "many periods on few points",
        arguments={"max_amplitude": 1.0, "points": 21},
        times={"pulse_duration": 5.0},
    ),
    Recipe(
        "rabi",
        Status.DAMPED,
        "the gain of the drive wanders by 8 % while the sweep is averaged",
        arguments={"max_amplitude": 1.0},
        times={"pulse_duration": 2.5},
        wander=0.08,
    ),
    Recipe("rabi", Status.FIT_POOR, "a curve that misses the oscillation", stretched_curve=STRETCH),
)
