"""Reference plots of the readout resonator and of its tuning."""

from __future__ import annotations

from reson.evals.gallery.recipe import NO_DRIVE, STRETCH, Recipe, resonator_with
from reson.records import Status

BROKEN = {"q0": "dead_readout_line"}

RECIPES = (
    Recipe("resonator_spectroscopy", Status.SUCCESS, "one dip inside the sweep, and the curve follows it"),
    Recipe("resonator_spectroscopy", Status.NO_SIGNAL, "the readout line is broken", faults=BROKEN),
    Recipe(
        "resonator_spectroscopy",
        Status.RANGE_TOO_NARROW,
        "the readout frequency is 5 MHz off, and the sweep narrow",
        arguments={"span": 10e6},
        times={"readout_frequency": 1.0007},
    ),
    Recipe("resonator_spectroscopy", Status.FIT_POOR, "a curve that misses the dip", stretched_curve=STRETCH),
    Recipe("punch_out", Status.SUCCESS, "the dip moves to the bare resonator as the power grows"),
    Recipe("punch_out", Status.NO_SIGNAL, "the readout line is broken", faults=BROKEN),
    Recipe(
        "punch_out",
        Status.NO_EXCITATION,
        "hardly any coupling: the resonator does not know of the qubit",
        spoilt=resonator_with(coupling=1e6),
    ),
    Recipe(
        "punch_out",
        Status.RANGE_TOO_NARROW,
        "the readout frequency is far off: weak tones see nothing",
        arguments={"span": 4e6},
        times={"readout_frequency": 0.99955},
    ),
    Recipe("readout_frequency_sweep", Status.SUCCESS, "two dips at different places, and the curves follow them"),
    Recipe("readout_frequency_sweep", Status.NO_SIGNAL, "the readout line is broken", faults=BROKEN),
    Recipe("readout_frequency_sweep", Status.NO_EXCITATION, "the drive was off: both dips are one", times=NO_DRIVE),
    Recipe("readout_frequency_sweep", Status.RANGE_TOO_NARROW, "flanks are missing", arguments={"span": 1.5e6}),
    Recipe("readout_frequency_sweep", Status.FIT_POOR, "curves that miss the dips", stretched_curve=STRETCH),
    Recipe("readout_power", Status.SUCCESS, "the fidelity rises to a maximum and falls again"),
    Recipe("readout_power", Status.NO_SIGNAL, "the drive was off: nothing can be told apart", times=NO_DRIVE),
    Recipe(
        "readout_power",
        Status.HIGH_POWER,
        "the sweep begins above the best amplitude",
        times={"min_amplitude": 3.5},
    ),
    Recipe(
        "readout_power",
        Status.RANGE_TOO_NARROW,
        "the sweep ends before the maximum",
        times={"max_amplitude": 0.25},
    ),
    Recipe("readout_power", Status.FIT_POOR, "a curve that misses the maximum", stretched_curve=STRETCH),
)
