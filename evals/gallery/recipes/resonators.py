"""Reference plots of the readout resonator and of its tuning."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import given, no_drive, resonator_with, stretched, times
from reson.records import Status

BROKEN = {"q0": "dead_readout_line"}

RECIPES = (
    plot("resonator_spectroscopy", Status.SUCCESS, "one dip inside the sweep, and the curve follows it"),
    plot("resonator_spectroscopy", Status.NO_SIGNAL, "the readout line is broken", faults=BROKEN),
    plot(
        "resonator_spectroscopy",
        Status.RANGE_TOO_NARROW,
        "the readout frequency is 5 MHz off, and the sweep narrow",
        given(span=10e6),
        times(readout_frequency=1.0007),
    ),
    plot("resonator_spectroscopy", Status.FIT_POOR, "a curve that misses the dip", stretched(STRETCH)),
    plot("punch_out", Status.SUCCESS, "the dip moves to the bare resonator as the power grows"),
    plot("punch_out", Status.NO_SIGNAL, "the readout line is broken", faults=BROKEN),
    plot(
        "punch_out",
        Status.NO_EXCITATION,
        "hardly any coupling: the resonator does not know of the qubit",
        resonator_with(coupling=1e6),
    ),
    plot(
        "punch_out",
        Status.RANGE_TOO_NARROW,
        "the readout frequency is far off: weak tones see nothing",
        given(span=4e6),
        times(readout_frequency=0.9994),
    ),
    plot("readout_frequency_sweep", Status.SUCCESS, "two dips at different places, and the curves follow them"),
    plot("readout_frequency_sweep", Status.NO_SIGNAL, "the readout line is broken", faults=BROKEN),
    plot("readout_frequency_sweep", Status.NO_EXCITATION, "the drive was off: both dips are one", no_drive),
    plot("readout_frequency_sweep", Status.RANGE_TOO_NARROW, "flanks are missing", given(span=1.5e6)),
    plot("readout_frequency_sweep", Status.FIT_POOR, "curves that miss the dips", stretched(STRETCH)),
    plot("readout_power", Status.SUCCESS, "the fidelity rises to a maximum and falls again"),
    plot("readout_power", Status.NO_SIGNAL, "the drive was off: nothing can be told apart", no_drive),
    plot("readout_power", Status.HIGH_POWER, "the sweep begins above the best amplitude", times(min_amplitude=3.5)),
    plot("readout_power", Status.RANGE_TOO_NARROW, "the sweep ends before the maximum", times(max_amplitude=0.25)),
    plot("readout_power", Status.FIT_POOR, "a curve that misses the maximum", stretched(STRETCH)),
)
