"""The common timeline of a group: what happens to which of its qubits, in the order of time.

A gate acts at its middle; between two of them the coupling turns the group. Waits are cut into pieces so short that the
coupling does little within one. All times are in half picoseconds before the circuit's end, so that middles are whole.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from reson.tools.devices.simulated.gates import Flux, Gate, Idle, Rz, which_wait
from reson.tools.devices.simulated.instructions import picoseconds
from reson.tools.devices.simulated.propagation import Pulse

_DIGITS = 12


class Kick(NamedTuple):
    """A pulse of a strange line: number of the line among those that the qubit hears, the pulse, its phase in rad."""

    tone: int
    pulse: Pulse
    phase: float


class Event(NamedTuple):
    """What happens to one qubit at one time: a turn of its frame, then a gate, with the kicks that fall on it."""

    turn: float
    gate: Gate | None
    kicks: tuple[Kick, ...] = ()


class Strange(NamedTuple):
    """What a qubit hears of another line: its gates in the order of time, and when the last one ends."""

    gates: Sequence[Gate]
    after: int
    beat: float
    """Hz, of the line's carrier minus that of the qubit."""


class PairEvent(NamedTuple):
    """A pulse on a pair's coupler: its number among the pair's different pulses from 1, and by how much the frame of
    the pair's first qubit is ahead of that of the second then, rad.
    """

    number: int
    ahead: float


@dataclass(frozen=True)
class Timeline:
    """Layers of events: half picoseconds between them, and for each qubit the event's number (0: none)."""

    gaps: np.ndarray
    codes: np.ndarray
    """Shape (qubits, layers)."""
    pulses: np.ndarray
    """Number of the pulse on each pair's coupler (0: none), shape (pairs, layers)."""
    ahead: np.ndarray
    """Angles of ``PairEvent``, shape (pairs, layers)."""


class Catalogue:
    """Numbers of a qubit's different events, from 1."""

    def __init__(self) -> None:
        self.events: dict[Event, int] = {}

    def number(self, event: Event) -> int:
        return self.events.setdefault(event, len(self.events) + 1)


def own_events(gates: Iterable[Gate], after: int, longest: float, silent: bool) -> list[tuple[int, Event]]:
    """(time, event) of each gate of a qubit that ends ``after`` picoseconds before the circuit's end.

    Waits are cut into pieces of at most ``longest`` picoseconds; on a ``silent`` line a pulse is a wait. During a pulse
    on a coupler the qubit waits, half before the pulse acts and half after.
    """
    gates = list(gates)
    time = -2 * (after + sum(picoseconds(gate) for gate in gates))
    found: list[tuple[int, Event]] = []
    turn = 0.0
    for gate in gates:
        if isinstance(gate, Rz):
            turn = _folded(turn + gate.angle)
            continue
        length = picoseconds(gate)
        if isinstance(gate, Flux):
            pieces = _pieces(length // 2, longest) + _pieces(length - length // 2, longest)
        elif isinstance(gate, Idle) or (silent and isinstance(gate, Pulse)):
            pieces = _pieces(length, longest)
        else:
            pieces = ((length, gate),)
        for part, piece in pieces:
            found.append((time + part, Event(turn, piece)))
            time += 2 * part
            turn = 0.0
    return found


@lru_cache(maxsize=4096)
def _pieces(length: int, longest: float) -> tuple[tuple[int, Gate], ...]:
    ends = np.rint(np.linspace(0, length, max(1, math.ceil(length / longest)) + 1)).astype(int)
    return tuple((part, Idle(part)) for part in np.diff(ends).tolist() if part)


def kicks(tone: int, strange: Strange) -> list[tuple[int, Kick]]:
    """(time, kick) of each pulse of a strange line, its phase that of the line against the qubit's carrier."""
    time = -2 * (strange.after + sum(picoseconds(gate) for gate in strange.gates))
    found: list[tuple[int, Kick]] = []
    turn = 0.0
    for gate in strange.gates:
        length = picoseconds(gate)
        if isinstance(gate, Rz):
            turn += gate.angle
        elif isinstance(gate, Pulse):
            phase = 2 * math.pi * strange.beat * time * 0.5e-12 + turn
            found.append((time + length, Kick(tone, gate, phase)))
        time += 2 * length
    return found


def with_kicks(
    events: list[tuple[int, Event]], struck: list[tuple[int, Kick]], rounded: Callable[[Kick], Kick]
) -> list[tuple[int, Event]]:
    """Kicks at the time of an event become part of it, others events of their own.

    The frame that they fall into has been turned by the qubit's own events up to then. ``rounded`` makes kicks that are
    as good as equal equal.
    """
    if not struck:
        return events
    own, nothing = dict(events), Event(0.0, None)
    turn = 0.0
    found: dict[int, Event] = {}
    waiting: dict[int, list[Kick]] = {}
    for time, kick in struck:
        waiting.setdefault(time, []).append(kick)
    for time in sorted(own.keys() | waiting.keys()):
        event = own.get(time, nothing)
        turn += event.turn
        fallen = [rounded(Kick(tone, pulse, phase - turn)) for tone, pulse, phase in waiting.get(time, ())]
        found[time] = Event(event.turn, event.gate, tuple(fallen))
    return list(found.items())


def merge(
    lines: Sequence[list[tuple[int, Event]]],
    catalogues: Sequence[Catalogue],
    until: int,
    pulsed: Sequence[list[tuple[int, PairEvent]]] = (),
) -> Timeline:
    """The timeline of a group up to ``until`` (half picoseconds, at most 0), one list of events for each qubit and
    for each pair.
    """
    timed = [
        (time, place, catalogue.number(event), 0.0)
        for place, (events, catalogue) in enumerate(zip(lines, catalogues, strict=True))
        for time, event in events
        if time <= until
    ]
    timed += [
        (time, place, event.number, event.ahead)
        for place, events in enumerate(pulsed, len(lines))
        for time, event in events
        if time <= until
    ]
    timed.sort()
    width = len(lines) + len(pulsed)
    gaps: list[int] = []
    layers: list[list[int]] = []
    angles: list[list[float]] = []
    last = timed[0][0] if timed else 0
    for time, together in itertools.groupby(timed, lambda entry: entry[0]):
        layer, ahead = [0] * width, [0.0] * width
        for _, place, number, angle in together:
            layer[place], ahead[place] = number, angle
        gaps.append(time - last)
        layers.append(layer)
        angles.append(ahead)
        last = time
    codes = np.array(layers, dtype=np.intp).reshape(-1, width).T
    turns = np.array(angles).reshape(-1, width).T
    return Timeline(np.array(gaps, dtype=np.int64), codes[: len(lines)], codes[len(lines) :], turns[len(lines) :])


def with_codes(timeline: Timeline, place: int, codes: np.ndarray) -> Timeline:
    """The timeline with other events (layers,) of one qubit."""
    changed = timeline.codes.copy()
    changed[place] = codes
    return replace(timeline, codes=changed)


def waits_of(timeline: Timeline, place: int, catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    """(windows, which): the waits of one qubit between its pulses, in s, shape (waits, 2), and the number of the wait
    that each layer is a piece of, shape (layers,), -1 for none.
    """
    events = dict(enumerate(catalogue.events, 1))
    times = np.cumsum(timeline.gaps)
    gates = [events[code].gate if code else None for code in timeline.codes[place].tolist()]
    which = which_wait(gates)
    spans: list[list[float]] = []
    for time, gate, wait in zip(times, gates, which, strict=True):
        if isinstance(gate, Idle):
            middle, half = time * 0.5e-12, gate.picoseconds * 0.5e-12
            if wait == len(spans):
                spans.append([middle - half, middle + half])
            spans[wait][1] = middle + half
    return np.array(spans).reshape(-1, 2), np.array(which, dtype=np.intp)


def _folded(angle: float) -> float:
    """Equal turns of the frame as equal numbers."""
    return round(math.remainder(angle, 2 * math.pi), _DIGITS)
