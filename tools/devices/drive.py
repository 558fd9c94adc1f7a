"""The parametrised pulse gate: what Rabi, spectroscopy and DRAG experiments play instead of calibrated gates."""

from __future__ import annotations

from qiskit.circuit import Gate
from qiskit.circuit.parameterexpression import ParameterExpression

DRIVE = "drive"

Value = float | ParameterExpression


class DriveGate(Gate):
    """One pulse of the lab's envelope (``reson.tools.devices.envelope``) on one qubit.

    ``amp`` is the peak amplitude (1 is full scale), ``beta`` the DRAG coefficient in seconds, ``dfreq`` the carrier's
    offset from the qubit's ``drive_frequency`` in Hz, ``duration`` the length in seconds. The carrier's phase is that
    of the qubit's drive at the start of the pulse.
    """

    def __init__(self, amp: Value, beta: Value, dfreq: Value, duration: Value, label: str | None = None) -> None:
        super().__init__(DRIVE, 1, [amp, beta, dfreq, duration], label=label)
