"""Which qubits of a coupled device to use: connected sets and chains of least error."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from reson.errors import OperatorError
from reson.tools.devices.published import Published

SX_GATES = 2
"""Pulses on each qubit in the circuit that a set of qubits is judged by."""
BEAM = 500
"""Partial chains that are kept at each length: on a lattice of degree 3 the best ones of up to 9 qubits are exact."""
UNKNOWN = 0.05
"""Error that is assumed where the provider tells none: worse than any that is told of a working part."""


@dataclass(frozen=True)
class Costs:
    """Minus the logarithm of the success of each working part; the success of a set is exp(-sum).

    The circuit in mind: ``SX_GATES`` pulses on every qubit, one two-qubit gate on every pair, every qubit read once;
    and where it is long, every qubit waits while the gates of the others are played.
    """

    qubits: Mapping[int, float]
    pairs: Mapping[tuple[int, int], float]
    """Both directions of each pair."""

    def of(self, qubits: Iterable[int]) -> float:
        """Cost of a chain in this order."""
        chain = list(qubits)
        links = sum(self.pairs[pair] for pair in pairwise(chain))
        return links + sum(self.qubits[qubit] for qubit in chain)

    def neighbours(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {qubit: [] for qubit in self.qubits}
        for first, second in self.pairs:
            found[first].append(second)
        return found


def cost(gate_error: float | None, readout_error: float | None) -> float:
    """Cost of one qubit."""
    gate, readout = (UNKNOWN if error is None else min(error, 0.999) for error in (gate_error, readout_error))
    return -SX_GATES * math.log1p(-gate) - math.log1p(-readout)


def waiting(seconds: float, t1: float | None, t2: float | None) -> float:
    """Cost of a wait: its process infidelity to first order, t (1/T1 + 2/T2) / 4, one and a half times the average one
    that ``RBUtils.coherence_limit`` of Qiskit Experiments has. Times in seconds; nothing where one is not known.
    """
    return seconds * (1 / t1 + 2 / min(t2, 2 * t1)) / 4 if t1 and t2 else 0.0


def usual_wait(told: Published, qubits: int) -> float:
    """Seconds that a qubit of a chain waits, on average, in a circuit that entangles the chain and undoes it again:
    as many two-qubit gates as there are qubits.
    """
    lengths = [pair.length for pair in told.pairs if pair.works and pair.length]
    return qubits * median(lengths) if lengths else 0.0


def published_costs(told: Published, only: Iterable[int] | None = None, waits: float = 0.0) -> Costs:
    """Costs of the working parts of a device, of the qubits ``only`` where they are given, each of which waits for
    ``waits`` seconds.
    """
    wanted = set(told.qubits if only is None else only)
    qubits = {
        qubit: cost(known.gate_error, known.readout_error) + waiting(waits, known.t1, known.t2)
        for qubit, known in told.qubits.items()
        if known.works and qubit in wanted
    }
    pairs: dict[tuple[int, int], float] = {}
    for pair in told.pairs:
        first, second = pair.qubits
        if pair.works and first in qubits and second in qubits and pair.error is not None:
            pairs[first, second] = pairs[second, first] = -math.log1p(-pair.error)
    return Costs(qubits, pairs)


def best_connected(costs: Costs, number: int) -> tuple[int, ...]:
    """``number`` connected qubits of small total cost, sorted: grown from every qubit, each time by the cheapest.

    Raises ``OperatorError`` where no connected set is that large.
    """
    neighbours = costs.neighbours()
    grown = (_grow(costs, neighbours, seed, number) for seed in costs.qubits)
    complete = [found for found in grown if found is not None]
    if not complete:
        raise OperatorError(
            f"the device has no {number} connected qubits that work", "ask for fewer, or name them like 0-4"
        )
    return tuple(sorted(min(complete)[1]))


def _grow(
    costs: Costs, neighbours: Mapping[int, list[int]], seed: int, number: int
) -> tuple[float, tuple[int, ...]] | None:
    """(cost, qubits) of the set that grows from ``seed``; the pair by which a qubit joins counts, others do not."""
    members, total = [seed], costs.qubits[seed]
    while len(members) < number:
        edge = [
            (costs.pairs[member, other] + costs.qubits[other], other)
            for member in members
            for other in neighbours[member]
            if other not in members
        ]
        if not edge:
            return None
        step, other = min(edge)
        total += step
        members.append(other)
    return total, tuple(members)


def chain_of(costs: Costs, number: int) -> tuple[int, ...]:
    """``number`` qubits in a row, of small total cost. Raises ``OperatorError`` where there are none."""
    found = best_chain(costs, number)
    if len(found) < number:
        raise OperatorError(
            f"the device has no {number} qubits in a row that work", f"it has {len(found)}: ask for chain:{len(found)}"
        )
    return found


def best_chain(costs: Costs, longest: int) -> tuple[int, ...]:
    """The chain of least cost among the longest ones that there are, of at most ``longest`` qubits.

    Empty where no qubit works. A beam search: exact for short chains, close to it for long ones.
    """
    neighbours = costs.neighbours()
    beam: list[tuple[float, tuple[int, ...]]] = [(value, (qubit,)) for qubit, value in costs.qubits.items()]
    best = min(beam)[1] if beam else ()
    for _ in range(longest - 1):
        longer = (
            (total + costs.pairs[chain[-1], other] + costs.qubits[other], (*chain, other))
            for total, chain in beam
            for other in neighbours[chain[-1]]
            if other not in chain
        )
        beam = heapq.nsmallest(BEAM, longer)
        if not beam:
            break
        best = beam[0][1]
    return best if len(best) < 2 or best[0] < best[-1] else best[::-1]
