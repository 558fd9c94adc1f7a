"""The chip as a Qiskit sampler."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives import BasePrimitiveJob, BaseSamplerV2, BitArray, DataBin, PrimitiveResult, SamplerPubResult
from qiskit.primitives.containers.sampler_pub import SamplerPub, SamplerPubLike
from qiskit.providers import JobStatus

from reson.tools.devices.simulated.backend import SimulatedBackend, read_job, run_classified

DEFAULT_SHOTS = 1024


class SimulatedSamplerJob(BasePrimitiveJob[PrimitiveResult[SamplerPubResult], JobStatus]):
    """A job that is done when it is handed out."""

    def __init__(self, job_id: str, result: PrimitiveResult[SamplerPubResult]) -> None:
        super().__init__(job_id)
        self._result = result

    def result(self) -> PrimitiveResult[SamplerPubResult]:
        return self._result

    def status(self) -> JobStatus:
        return JobStatus.DONE

    def done(self) -> bool:
        return True

    def running(self) -> bool:
        return False

    def cancelled(self) -> bool:
        return False

    def in_final_state(self) -> bool:
        return True

    def cancel(self) -> bool:
        """Too late: it is done."""
        return False


class SimulatedSampler(BaseSamplerV2):
    """Classified shots from the chip; PUBs with different numbers of shots run as jobs one after another."""

    def __init__(self, backend: SimulatedBackend) -> None:
        self._backend = backend

    def run(self, pubs: Iterable[SamplerPubLike], *, shots: int | None = None) -> SimulatedSamplerJob:
        """Run PUBs; the result holds one ``BitArray`` for each classical register. Raises ``ToolError``."""
        chip = self._backend.chip
        job_id = f"{self._backend.name}-{chip.clock}"
        coerced = [SamplerPub.coerce(pub, DEFAULT_SHOTS if shots is None else shots) for pub in pubs]
        programs = [read_job(chip, _bound(pub), pub.shots) for pub in coerced]
        results = [
            _pub_result(pub, np.array(run_classified(chip, program, pub.shots or DEFAULT_SHOTS)))
            for pub, program in zip(coerced, programs, strict=True)
        ]
        return SimulatedSamplerJob(job_id, PrimitiveResult(results))


def _bound(pub: SamplerPub) -> list[QuantumCircuit]:
    return pub.parameter_values.bind_all(pub.circuit).ravel().tolist()


def _pub_result(pub: SamplerPub, packed: np.ndarray) -> SamplerPubResult:
    """``packed`` holds all classical bits: (bound circuits, shots, bytes)."""
    bits = BitArray(packed.reshape(*pub.shape, *packed.shape[1:]), pub.circuit.num_clbits)
    places = {bit: index for index, bit in enumerate(pub.circuit.clbits)}
    registers = {register.name: bits.slice_bits([places[bit] for bit in register]) for register in pub.circuit.cregs}
    metadata = {"shots": pub.shots, "circuit_metadata": pub.circuit.metadata or {}}
    return SamplerPubResult(DataBin(**registers, shape=pub.shape), metadata)
