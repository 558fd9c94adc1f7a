"""Reference plots of Rabi oscillations."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import detuned, given, stretched, times, wandering
from reson.records import Status

RECIPES = (
    plot("rabi", Status.SUCCESS, "more than one full period, and the curve follows it"),
    plot("rabi", Status.RANGE_TOO_NARROW, "the sweep ends before a full period", times(max_amplitude=0.3)),
    plot("rabi", Status.NO_SIGNAL, "the drive is far from the qubit", detuned(400e6)),
    plot("rabi", Status.OFF_RESONANCE, "the drive is 36 MHz from the qubit", detuned(36e6)),
    plot(
        "rabi",
        Status.UNDERSAMPLED,
        "many periods on few points",
        given(max_amplitude=1.0, points=21),
        times(pulse_duration=5.0),
    ),
    plot(
        "rabi",
        Status.DAMPED,
        "the gain of the drive wanders by 8 % while the sweep is averaged",
        given(max_amplitude=1.0),
        times(pulse_duration=2.5),
        wandering(0.08),
    ),
    plot("rabi", Status.FIT_POOR, "a curve that misses the oscillation", stretched(STRETCH)),
)
