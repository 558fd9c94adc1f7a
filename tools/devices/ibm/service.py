"""The port to IBM's service: everything that Reson asks of it, and what can go wrong, in our own terms."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from reson.records import Finite, Record

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2

    from reson.tools.devices.device import Standing


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
    """Of a job that failed or was cancelled: why."""
    usage: Finite | None = None
    """Quantum seconds charged, once that is final; None until the service tells."""
    began: Finite | None = None
    """When it began to run on the device, seconds since the Unix epoch."""
    ended: Finite | None = None


class TroubleKind(StrEnum):
    """Why the service did not do what it was asked."""

    CONNECTION = "connection"
    """No answer, one that nobody understands, or one that asks to try again."""
    BUSY = "busy"
    """Too many requests: later."""
    PENDING = "pending"
    """Too many jobs of the account wait or run: later."""
    TOKEN = "token"
    PLAN = "plan"
    """The account's plan has no sessions."""
    MAINTENANCE = "maintenance"
    USAGE = "usage"
    SESSION = "session"
    """The batch or session has ended."""
    TARGET = "target"
    """The circuits do not fit the device as it is now."""
    CIRCUITS = "circuits"
    """Too many circuits, shots or instructions for one job, or too few."""
    MEMORY = "memory"
    """The job is too large for the memory of the device, or to be sent."""
    TIME = "time"
    """The job takes longer than it may."""
    STOPPED = "stopped"
    """The job was cancelled at the service."""
    LOST = "lost"
    """The service knows no such job."""
    ENDED = "ended"
    """The job has ended already: it cannot be cancelled."""
    REFUSED = "refused"


class IbmTrouble(Exception):
    """An answer of the service, or its absence. The message holds no secret."""

    def __init__(self, kind: TroubleKind, message: str) -> None:
        self.kind = kind
        self.message = message or f"no words, kind {kind}"
        super().__init__(self.message)


class IbmService(Protocol):
    """One device of the service. Every method may raise ``IbmTrouble``, and nothing else that is not a bug of ours."""

    def backend(self, fresh: bool = False) -> BackendV2:
        """Target and published properties as they were when they were last read; ``fresh``: read anew."""
        ...

    def condition(self) -> str:
        """Empty while the device takes and processes jobs; else what the service says."""
        ...

    def submit(self, circuits: Sequence[QuantumCircuit], shots: int, tag: str, most: float) -> str:
        """Send a job, marked with ``tag``, that may take ``most`` quantum seconds; its id."""
        ...

    def report(self, job_id: str) -> JobReport: ...

    def result(self, job_id: str) -> Sequence[Any]:
        """One ``SamplerPubResult`` for each circuit of a job that is done."""
        ...

    def cancel(self, job_id: str) -> None:
        """Ask to cancel; a job that has ended already stays as it is."""
        ...

    def tagged(self, tag: str, since: float) -> list[str]:
        """Ids of the jobs that carry the tag and were made after ``since``, seconds since the Unix epoch."""
        ...

    def remaining(self) -> float | None:
        """Quantum seconds that the account may still use; None where the service does not tell."""
        ...

    def allowance(self) -> float | None:
        """Quantum seconds of the account for one period of its plan, used or not; None where it is not told."""
        ...

    def standing(self) -> Standing:
        """Plan and instance of the account, and how many jobs wait."""
        ...

    def renew(self, sessions: bool = True) -> None:
        """Open a new batch or session for the next job, in place of one that ended; a batch without ``sessions``."""
        ...

    def session_seconds(self) -> float:
        """Wall time of this process's sessions, which is what they are charged; 0 in batches or without any."""
        ...

    def close(self) -> None:
        """Let go of the batch or session: what is in it goes on, and nothing more is taken into it."""
        ...
