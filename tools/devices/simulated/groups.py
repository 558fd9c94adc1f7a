"""Which qubits of a circuit must be evolved together, and what the others do to them.

Only a qubit that is measured or played on counts. Neighbours among those form a group; one of more than three is cut
at its weakest couplings. Whoever stays outside moves f01 by zz times its mean excitation: the thermal one at rest, one
half when it is played on. What is left out is that the neighbour outside is in 0 or 1, not in between, which dephases.
Crosstalk reaches a neighbour inside the group or outside. Pairs whose coupler is pulsed are never cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reson.components import Qubit
from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.simulated.couplers import CouplerTruth
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth

LARGEST = 3
"""Qubits that are evolved together at most: each more costs nine times as much."""
LARGEST_PULSED = 5
"""The same where pulses on couplers join them."""
MEAN_WHEN_PLAYED = 0.5
"""Mean excitation of a neighbour outside the group that is played on in the same circuit."""


@dataclass(frozen=True)
class Tone:
    """The pulses of a drive line that arrive at a qubit they were not meant for."""

    line: int
    share: complex


@dataclass(frozen=True)
class Group:
    """Qubits of one circuit that are evolved together. Equal groups of several circuits share their gates."""

    qubits: tuple[int, ...]
    played: frozenset[int]
    """Neighbours outside that are played on."""
    tones: tuple[tuple[Tone, ...], ...]
    """For each qubit, the strange lines that play in this circuit."""
    silent: tuple[bool, ...]
    """Whether the qubit's own line leads elsewhere."""

    pulsed: tuple[tuple[int, int], ...] = ()
    """Pairs within, whose coupler is pulsed or hears another one's pulses."""

    @property
    def is_plain(self) -> bool:
        """One qubit that hears its own line alone."""
        return len(self.qubits) == 1 and not self.tones[0] and not self.silent[0]


def groups_of(
    truth: ChipTruth, active: Mapping[int, bool], pulsed: frozenset[tuple[int, int]] = frozenset()
) -> list[Group]:
    """Groups among the ``active`` qubits of a circuit: qubit -> whether it is played on; ``pulsed`` are the pairs
    whose coupler is. Raises ``ToolError`` (device_refused) where these join too many qubits.
    """
    couplers = [one for one in truth.couplers if set(one.qubits) <= active.keys()]
    return [_group(truth, members, active, pulsed) for members in _parts(active, couplers, pulsed)]


def _parts(
    qubits: Iterable[int], couplers: Sequence[CouplerTruth], pulsed: frozenset[tuple[int, int]]
) -> list[tuple[int, ...]]:
    """Qubits joined along their couplings, pulsed ones and then the strongest first, as long as no part grows beyond
    ``LARGEST`` by one that is not pulsed.
    """
    part = {qubit: (qubit,) for qubit in qubits}
    for coupler in sorted(couplers, key=lambda one: (one.qubits not in pulsed, -abs(one.zz), one.qubits)):
        first, second = (part[qubit] for qubit in coupler.qubits)
        size = len(first) + len(second)
        if first != second and coupler.qubits in pulsed and size > LARGEST_PULSED:
            names = ", ".join(Qubit(qubit) for qubit in sorted(first + second))
            raise ToolError(
                ToolErrorKind.DEVICE_REFUSED,
                f"two-qubit gates of one circuit join {names}; up to {LARGEST_PULSED} such qubits are simulated",
            )
        if first != second and (size <= LARGEST or coupler.qubits in pulsed):
            joined = tuple(sorted(first + second))
            part |= dict.fromkeys(joined, joined)
    return sorted(set(part.values()))


def _group(
    truth: ChipTruth, members: tuple[int, ...], active: Mapping[int, bool], pulsed: frozenset[tuple[int, int]]
) -> Group:
    lines = [line for line, played in active.items() if played]
    tones = tuple(
        tuple(Tone(line, share) for line in lines if line != qubit and (share := arriving(truth, line, qubit)))
        for qubit in members
    )
    outside = (one.other(qubit) for qubit in members for one in truth.couplers if qubit in one.qubits)
    return Group(
        qubits=members,
        played=frozenset(qubit for qubit in outside if qubit not in members and active.get(qubit)),
        tones=tones,
        silent=tuple(_target(truth, qubit) != qubit for qubit in members),
        pulsed=tuple(
            one.qubits
            for one in truth.couplers
            if set(one.qubits) <= set(members)
            and one.tunable
            and pulsed & {one.qubits, *(pair for pair, _ in one.tunable.heard)}
        ),
    )


def arriving(truth: ChipTruth, line: int, qubit: int) -> complex:
    """Share of the pulses on a drive line that arrives at a qubit: all of it where the line leads to it."""
    target = _target(truth, line)
    if target == qubit:
        return 1.0
    pair = (min(target, qubit), max(target, qubit))
    return next((one.share(target, qubit) for one in truth.couplers if one.qubits == pair), 0.0)


def _target(truth: ChipTruth, line: int) -> int:
    return line if truth.drive_lines is None else truth.drive_lines[line]


def dressed(truth: ChipTruth, group: Group) -> list[TransmonTruth]:
    """The group's transmons as their neighbours outside leave them."""
    return [_shifted(truth, qubit, group.qubits, group.played) for qubit in group.qubits]


def at_rest(truth: ChipTruth, played: frozenset[int]) -> list[TransmonTruth]:
    """All transmons as their neighbours leave them, of which some are ``played`` on and the others rest."""
    return [_shifted(truth, qubit, (), played) for qubit in range(len(truth.transmons))]


def _shifted(truth: ChipTruth, qubit: int, members: tuple[int, ...], played: frozenset[int]) -> TransmonTruth:
    shift = 0.0
    for coupler in truth.couplers:
        if qubit in coupler.qubits and (other := coupler.other(qubit)) not in members:
            resting = truth.transmons[other].thermal_population
            shift += coupler.zz * (MEAN_WHEN_PLAYED if other in played else resting)
    transmon = truth.transmons[qubit]
    return replace(transmon, f01=transmon.f01 + shift) if shift else transmon
