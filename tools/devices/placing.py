"""Where on a device a circuit is best placed, by what is known of the device now: gates, readout and idle time.

Qiskit's own placements, routed with some seeds, are moved to every place on the device that has the same couplings
(as in arXiv 2209.15512), and the best few are rated with their schedule.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from openqasm3.parser import QASM3ParsingError
from qiskit import QuantumCircuit, qasm2, qasm3, qpy, transpile
from qiskit.exceptions import QiskitError
from qiskit.transpiler import Target

from reson.errors import OperatorError
from reson.tools.devices.coherent import common, held
from reson.tools.devices.known_target import usable
from reson.tools.devices.published import Published
from reson.tools.devices.rating import (
    Rating,
    active,
    coupled,
    lost,
    pairs_in,
    rate,
    readout_cost,
    waiting,
    waits,
)

SEEDS, OWN_SEED = 4, 0
"""Routings that are tried, and which of them is called Qiskit's own."""
PLACES = 20_000
"""Places of one routing that are looked at."""
WORTH = 0.02
"""Cost that another place must save before it is put before Qiskit's own: what neighbours do to each other while they
wait is coherent, and no rating knows it better.
"""
RATED = 12
"""The best of them by counts of gates, that are rated with their schedule."""


@dataclass(frozen=True)
class Placement:
    layout: tuple[int, ...]
    """The device's qubit for each qubit of the circuit, in order: Qiskit's ``initial_layout``."""
    circuit: QuantumCircuit
    """In the device's own gates and qubits."""
    rating: Rating


def read_circuit(path: Path) -> QuantumCircuit:
    """A circuit from OpenQASM 2 or 3 or QPY. Raises ``OperatorError`` for what is none."""
    try:
        found = _read(path)
    except (OSError, ValueError, KeyError, struct.error, QiskitError, QASM3ParsingError) as error:
        words = _unquoted(str(error)).splitlines()
        why = words[0] if words else type(error).__name__
    else:
        if found is not None and found.data:
            return found
        why = "nothing is played in it"
    raise OperatorError(f"{path} holds no circuit: {why}", "OpenQASM 2 or 3 (.qasm), or QPY (.qpy) of one circuit")


def _unquoted(words: str) -> str:
    """An error's words without the quotes that Qiskit sets around them all."""
    words = words.strip()
    return words[1:-1].strip() if len(words) > 1 and words[0] == words[-1] and words[0] in "'\"" else words


def _read(path: Path) -> QuantumCircuit | None:
    if path.suffix == ".qpy":
        with path.open("rb") as file:
            found = qpy.load(file)
        if len(found) > 1:
            raise ValueError(f"there are {len(found)} in it")
        _ = [one.operation for circuit in found for one in circuit.data]  # a delay that cannot be is met here
        return found[0] if found else None
    text = path.read_text(encoding="utf-8")
    if "OPENQASM 3" in text[:2000]:
        return qasm3.loads(text)
    return qasm2.loads(text, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)


def stock(circuit: QuantumCircuit, target: Target, told: Published) -> Placement:
    """Qiskit's own placement at optimisation level 3, by what is known of the device."""
    routed = _routed(circuit, usable(target, told), OWN_SEED)
    return Placement(_layout(routed), routed, rate(routed, target, told))


def best(
    circuit: QuantumCircuit, target: Target, told: Published, number: int = 1, own: Placement | None = None
) -> list[Placement]:
    """The best placements, at most ``number`` of them, the best first; each on other qubits. ``own``: that of
    ``stock``, where it is known.

    Raises ``OperatorError`` where the device has not as many connected qubits that work.
    """
    known, own = usable(target, told), own or stock(circuit, target, told)
    found = {frozenset(active(own.circuit)): own}
    for seed in range(SEEDS):
        routed = own.circuit if seed == OWN_SEED else _routed(circuit, known, seed)
        for one in (routed, *_moved(routed, known, told)):
            placed = Placement(_layout(one), one, rate(one, target, told))
            place = frozenset(active(one))
            if place not in found or placed.rating.cost < found[place].rating.cost:
                found[place] = placed
    mine = found.pop(frozenset(active(own.circuit)))
    better = sorted(found.values(), key=lambda one: one.rating.cost)
    before = [one for one in better if one.rating.cost < mine.rating.cost - WORTH]
    return [*before, mine, *better[len(before) :]][:number]


def _routed(circuit: QuantumCircuit, known: Target, seed: int) -> QuantumCircuit:
    if any(one.name == "delay" and one.is_parameterized() for one in circuit.data):
        raise OperatorError("a delay of an open length cannot be rated", "assign its parameter")
    try:
        if not _works(known, 1):
            raise QiskitError("none of its qubits works")
        if any(len(one.qubits) == 2 for one in circuit.data) and not _works(known, 2):
            raise QiskitError("none of its two-qubit gates works")  # the router would panic over it
        found = transpile(circuit, target=known, optimization_level=3, seed_transpiler=seed)
    except QiskitError as error:
        raise OperatorError(
            f"the circuit does not fit the device: {_unquoted(str(error)).splitlines()[0]}",
            "it may need more connected qubits, or other gates, than work there",
        ) from None
    if not active(found):
        raise OperatorError("nothing of the circuit is left to be played", "it does nothing, as level 3 reads it")
    return found


def _works(known: Target, qubits: int) -> bool:
    """Whether anything is left of what is played on so many qubits, delays aside."""
    names = set(known.operation_names) - {"delay"}
    return any(len(place or ()) == qubits for name in names for place in known[name] or ())


def _moved(routed: QuantumCircuit, known: Target, told: Published) -> Iterator[QuantumCircuit]:
    """The routed circuit at other places, the most promising first."""
    mine = active(routed)
    places = np.array(list(islice(_places(routed, mine, told), PLACES)), dtype=int).reshape(-1, len(mine))
    if not len(places):
        return
    costs = _rough(routed, mine, places, known, told)
    layout = _layout(routed)
    for index in np.argsort(costs, kind="stable")[:RATED]:
        moved = dict(zip(mine, places[index].tolist(), strict=True))
        spare = iter(qubit for qubit in told.qubits if qubit not in moved.values())
        whole = [moved[qubit] if qubit in moved else next(spare) for qubit in layout]
        yield _placed(routed, moved, whole, known)


def _places(routed: QuantumCircuit, mine: list[int], told: Published) -> Iterator[list[int]]:
    """Qubits for ``mine``, in order, that are coupled as the circuit needs it."""
    import rustworkx

    device: rustworkx.PyGraph[int, None] = rustworkx.PyGraph(multigraph=False)
    works = [qubit for qubit, known in told.qubits.items() if known.works]
    node = dict(zip(works, device.add_nodes_from(works), strict=True))
    links = [pair.qubits for pair in told.pairs if pair.works and {*pair.qubits} <= node.keys()]
    device.add_edges_from([(node[a], node[b], None) for a, b in links])
    needed: rustworkx.PyGraph[int, None] = rustworkx.PyGraph(multigraph=False)
    needed.add_nodes_from(mine)
    edges = {tuple(sorted(pair)) for pair in pairs_in(routed)}
    needed.add_edges_from([(mine.index(a), mine.index(b), None) for a, b in sorted(edges)])
    for mapping in rustworkx.vf2_mapping(device, needed, subgraph=True, induced=False):
        back = {inside: outside for outside, inside in mapping.items()}
        yield [device[back[place]] for place in range(len(mine))]


def _rough(routed: QuantumCircuit, mine: list[int], places: np.ndarray, known: Target, told: Published) -> np.ndarray:
    """Cost of each place by counts of gates, and waits as long as where the circuit was routed; shape (places,)."""
    size = max(told.qubits) + 1
    pulse, read = np.zeros(size), np.zeros(size)
    for qubit, one in told.qubits.items():
        pulse[qubit], read[qubit] = lost(one.gate_error, 1), readout_cost(one.readout_error)
    link, zz = np.full((size, size), lost(None, 2)), np.zeros((size, size))
    for pair in told.pairs:
        link[pair.qubits] = link[pair.qubits[::-1]] = lost(pair.error, 2)
        zz[pair.qubits] = zz[pair.qubits[::-1]] = pair.zz or 0.0
    pulses, reads = _counts(routed, ("sx", "x")), _counts(routed, ("measure",))
    gates = Counter(tuple(sorted(pair)) for pair in pairs_in(routed))
    spans, states = waits(routed, known), held(routed)
    total = np.zeros(len(places))
    for place, qubit in enumerate(mine):
        at = places[:, place]
        idle = np.zeros(size)
        for other, one in told.qubits.items():
            idle[other] = waiting(spans, qubit, states, one)
        total += pulses[qubit] * pulse[at] + reads[qubit] * read[at] + idle[at]
    for (first, second), count in gates.items():
        at = places[:, mine.index(first)], places[:, mine.index(second)]
        total += count * link[at]
        for begin, end in common(spans.get(first, ()), spans.get(second, ())):
            angles = 2 * np.pi * (end - begin) * zz[at]
            total += np.vectorize(coupled)(angles)
    return total


def _counts(circuit: QuantumCircuit, names: tuple[str, ...]) -> Mapping[int, int]:
    places = {bit: place for place, bit in enumerate(circuit.qubits)}
    return Counter(places[one.qubits[0]] for one in circuit.data if one.operation.name in names)


def _placed(routed: QuantumCircuit, moved: Mapping[int, int], layout: list[int], known: Target) -> QuantumCircuit:
    """The circuit on other qubits; gates that are directed there the other way are turned round."""
    found = QuantumCircuit(*([known.num_qubits] if known.num_qubits else []))
    for register in routed.cregs:
        found.add_register(register)
    places = {bit: place for place, bit in enumerate(routed.qubits)}
    for one in routed.data:
        at = [moved[places[bit]] for bit in one.qubits if places[bit] in moved]
        if len(at) == len(one.qubits):
            found.append(one.operation, at, one.clbits)
    same = list(range(known.num_qubits or 0))
    turned = transpile(found, target=known, optimization_level=1, initial_layout=same, seed_transpiler=0)
    turned.metadata = {"layout": layout}
    return turned


def _layout(routed: QuantumCircuit) -> tuple[int, ...]:
    kept: Any = (routed.metadata or {}).get("layout")
    if kept is not None:
        return tuple(kept)
    layout = routed.layout
    return tuple(layout.initial_index_layout(filter_ancillas=True)) if layout else tuple(range(routed.num_qubits))
