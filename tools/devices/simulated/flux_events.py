"""The pulses on a group's couplers: which one acts when, what earlier pulses left on its line, what other lines add.

Pulses of other lines that overlap an own one become part of it for as long as it lasts; others act on the coupler as it
idles. What a pulse leaves of a tail is carried to the next one on the same line; in between it would move the idle
qubits by far less, which is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from reson.tools.devices.simulated.carrier import played_frequency
from reson.tools.devices.simulated.couplers import tunable_of
from reson.tools.devices.simulated.flux_line import STEP, FluxLine, left_behind, pulse_shape, settled, steps_of
from reson.tools.devices.simulated.flux_propagation import LEVELS, propagated, superoperator
from reson.tools.devices.simulated.gates import Flux, Rz
from reson.tools.devices.simulated.instructions import picoseconds
from reson.tools.devices.simulated.program import Program, Row
from reson.tools.devices.simulated.timeline import PairEvent
from reson.tools.devices.simulated.truth import ChipTruth

LEFT_STEP = 5e-6
"""Flux quanta by which what earlier pulses left is rounded: 3e-3 rad of conditional phase at most."""


class Heard(NamedTuple):
    """A pulse of another line: its share, and how many picoseconds it starts after the pulse that it falls on."""

    share: float
    pulse: Flux
    later: int


class FluxEvent(NamedTuple):
    """One pulse as a coupler sees it; ``left`` is what earlier ones left of each tail, in units of ``LEFT_STEP``."""

    pulse: Flux
    left: tuple[int, ...]
    heard: tuple[Heard, ...]


class _Timed(NamedTuple):
    """A pulse, its start in half picoseconds before the circuit's end, and the virtual Z rotations until then, rad."""

    start: int
    pulse: Flux
    turned: float

    @property
    def end(self) -> int:
        return self.start + 2 * picoseconds(self.pulse)

    def overlaps(self, other: _Timed) -> bool:
        return self.start < other.end and other.start < self.end


class Score:
    """When each row of a program plays its pulses on couplers."""

    def __init__(self, program: Program) -> None:
        gates = [gate for _, gate in program.gates]
        self._gates = gates
        self._lengths = np.array([picoseconds(gate) for gate in gates], dtype=np.int64)
        self._angles = np.array([gate.angle if isinstance(gate, Rz) else 0.0 for gate in gates])
        self._pulsed = np.array([isinstance(gate, Flux) for gate in gates], dtype=bool)

    def pulses(self, row: Row, pair: tuple[int, int]) -> list[_Timed]:
        """The pulses on a pair's coupler, read from the row of one of its qubits."""
        places = np.flatnonzero(self._pulsed[row.codes])
        lengths, turned = self._lengths[row.codes], np.cumsum(self._angles[row.codes])
        starts = 2 * (np.cumsum(lengths) - lengths - lengths.sum() - row.after)
        found = []
        for place in places:
            gate = self._gates[row.codes[place]]
            if isinstance(gate, Flux) and gate.pair == pair:
                found.append(_Timed(int(starts[place]), gate, float(turned[place])))
        return found


class Pulsed:
    """One coupler of a group in several circuits; each kind of pulse is propagated once."""

    def __init__(self, truth: ChipTruth, pair: tuple[int, int], asked: Sequence[float]) -> None:
        """``asked`` are the drive frequencies of all qubits in Hz."""
        self.pair = pair
        self._coupler = tunable_of(truth, pair)
        transmons = [truth.transmons[qubit] for qubit in pair]
        first, second = (played_frequency(one, asked[qubit]) for one, qubit in zip(transmons, pair, strict=True))
        self._beat = first - second
        self._signs = [1 if one.mirror is None else -1 for one in transmons]
        self._events: dict[FluxEvent, int] = {}

    def events(self, score: Score, rows: Mapping[int, Row]) -> list[tuple[int, PairEvent]]:
        """(time of its middle in half picoseconds, event) of each pulse in one circuit."""
        own = score.pulses(rows[self.pair[0]], self.pair) if self.pair[0] in rows else []
        turned = {one.start: one.turned for one in score.pulses(rows[self.pair[1]], self.pair)} if own else {}
        strange = [
            (share, one)
            for line, share in self._coupler.heard
            if line[0] in rows
            for one in score.pulses(rows[line[0]], line)
        ]
        quiet = [
            _Timed(one.start, Flux(self.pair, 0.0, one.pulse.duration, one.pulse.edges), 0.0)
            for _, one in strange
            if not any(one.overlaps(other) for other in own)
        ]
        line = self._coupler.line
        pulses = sorted(own + quiet)
        left, last = [0.0] * len(line.tails), pulses[0].start if pulses else 0
        found = []
        for one in pulses:
            left = [
                before * math.exp(-(one.start - last) * 0.5e-12 / tail.time)
                for before, tail in zip(left, line.tails, strict=True)
            ]
            heard = tuple(
                Heard(share, other.pulse, (other.start - one.start) // 2)
                for share, other in strange
                if other.overlaps(one)
            )
            event = FluxEvent(one.pulse, tuple(round(part / LEFT_STEP) for part in left), heard)
            middle = one.start + picoseconds(one.pulse)
            ahead = self._ahead(middle, one.turned, turned.get(one.start, 0.0))
            found.append((middle, PairEvent(self._events.setdefault(event, len(self._events) + 1), ahead)))
            left, last = _after(line, one.pulse, left), one.end
        return found

    def _ahead(self, middle: int, *turned: float) -> float:
        """rad by which the first qubit's frame leads the second's: carriers and virtual Z rotations."""
        first, second = (sign * angle for sign, angle in zip(self._signs, turned, strict=True))
        return math.remainder(2 * math.pi * self._beat * middle * 0.5e-12 + first - second, 2 * math.pi)

    def table(self) -> np.ndarray:
        """Superoperators of the different pulses, the identity first: (events + 1, LEVELS^4, LEVELS^4)."""
        coupler = self._coupler
        matrices = [np.eye(LEVELS**4, dtype=complex)]
        for event in self._events:
            found = propagated(coupler, arriving(coupler.line, event), steps_of(event.pulse.edges))
            matrices.append(superoperator(found, coupler.line.noise))
        return np.stack(matrices)


def played(line: FluxLine, pulse: Flux) -> np.ndarray:
    """A pulse as a settled line would carry it, in flux quanta, at the middles of its steps."""
    return line.gain * line.pulse_gain * pulse.amp * pulse_shape(pulse.duration, pulse.edges)


def arriving(line: FluxLine, event: FluxEvent) -> np.ndarray:
    """The flux that reaches the coupler beside its static one, at the middles of the pulse's steps."""
    found = settled(played(line, event.pulse), line.tails, [part * LEFT_STEP for part in event.left])
    for share, pulse, later in event.heard:
        strange = share * pulse.amp * pulse_shape(pulse.duration, pulse.edges)
        shift = round(later * 1e-12 / STEP)
        first, last = max(0, shift), min(len(found), shift + len(strange))
        if first < last:
            found[first:last] += strange[first - shift : last - shift]
    return found


def _after(line: FluxLine, pulse: Flux, left: Sequence[float]) -> list[float]:
    """What is left of each tail after a pulse."""
    if not line.tails:
        return []
    return [
        before * math.exp(-pulse.duration / tail.time) + own
        for before, tail, own in zip(left, line.tails, _left_behind(line, pulse), strict=True)
    ]


@lru_cache(maxsize=1024)
def _left_behind(line: FluxLine, pulse: Flux) -> tuple[float, ...]:
    """What the pulse alone leaves of each tail."""
    sent = played(line, pulse)
    return tuple(left_behind(sent, tail) for tail in line.tails)
