"""Reference plots of readout."""

from __future__ import annotations

from reson.evals.gallery.plot import plot
from reson.evals.spoils import no_drive, times
from reson.records import Status

RECIPES = (
    plot("readout", Status.SUCCESS, "two clouds that can be told apart"),
    plot("readout", Status.NO_EXCITATION, "the drive was off: both preparations are the same", no_drive),
    plot("readout", Status.NO_RES_RESPONSE, "the readout line is broken", faults={"q0": "dead_readout_line"}),
    plot("readout", Status.NO_SIGNAL, "the readout tone is far too weak", times(readout_amplitude=0.12)),
    plot("readout", Status.HIGH_POWER, "the readout tone is far too strong", times(readout_amplitude=2.2)),
    plot("three_state_readout", Status.SUCCESS, "three clouds that can be told apart"),
    plot(
        "three_state_readout",
        Status.NO_EXCITATION,
        "the pulse to 2 was off: two preparations are the same",
        times(ef_amplitude=0.0),
    ),
    plot("three_state_readout", Status.HIGH_POWER, "the readout tone is too strong", times(readout_amplitude=1.8)),
    plot(
        "three_state_readout", Status.NO_RES_RESPONSE, "the readout line is broken", faults={"q0": "dead_readout_line"}
    ),
    plot("three_state_readout", Status.NO_SIGNAL, "the readout tone is far too weak", times(readout_amplitude=0.12)),
)
