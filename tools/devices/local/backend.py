"""A copy of a device as a Qiskit backend: counts under its noise model, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Self

import numpy as np
from qiskit import QuantumCircuit
from qiskit.providers import BackendV2, JobStatus, JobV1, Options
from qiskit.result import Result
from qiskit.result.models import MeasLevel
from qiskit.transpiler import Target

from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.counts import counts_result
from reson.tools.devices.device import DeviceLimits
from reson.tools.devices.durations import quantum_seconds
from reson.tools.devices.local.always_on import with_zz
from reson.tools.devices.local.noise import NoisySimulators
from reson.tools.devices.local.parts import Part, parts_of
from reson.tools.devices.target_backend import TargetBackend

Order = tuple[int, int]
"""(index of the circuit, index of its part)."""


class LocalJob(JobV1):
    """A job that is done when it is handed out."""

    def __init__(self, backend: BackendV2, job_id: str, result: Result) -> None:
        super().__init__(backend, job_id)
        self._result = result

    def submit(self) -> None:
        """Nothing to do: the job ran when it was made."""

    def result(self) -> Result:
        return self._result

    def status(self) -> JobStatus:
        return JobStatus.DONE


class NoisyBackend(TargetBackend):
    """Runs circuits on the qubits of ``target`` under the noise of ``simulators``; level 2 (counts) only.

    Qubits that no gate connects are computed apart and their shots joined at random. That is exact for a noise model
    whose errors stay on the qubits of their gate, as those that are made from published numbers.
    """

    def __init__(
        self,
        name: str,
        target: Target,
        simulators: NoisySimulators,
        limits: DeviceLimits,
        seed: int | None = None,
        zz: Mapping[tuple[int, int], float] | None = None,
    ) -> None:
        super().__init__(name, target, "noise model, computed here", max_circuits=limits.max_circuits)
        self._simulators = simulators
        self._limits = limits
        self._zz = zz or {}
        self._rng = np.random.default_rng(seed)
        self._jobs = 0
        self.charged = 0.0
        """Quantum seconds that the device itself would have charged for all jobs so far."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The one device: a copy would build its noise model again and draw the same random numbers."""
        return self

    @classmethod
    def _default_options(cls) -> Options:
        return Options(shots=1024, meas_level=2, meas_return="single", memory=False)

    def run(self, run_input: QuantumCircuit | Sequence[QuantumCircuit], **options: Any) -> LocalJob:
        """Run circuits. Raises ``ToolError`` (bad_arguments, device_refused) before anything runs."""
        circuits = [run_input] if isinstance(run_input, QuantumCircuit) else list(run_input)
        wanted = {**vars(self.options), **options}
        shots = self._checked(circuits, wanted)
        played = [with_zz(circuit, self._zz, self._target) for circuit in circuits] if self._zz else circuits
        parts = [parts_of(circuit) for circuit in played]
        outcomes = self._outcomes(parts, shots)
        self._jobs += 1
        self.charged += quantum_seconds(circuits, shots, self._limits, self._target)
        job_id = f"{self.name}-{self._jobs}"
        results = [
            counts_result(circuit, self._joined(circuit, parts[index], outcomes, index, shots))
            for index, circuit in enumerate(circuits)
        ]
        result = Result(
            backend_name=self.name,
            backend_version=self.backend_version,
            job_id=job_id,
            success=True,
            results=results,
            status="COMPLETED",
        )
        return LocalJob(self, job_id, result)

    def _checked(self, circuits: Sequence[QuantumCircuit], wanted: dict[str, Any]) -> int:
        unknown = sorted(set(wanted) - set(vars(self.options)))
        if unknown:
            _bad(f"{self.name} has no run option {', '.join(unknown)}")
        if wanted["meas_level"] != MeasLevel.CLASSIFIED:
            raise ToolError(ToolErrorKind.DEVICE_REFUSED, f"{self.name} gives counts only, no IQ signal")
        if not 0 < len(circuits) <= self._limits.max_circuits:
            _bad(f"a job takes 1 to {self._limits.max_circuits} circuits, not {len(circuits)}")
        shots = wanted["shots"]
        whole = not isinstance(shots, bool) and isinstance(shots, int | np.integer)
        if not whole or not 0 < shots <= self._limits.max_shots:
            _bad(f"shots must be a whole number from 1 to {self._limits.max_shots}, not {shots!r}")
        return int(shots)

    def _outcomes(self, parts: list[list[Part]], shots: int) -> dict[Order, dict[str, int]]:
        """(circuit, part) -> hexadecimal counts; the same qubits of all circuits run as one job of Aer."""
        together: dict[tuple[int, ...], list[Order]] = {}
        for index, of_circuit in enumerate(parts):
            for place, part in enumerate(of_circuit):
                together.setdefault(part.qubits, []).append((index, place))
        simulators = {qubits: self._simulators.of(qubits) for qubits in together}
        found: dict[Order, dict[str, int]] = {}
        for qubits, orders in together.items():
            circuits = [parts[index][place].circuit for index, place in orders]
            seed = int(self._rng.integers(2**31))
            result = simulators[qubits].run(circuits, shots=shots, seed_simulator=seed).result()
            if not result.success:
                raise ToolError(ToolErrorKind.DEVICE_REFUSED, f"the noise model cannot be computed: {result.status}")
            found |= {order: one.data.counts for order, one in zip(orders, result.results, strict=True)}
        return found

    def _joined(
        self,
        circuit: QuantumCircuit,
        parts: Sequence[Part],
        outcomes: dict[Order, dict[str, int]],
        index: int,
        shots: int,
    ) -> np.ndarray:
        """Bits of every shot, shape (shots, clbits of the circuit): parts joined in random order of their shots."""
        bits = np.zeros((shots, circuit.num_clbits), dtype=bool)
        for place, part in enumerate(parts):
            counts = outcomes[index, place]
            width = range(len(part.clbits))
            words = np.array([[int(word, 16) >> bit & 1 for bit in width] for word in counts], dtype=bool)
            rows = self._rng.permutation(np.repeat(np.arange(len(counts)), list(counts.values())))
            bits[:, list(part.clbits)] = words[rows]
        return bits


def _bad(why: str) -> NoReturn:
    raise ToolError(ToolErrorKind.BAD_ARGUMENTS, why)
