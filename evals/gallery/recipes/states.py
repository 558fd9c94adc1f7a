"""Reference plots of readout error, reset and tomography."""

from __future__ import annotations

from reson.evals.gallery.plot import plot
from reson.evals.spoils import no_drive, resonator_with, times, truth_with
from reson.records import Status

RECIPES = (
    plot("readout_error", Status.SUCCESS, "both states are read rightly but for a few per cent"),
    plot("readout_error", Status.NO_EXCITATION, "the drive was off: both preparations are the same", no_drive),
    plot("readout_error", Status.LARGE_ERROR, "the readout is too weak", times(readout_amplitude=0.6)),
    plot("readout_error", Status.OFF_RESONANCE, "the X pulse is a quarter too weak", times(x_amplitude=0.75)),
    plot("reset_error", Status.SUCCESS, "after a reset a prepared 1 reads like a prepared 0"),
    plot("reset_error", Status.NO_EXCITATION, "the drive was off: there is nothing to reset", no_drive),
    plot("reset_error", Status.LARGE_ERROR, "the reset leaves a third of the excitation", truth_with(reset_error=0.35)),
    plot("correlated_readout_error", Status.SUCCESS, "two qubits read together do not disturb each other", qubits=2),
    plot(
        "correlated_readout_error",
        Status.MODERATE_ERROR,
        "half of the neighbour's signal is taken for this qubit's",
        resonator_with(crosstalk=(0j, 0.5)),
        qubits=2,
    ),
    plot(
        "correlated_readout_error",
        Status.LARGE_ERROR,
        "nearly all of the neighbour's signal is taken for this qubit's",
        resonator_with(crosstalk=(0j, 0.9)),
        qubits=2,
    ),
    plot("correlated_readout_error", Status.NO_SIGNAL, "no other qubit was read with this one"),
    plot("state_tomography", Status.SUCCESS, "the state + as it should be"),
    plot("state_tomography", Status.MODERATE_ERROR, "the pulses are a tenth too strong", times(sx_amplitude=1.12)),
    plot("state_tomography", Status.LARGE_ERROR, "the pulses are half too weak", times(sx_amplitude=0.6)),
    plot("state_tomography", Status.NO_SIGNAL, "the readout is off", times(readout_amplitude=0.0)),
)
