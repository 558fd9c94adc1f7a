"""What a program is made of: the gates that the simulation knows."""

from __future__ import annotations

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
