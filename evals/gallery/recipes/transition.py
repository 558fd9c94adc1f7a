"""Reference plots of the 1-2 transition."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.gallery.recipes.spectroscopy import TWO_LINES
from reson.evals.spoils import given, no_drive, stretched, times, truth_with, wandering
from reson.records import Status

RECIPES = (
    plot("ef_spectroscopy", Status.SUCCESS, "one line inside the sweep"),
    plot("ef_spectroscopy", Status.NO_SIGNAL, "the X pulse that prepares 1 was off", no_drive),
    plot(
        "ef_spectroscopy",
        Status.RANGE_TOO_NARROW,
        "the line lies on the edge of the sweep",
        given(span=20e6),
        times(centre=1.0335),
        by_eye=True,
    ),
    plot("ef_spectroscopy", Status.FIT_POOR, "a curve that misses the line", stretched(STRETCH)),
    plot(
        "ef_spectroscopy",
        Status.AMP_TOO_HIGH,
        "the drive is forty times too strong",
        times(amplitude=40.0),
        by_eye=True,
    ),
    plot(
        "ef_spectroscopy",
        Status.MULTIPLE_PEAKS,
        "the qubit jumps between two frequencies, 9 MHz apart",
        truth_with(defects=(TWO_LINES,)),
    ),
    plot("ef_spectroscopy", Status.UNDERSAMPLED, "the steps are wider than the line", given(span=400e6)),
    plot("ef_rabi", Status.SUCCESS, "more than one full period, and the curve follows it"),
    plot("ef_rabi", Status.RANGE_TOO_NARROW, "the sweep ends before a full period", times(max_amplitude=0.3)),
    plot("ef_rabi", Status.NO_SIGNAL, "the X pulse that prepares 1 was off", no_drive),
    plot("ef_rabi", Status.OFF_RESONANCE, "the anharmonicity in the table is 9 % off", times(anharmonicity=1.09)),
    plot(
        "ef_rabi",
        Status.UNDERSAMPLED,
        "many periods on few points",
        given(max_amplitude=1.0, points=21),
        times(pulse_duration=5.0),
    ),
    plot(
        "ef_rabi",
        Status.DAMPED,
        "the gain of the drive wanders by 5 % while the sweep is averaged",
        given(max_amplitude=1.0),
        times(pulse_duration=3.0),
        wandering(0.05),
    ),
    plot("ef_rabi", Status.FIT_POOR, "a curve that misses the oscillation", stretched(STRETCH)),
)
