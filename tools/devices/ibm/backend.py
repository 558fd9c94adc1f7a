"""An IBM device as a Qiskit backend whose jobs are paid for once: sent, found again, waited for, checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from qiskit import QuantumCircuit
from qiskit.providers import JobStatus, JobV1, Options
from qiskit.result import Result
from qiskit.result.models import MeasLevel
from qiskit.transpiler import Target

from reson.errors import DeviceUnavailable, ToolError, ToolErrorKind
from reson.tools.devices.answers import marked, results_of
from reson.tools.devices.device import DeviceLimits
from reson.tools.devices.ibm.attendance import Attendance
from reson.tools.devices.ibm.circuits import key_of, longest_path
from reson.tools.devices.ibm.ledger import Entry, Ledger, Step
from reson.tools.devices.ibm.service import IbmService, IbmTrouble, JobReport, JobState, TroubleKind
from reson.tools.devices.target_backend import TargetBackend

POLL = 5.0
"""Seconds between questions after a job."""
LOOKS = 3
"""How often a job is looked for whose answer was lost: the service's list may lag behind."""
OVERHEAD = 2.0
"""Quantum seconds that a job is charged beside its shots: loading and binding, of the order of IBM's own estimates."""


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
    """``clock`` tells the device's time when a job is begun, seconds since the Unix epoch; ``used`` hears how many
    seconds each job took on the device."""

    def __init__(
        self,
        name: str,
        target: Target,
        service: IbmService,
        ledger: Ledger,
        limits: DeviceLimits,
        clock: Callable[[], float],
        used: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        super().__init__(name, target, "IBM device", max_circuits=limits.max_circuits)
        self.service = service
        self.ledger = ledger
        self.limits = limits
        self.clock = clock
        self.used = used
        self.attendance = Attendance()

    @classmethod
    def _default_options(cls) -> Options:
        return Options(shots=1024, meas_level=2, meas_return="single")

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
        entry = next((one for one in self.ledger.open_jobs() if one.key == key), None)
        if entry is None:
            self._require_wanted()
            entry = self.ledger.begin(key, self.attendance.run_id, self.clock(), self.estimate(circuits, shots))
            return IbmJob(self, self._send(entry, circuits, shots), circuits, shots)
        if entry.step is Step.INTENT:
            entry = self._found(entry) or self._send(entry, circuits, shots)
        self.attendance.tell("job_found", {"job": entry.job_id})
        return IbmJob(self, entry, circuits, shots)

    def estimate(self, circuits: Sequence[QuantumCircuit], shots: int) -> float:
        """Quantum seconds that a job will be charged, before it is sent."""
        delays = sum(longest_path(circuit, self._target) for circuit in circuits)
        between = self.limits.reset_time + self.limits.readout_time
        return OVERHEAD + shots * (len(circuits) * between + delays)

    def report(self, entry: Entry) -> JobReport:
        return self.attendance.patiently(lambda: self.service.report(entry.job_id), entry.job_id)

    def fetch(self, entry: Entry, circuits: Sequence[QuantumCircuit], shots: int) -> Result:
        """Wait for a job and check what it brings. Raises ``ToolError`` (job_failed) where it brings nothing whole."""
        last = self._wait(entry)
        if last.state is not JobState.DONE:
            self.ledger.close(entry, last.state, last.usage)
            what = "was cancelled at the service" if last.state is JobState.CANCELLED else "failed"
            _failed(f"job {entry.job_id} {what}: {last.message or 'no reason given'}")
        found = self.attendance.patiently(lambda: self.service.result(entry.job_id), entry.job_id)
        try:
            results = results_of(found, circuits, shots)
        except ToolError:
            self.ledger.close(entry, "incomplete", last.usage)
            raise
        self.ledger.fetched(entry, last.usage)
        self.used(entry.estimate if last.usage is None else last.usage)
        self.attendance.tell("job_done", {"job": entry.job_id, "usage": last.usage, "estimate": entry.estimate})
        return Result(
            backend_name=self.name,
            backend_version=self.backend_version,
            job_id=entry.job_id,
            success=True,
            results=results,
            status="COMPLETED",
        )

    def _send(self, entry: Entry, circuits: Sequence[QuantumCircuit], shots: int) -> Entry:
        told = {"circuits": len(circuits), "shots": shots, "estimate": entry.estimate}
        for attempt in (1, 2):
            try:
                job_id = self.service.submit(marked(circuits), shots, entry.tag)
            except IbmTrouble as trouble:
                if trouble.kind is TroubleKind.SESSION and attempt == 1:
                    self.attendance.tell("session_renewed", {"reason": trouble.message})
                    self.attendance.patiently(self.service.renew)
                    continue
                if trouble.kind is TroubleKind.CONNECTION and (found := self._found(entry)):
                    return found  # the request arrived, its answer did not
                self._not_sent(entry, trouble)
                continue
            self.attendance.tell("job_sent", {"job": job_id, **told})
            return self.ledger.sent(entry, job_id)
        self.ledger.close(entry, "not sent")
        raise DeviceUnavailable(f"{self.name} took no job: the connection was lost twice while sending")

    def _not_sent(self, entry: Entry, trouble: IbmTrouble) -> None:
        """Raises what the trouble means for the run; returns where sending again may help."""
        if trouble.kind is TroubleKind.CONNECTION:
            self.attendance.tell("connection_lost", {"reason": trouble.message, "job": ""})
            return
        self.ledger.close(entry, f"not sent: {trouble.kind}")
        if trouble.kind in (TroubleKind.REFUSED, TroubleKind.SESSION):
            raise ToolError(ToolErrorKind.DEVICE_REFUSED, f"{self.name} refused the job: {trouble.message}")
        raise self.attendance.unavailable(trouble)

    def _found(self, entry: Entry) -> Entry | None:
        """The job of an intent whose answer was lost, if it reached the service."""
        for _ in range(LOOKS):
            if ids := self.attendance.patiently(lambda: self.service.tagged(entry.tag)):
                return self.ledger.sent(entry, ids[0])
            self.attendance.sleep(POLL)
        return None

    def _wait(self, entry: Entry) -> JobReport:
        told = None
        while True:
            report = self.report(entry)
            if report.state in (JobState.DONE, JobState.ERROR, JobState.CANCELLED):
                return report
            if report.state is not told:
                self.attendance.tell(f"job_{report.state}", {"job": entry.job_id})
                told = report.state
            if self.attendance.stop.is_set() and report.state is JobState.QUEUED:
                self._cancel(entry)
            # a running job is paid for: its result is worth the seconds that are left
            self.attendance.sleep(POLL)

    def _cancel(self, entry: Entry) -> NoReturn:
        self.attendance.patiently(lambda: self.service.cancel(entry.job_id), entry.job_id)
        last = self.report(entry)
        self.ledger.close(entry, "cancelled: stopped by a person", last.usage or 0.0)
        self.attendance.tell("job_cancelled", {"job": entry.job_id})
        raise ToolError(
            ToolErrorKind.NOT_ALLOWED, f"stopped by a person: job {entry.job_id} was cancelled in the queue"
        )

    def _require_wanted(self) -> None:
        if self.attendance.stop.is_set():
            raise ToolError(ToolErrorKind.NOT_ALLOWED, "stopped by a person: nothing more is sent")
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


def _failed(message: str) -> NoReturn:
    raise ToolError(ToolErrorKind.JOB_FAILED, message)
