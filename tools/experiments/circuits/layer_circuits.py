"""Circuits of a layer fidelity: which pairs go into one layer, the stock sequences, and the shots that survived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reson.tools.experiments.jobs import results_of

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.result.models import ExperimentResult

    from reson.tools.devices.device import Device

Edge = tuple[int, int]
Outcome = tuple[int, int, int]
"""(layers, place of the final state among ``ENDS``, shots that ended in it)."""
ENDS = ((0, 0), (1, 1), (0, 1), (1, 0))
"""Final states of a pair's first and second qubit, in turn from sample to sample."""
ONE_QUBIT = ("rz", "sx", "x")


def layers_of(edges: Sequence[Edge]) -> list[list[Edge]]:
    """The pairs in layers, disjoint in each: in as few as there can be on a lattice without odd loops, as heavy-hex and
    square ones are, else in at most one more than the largest degree.
    """
    import rustworkx

    numbers = {qubit: place for place, qubit in enumerate(sorted({qubit for edge in edges for qubit in edge}))}
    graph = rustworkx.PyGraph()
    graph.add_nodes_from(list(numbers))
    graph.add_edges_from([(numbers[first], numbers[second], None) for first, second in edges])
    try:
        colours = rustworkx.graph_bipartite_edge_color(graph)
    except rustworkx.GraphNotBipartite:
        colours = rustworkx.graph_misra_gries_edge_color(graph)
    layers = [[edges[index] for index in sorted(colours) if colours[index] == one] for one in {*colours.values()}]
    return sorted(layers)


def layer_circuits(
    device: Device, gate: str, layers: list[list[Edge]], lengths: list[int], samples: int, seed: int
) -> list[QuantumCircuit]:
    """The stock circuits, which end in all four states of each pair in turn: so survivals decay to a quarter on average
    whatever the readout (as Harper et al., arXiv 1901.00535, for one qubit). Of 00 and 11 alone they would decay to
    1/4 + d1 d2, where d is half of what a readout misreads 0 more often than 1."""
    from qiskit_experiments.library.randomized_benchmarking import LayerFidelity

    qubits = sorted({qubit for layer in layers for edge in layer for qubit in edge})
    experiment = LayerFidelity(
        physical_qubits=qubits,
        two_qubit_layers=layers,
        lengths=lengths,
        backend=device.backend,
        num_samples=samples,
        seed=seed,
        two_qubit_gate=gate,
        one_qubit_basis_gates=ONE_QUBIT,
    )
    circuits = experiment._transpiled_circuits()
    for number, circuit in enumerate(circuits):
        circuit.name = f"layer_fidelity-{number}"
        _turn_ends(circuit)
    return circuits


def run_layers(device: Device, circuits: list[QuantumCircuit], shots: int) -> dict[Edge, list[Outcome]]:
    """What survived of each pair, in as many jobs as the device asks for. Raises as ``results_of`` does."""
    found: dict[Edge, list[Outcome]] = {}
    most = device.limits.max_circuits
    for start in range(0, len(circuits), most):
        job = circuits[start : start + most]
        for circuit, result in zip(job, results_of(device, job, shots, {"meas_level": 2}, 0.0), strict=True):
            for edge, outcome in _survivals(circuit, result):
                found.setdefault(edge, []).append(outcome)
    return found


def _parts(circuit: QuantumCircuit) -> list[dict[str, Any]]:
    """Metadata of all parts of a layer, the pairs first."""
    return _layer(circuit)["composite_metadata"]


def _layer(circuit: QuantumCircuit) -> dict[str, Any]:
    return circuit.metadata["composite_metadata"][0]


def _turn_ends(circuit: QuantumCircuit) -> None:
    """An X before each measurement of a qubit that is to end in 1."""
    from qiskit.circuit import CircuitInstruction
    from qiskit.circuit.library import XGate

    ones = {
        clbit
        for part, clbits in zip(_parts(circuit), _layer(circuit)["composite_clbits"], strict=True)
        if len(clbits) == 2
        for clbit, one in zip(clbits, ENDS[part["sample"] % len(ENDS)], strict=True)
        if one
    }
    ends = [part for part in circuit.data if part.operation.name == "measure"]
    body = [part for part in circuit.data if part.operation.name != "measure"]
    turned = [part for part in ends if circuit.find_bit(part.clbits[0]).index in ones]
    circuit.data = [*body, *(CircuitInstruction(XGate(), part.qubits) for part in turned), *ends]


def _survivals(circuit: QuantumCircuit, result: ExperimentResult) -> Iterable[tuple[Edge, Outcome]]:
    counts: Any = result.data.counts
    numbers = np.array(list(counts.values()))
    words = [int(word, 16) for word in counts]
    for part, clbits in zip(_parts(circuit), _layer(circuit)["composite_clbits"], strict=True):
        if len(clbits) != 2:
            continue  # a qubit that waits in this layer
        first, second = part["physical_qubits"]
        target = part["sample"] % len(ENDS)
        alive = [all(word >> bit & 1 == one for bit, one in zip(clbits, ENDS[target], strict=True)) for word in words]
        yield (first, second), (part["xval"], target, int(numbers[alive].sum()))
