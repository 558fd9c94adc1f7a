"""One group of coupled qubits in several circuits: its events, its gates, and what it comes to."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from reson.tools.devices.simulated.alone import has_spectrum, waiting_of
from reson.tools.devices.simulated.flux_events import Pulsed, Score
from reson.tools.devices.simulated.gates import Gate, Idle, Rz
from reson.tools.devices.simulated.groups import Group, dressed
from reson.tools.devices.simulated.joint import (
    PairTable,
    coupling_rates,
    evolve,
    joint_populations,
    levels_of,
    on_entries,
    populations_of,
)
from reson.tools.devices.simulated.noise import branches, joint_shifts, slow_shifts, standing_still
from reson.tools.devices.simulated.pathways import Windows, all_orders, order_masks, weights
from reson.tools.devices.simulated.program import Measured, Program, Row
from reson.tools.devices.simulated.propagation import NUMBER
from reson.tools.devices.simulated.strange_pulses import Hearing
from reson.tools.devices.simulated.superoperators import SIZE, from_unitaries, superoperators, thermal_state
from reson.tools.devices.simulated.timeline import (
    Catalogue,
    Event,
    Timeline,
    kicks,
    merge,
    own_events,
    waits_of,
    with_codes,
    with_kicks,
)
from reson.tools.devices.simulated.truth import LEVELS, ChipTruth, TransmonTruth

TURN = 0.3
"""rad by which the coupling may turn a group within one piece of a wait."""
MOST_WAITS = 3
"""Separate waits of a qubit with neighbours up to which the pathways of its noise are followed, all of them."""
_NOTHING = Idle(0)
_ENTRIES_AT_ONCE = 2_000_000
"""Entries of density operators that are evolved in one batch: 32 MB."""


class Batch:
    """One group in several circuits."""

    def __init__(
        self,
        program: Program,
        truth: ChipTruth,
        frequencies: Sequence[float],
        group: Group,
        circuits: Sequence[Measured],
    ) -> None:
        self._group, self._frequencies = group, [frequencies[qubit] for qubit in group.qubits]
        self._transmons = dressed(truth, group)
        self._rows = [{row.qubit: row for row in (*circuit.rows, *circuit.unread)} for circuit in circuits]
        self._waiting = {
            qubit: waiting_of(program, [rows[qubit] for rows in self._rows]).max() for qubit in group.qubits
        }
        self._hearing = [
            Hearing(truth, transmon, tones, frequencies, qubit)
            for qubit, transmon, tones in zip(group.qubits, self._transmons, group.tones, strict=True)
        ]
        pairs = [
            (group.qubits.index(one.qubits[0]), group.qubits.index(one.qubits[1]), one.zz)
            for one in truth.couplers
            if set(one.qubits) <= set(group.qubits)
        ]
        self._levels = levels_of(len(group.qubits), pulsed=bool(group.pulsed))
        self._rates = coupling_rates(self._levels, len(group.qubits), pairs)
        strongest = max((abs(zz) for *_, zz in pairs), default=0.0)
        longest = TURN / (2 * math.pi * strongest) * 1e12 if strongest else math.inf
        self._catalogues = [Catalogue() for _ in group.qubits]
        self._lines = [self._events(program, rows, longest) for rows in self._rows]
        self._pulsed = [Pulsed(truth, pair, frequencies) for pair in group.pulsed]
        score = Score(program)
        self._pulses = [[one.events(score, rows) for one in self._pulsed] for rows in self._rows]
        self._quiet: dict[tuple[tuple[int, ...], tuple[int, ...]], np.ndarray] = {}

    def _events(self, program: Program, rows: dict[int, Row], longest: float) -> list[list[tuple[int, Event]]]:
        """Events of each qubit in one circuit."""
        lines = []
        for place, qubit in enumerate(self._group.qubits):
            gates = [program.gates[code][1] for code in rows[qubit].codes]
            events = own_events(gates, rows[qubit].after, longest, self._group.silent[place])
            hearing = self._hearing[place]
            strange = hearing.lines(program, rows)
            struck = [kick for tone, line in enumerate(strange) for kick in kicks(tone, line)]
            lines.append(with_kicks(events, struck, hearing.rounded))
        return lines

    def populations(self, qubit: int, circuits: list[int]) -> np.ndarray:
        """Populations (circuits, LEVELS) of one of the group's qubits, averaged over its own noise.

        The others' slow noise and fast defects are left out: they reach this qubit through the coupling alone.
        """
        place = self._group.qubits.index(qubit)
        until = tuple(-2 * self._rows[index][qubit].after for index in circuits)
        still = standing_still(self._transmons[place], self._waiting[qubit])
        if not still.defects and len(slow_shifts(still, self._waiting[qubit])[0]) == 1:
            return populations_of(self._quiet_states(tuple(circuits), until), place, self._levels)
        timelines = self._timelines(circuits, until)
        if has_spectrum(self._transmons[place]) and not self._pulsed:
            waits = [_waits(one, place, self._catalogues[place]) for one in timelines]
            if max(len(spans.starts) for spans, _ in waits) <= MOST_WAITS:
                return self._along_pathways(place, timelines, waits)
        tables, pairs = self._tables(), self._pair_tables
        found = np.zeros((len(circuits), LEVELS))
        for share, branch in branches(still):
            shifts, weights = slow_shifts(branch, self._waiting[qubit])
            table, places = self._noisy_table(place, branch, shifts)
            size = max(1, _ENTRIES_AT_ONCE // (len(circuits) * self._rates.size))
            for start in range(0, len(shifts), size):
                part = slice(start, start + size)
                moved = [_renumbered(one, place, numbers) for numbers in places[part] for one in timelines]
                played = [*tables[:place], table, *tables[place + 1 :]]
                states = evolve(moved, played, self._rates, self._initial(), pairs)
                each = populations_of(states, place, self._levels).reshape(-1, len(circuits), LEVELS)
                found += share * np.einsum("n,ncl->cl", weights[part], each)
        return found

    def _along_pathways(
        self, place: int, timelines: Sequence[Timeline], waits: Sequence[tuple[Windows, np.ndarray]]
    ) -> np.ndarray:
        """The same, shape (timelines, LEVELS), where the noise of f01 has a spectrum, see ``pathways``."""
        tables, pairs = self._tables(), self._pair_tables
        found = np.zeros((len(timelines), LEVELS))
        for share, branch in branches(self._transmons[place]):
            plain = self._table(place, branch)
            parted = np.concatenate([plain, *(plain * mask[:, None] for mask in order_masks(self._levels))])
            played = [*tables[:place], parted, *tables[place + 1 :]]
            moved = [one for part in zip(timelines, waits, strict=True) for one in _parted(*part, place, len(plain))]
            size = max(1, _ENTRIES_AT_ONCE // self._rates.size)
            parts = [moved[start : start + size] for start in range(0, len(moved), size)]
            states = [evolve(part, played, self._rates, self._initial(), pairs) for part in parts]
            each = np.concatenate([populations_of(part, place, self._levels) for part in states])
            first = 0
            for index, (spans, _) in enumerate(waits):
                orders = all_orders(len(spans.starts))
                found[index] += share * weights(orders, spans, branch) @ each[first : first + len(orders)]
                first += len(orders)
        return found

    def together(self, qubits: Sequence[int], circuits: list[int]) -> np.ndarray:
        """Populations of the joint levels of some of the group's qubits, shape (circuits,) + (LEVELS_OF_THREE,) *
        qubits, averaged over the noise of all its qubits.
        """
        timelines = self._timelines(circuits, (0,) * len(circuits))
        places = [self._group.qubits.index(qubit) for qubit in qubits]
        found = np.zeros((len(circuits), *(self._levels,) * len(qubits)))
        waiting = [self._waiting[qubit] for qubit in self._group.qubits]
        still = [standing_still(*pair) for pair in zip(self._transmons, waiting, strict=True)]
        for mixture in itertools.product(*(branches(one) for one in still)):
            branched = [one for _, one in mixture]
            shifts, weights = joint_shifts(branched, waiting)
            tables = [self._noisy_table(place, one, shifts[:, place]) for place, one in enumerate(branched)]
            size = max(1, _ENTRIES_AT_ONCE // self._rates.size)
            for node, weight in enumerate(weights):
                for start in range(0, len(timelines), size):
                    part = slice(start, start + size)
                    moved = timelines[part]
                    for place, (_, numbers) in enumerate(tables):
                        moved = [_renumbered(one, place, numbers[node]) for one in moved]
                    played = [table for table, _ in tables]
                    states = evolve(moved, played, self._rates, self._initial(), self._pair_tables)
                    share = weight * math.prod(share for share, _ in mixture)
                    found[part] += share * joint_populations(states, places, self._levels)
        return found

    def _quiet_states(self, circuits: tuple[int, ...], until: tuple[int, ...]) -> np.ndarray:
        """States of the circuits without slow noise, the same for all qubits that are measured at the same time."""
        if (circuits, until) not in self._quiet:
            timelines = self._timelines(circuits, until)
            tables, pairs = self._tables(), self._pair_tables
            size = max(1, _ENTRIES_AT_ONCE // self._rates.size)
            parts = [timelines[start : start + size] for start in range(0, len(timelines), size)]
            states = [evolve(part, tables, self._rates, self._initial(), pairs) for part in parts]
            self._quiet[circuits, until] = np.concatenate(states)
        return self._quiet[circuits, until]

    def _timelines(self, circuits: Sequence[int], until: Sequence[int]) -> list[Timeline]:
        return [
            merge(self._lines[index], self._catalogues, end, self._pulses[index])
            for index, end in zip(circuits, until, strict=True)
        ]

    def _tables(self) -> list[np.ndarray]:
        """The events of each qubit without its slow noise and its defects; all timelines must be made before."""
        return [self._table(place, replace(one, defects=())) for place, one in enumerate(self._transmons)]

    @cached_property
    def _pair_tables(self) -> list[PairTable]:
        """The pulses on the group's couplers."""
        places = [
            (self._group.qubits.index(one.pair[0]), self._group.qubits.index(one.pair[1])) for one in self._pulsed
        ]
        return [PairTable(place, one.table()) for place, one in zip(places, self._pulsed, strict=True)]

    def _initial(self) -> np.ndarray:
        """The group at rest, shape (levels^2,) * qubits."""
        state = np.ones(())
        for transmon in self._transmons:
            diagonal = np.zeros((self._levels, self._levels))
            np.fill_diagonal(diagonal, thermal_state(transmon)[: self._levels])
            state = np.multiply.outer(state, diagonal.ravel())
        return state

    def _table(self, place: int, transmon: TransmonTruth) -> np.ndarray:
        """One qubit's events on entries (events + 1, levels^2, levels^2), the identity first."""
        events = list(self._catalogues[place].events)
        frequency = self._frequencies[place]
        matrices = _each([_NOTHING if event.gate is None else event.gate for event in events], transmon, frequency)
        turns = _each([Rz(event.turn) for event in events], transmon, frequency)
        for index, event in enumerate(events):
            for kick in event.kicks:
                half = self._hearing[place].half(kick)
                matrices[index] = half @ matrices[index] @ half
        return on_entries(np.concatenate([np.eye(SIZE)[None], matrices @ turns]), self._levels)

    def _noisy_table(self, place: int, transmon: TransmonTruth, shifts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(table, numbers): the events once more for each shift of f01, and the number of each event for each shift.

        Slow noise turns the qubit in its waits; numbers have shape (shifts, events + 1).
        """
        table = self._table(place, transmon)
        events = list(self._catalogues[place].events)
        numbers = np.tile(np.arange(len(table)), (len(shifts), 1))
        if len(shifts) == 1:
            return table, numbers
        waits = np.array([False, *(isinstance(event.gate, Idle) for event in events)])
        seconds = np.array([event.gate.picoseconds for event in events if isinstance(event.gate, Idle)]) * 1e-12
        phases = -2j * math.pi * shifts[:, None, None] * seconds[:, None] * NUMBER
        turns = on_entries(from_unitaries(np.exp(phases)[..., None] * np.eye(LEVELS)), self._levels)
        turned = turns @ table[waits]
        numbers[:, waits] = len(table) + np.arange(len(shifts) * len(seconds)).reshape(len(shifts), -1)
        return np.concatenate([table, turned.reshape(-1, *table.shape[1:])]), numbers


def _each(gates: list[Gate], transmon: TransmonTruth, frequency: float) -> np.ndarray:
    """Superoperators of gates among which many are equal, all of them or none turns of the frame."""
    different = {gate: index for index, gate in enumerate(dict.fromkeys(gates))}
    return superoperators(list(different), transmon, frequency)[[different[gate] for gate in gates]]


def _waits(timeline: Timeline, place: int, catalogue: Catalogue) -> tuple[Windows, np.ndarray]:
    """(the waits of one qubit, the number of the wait at each layer or -1), see ``timeline.waits_of``."""
    spans, which = waits_of(timeline, place, catalogue)
    return Windows(spans[:, 0], spans[:, 1]), which


def _parted(timeline: Timeline, waits: tuple[Windows, np.ndarray], place: int, size: int) -> list[Timeline]:
    """The timeline once for each pathway of one qubit's noise: in a wait of order 0, 1 or -1 its events are those of
    the second, third or fourth block of a table whose blocks have ``size`` entries.
    """
    spans, which = waits
    orders = all_orders(len(spans.starts))
    steps = np.zeros((len(orders), len(which)), dtype=np.intp)
    steps[:, which >= 0] = 1 + orders[:, which[which >= 0]].astype(np.intp) % 3
    return [with_codes(timeline, place, timeline.codes[place] + size * step) for step in steps]


def _renumbered(timeline: Timeline, place: int, numbers: np.ndarray) -> Timeline:
    return with_codes(timeline, place, numbers[timeline.codes[place]])
