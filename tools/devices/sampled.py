"""A backend whose circuits a ``SamplerV2`` runs: counts only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qiskit import QuantumCircuit
from qiskit.primitives import BaseSamplerV2
from qiskit.providers import BackendV2, JobStatus, JobV1, Options
from qiskit.result import Result
from qiskit.result.models import MeasLevel
from qiskit.transpiler import Target

from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.answers import results_of
from reson.tools.devices.target_backend import TargetBackend


class SampledJob(JobV1):
    """A sampler's job, its result in the shape of a backend's."""

    def __init__(self, backend: BackendV2, job: Any, circuits: Sequence[QuantumCircuit], shots: int) -> None:
        super().__init__(backend, job.job_id())
        self._name = backend.name
        self._job = job
        self._circuits = circuits
        self._shots = shots

    def submit(self) -> None:
        """Nothing to do: the sampler runs it."""

    def result(self) -> Result:
        results = results_of(list(self._job.result()), self._circuits, self._shots)
        return Result(
            backend_name=self._name,
            backend_version="1",
            job_id=self.job_id(),
            success=True,
            results=results,
            status="COMPLETED",
        )

    def status(self) -> JobStatus:
        return JobStatus.DONE if self._job.done() else JobStatus.RUNNING


class SampledBackend(TargetBackend):
    """The instructions of ``target``, run by ``sampler``."""

    def __init__(self, name: str, target: Target, sampler: BaseSamplerV2, max_circuits: int) -> None:
        super().__init__(name, target, max_circuits=max_circuits)
        self._sampler = sampler

    @classmethod
    def _default_options(cls) -> Options:
        return Options(shots=1024, meas_level=2, meas_return="single")

    def run(self, run_input: QuantumCircuit | Sequence[QuantumCircuit], **options: Any) -> SampledJob:
        """Run circuits. Raises ``ToolError`` (device_refused) where a signal is asked for."""
        circuits = [run_input] if isinstance(run_input, QuantumCircuit) else list(run_input)
        wanted = {**vars(self.options), **options}
        if wanted["meas_level"] != MeasLevel.CLASSIFIED:
            raise ToolError(ToolErrorKind.DEVICE_REFUSED, f"{self.name} gives counts only, no IQ signal")
        return SampledJob(self, self._sampler.run(circuits, shots=wanted["shots"]), circuits, wanted["shots"])
