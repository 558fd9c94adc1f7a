"""The port to IBM's service over qiskit-ibm-runtime: SamplerV2 in a batch or a session."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from reson.errors import OperatorError
from reson.tools.devices.ibm.secrets import without_secrets
from reson.tools.devices.ibm.service import IbmTrouble, JobReport, JobState, TroubleKind
from reson.tools.devices.ibm.troubles import own_terms
from reson.tools.devices.order import IbmOptions

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2

SAVE = "save it once with `QiskitRuntimeService.save_account(token=...)` or set QISKIT_IBM_TOKEN: see docs/devices.md"
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
        self._mode: Any = None

    def backend(self) -> BackendV2:
        return self._device

    def condition(self) -> str:
        with own_terms(self._secrets):
            status = self._device.status()
        if status.operational and status.status_msg == "active":
            return ""
        return without_secrets(str(status.status_msg or "not operational"), self._secrets)

    def submit(self, circuits: Sequence[QuantumCircuit], shots: int, tag: str) -> str:
        from qiskit_ibm_runtime import SamplerV2

        with own_terms(self._secrets):
            sampler = SamplerV2(mode=self._running_mode())
            options: Any = sampler.options  # typed as its base class, which has none of them
            options.environment.job_tags = [tag]
            if self._options.repetition_delay is not None:
                options.execution.rep_delay = self._options.repetition_delay
            return sampler.run(list(circuits), shots=shots).job_id()

    def report(self, job_id: str) -> JobReport:
        with own_terms(self._secrets):
            job = self._service.job(job_id)
            state = _STATES[job.status()]
            message = job.error_message() if state is JobState.ERROR else ""
            usage = job.usage() if state not in (JobState.QUEUED, JobState.RUNNING) else None
        return JobReport(state=state, message=without_secrets(message or "", self._secrets), usage=usage or None)

    def result(self, job_id: str) -> Sequence[Any]:
        with own_terms(self._secrets):
            return list(self._service.job(job_id).result())

    def cancel(self, job_id: str) -> None:
        with own_terms(self._secrets):
            job = self._service.job(job_id)
            if _STATES[job.status()] in (JobState.QUEUED, JobState.RUNNING):
                job.cancel()

    def tagged(self, tag: str) -> list[str]:
        with own_terms(self._secrets):
            return [job.job_id() for job in self._service.jobs(job_tags=[tag])]

    def remaining(self) -> float | None:
        with own_terms(self._secrets):
            return self._service.usage().get("usage_remaining_seconds")

    def renew(self) -> None:
        self._mode = None

    def _running_mode(self) -> Any:
        """The batch or session of this process, opened for its first job."""
        from qiskit_ibm_runtime import Batch, Session

        if self._options.mode == "job":
            return self._device
        if self._mode is None:
            self._mode = (Batch if self._options.mode == "batch" else Session)(backend=self._device)
        return self._mode


def open_service(name: str, options: IbmOptions) -> RuntimeService:
    """The device ``ibm_NAME`` with the saved account, or the one of the environment.

    Raises ``OperatorError``: what is missing, and how to get it.
    """
    with _account(f"ibm:{name}", options) as (service, secrets):
        return RuntimeService(service, service.backend(f"ibm_{name}"), options, secrets)


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
        _refused(what, trouble)
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


def _refused(what: str, trouble: IbmTrouble) -> NoReturn:
    remedies = {
        TroubleKind.TOKEN: f"the token is no longer valid or was mistyped: make a new one and {SAVE}",
        TroubleKind.CONNECTION: "check the network and try again; nothing was sent",
        TroubleKind.MAINTENANCE: "try again when it is back; nothing was sent",
    }
    remedy = remedies.get(trouble.kind, "`reson device list` names the devices; [ibm] in lab.toml names the instance")
    raise OperatorError(f"{what} cannot be reached: {trouble.message}", remedy) from None
