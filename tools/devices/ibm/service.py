"""The port to IBM's service: everything that Reson asks of it, and what can go wrong, in our own terms."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from reson.records import Finite, Record

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    ERROR = "error"
    CANCELLED = "cancelled"


class JobReport(Record):
    """What the service says of a job."""

    state: JobState
    message: str = ""
    """Of a failed job: why."""
    usage: Finite | None = None
    """Quantum seconds charged so far; None until the service tells."""


class TroubleKind(StrEnum):
    """Why the service did not do what it was asked."""

    CONNECTION = "connection"
    TOKEN = "token"
    MAINTENANCE = "maintenance"
    USAGE = "usage"
    SESSION = "session"
    REFUSED = "refused"


class IbmTrouble(Exception):
    """An answer of the service, or its absence. The message holds no secret."""

    def __init__(self, kind: TroubleKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class IbmService(Protocol):
    """One device of the service. Every method may raise ``IbmTrouble``."""

    def backend(self) -> BackendV2:
        """Target and published properties as they are now."""
        ...

    def condition(self) -> str:
        """Empty while the device takes and processes jobs; else what the service says."""
        ...

    def submit(self, circuits: Sequence[QuantumCircuit], shots: int, tag: str) -> str:
        """Send a job, marked with ``tag``; its id."""
        ...

    def report(self, job_id: str) -> JobReport: ...

    def result(self, job_id: str) -> Sequence[Any]:
        """One ``SamplerPubResult`` for each circuit of a job that is done."""
        ...

    def cancel(self, job_id: str) -> None:
        """Ask to cancel; a job that has ended already stays as it is."""
        ...

    def tagged(self, tag: str) -> list[str]:
        """Ids of the jobs that carry the tag."""
        ...

    def remaining(self) -> float | None:
        """Quantum seconds that the account may still use; None where the service does not tell."""
        ...

    def renew(self) -> None:
        """Open a new batch or session in place of one that has ended."""
        ...
