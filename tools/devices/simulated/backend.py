"""The chip as a Qiskit ``BackendV2``: options, jobs, target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Self

import numpy as np
from qiskit import QuantumCircuit
from qiskit.providers import JobStatus, JobV1, Options
from qiskit.result import Result
from qiskit.result.models import MeasLevel, MeasReturnType
from qiskit.transpiler import InstructionProperties

from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.simulated.chip import LIMITS, Chip, circuit_seconds
from reson.tools.devices.simulated.faults import Fault
from reson.tools.devices.simulated.job_troubles import garbled, kept_shots, trouble
from reson.tools.devices.simulated.jobs import Course
from reson.tools.devices.simulated.program import Program, read_circuits
from reson.tools.devices.simulated.results import (
    TRACE_SAMPLES,
    counts_of,
    discriminate,
    experiment_result,
    iq_memory,
    memory_of,
)
from reson.tools.devices.simulated.target import chip_target
from reson.tools.devices.target_backend import TargetBackend

_LARGEST_MEMORY = 50_000_000
"""IQ points of one job that are kept shot by shot (0.8 GB)."""


class SimulatedJob(JobV1):
    """One job, see ``jobs.Course``: mostly done when it is handed out."""

    def __init__(self, backend: SimulatedBackend, job_id: str, course: Course[Result]) -> None:
        super().__init__(backend, job_id)
        self._course = course

    def submit(self) -> None:
        """Nothing to do: the job ran when it was made."""

    def result(self, timeout: float | None = None) -> Result:
        return self._course.result(timeout)

    def status(self) -> JobStatus:
        return self._course.status

    def cancel(self) -> bool:
        return self._course.cancel()


class SimulatedBackend(TargetBackend):
    """Qiskit's view of the chip. Jobs run when they are submitted and move the chip's clock."""

    def __init__(self, name: str, chip: Chip) -> None:
        target = chip_target(chip.controls, chip.pairs)
        super().__init__(name, target, "simulated transmon chip", LIMITS.max_circuits)
        self.chip = chip

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The one chip: a copy would run on the same clock and the same random numbers again."""
        return self

    @classmethod
    def _default_options(cls) -> Options:
        return Options(shots=1024, meas_level=2, meas_return="single", memory=False)

    def refresh_target(self) -> None:
        """Bring the target's durations up to date with the controls."""
        for qubit, controls in enumerate(self.chip.controls):
            for name in ("x", "sx", "id"):
                duration = InstructionProperties(duration=controls["pulse_duration"])
                self._target.update_instruction_properties(name, (qubit,), duration)
        for (low, high), controls in self.chip.pairs.items():
            for pair in ((low, high), (high, low)):
                duration = InstructionProperties(duration=controls["cz_duration"])
                self._target.update_instruction_properties("cz", pair, duration)

    def run(self, run_input: QuantumCircuit | Sequence[QuantumCircuit], **options: Any) -> SimulatedJob:
        """Run circuits. Options: ``shots``, ``meas_level`` (0, 1, 2), ``meas_return`` ("single" or "avg", for levels
        0 and 1), ``memory`` (level 2: the outcome of each shot beside the counts).

        Level 2 gives counts; level 1 memory (shots, slots, 2) or its average (slots, 2); level 0 traces of the
        accumulating signal, (shots, slots, samples, 2) or (slots, samples, 2). Raises ``ToolError`` before anything
        runs.
        """
        circuits = [run_input] if isinstance(run_input, QuantumCircuit) else list(run_input)
        order = _Order.of({**vars(self.options), **options}, set(vars(self.options)))
        program = read_job(self.chip, circuits, order.shots)
        order.require_room(program)
        started = self.chip.clock
        job_id = f"{self.name}-{started}"
        fault = trouble_of(self.chip, [(program, order.shots)])
        kept = kept_shots(fault, order.shots)
        if order.level == MeasLevel.CLASSIFIED:
            data = [
                {"counts": counts_of(packed[:kept])} | ({"memory": memory_of(packed[:kept])} if order.memory else {})
                for packed in run_classified(self.chip, program, order.shots)
            ]
        else:
            data = self.chip.run(
                program,
                order.shots,
                order.samples,
                lambda circuit, signal: {"memory": iq_memory(circuit, signal[:, :kept], order.level, order.average)},
            )
        results = [
            experiment_result(circuit, found, kept, order.level, order.average)
            for circuit, found in zip(circuits, data, strict=True)
        ]
        if fault is not None and fault.kind == "garbage_job":
            results = garbled(results, self.chip.truth.seed, started)
        result = Result(
            backend_name=self.name,
            backend_version=self.backend_version,
            job_id=job_id,
            success=True,
            results=results,
            status="COMPLETED",
        )
        return SimulatedJob(self, job_id, Course(self.chip, started, result, fault))


def read_job(chip: Chip, circuits: Sequence[QuantumCircuit], shots: Any) -> Program:
    """Circuits as a program, within the device's limits. Raises ``ToolError``."""
    if not 0 < len(circuits) <= LIMITS.max_circuits:
        _bad(f"a job takes 1 to {LIMITS.max_circuits} circuits, not {len(circuits)}")
    if isinstance(shots, bool) or not isinstance(shots, int | np.integer) or not 0 < shots <= LIMITS.max_shots:
        _bad(f"shots must be a whole number from 1 to {LIMITS.max_shots}, not {shots!r}")
    return read_circuits(circuits, chip.controls, chip.pairs)


def trouble_of(chip: Chip, programs: Sequence[tuple[Program, int]]) -> Fault | None:
    """What the scenario has in store for a job of these programs and shots that starts now."""
    seconds = sum(float(circuit_seconds(program, shots).sum()) for program, shots in programs)
    return trouble(chip.scenario, chip.truth.seed, chip.clock, chip.clock + round(seconds * 1e6))


def run_classified(chip: Chip, program: Program, shots: int) -> list[np.ndarray]:
    """Level 2: packed bits (shots, bytes) of each circuit."""
    return chip.run(program, shots, 1, lambda circuit, signal: discriminate(circuit, signal, chip.controls))


@dataclass(frozen=True)
class _Order:
    """Run options, checked."""

    shots: int
    level: MeasLevel
    average: bool
    memory: bool

    @staticmethod
    def of(options: dict[str, Any], known: set[str]) -> _Order:
        unknown = sorted(set(options) - known)
        if unknown:
            _bad(f"the simulated chip has no run option {', '.join(unknown)}; it has {', '.join(sorted(known))}")
        if options["meas_level"] not in list(MeasLevel):
            _bad(f"meas_level must be 0, 1 or 2, not {options['meas_level']!r}")
        if options["meas_return"] not in list(MeasReturnType):
            _bad(f"meas_return must be 'single' or 'avg', not {options['meas_return']!r}")
        level = MeasLevel(options["meas_level"])
        average = level != MeasLevel.CLASSIFIED and options["meas_return"] == MeasReturnType.AVERAGE
        return _Order(options["shots"], level, average, bool(options["memory"]))

    @property
    def samples(self) -> int:
        return TRACE_SAMPLES if self.level == MeasLevel.RAW else 1

    def require_room(self, program: Program) -> None:
        points = sum(circuit.slots for circuit in program.circuits) * self.shots * self.samples
        if self.level != MeasLevel.CLASSIFIED and not self.average and points > _LARGEST_MEMORY:
            _bad(f"{points:.2g} IQ points in a job are more than {_LARGEST_MEMORY:.2g}: average or ask for fewer shots")


def _bad(why: str) -> NoReturn:
    raise ToolError(ToolErrorKind.BAD_ARGUMENTS, why)
