"""The parametrised pulse on a coupler: what experiments play in place of the calibrated CZ."""

from __future__ import annotations

from qiskit.circuit import Gate
from qiskit.circuit.parameterexpression import ParameterExpression

COUPLER_FLUX = "coupler_flux"

Value = float | ParameterExpression


class CouplerFluxGate(Gate):
    """One flux pulse on the tunable coupler between two neighbours, in either order.

    ``amp`` is its peak on top of ``coupler_bias`` and in the same unit, ``duration`` its length in seconds, ``edges``
    how much of that is rise and fall together: a CZ is a pulse of edges alone.
    """

    def __init__(self, amp: Value, duration: Value, edges: Value, label: str | None = None) -> None:
        super().__init__(COUPLER_FLUX, 2, [amp, duration, edges], label=label)
