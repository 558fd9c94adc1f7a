"""The chip as a Qiskit sampler."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives import BasePrimitiveJob, BaseSamplerV2, BitArray, DataBin, PrimitiveResult, SamplerPubResult
from qiskit.primitives.containers.sampler_pub import SamplerPub, SamplerPubLike
from qiskit.providers import JobStatus

from reson.tools.devices.simulated.backend import SimulatedBackend, read_job, run_classified, trouble_of
from reson.tools.devices.simulated.job_troubles import kept_shots
from reson.tools.devices.simulated.jobs import Course

DEFAULT_SHOTS = 1024


class SimulatedSamplerJob(BasePrimitiveJob[PrimitiveResult[SamplerPubResult], JobStatus]):
    """One job, see ``jobs.Course``: mostly done when it is handed out."""

    def __init__(self, job_id: str, course: Course[PrimitiveResult[SamplerPubResult]]) -> None:
        super().__init__(job_id)
        self._course = course

    def result(self, timeout: float | None = None) -> PrimitiveResult[SamplerPubResult]:
        return self._course.result(timeout)

    def status(self) -> JobStatus:
        return self._course.status

    def done(self) -> bool:
        return self.status() is JobStatus.DONE

    def running(self) -> bool:
        return self.status() is JobStatus.RUNNING

    def cancelled(self) -> bool:
        return self.status() is JobStatus.CANCELLED

    def in_final_state(self) -> bool:
        return not self.running()

    def cancel(self) -> bool:
        return self._course.cancel()


class SimulatedSampler(BaseSamplerV2):
    """Classified shots from the chip; PUBs with different numbers of shots run as jobs one after another."""

    def __init__(self, backend: SimulatedBackend) -> None:
        self._backend = backend

    def run(self, pubs: Iterable[SamplerPubLike], *, shots: int | None = None) -> SimulatedSamplerJob:
        """Run PUBs; the result holds one ``BitArray`` for each classical register. Raises ``ToolError``."""
        chip = self._backend.chip
        started = chip.clock
        coerced = [SamplerPub.coerce(pub, DEFAULT_SHOTS if shots is None else shots) for pub in pubs]
        programs = [(read_job(chip, _bound(pub), pub.shots), pub.shots or DEFAULT_SHOTS) for pub in coerced]
        fault = trouble_of(chip, programs)
        results = [
            _pub_result(pub, np.array(run_classified(chip, program, number))[:, : kept_shots(fault, number)])
            for pub, (program, number) in zip(coerced, programs, strict=True)
        ]
        if fault is not None and fault.kind == "garbage_job":
            results = results[1:]
        course = Course(chip, started, PrimitiveResult(results), fault)
        return SimulatedSamplerJob(f"{self._backend.name}-{started}", course)


def _bound(pub: SamplerPub) -> list[QuantumCircuit]:
    return pub.parameter_values.bind_all(pub.circuit).ravel().tolist()


def _pub_result(pub: SamplerPub, packed: np.ndarray) -> SamplerPubResult:
    """``packed`` holds all classical bits: (bound circuits, shots, bytes)."""
    bits = BitArray(packed.reshape(*pub.shape, *packed.shape[1:]), pub.circuit.num_clbits)
    places = {bit: index for index, bit in enumerate(pub.circuit.clbits)}
    registers = {register.name: bits.slice_bits([places[bit] for bit in register]) for register in pub.circuit.cregs}
    metadata = {"shots": pub.shots, "circuit_metadata": pub.circuit.metadata or {}}
    return SamplerPubResult(DataBin(**registers, shape=pub.shape), metadata)
