"""A stand-in for IBM's service that replays answers in the shapes that the real one gives."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives import BitArray, DataBin, SamplerPubResult
from qiskit.providers import BackendV2
from qiskit.transpiler import Target

from reson.tools.devices.device import Standing
from reson.tools.devices.ibm.service import IbmTrouble, JobReport, JobState
from reson.tools.devices.local.backend import NoisyBackend

Answer = JobReport | IbmTrouble
QUEUED, RUNNING = JobReport(state=JobState.QUEUED), JobReport(state=JobState.RUNNING)
DONE = JobReport(state=JobState.DONE, usage=4.0)


@dataclass
class Recorded:
    """``IbmService`` over a noise model. ``reports`` are given in turn to every job, the last one for ever.

    ``sending``: for each submission None (it works), a trouble, or ("lost", trouble): the job arrives, the answer does
    not. ``damage`` changes the results of a job.
    """

    model: BackendV2
    runs_on: NoisyBackend
    reports: list[Answer] = field(default_factory=lambda: [QUEUED, RUNNING, DONE])
    sending: list[Any] = field(default_factory=list)
    damage: Any = None
    status: str = ""
    submitted: dict[str, tuple[str, list[QuantumCircuit], int]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    renewed: int = 0
    reopened: int = 0
    closed: int = 0
    open: bool = False
    """Whether a batch or session is open: the first job opens one."""
    sessions: bool = True
    left: float | None = 1000.0
    most: list[float] = field(default_factory=list)
    wall: float = 0.0

    def backend(self, fresh: bool = False) -> BackendV2:
        self.reopened += fresh
        return self.model

    def condition(self) -> str:
        return self.status

    def submit(self, circuits: Sequence[QuantumCircuit], shots: int, tag: str, most: float) -> str:
        self.most.append(most)
        answer = self.sending.pop(0) if self.sending else None
        if isinstance(answer, IbmTrouble):
            raise answer
        self.open = True
        job_id = f"d4{len(self.submitted):018x}"
        self.submitted[job_id] = (tag, list(circuits), shots)
        if answer is not None:
            raise answer[1]
        return job_id

    def report(self, job_id: str) -> JobReport:
        if job_id in self.cancelled:
            return JobReport(state=JobState.CANCELLED)
        number = self.asked.get(job_id, 0)
        self.asked[job_id] = number + 1
        answer = self.reports[min(number, len(self.reports) - 1)]
        if isinstance(answer, IbmTrouble):
            raise answer
        return answer

    def result(self, job_id: str) -> Sequence[Any]:
        _, circuits, shots = self.submitted[job_id]
        found = self.runs_on.run(circuits, shots=shots).result()
        pubs = [
            _pub(circuit, one.data.counts, shots) for circuit, one in zip(circuits, found.results or [], strict=True)
        ]
        return self.damage(pubs) if self.damage else pubs

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)

    def tagged(self, tag: str, since: float) -> list[str]:
        return [job_id for job_id, (carried, _, _) in self.submitted.items() if carried == tag]

    def remaining(self) -> float | None:
        return self.left

    def allowance(self) -> float | None:
        return 600.0

    def standing(self) -> Standing:
        return Standing(plan="open", instance="lab-3", pending=12, least_busy="ibm:kyiv", fewest=3)

    def renew(self, sessions: bool = True) -> None:
        self.renewed += 1
        self.open = False
        self.sessions = self.sessions and sessions

    def session_seconds(self) -> float:
        return self.wall

    def close(self) -> None:
        self.closed += 1
        self.open = False


def without(model: BackendV2, qubit: int, names: Sequence[str] = ()) -> BackendV2:
    """The device after its provider took these instructions of a qubit, or all of them, out of service."""
    old: Any = model.target
    new = Target(num_qubits=old.num_qubits, dt=old.dt, qubit_properties=old.qubit_properties)
    for name in old.operation_names:
        gone = name in names or not names
        places = {place: known for place, known in old[name].items() if not (gone and qubit in (place or ()))}
        new.add_instruction(old.operation_from_name(name), places, name=name)
    found: Any = copy.copy(model)
    found._target = new
    return found


def _pub(circuit: QuantumCircuit, counts: dict[str, int], shots: int) -> SamplerPubResult:
    """As SamplerV2 returns it: one ``BitArray`` for each register, the circuit's metadata beside."""
    words = np.repeat([int(word, 16) for word in counts], list(counts.values()))
    places = {bit: place for place, bit in enumerate(circuit.clbits)}
    registers = {}
    for register in circuit.cregs:
        bits = np.array([[word >> places[bit] & 1 for bit in register] for word in words], dtype=bool)
        registers[register.name] = BitArray.from_bool_array(bits, order="little")
    return SamplerPubResult(DataBin(**registers), {"circuit_metadata": circuit.metadata or {}})
