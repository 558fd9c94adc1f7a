"""An IBM device as a Qiskit backend whose jobs are paid for once: sent, found again, waited for, checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from qiskit import QuantumCircuit
from qiskit.providers import JobStatus, JobV1, Options
from qiskit.result import Result
from qiskit.result.models import MeasLevel
from qiskit.transpiler import Target

from reson.errors import DeviceUnavailable, Stopped, ToolError, ToolErrorKind
from reson.tools.devices.answers import results_of
from reson.tools.devices.device import DeviceLimits
from reson.tools.devices.durations import quantum_seconds
from reson.tools.devices.ibm.attendance import ENDS, PATIENCE, Attendance
from reson.tools.devices.ibm.circuits import key_of
from reson.tools.devices.ibm.codes import kind_of
from reson.tools.devices.ibm.ledger import Entry, Ledger, Step
from reson.tools.devices.ibm.sending import SKEW, Sender
from reson.tools.devices.ibm.service import IbmService, IbmTrouble, JobReport, JobState, TroubleKind
from reson.tools.devices.target_backend import TargetBackend

POLL, SELDOM = 5.0, 60.0
"""Seconds between questions after a job: of one that runs or has just been sent, and of one that waits for long."""
RARELY = 3600.0
"""The longest pause in seconds between two questions for a usage that does not come."""
ASKED_FOR = 86_400.0
"""Seconds for which the final usage of a job is asked for; after that its estimate stands."""
MADE_AGAIN = (*PATIENCE, TroubleKind.SESSION)
"""Why the service may cancel a job that nobody asked to cancel."""


class SentAhead(Exception):
    """A job is at the service, and is not waited for now."""


class IbmJob(JobV1):
    """A job at the service; ``result`` waits for it."""

    def __init__(self, backend: IbmBackend, entry: Entry, circuits: Sequence[QuantumCircuit], shots: int) -> None:
        super().__init__(backend, entry.job_id)
        self._ibm = backend
        self._entry = entry
        self._circuits = circuits
        self._shots = shots

    def submit(self) -> None:
        """Nothing to do: it was sent when it was made."""

    def status(self) -> JobStatus:
        return _STATUS[self._ibm.report(self._entry).state]

    def result(self) -> Result:
        return self._ibm.fetch(self._entry, self._circuits, self._shots)


class IbmBackend(TargetBackend):
    """``clock`` tells the device's time when a job is begun, seconds since the Unix epoch; ``used`` hears of each job
    that brought its data how many seconds it took on the device, and when it ended there, where that is told;
    ``reopen`` reads the device anew, and is to call ``retarget``; ``left`` tells what the budget has left in
    quantum seconds, beyond which no job may run longer than its estimate."""

    def __init__(
        self,
        name: str,
        target: Target,
        service: IbmService,
        ledger: Ledger,
        limits: DeviceLimits,
        clock: Callable[[], float],
        used: Callable[[float, float | None], None] = lambda seconds, ended: None,
        reopen: Callable[[], None] = lambda: None,
        left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        super().__init__(name, target, "IBM device", max_circuits=limits.max_circuits)
        self.service = service
        self.ledger = ledger
        self.limits = limits
        self.clock = clock
        self.used = used
        self.reopen = reopen
        self.left = left
        self.attendance = Attendance()
        self.cancelled = False
        """Whether somebody cancelled a job of this run at the service."""
        self._sender = Sender(self)
        self._ahead = ""
        self._usage_due: dict[str, tuple[float, float]] = {}
        """Tag of a job -> when its usage is asked for next, by the clock of the attendance, and the pause then."""

    @classmethod
    def _default_options(cls) -> Options:
        return Options(shots=1024, meas_level=2, meas_return="single")

    def retarget(self, target: Target) -> None:
        """From now on circuits are made for the device as it is now."""
        self._target = target

    def run(self, run_input: QuantumCircuit | Sequence[QuantumCircuit], **options: Any) -> IbmJob:
        """Send a job, or find it where it was sent already by a run that was cut short.

        Raises ``ToolError`` where the service refuses it, ``DeviceUnavailable`` where it takes none.
        """
        circuits = [run_input] if isinstance(run_input, QuantumCircuit) else list(run_input)
        wanted = {**vars(self.options), **options}
        if wanted["meas_level"] != MeasLevel.CLASSIFIED:
            raise ToolError(ToolErrorKind.DEVICE_REFUSED, f"{self.name} gives counts only, no IQ signal")
        shots = int(wanted["shots"])
        key = key_of(circuits, shots)
        mine = self.ledger.open_jobs(self.attendance.run_id)
        entry = next((one for one in mine if one.key == key), None)
        if entry is None:
            self._require_wanted()
            estimate = self.estimate(circuits, shots)
            entry = self.ledger.begin(key, self.attendance.run_id, self.clock(), estimate, self._ahead)
            if self._ahead:
                self._sender.send_once(entry, circuits, shots)
                raise SentAhead
            return IbmJob(self, self._sender.send(entry, circuits, shots), circuits, shots)
        if self._ahead:
            raise SentAhead
        if entry.step is Step.INTENT:
            entry = self._sender.found(entry) or self._sender.send(entry, circuits, shots)
        self.attendance.tell("job_found", {"job": entry.job_id})
        return IbmJob(self, entry, circuits, shots)

    def send_ahead(self, job: str, measure: Callable[[], object]) -> bool:
        """Whether the first job that ``measure`` would wait for is at the service; its data is fetched in its turn."""
        self._ahead = job
        try:
            measure()
        except SentAhead:
            return True
        except ToolError:
            return False  # told in its turn, if it still is so
        finally:
            self._ahead = ""
        return False

    def estimate(self, circuits: Sequence[QuantumCircuit], shots: int) -> float:
        """Quantum seconds that a job will be charged, before it is sent."""
        return quantum_seconds(circuits, shots, self.limits, self._target)

    def report(self, entry: Entry) -> JobReport:
        """What has become of a job. Raises ``ToolError`` (job_failed) for one that the service does not know."""
        try:
            return self.attendance.patiently(
                lambda: self.service.report(entry.job_id), entry.job_id, passing=(TroubleKind.LOST,)
            )
        except IbmTrouble as trouble:
            self.ledger.close(entry, f"lost: {trouble.message}")
            _failed(f"job {entry.job_id} is not known at the service any more: {trouble.message}")

    def fetch(self, entry: Entry, circuits: Sequence[QuantumCircuit], shots: int) -> Result:
        """Wait for a job and check what it brings. Raises ``ToolError`` (job_failed) where it brings nothing whole."""
        last = self._wait(entry)
        if entry.doubtful:
            self._once(entry)
        if last.state is not JobState.DONE:
            self._not_done(entry, last)
        try:
            found = self.attendance.patiently(
                lambda: self.service.result(entry.job_id),
                entry.job_id,
                passing=(TroubleKind.REFUSED, TroubleKind.LOST, TroubleKind.ENDED),
            )
            results = results_of(found, circuits, shots)
        except IbmTrouble as trouble:
            self.ledger.close(entry, f"no result: {trouble.message}", last.usage)
            _failed(f"job {entry.job_id} has no result: {trouble.message}")
        except ToolError:
            self.ledger.close(entry, "incomplete", last.usage)
            raise
        self.ledger.fetched(entry, last.usage)
        self.used(entry.estimate if last.usage is None else last.usage, last.ended)
        self.attendance.tell("job_done", {"job": entry.job_id, "usage": last.usage, "estimate": entry.estimate})
        return Result(
            backend_name=self.name,
            backend_version=self.backend_version,
            job_id=entry.job_id,
            success=True,
            results=results,
            status="COMPLETED",
        )

    def settle(self, last: bool = False) -> None:
        """Ask for the usage of jobs, earlier runs' too, that was not final when their data came: of each ever more
        rarely, and of all where this is the ``last`` time.
        """
        now = self.attendance.clock()
        for entry in self.ledger.pending(self.clock() - ASKED_FOR):
            due, pause = self._usage_due.get(entry.tag, (now, SELDOM))
            if now < due and not last:
                continue
            self._usage_due[entry.tag] = (now + pause, min(2 * pause, RARELY))
            try:
                usage = self.attendance.ask(lambda job=entry.job_id: self.service.report(job)).usage
            except IbmTrouble as trouble:
                if trouble.kind in PATIENCE:
                    return  # asked again before the next job, and at the end; until then the estimate counts
                usage = entry.estimate if trouble.kind is TroubleKind.LOST else None
            if usage is not None:
                self.ledger.charged(entry, usage)

    def drop(self, entry: Entry, why: str) -> None:
        """Close a job that nobody asks for again; one that is still at the service is cancelled there, if it can be."""
        usage = None
        if entry.step is Step.SENT:
            try:
                self.attendance.ask(lambda: self.service.cancel(entry.job_id))
                usage = _charged(self.attendance.ask(lambda: self.service.report(entry.job_id)))
            except IbmTrouble as trouble:
                why = f"{why}; not cancelled: {trouble.message}"
        self.ledger.close(entry, why, usage)

    def _once(self, entry: Entry) -> None:
        """Cancel whatever else is at the service under the tag of a job that was sent again since its answer was lost,
        and count what it is charged.
        """
        ids = self.attendance.told(lambda: self.service.tagged(entry.tag, (entry.meant or entry.clock) - SKEW)) or []
        for other in set(ids) - {entry.job_id}:
            self.drop(self.ledger.twice(entry, other), f"the same as {entry.job_id}")
            self.attendance.tell("job_twice", {"job": entry.job_id, "other": other})

    def _not_done(self, entry: Entry, last: JobReport) -> NoReturn:
        """A failed job may be made again, unless it would fail again; one that a person cancelled is a stop."""
        message = last.message or "no reason given"
        kind = kind_of(message)
        self.ledger.close(entry, f"{last.state}: {message}", last.usage)
        if kind in (TroubleKind.TIME, TroubleKind.CIRCUITS, TroubleKind.MEMORY, TroubleKind.TARGET):
            self._sender.refuse(IbmTrouble(kind, message))
        if kind in ENDS and kind not in PATIENCE:
            raise self.attendance.meaning(IbmTrouble(kind, message))
        if kind is TroubleKind.STOPPED or (last.state is JobState.CANCELLED and kind not in MADE_AGAIN):
            self.cancelled = True
            raise Stopped(f"job {entry.job_id} was cancelled at the service: {message}")
        _failed(f"job {entry.job_id} failed: {message}")

    def _wait(self, entry: Entry) -> JobReport:
        told, pause, may_cancel = None, POLL, True
        while True:
            report = self.report(entry)
            if report.state in (JobState.DONE, JobState.ERROR, JobState.CANCELLED):
                return report
            if report.state is not told:
                self.attendance.tell(f"job_{report.state}", {"job": entry.job_id})
                told, pause = report.state, POLL
            if self.attendance.stop.is_set() and report.state is JobState.QUEUED and may_cancel:
                may_cancel = self._cancel(entry)
            # a running job is paid for: its result is worth the seconds that are left
            self.attendance.rest(pause)
            pause = min(1.5 * pause, SELDOM) if report.state is JobState.QUEUED else POLL

    def _cancel(self, entry: Entry) -> bool:
        """Cancel a job that waits; False where it has begun or ended meanwhile, and its result is to be waited for."""
        kinds = (TroubleKind.ENDED, TroubleKind.LOST, TroubleKind.REFUSED)
        try:
            self.attendance.patiently(lambda: self.service.cancel(entry.job_id), entry.job_id, passing=kinds)
        except IbmTrouble:
            return False
        last = self.report(entry)
        if last.state is JobState.DONE:
            return False
        self.ledger.close(entry, "cancelled: stopped by a person", _charged(last))
        self.attendance.tell("job_cancelled", {"job": entry.job_id})
        raise Stopped(f"stopped by a person: job {entry.job_id} was cancelled in the queue")

    def _require_wanted(self) -> None:
        if self.attendance.stop.is_set():
            raise Stopped("stopped by a person: nothing more is sent")
        condition = self.attendance.patiently(self.service.condition)
        if condition:
            raise DeviceUnavailable(f"{self.name} takes no jobs now: {condition}; `reson resume` goes on when it does")


_STATUS = {
    JobState.QUEUED: JobStatus.QUEUED,
    JobState.RUNNING: JobStatus.RUNNING,
    JobState.DONE: JobStatus.DONE,
    JobState.ERROR: JobStatus.ERROR,
    JobState.CANCELLED: JobStatus.CANCELLED,
}


def _charged(last: JobReport) -> float | None:
    """Quantum seconds of a job that was to be cancelled: none where it had not begun, unless the service says so."""
    waited = last.state in (JobState.QUEUED, JobState.CANCELLED) and last.began is None
    return 0.0 if last.usage is None and waited else last.usage


def _failed(message: str) -> NoReturn:
    raise ToolError(ToolErrorKind.JOB_FAILED, message)
