"""The parametrised readout: what resonator spectroscopy plays in place of the calibrated tone."""

from __future__ import annotations

from qiskit.circuit import Gate
from qiskit.circuit.parameterexpression import ParameterExpression

READOUT_TONE = "readout_tone"

Value = float | ParameterExpression


class ReadoutToneGate(Gate):
    """How the measurement that follows on this qubit is played, in this circuit; takes no time itself.

    ``dfreq`` is the tone's offset from the qubit's ``readout_frequency`` in Hz, ``amp`` its amplitude in place of
    ``readout_amplitude`` (1 is full scale).
    """

    def __init__(self, dfreq: Value, amp: Value, label: str | None = None) -> None:
        super().__init__(READOUT_TONE, 1, [dfreq, amp], label=label)
