"""Run sequences on disjoint pairs as one job and bring home what each pair was read as."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reson.components import Pair
from reson.errors import ToolError, ToolErrorKind
from reson.tools.data import RawData, Values
from reson.tools.experiments.jobs import failed, results_of

if TYPE_CHECKING:
    from qiskit.result.models import ExperimentResult

    from reson.tools.devices.device import Device
    from reson.tools.experiments.circuits.pair_sequences import Written

OUTCOMES = ("00", "01", "10", "11")
"""Columns of a pair's counts: what the first and the second qubit were read as."""


def acquire_pairs(
    name: str,
    device: Device,
    arguments: Mapping[Pair, Values],
    sequences: Mapping[Pair, Sequence[Written]],
) -> dict[Pair, RawData]:
    """Counts (circuits, 4) of each pair, in the order of ``OUTCOMES``; the pairs of one job share its shots.

    Raises ``ToolError``: bad_arguments for pairs that share a qubit, job_failed unless every shot comes back.
    """
    from reson.tools.experiments.circuits.pair_sequences import joined

    qubits = [qubit for pair in arguments for qubit in pair.qubits()]
    if len(set(qubits)) < len(qubits):
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, "pairs that share a qubit cannot be measured at once")
    shots = int(max(values["shots"] for values in arguments.values()))
    counts: dict[Pair, list[np.ndarray]] = {pair: [] for pair in arguments}
    circuits: dict[Pair, list[dict[str, Any]]] = {pair: [] for pair in arguments}
    controls = {pair: dict(device.controls()[pair]) for pair in arguments}
    started, joints = device.now().timestamp(), joined(name, sequences)
    while job := list(itertools.islice(joints, device.limits.max_circuits)):
        for joint, result in zip(
            job, results_of(device, [one.circuit for one in job], shots, {"meas_level": 2}, 0.0), strict=True
        ):
            for pair, metadata in joint.parts.items():
                counts[pair].append(_outcomes(result, joint.clbits[pair], shots))
                circuits[pair].append(json.loads(json.dumps(metadata, default=float)))
            joint.circuit.clear()
    ended = device.now().timestamp()
    return {
        pair: RawData(
            experiment=name,
            component=pair,
            parameters=dict(values),
            controls=controls[pair],
            shots=shots,
            circuits=circuits[pair],
            arrays={"counts": np.array(counts[pair])},
            started=started,
            ended=ended,
        )
        for pair, values in arguments.items()
    }


def _outcomes(result: ExperimentResult, bit: int, shots: int) -> np.ndarray:
    counts: Any = getattr(result.data, "counts", {})
    found = np.zeros(4, dtype=int)
    for word, number in counts.items():
        first, second = (int(word, 16) >> (bit + place) & 1 for place in (0, 1))
        found[2 * first + second] += number
    if found.sum() != shots:
        raise failed(f"{shots} shots were asked for, {found.sum()} came back")
    return found
