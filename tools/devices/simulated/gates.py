"""What a program is made of: the gates that the simulation knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reson.tools.devices.simulated.propagation import Pulse


class Rz(NamedTuple):
    """A virtual Z: the frame of all later pulses is turned by an angle in rad."""

    angle: float


class Idle(NamedTuple):
    """Free evolution for a time in picoseconds (whole, so that equal waits are one gate)."""

    picoseconds: int


class Reset(NamedTuple):
    """Back to the thermal state, but for a reset error."""


class Flux(NamedTuple):
    """A pulse on the coupler of a pair, a gate of both its qubits: ``flux_line.pulse_shape`` of a peak in nominal flux
    quanta, its length in s, and how much of that is rise and fall.
    """

    pair: tuple[int, int]
    amp: float
    duration: float
    edges: float


Gate = Pulse | Rz | Idle | Reset | Flux


def which_wait(gates: Iterable[Gate | None]) -> list[int]:
    """Number of the wait that each gate is a piece of, -1 for none: pulses part waits, turns of the frame do not."""
    found, waits, waiting = [], 0, False
    for gate in gates:
        if isinstance(gate, Idle):
            waits += not waiting
            waiting = True
            found.append(waits - 1)
        else:
            waiting = waiting and (gate is None or isinstance(gate, Rz))
            found.append(-1)
    return found
