"""A job on the chip: done when it is handed out, unless the scenario has it fail or hang."""

from __future__ import annotations

from typing import Generic, TypeVar

from qiskit.providers import JobError, JobStatus

from reson.tools.devices.simulated.chip import Chip
from reson.tools.devices.simulated.faults import Fault
from reson.tools.devices.simulated.job_troubles import SERVICE_LIMIT

R = TypeVar("R")


class Course(Generic[R]):
    """What becomes of one job. Waiting for one that hangs moves the chip's clock, no other."""

    def __init__(self, chip: Chip, started: int, outcome: R, fault: Fault | None) -> None:
        self._chip = chip
        self._outcome = outcome
        self._given_up = started + round(SERVICE_LIMIT * 1e6)
        self.status = JobStatus.DONE
        if fault is not None and fault.kind == "failing_job":
            self.status = JobStatus.ERROR
        if fault is not None and fault.kind == "hanging_job":
            self.status = JobStatus.RUNNING
            chip.clock = started

    def result(self, timeout: float | None = None) -> R:
        """The result; ``timeout`` in seconds of the chip's clock, None: until the server gives a hanging job up.

        Raises ``TimeoutError`` when the time is over, ``JobError`` for a job that failed or was cancelled.
        """
        if self.status is JobStatus.RUNNING:
            until = self._given_up if timeout is None else self._chip.clock + round(timeout * 1e6)
            self._chip.clock = max(self._chip.clock, min(until, self._given_up))
            if until < self._given_up:
                raise TimeoutError(f"the job is still running after {timeout:g} s")
            self.status = JobStatus.ERROR
        if self.status is not JobStatus.DONE:
            raise JobError(f"the job ended with status {self.status.name}: no result")
        return self._outcome

    def cancel(self) -> bool:
        """Whether there was still something to cancel."""
        if self.status is not JobStatus.RUNNING:
            return False
        self.status = JobStatus.CANCELLED
        return True
