"""Run the circuits of several qubits as one parallel job and bring each qubit's part home, or refuse."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reson.errors import ToolError, ToolErrorKind
from reson.tools.experiments.experiment import RawData, Values

if TYPE_CHECKING:
    from qiskit.circuit import QuantumCircuit
    from qiskit.result import Result
    from qiskit.result.models import ExperimentResult
    from qiskit_experiments.framework import BaseExperiment

    from reson.tools.devices.device import Device

CLASSIFIED, AVERAGED_IQ, SINGLE_SHOT_IQ = "counts", "iq_mean", "iq"
"""What to bring home: 0/1 counts, mean and error of the IQ signal, or the IQ value of every shot."""


def acquire(
    name: str, device: Device, arguments: Mapping[int, Values], experiments: Mapping[int, BaseExperiment], kind: str
) -> dict[int, RawData]:
    """Run one experiment per qubit, all at once, and split the results.

    The qubits of one job share its shots: the largest number that any of them asked for.
    Raises ``ToolError`` (device_refused) when a circuit of any qubit does not come back with every shot.
    """
    shots = int(max(values["shots"] for values in arguments.values()))
    controls = {qubit: dict(device.controls()[f"q{qubit}"]) for qubit in experiments}
    circuits = _joint_circuits(list(experiments.values()), device)
    started = device.now().timestamp()
    results = _run(device, circuits, shots, kind)
    ended = device.now().timestamp()
    collected: dict[int, list[tuple[dict[str, Any], np.ndarray]]] = {qubit: [] for qubit in experiments}
    qubits = list(experiments)
    for circuit, result in zip(circuits, results, strict=True):
        for index, clbits, metadata in _parts(circuit):
            collected[qubits[index]].append((_plain(metadata), _payload(result, clbits[0], shots, kind)))
    return {
        qubit: RawData(
            experiment=name,
            qubit=qubit,
            parameters=dict(arguments[qubit]),
            controls=controls[qubit],
            shots=shots,
            circuits=[metadata for metadata, _ in parts],
            arrays=_arrays([payload for _, payload in parts], kind),
            started=started,
            ended=ended,
        )
        for qubit, parts in collected.items()
    }


def _joint_circuits(experiments: Sequence[BaseExperiment], device: Device) -> list[QuantumCircuit]:
    from qiskit_experiments.framework import CompositeAnalysis, ParallelExperiment

    for experiment in experiments:
        experiment.backend = device.backend
    # each qubit's data is split off and analysed later, from the saved record
    nothing = CompositeAnalysis([], flatten_results=False)
    return ParallelExperiment(list(experiments), backend=device.backend, analysis=nothing)._transpiled_circuits()


def _parts(circuit: QuantumCircuit) -> list[tuple[int, list[int], dict[str, Any]]]:
    """(index of the qubit's experiment, its classical bits, its metadata) of each part of a joint circuit."""
    metadata = circuit.metadata
    keys = ("composite_index", "composite_clbits", "composite_metadata")
    return list(zip(*(metadata[key] for key in keys), strict=True))


def _run(device: Device, circuits: list[QuantumCircuit], shots: int, kind: str) -> list[ExperimentResult]:
    level = {"meas_level": 2} if kind == CLASSIFIED else {"meas_level": 1, "meas_return": "single"}
    results: list[ExperimentResult] = []
    size = device.limits.max_circuits
    for first in range(0, len(circuits), size):
        chunk = circuits[first : first + size]
        job: Any = device.backend.run(chunk, shots=shots, **level)
        result: Result = job.result()
        returned = list(result.results or [])
        if not result.success or len(returned) != len(chunk):
            raise _refused(f"{len(chunk)} circuits were sent, {len(returned)} came back (status {result.status})")
        results.extend(returned)
    return results


def _payload(result: ExperimentResult, clbit: int, shots: int, kind: str) -> np.ndarray:
    """Counts (2,), or the IQ values (shots,), of one classical bit of one circuit."""
    if kind == CLASSIFIED:
        return _counts(result.data.counts, clbit, shots)
    memory = np.asarray(result.data.memory)
    if memory.ndim == 3:  # (shots, slots, [I, Q])
        memory = memory[..., 0] + 1j * memory[..., 1]
    if memory.ndim != 2 or memory.shape[0] != shots or not np.isfinite(memory).all():
        raise _refused(f"{shots} IQ shots were asked for; the device returned an array of shape {memory.shape}")
    return memory[:, clbit]


def _counts(counts: Mapping[str, int], clbit: int, shots: int) -> np.ndarray:
    ones = sum(number for outcome, number in counts.items() if int(outcome, 16) >> clbit & 1)
    total = sum(counts.values())
    if total != shots:
        raise _refused(f"{shots} shots were asked for, {total} came back")
    return np.array([shots - ones, ones])


def _arrays(payloads: list[np.ndarray], kind: str) -> dict[str, np.ndarray]:
    values = np.stack(payloads)
    if kind == CLASSIFIED:
        return {"counts": values}
    if kind == SINGLE_SHOT_IQ:
        return {"iq": values.astype(np.complex64)}
    spread = np.stack([part(values).std(axis=1, ddof=1) for part in (np.real, np.imag)], axis=1)
    return {"iq_mean": values.mean(axis=1), "iq_stderr": spread / np.sqrt(values.shape[1])}


def _plain(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of a circuit as JSON: numpy scalars become Python's."""
    return json.loads(json.dumps(metadata, default=float))


def _refused(message: str) -> ToolError:
    return ToolError(ToolErrorKind.DEVICE_REFUSED, f"incomplete data: {message}")
