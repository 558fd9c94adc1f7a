"""The carrier that the electronics play against the one that was asked for: an offset oscillator, a mirrored sideband.

On the wrong side of its local oscillator a mixer plays the complex conjugate of its input at the mirrored frequency:
carrier offsets, virtual Z rotations and the DRAG quadrature all change sign.
"""

from __future__ import annotations

from collections.abc import Sequence

from reson.tools.devices.simulated.gates import Gate, Rz
from reson.tools.devices.simulated.propagation import Pulse
from reson.tools.devices.simulated.truth import TransmonTruth


def played_frequency(truth: TransmonTruth, asked: float) -> float:
    """Hz, of the carrier that leaves the mixer when ``asked`` Hz is programmed."""
    mirrored = asked if truth.mirror is None else 2 * truth.mirror - asked
    return mirrored + truth.carrier_offset


def as_played(gates: Sequence[Gate], truth: TransmonTruth) -> Sequence[Gate]:
    """The gates in the frame of the played carrier."""
    return gates if truth.mirror is None else [_conjugate(gate) for gate in gates]


def _conjugate(gate: Gate) -> Gate:
    match gate:
        case Pulse():
            return gate._replace(beta=-gate.beta, dfreq=-gate.dfreq)
        case Rz(angle):
            return Rz(-angle)
        case _:
            return gate
