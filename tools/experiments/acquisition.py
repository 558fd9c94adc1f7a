"""Run the circuits of several qubits as one parallel job and bring each qubit's part home, or refuse."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reson.components import Qubit
from reson.tools.data import RawData, Values
from reson.tools.experiments.jobs import failed, results_of

if TYPE_CHECKING:
    from qiskit.result.models import ExperimentResult
    from qiskit_experiments.framework import BaseExperiment

    from reson.tools.devices.device import Device
    from reson.tools.experiments.circuits.joint_circuits import Joint

MOST_INSTRUCTIONS = 2_000_000
"""Of all circuits of a job together: some hundred bytes each, twice while the device reads them."""
CLASSIFIED, AVERAGED_IQ, SINGLE_SHOT_IQ = "counts", "iq_mean", "iq"
"""What to bring home: 0/1 counts, mean and error of the IQ signal, or the IQ value of every shot."""


def acquire(
    name: str, device: Device, arguments: Mapping[int, Values], experiments: Mapping[int, BaseExperiment], kind: str
) -> dict[int, RawData]:
    """Run one experiment per qubit, all at once, and split the results.

    The qubits of one job share its shots: the largest number that any of them asked for.
    Raises ``ToolError`` (job_failed) unless every circuit of every qubit comes back, in order and with every shot.
    """
    from reson.tools.experiments.circuits.joint_circuits import joint_circuits

    return bring_home(name, device, arguments, joint_circuits(name, experiments, device.backend), kind)


def bring_home(
    name: str, device: Device, arguments: Mapping[int, Values], joints: Iterable[Joint], kind: str
) -> dict[int, RawData]:
    """Run circuits that are joined already and split the results; raises as ``acquire`` does."""
    shots = int(max(values["shots"] for values in arguments.values()))
    controls = {qubit: dict(device.controls()[Qubit(qubit)]) for qubit in arguments}
    longest = max(values.get("max_delay", 0.0) for values in arguments.values())
    arrays: dict[int, list[tuple[np.ndarray, ...]]] = {qubit: [] for qubit in arguments}
    circuits: dict[int, list[dict[str, Any]]] = {qubit: [] for qubit in arguments}
    started = device.now().timestamp()
    for job in _jobs(joints, device.limits.max_circuits):
        results = results_of(device, [joint.circuit for joint in job], shots, _LEVELS[kind], longest)
        for joint, result in zip(job, results, strict=True):
            payload = _payload(result, joint.circuit.num_clbits, shots, kind)
            for qubit, clbit in joint.clbits.items():
                arrays[qubit].append(tuple(values[clbit] for values in payload))
                circuits[qubit].append(joint.parts[qubit])
            joint.circuit.clear()  # a circuit refers to itself: its gates would lie about until garbage is collected
    ended = device.now().timestamp()
    return {
        qubit: RawData(
            experiment=name,
            component=Qubit(qubit),
            parameters=dict(arguments[qubit]),
            controls=controls[qubit],
            shots=shots,
            circuits=_plain(circuits[qubit]),
            arrays={
                key: np.stack(found) for key, found in zip(_ARRAYS[kind], zip(*arrays[qubit], strict=True), strict=True)
            },
            started=started,
            ended=ended,
        )
        for qubit in arguments
    }


def _jobs(joints: Iterable[Joint], most: int) -> Iterator[list[Joint]]:
    """The circuits in as few jobs as the device and the memory allow; each is written when its job's turn comes."""
    job: list[Joint] = []
    size = 0
    for joint in joints:
        instructions = len(joint.circuit.data)
        if job and (len(job) == most or size + instructions > MOST_INSTRUCTIONS):
            yield job
            job, size = [], 0
        job.append(joint)
        size += instructions
    if job:
        yield job


_IQ_LEVEL = {"meas_level": 1, "meas_return": "single"}
_LEVELS: dict[str, dict[str, Any]] = {CLASSIFIED: {"meas_level": 2}, AVERAGED_IQ: _IQ_LEVEL, SINGLE_SHOT_IQ: _IQ_LEVEL}
_ARRAYS = {CLASSIFIED: ("counts",), AVERAGED_IQ: ("iq_mean", "iq_stderr"), SINGLE_SHOT_IQ: ("iq",)}


def _payload(result: ExperimentResult, bits: int, shots: int, kind: str) -> tuple[np.ndarray, ...]:
    """What is kept of one circuit, for every classical bit: one array (bits, ...) for each of ``_ARRAYS``."""
    if kind == CLASSIFIED:
        ones = _ones(getattr(result.data, "counts", {}), bits, shots)
        return (np.stack([shots - ones, ones], axis=1),)
    try:
        memory = np.asarray(getattr(result.data, "memory", []))
    except ValueError:  # rows of unequal length
        raise failed(f"{shots} IQ shots of {bits} qubits were asked for; the device returned no array") from None
    if memory.ndim == 3 and memory.shape[2] == 2:  # (shots, slots, [I, Q])
        memory = np.ascontiguousarray(memory, dtype=float).view(complex)[..., 0]
    if memory.ndim != 2 or memory.shape[0] != shots or memory.shape[1] < bits or not np.isfinite(memory).all():
        raise failed(f"{shots} IQ shots of {bits} qubits were asked for; the device returned {_described(memory)}")
    if kind == SINGLE_SHOT_IQ:
        return (memory.T.astype(np.complex64),)
    spread = np.stack([part(memory).std(axis=0, ddof=1) for part in (np.real, np.imag)], axis=1)
    return memory.mean(axis=0), spread / np.sqrt(shots)


def _ones(counts: Mapping[str, int], bits: int, shots: int) -> np.ndarray:
    """How often each classical bit was 1, shape (bits,)."""
    width = (bits + 7) // 8
    if not all(isinstance(one, str) and isinstance(number, int | np.integer) for one, number in counts.items()):
        raise failed(f"counts of outcomes such as '0x1' were asked for, not {str(dict(counts))[:60]}")
    numbers = np.array(list(counts.values()))
    total = numbers.sum()
    if total != shots or (numbers < 0).any():
        raise failed(f"{shots} shots were asked for, {total} came back")
    try:
        packed = b"".join(int(outcome, 16).to_bytes(width, "little") for outcome in counts)
        outcomes = np.unpackbits(np.frombuffer(packed, np.uint8).reshape(-1, width), axis=1, bitorder="little")
    except (ValueError, OverflowError):
        raise failed(f"the outcomes are not those of {bits} classical bits, such as {next(iter(counts))!r}") from None
    if outcomes[:, bits:].any():
        raise failed(f"there are outcomes of more than the {bits} classical bits that were measured")
    return numbers.astype(int) @ outcomes[:, :bits].astype(int)


def _described(memory: np.ndarray) -> str:
    broken = memory.dtype.kind in "fc" and not np.isfinite(memory).all()
    return f"an array of shape {memory.shape}{' with values that are not finite' if broken else ''}"


def _plain(metadata: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The metadata of circuits as JSON: numpy scalars become Python's."""
    return json.loads(json.dumps(metadata, default=float))
