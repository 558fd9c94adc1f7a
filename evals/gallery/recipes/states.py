"""Reference plots of readout error, reset and tomography."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from reson.evals.gallery.recipe import NO_DRIVE, Recipe, resonator_with
from reson.records import Status

RECIPES = (
    Recipe("readout_error", Status.SUCCESS, "both states are read rightly but for a few per cent"),
    Recipe("readout_error", Status.NO_EXCITATION, "the drive was off: both preparations are the same", times=NO_DRIVE),
    Recipe("readout_error", Status.LARGE_ERROR, "the readout is too weak", times={"readout_amplitude": 0.6}),
    Recipe("readout_error", Status.OFF_RESONANCE, "the X pulse is a quarter too weak", times={"x_amplitude": 0.75}),
    Recipe("reset_error", Status.SUCCESS, "after a reset a prepared 1 reads like a prepared 0"),
    Recipe("reset_error", Status.NO_EXCITATION, "the drive was off: there is nothing to reset", times=NO_DRIVE),
    Recipe(
        "reset_error",
        Status.LARGE_ERROR,
        "the reset leaves a third of the excitation",
        spoilt=partial(replace, reset_error=0.35),
    ),
    Recipe("correlated_readout_error", Status.SUCCESS, "two qubits read together do not disturb each other", qubits=2),
    Recipe(
        "correlated_readout_error",
        Status.MODERATE_ERROR,
        "half of the neighbour's signal is taken for this qubit's",
        qubits=2,
        spoilt=resonator_with(crosstalk=(0j, 0.5)),
    ),
    Recipe(
        "correlated_readout_error",
        Status.LARGE_ERROR,
        "nearly all of the neighbour's signal is taken for this qubit's",
        qubits=2,
        spoilt=resonator_with(crosstalk=(0j, 0.9)),
    ),
    Recipe("correlated_readout_error", Status.NO_SIGNAL, "no other qubit was read with this one"),
    Recipe("state_tomography", Status.SUCCESS, "the state + as it should be"),
    Recipe(
        "state_tomography", Status.MODERATE_ERROR, "the pulses are a tenth too strong", times={"sx_amplitude": 1.12}
    ),
    Recipe("state_tomography", Status.LARGE_ERROR, "the pulses are half too weak", times={"sx_amplitude": 0.6}),
    Recipe("state_tomography", Status.NO_SIGNAL, "the readout is off", times={"readout_amplitude": 0.0}),
)
