"""The port to IBM's service over qiskit-ibm-runtime: a sampler in a batch or a session."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reson.errors import OperatorError
from reson.tools.devices.device import Standing
from reson.tools.devices.ibm.secrets import without_secrets
from reson.tools.devices.ibm.service import IbmTrouble, JobReport, JobState, TroubleKind
from reson.tools.devices.ibm.troubles import own_terms
from reson.tools.devices.order import IbmOptions

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2

SAVE = "save it once with `QiskitRuntimeService.save_account(token=...)` or set QISKIT_IBM_TOKEN: see docs/devices.md"
LONGEST_JOB = 10_800
"""Seconds that the service lets any job run."""
LONGEST_MODE = 8 * 3600
"""Seconds for which the service keeps a batch or session at most. A batch that lies open costs nothing."""
_STATES = {
    "INITIALIZING": JobState.QUEUED,
    "QUEUED": JobState.QUEUED,
    "RUNNING": JobState.RUNNING,
    "DONE": JobState.DONE,
    "ERROR": JobState.ERROR,
    "CANCELLED": JobState.CANCELLED,
}


class RuntimeService:
    """``IbmService`` of one device. ``service`` is a ``QiskitRuntimeService``, ``device`` its backend."""

    def __init__(self, service: Any, device: Any, options: IbmOptions, secrets: Sequence[str] = ()) -> None:
        self._service = service
        self._device = device
        self._options = options
        self._secrets = tuple(secrets)
        self._mode_name: str = options.mode
        self._mode: Any = None
        self._closed_sessions = 0.0
        self._jobs: dict[str, Any] = {}

    def backend(self, fresh: bool = False) -> BackendV2:
        with own_terms(self._secrets):
            if fresh:
                self._device.refresh()
            # the runtime asks for them when they are looked at first: from here on nobody meets the service unawares
            _ = self._device.target, self._device.properties()
        return self._device

    def condition(self) -> str:
        with own_terms(self._secrets):
            status = self._device.status()
            if status.operational and status.status_msg == "active":
                return ""
            return without_secrets(str(status.status_msg or "not operational"), self._secrets)

    def submit(self, circuits: Sequence[QuantumCircuit], shots: int, tag: str, most: float) -> str:
        with own_terms(self._secrets):
            sampler = _sampler(self._options.program)(mode=self._running_mode())
            options: Any = sampler.options  # typed as its base class, which has none of them
            options.environment.job_tags = [tag]
            options.max_execution_time = min(max(1, math.ceil(most)), LONGEST_JOB)
            if self._options.repetition_delay is not None:
                options.execution.rep_delay = self._options.repetition_delay
            job = sampler.run(list(circuits), shots=shots)
            self._jobs[job.job_id()] = job
            return str(job.job_id())

    def report(self, job_id: str) -> JobReport:
        with own_terms(self._secrets):
            job = self._job(job_id)
            told = job.status()
            state = _STATES.get(told)
            if state is None:
                raise IbmTrouble(TroubleKind.CONNECTION, f"a state of the job that is not understood: {told!r:.60}")
            if state in (JobState.QUEUED, JobState.RUNNING):
                return JobReport(state=state)
            # the runtime tells the reason of a failed job alone, and keeps that of a cancelled one to itself
            message = job.error_message() if state is JobState.ERROR else getattr(job, "_reason", "")
            metrics = job.metrics()
        return finished(state, without_secrets(str(message or ""), self._secrets), metrics)

    def result(self, job_id: str) -> Sequence[Any]:
        with own_terms(self._secrets):
            found = self._job(job_id).result()
        if not isinstance(found, Iterable):
            raise IbmTrouble(TroubleKind.REFUSED, f"the result is {type(found).__name__}, not that of a sampler")
        self._jobs.pop(job_id, None)
        return list(found)

    def cancel(self, job_id: str) -> None:
        with own_terms(self._secrets):
            job = self._job(job_id)
            if _STATES.get(job.status(), JobState.QUEUED) in (JobState.QUEUED, JobState.RUNNING):
                job.cancel()
        self._jobs.pop(job_id, None)  # what it says of itself after that is not what the service says

    def tagged(self, tag: str, since: float) -> list[str]:
        after = datetime.fromtimestamp(since, UTC)
        with own_terms(self._secrets):
            return [str(job.job_id()) for job in self._service.jobs(job_tags=[tag], created_after=after)]

    def remaining(self) -> float | None:
        told = self._usage()
        left = told.get("usage_remaining_seconds")
        if isinstance(left, int | float) and left < 0:
            return 0.0  # overdrawn
        return 0.0 if told.get("usage_limit_reached") is True else _seconds(left)

    def allowance(self) -> float | None:
        told = self._usage()
        found = (_seconds(told.get(name)) for name in ("usage_limit_seconds", "usage_allocation_seconds"))
        return next((value for value in found if value is not None), None)

    def standing(self) -> Standing:
        with own_terms(self._secrets):
            crn = str(self._service.active_instance() or "")
            mine = next((one for one in self._service.instances() if one.get("crn") == crn), {})
            devices = list(self._service.backends())
        waiting = {str(one.name): self._pending(one) for one in devices}
        known = {name: number for name, number in waiting.items() if number is not None}
        least = min(known, key=lambda name: (known[name], name), default="")
        return Standing(
            plan=str(mine.get("plan") or ""),
            instance=str(mine.get("name") or ""),
            pending=waiting.get(str(self._device.name)),
            least_busy=f"ibm:{least.removeprefix('ibm_')}" if least else "",
            fewest=known.get(least),
        )

    def renew(self, sessions: bool = True) -> None:
        with suppress(IbmTrouble):  # it has ended already, and says so
            self.close()
        self._ended()
        if not sessions:
            self._mode_name = "batch"

    def session_seconds(self) -> float:
        return self._closed_sessions + self._open_session()

    def close(self) -> None:
        if self._mode is not None:
            with own_terms(self._secrets):
                self._mode.close()
            self._ended()

    def _ended(self) -> None:
        """Count the time of the session that is over, and let go of it."""
        with suppress(IbmTrouble):  # what it does not tell now its jobs count
            self._closed_sessions += self._open_session()
        self._mode = None

    def _open_session(self) -> float:
        if self._mode is None or self._mode_name != "session":
            return 0.0
        with own_terms(self._secrets):
            return _seconds(self._mode.usage()) or 0.0

    def _pending(self, device: Any) -> int | None:
        """Jobs that wait for a device; None for one that takes none, and for one that tells nothing of itself."""
        try:
            with own_terms(self._secrets):
                status = device.status()
        except IbmTrouble:
            return None
        taken = status.operational and status.status_msg == "active"
        return int(status.pending_jobs) if taken and isinstance(status.pending_jobs, int) else None

    def _usage(self) -> Mapping[str, Any]:
        """What the service tells of the account's time; empty where it tells nothing."""
        with own_terms(self._secrets):
            told = self._service.usage()
        return told if isinstance(told, Mapping) else {}

    def _job(self, job_id: str) -> Any:
        """Kept, since a job found anew costs several questions more."""
        if job_id not in self._jobs:
            self._jobs[job_id] = self._service.job(job_id)
        return self._jobs[job_id]

    def _running_mode(self) -> Any:
        """The batch or session of this process, opened for its first job; a session ends with the budget of the run."""
        from qiskit_ibm_runtime import Batch, Session

        if self._mode_name == "job":
            return self._device
        if self._mode is None:
            if self._mode_name == "session":  # charged by the clock of the wall
                seconds = math.ceil(self._options.quantum_seconds)
                self._mode = Session(backend=self._device, max_time=min(seconds, LONGEST_MODE))
            else:
                self._mode = Batch(backend=self._device, max_time=LONGEST_MODE)
        return self._mode


def _sampler(program: str) -> type[Any]:
    """The runtime's sampler over a program of the service: both take the same circuits, options and calls.

    SamplerV2 is deprecated since 0.50. Its successor makes a ``QuantumProgram`` of the circuits here and sums the shots
    up here; without twirling and decoupling, which are off, it plays what it is given and nothing else.
    """
    if program == "executor":
        from qiskit_ibm_runtime.executor_sampler import Sampler

        return Sampler
    from qiskit_ibm_runtime import SamplerV2

    return SamplerV2


def finished(state: JobState, message: str, metrics: Any) -> JobReport:
    """From the metrics of a job that has ended; whatever they lack, or say in another way, is not told."""
    told = metrics if isinstance(metrics, Mapping) else {}
    usage, times = ({**part} if isinstance(part := told.get(name), Mapping) else {} for name in ("usage", "timestamps"))
    final = usage.get("status", "final") != "pending"
    charged = (_seconds(usage.get(name)) for name in ("qpu_charge_time_seconds", "quantum_seconds", "seconds"))
    return JobReport(
        state=state,
        message=message,
        usage=next((value for value in charged if value is not None), None) if final else None,
        began=_moment(times.get("running")),
        ended=_moment(times.get("finished")),
    )


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= sys.float_info.max:
        return None
    return float(value)


def _moment(value: Any) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def open_service(name: str, options: IbmOptions) -> RuntimeService:
    """The device ``ibm_NAME`` with the saved account, or the one of the environment.

    Raises ``OperatorError``: what is missing, and how to get it.
    """
    with _account(f"ibm:{name}", options) as (service, secrets):
        device = service.backend(f"ibm_{name}", use_fractional_gates=options.fractional_gates)
        return RuntimeService(service, device, options, secrets)


def device_names(options: IbmOptions | None = None) -> list[str]:
    """Names like "torino" of the devices that the account may use, sorted. Raises ``OperatorError``."""
    with _account("an IBM device", options or IbmOptions()) as (service, _):
        return sorted(str(device.name).removeprefix("ibm_") for device in service.backends())


@contextmanager
def _account(what: str, options: IbmOptions) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """The service, opened with the account, and the secrets that must not be shown."""
    from qiskit_ibm_runtime import QiskitRuntimeService

    if not _has_account(options):
        named = f" named {options.account}" if options.account else ""
        raise OperatorError(f"{what} needs an account at IBM Quantum, and none{named} is saved here", SAVE)
    secrets = _known_secrets()
    given: dict[str, Any] = {"name": options.account, "instance": options.instance, "region": options.region}
    try:
        with own_terms(secrets):
            service = QiskitRuntimeService(**{key: value for key, value in given.items() if value})
            secrets = (*secrets, (service.active_account() or {}).get("token", ""))
            yield service, secrets
    except IbmTrouble as trouble:
        raise not_reached(what, trouble) from None
    except ValueError as error:  # the runtime's own checks of the account's fields
        raise OperatorError(f"the saved account cannot be used: {without_secrets(str(error), secrets)}", SAVE) from None


def _has_account(options: IbmOptions) -> bool:
    from qiskit_ibm_runtime import QiskitRuntimeService

    if options.account:
        return bool(QiskitRuntimeService.saved_accounts(name=options.account))
    return bool(os.environ.get("QISKIT_IBM_TOKEN") or QiskitRuntimeService.saved_accounts())


def _known_secrets() -> tuple[str, ...]:
    from qiskit_ibm_runtime import QiskitRuntimeService

    saved = [account.get("token", "") for account in QiskitRuntimeService.saved_accounts().values()]
    return (*saved, os.environ.get("QISKIT_IBM_TOKEN", ""))


def not_reached(what: str, trouble: IbmTrouble) -> OperatorError:
    """That a device was not opened, with what can be done about it."""
    remedies = {
        TroubleKind.TOKEN: f"the token is no longer valid or was mistyped: make a new one and {SAVE}",
        TroubleKind.CONNECTION: "check the network and try again; nothing was sent",
        TroubleKind.MAINTENANCE: "try again when it is back; nothing was sent",
        TroubleKind.BUSY: "try again in some minutes; nothing was sent",
        TroubleKind.PENDING: "cancel some of the account's jobs, or try again when some have ended; nothing was sent",
        TroubleKind.USAGE: "wait for the next period of the plan, or ask whoever owns the instance; nothing was sent",
    }
    remedy = remedies.get(trouble.kind, "`reson device list` names the devices; [ibm] in lab.toml names the instance")
    return OperatorError(f"{what} cannot be reached: {trouble.message}", remedy)
