"""The border around a lab's own driver: whatever its code raises, returns or does not return has an addressee.

All calls into it run in one thread of its own, since drivers keep sockets, event loops and handles that belong to a
thread, and since what hangs must not hang the night. Whatever is raised there is taken, as by the fence around one
qubit's data: nobody can list in advance what an instrument's library raises.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar, cast

from qiskit import QuantumCircuit
from qiskit.exceptions import QiskitError
from qiskit.providers import BackendV2, JobStatus, JobV1, Options
from qiskit.result import Result
from qiskit.transpiler import Target

from reson.errors import DeviceUnavailable, OperatorError, Stopped, ToolError, ToolErrorKind
from reson.tools.devices.handing_over import hand_over
from reson.tools.devices.target_backend import TargetBackend
from reson.tools.fence import in_words

T = TypeVar("T")

ANSWER = 120.0
"""Seconds in which a driver answers what is no measurement: to open, to load values, to tell how a job stands."""
PER_SHOT, SLACK = 20.0, 600.0
"""A driver that measures before it returns may take this times the shots' own rest and readout, and so many seconds."""
GLANCE = 1.0
"""Seconds between two looks at a job that waits in a queue and cannot be waited for with a limit."""
WAITING = (JobStatus.INITIALIZING, JobStatus.QUEUED, JobStatus.VALIDATING)
OURS = (ToolError, OperatorError, DeviceUnavailable, Stopped)
"""What a driver may raise on purpose, each with its own meaning."""


class Driver:
    """The thread in which a lab's own code runs. Once a call has not come back, nothing is asked of it any more."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._asked: SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = SimpleQueue()
        self._hangs = ""
        Thread(target=self._serve, daemon=True, name=f"driver of {name}").start()

    def call(
        self,
        what: str,
        function: Callable[[], T],
        seconds: float = ANSWER,
        known: tuple[type[Exception], ...] = (),
    ) -> T:
        """What ``function`` returns.

        Raises what it raises on purpose, and what whoever calls it knows how to take (``known``); ``ToolError``
        (job_failed) for everything else that it raises, with its words; ``DeviceUnavailable`` where it has not come
        back after ``seconds``.
        """
        if self._hangs:
            raise DeviceUnavailable(self._hangs)
        answer: Future[T] = Future()
        self._asked.put((function, answer))
        try:
            error = answer.exception(timeout=seconds)
        except TimeoutError as late:
            self._hangs = f"the driver of {self._name} has not come back from `{what}` after {seconds:.0f} s"
            raise DeviceUnavailable(self._hangs) from late
        if error is None:
            return answer.result()
        if isinstance(error, OURS + known):
            raise error
        raise ToolError(ToolErrorKind.JOB_FAILED, f"{self._name}: `{what}` failed: {in_words(error)}") from error

    def _serve(self) -> None:
        while True:
            hand_over(*self._asked.get())


class DrivenBackend(TargetBackend):
    """The instructions of a lab's own backend, which runs behind the border.

    ``require`` looks at the circuits before they are sent and raises ``ToolError`` for what the hardware may not play.
    """

    def __init__(
        self, driver: Driver, backend: BackendV2, per_shot: float, require: Callable[[Sequence[QuantumCircuit]], None]
    ) -> None:
        super().__init__(backend.name or "driver", cast(Target, backend.target), backend.description)
        self._driver = driver
        self._backend = backend
        self._per_shot = per_shot
        self._require = require

    @classmethod
    def _default_options(cls) -> Options:
        return Options(shots=1024, meas_level=2, meas_return="single")

    def run(self, run_input: QuantumCircuit | Sequence[QuantumCircuit], **options: Any) -> DrivenJob:
        """Send circuits. Raises as ``Driver.call`` does."""
        circuits = [run_input] if isinstance(run_input, QuantumCircuit) else list(run_input)
        self._require(circuits)
        limit = SLACK + PER_SHOT * len(circuits) * options.get("shots", 1024) * self._per_shot
        job = self._driver.call("run", lambda: self._backend.run(circuits, **options), limit, (QiskitError,))
        return DrivenJob(self, self._driver, job)


class DrivenJob(JobV1):
    """A job of a lab's own backend, asked behind the border."""

    def __init__(self, backend: DrivenBackend, driver: Driver, job: Any) -> None:
        super().__init__(backend, driver.call("job_id", lambda: str(job.job_id())))
        self._driver = driver
        self._job = job

    def submit(self) -> None:
        """Nothing to do: it was sent when it was made."""

    def result(self, timeout: float | None = None) -> Result:
        """Raises as ``Driver.call`` does, ``TimeoutError`` where the job itself counts ``timeout``, seconds, and
        ``ToolError`` (job_failed) for what is no result.
        """
        counts = "timeout" in inspect.signature(self._job.result).parameters
        while not counts and self.status() in WAITING:
            time.sleep(GLANCE)
        limit = {"timeout": timeout} if counts and timeout is not None else {}
        patience = ANSWER + (SLACK if timeout is None else timeout)
        found: Any = self._driver.call(
            "result", lambda: self._job.result(**limit), patience, (QiskitError, TimeoutError)
        )
        if not isinstance(found, Result):
            raise ToolError(ToolErrorKind.JOB_FAILED, f"the job brought home a {type(found).__name__}, and no Result")
        return found

    def status(self) -> JobStatus:
        """How it stands; of a job that does not tell: that it runs."""
        told = self._driver.call("status", lambda: self._job.status()) if hasattr(self._job, "status") else ""
        name = str(getattr(told, "name", told))
        return JobStatus[name] if name in JobStatus.__members__ else JobStatus.RUNNING

    def cancel(self) -> None:
        self._driver.call("cancel", lambda: self._job.cancel())
