"""Reference plots of the power map, Rabi over time and AllXY."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import detuned, given, no_drive, stretched, times
from reson.records import Status

RECIPES = (
    plot("qubit_power_map", Status.SUCCESS, "a narrow line at low power, broadened higher up"),
    plot(
        "qubit_power_map",
        Status.AMP_TOO_HIGH,
        "every power of the map is too high",
        given(power_range=9.0, rows=7),
        times(max_amplitude=2.0),
    ),
    plot("qubit_power_map", Status.NO_SIGNAL, "the qubit is far outside the sweep", detuned(170e6)),
    plot("rabi_time", Status.SUCCESS, "two and a half periods, and the curve follows them"),
    plot("rabi_time", Status.RANGE_TOO_NARROW, "the sweep ends before a full period", times(max_duration=0.3)),
    plot("rabi_time", Status.NO_SIGNAL, "the drive is far from the qubit", detuned(400e6)),
    plot(
        "rabi_time",
        Status.DAMPED,
        "a weak drive, and a qubit that relaxes within 2 us",
        given(max_duration=3e-6),
        times(amplitude=0.12),
        faults={"q0": "short_t1"},
    ),
    plot("rabi_time", Status.UNDERSAMPLED, "many periods on few points", given(max_duration=1e-6, points=21)),
    plot("rabi_time", Status.OFF_RESONANCE, "the drive is 15 MHz from the qubit", detuned(15e6)),
    plot("rabi_time", Status.FIT_POOR, "a curve that misses the oscillation", stretched(STRETCH)),
    plot("allxy", Status.SUCCESS, "the points lie on the staircase"),
    plot(
        "allxy",
        Status.MODERATE_ERROR,
        "the pulses are four per cent too strong",
        times(x_amplitude=1.04, sx_amplitude=1.04),
    ),
    plot("allxy", Status.LARGE_ERROR, "the pulses are a sixth too strong", times(x_amplitude=1.16, sx_amplitude=1.16)),
    plot("allxy", Status.NO_EXCITATION, "the drive was off", no_drive),
    plot("allxy", Status.FIT_POOR, "a line that misses the points", stretched(STRETCH)),
)
