"""Reference plots of qubit spectroscopy."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import detuned, given, stretched, times, truth_with
from reson.records import Status
from reson.tools.devices.simulated.telegraph import DefectTruth

TWO_LINES = DefectTruth(pull=9e6, loss=0.0, share=0.45, memory=0.01)
"""Swaps between two frequencies within milliseconds."""

RECIPES = (
    plot("qubit_spectroscopy", Status.SUCCESS, "one line inside the sweep"),
    plot("qubit_spectroscopy", Status.NO_SIGNAL, "the qubit is far outside the sweep", detuned(170e6)),
    plot(
        "qubit_spectroscopy",
        Status.RANGE_TOO_NARROW,
        "the line lies on the edge of the sweep",
        detuned(19.3e6),
        by_eye=True,
    ),
    plot(
        "qubit_spectroscopy",
        Status.AMP_TOO_HIGH,
        "the drive is forty times too strong",
        times(amplitude=40.0),
        by_eye=True,
    ),
    plot("qubit_spectroscopy", Status.FIT_POOR, "a curve that misses the line", stretched(STRETCH)),
    plot(
        "qubit_spectroscopy",
        Status.MULTIPLE_PEAKS,
        "the qubit jumps between two frequencies, 9 MHz apart",
        truth_with(defects=(TWO_LINES,)),
    ),
    plot("qubit_spectroscopy", Status.UNDERSAMPLED, "the steps are wider than the line", given(span=300e6)),
    plot("drive_line_map", Status.SUCCESS, "its own line excites the qubit, and no other", qubits=4),
    plot("drive_line_map", Status.NO_SIGNAL, "no line excites the qubit", faults={"q0": "dead_drive_line"}, qubits=4),
    plot(
        "drive_line_map",
        Status.MULTIPLE_PEAKS,
        "two thirds of its neighbour's pulses reach the qubit too",
        qubits=4,
        coupled=True,
        crosstalk=0.66,
    ),
)
