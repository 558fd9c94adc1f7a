"""Reference plots of readout."""

from __future__ import annotations

from reson.evals.gallery.recipe import NO_DRIVE, Recipe
from reson.records import Status

RECIPES = (
    Recipe("readout", Status.SUCCESS, "two clouds that can be told apart"),
    Recipe("readout", Status.NO_EXCITATION, "the drive was off: both preparations are the same", times=NO_DRIVE),
    Recipe("readout", Status.NO_RES_RESPONSE, "the readout line is broken", faults={"q0": "dead_readout_line"}),
    Recipe("readout", Status.NO_SIGNAL, "the readout tone is far too weak", times={"readout_amplitude": 0.12}),
    Recipe("readout", Status.HIGH_POWER, "the readout tone is far too strong", times={"readout_amplitude": 2.2}),
    Recipe("three_state_readout", Status.SUCCESS, "three clouds that can be told apart"),
    Recipe(
        "three_state_readout",
        Status.NO_EXCITATION,
        "the pulse to 2 was off: two preparations are the same",
        times={"ef_amplitude": 0.0},
    ),
    Recipe(
        "three_state_readout",
        Status.HIGH_POWER,
        "the readout tone is too strong",
        times={"readout_amplitude": 1.8},
    ),
    Recipe(
        "three_state_readout", Status.NO_RES_RESPONSE, "the readout line is broken", faults={"q0": "dead_readout_line"}
    ),
    Recipe(
        "three_state_readout",
        Status.NO_SIGNAL,
        "the readout tone is far too weak",
        times={"readout_amplitude": 0.12},
    ),
)
