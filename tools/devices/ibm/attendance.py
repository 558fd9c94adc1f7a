"""Waiting at the service: who may stop it, who is told, and how long silence is borne."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import TypeVar

from reson.errors import DeviceUnavailable, Stopped, ToolError, ToolErrorKind
from reson.records import Json
from reson.tools.devices.ibm.deadline import within
from reson.tools.devices.ibm.service import IbmTrouble, TroubleKind

T = TypeVar("T")

PATIENCE: dict[TroubleKind, float] = {
    TroubleKind.CONNECTION: 900.0,
    TroubleKind.BUSY: 3600.0,
    TroubleKind.PENDING: 3600.0,
}
"""Seconds for which the same question is asked again; then the run ends, and the job goes on at the service."""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
DEADLINE = 300.0
"""Seconds for one answer, the data of a large job included."""
SLICE = 2.0
"""Seconds after which a pause notices a stop."""

ENDS: dict[TroubleKind, str] = {
    TroubleKind.TOKEN: "IBM refuses the account ({message}); save a valid token, see docs/devices.md",
    TroubleKind.PLAN: 'the account\'s plan has no sessions ({message}); set mode = "batch" under [ibm] in lab.toml',
    TroubleKind.MAINTENANCE: "the device is in maintenance ({message})",
    TroubleKind.USAGE: "the account has no quantum seconds left ({message})",
    TroubleKind.CONNECTION: "no connection to IBM for {silence:.0f} min ({message})",
    TroubleKind.BUSY: "IBM takes no more requests for {silence:.0f} min: there were too many ({message})",
    TroubleKind.PENDING: "as many jobs of the account wait as may, for {silence:.0f} min ({message}); cancel some",
}
"""What no repetition cures, and what was repeated long enough: it ends the run."""
REFUSALS: dict[TroubleKind, str] = {
    TroubleKind.TARGET: "the circuits do not fit the device as it is now: {message}",
    TroubleKind.CIRCUITS: "more circuits, shots or instructions than one job may have, or fewer: {message}",
    TroubleKind.MEMORY: "the job is too large for the memory of the device, or to be sent: {message}",
    TroubleKind.TIME: "it takes longer than a job may: {message}",
    TroubleKind.LOST: "the service knows no such job: {message}",
    TroubleKind.SESSION: "the batch or session has ended, and a new one too: {message}",
}
"""What concerns the request alone; any other kind is told in the service's words."""


@dataclass
class Attendance:
    """Of one run. Without anybody to stop or watch it is what a single call from Python has."""

    run_id: str = ""
    stop: Event = field(default_factory=Event)
    tell: Callable[[str, Json], None] = lambda kind, body: None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def ask(self, question: Callable[[], T]) -> T:
        """The answer of the service to one question, or ``IbmTrouble`` (connection) where it takes too long."""
        return within(question, DEADLINE, self.stop)

    def patiently(self, question: Callable[[], T], job: str = "", passing: tuple[TroubleKind, ...] = ()) -> T:
        """The answer of the service; asked again, ever more rarely, while it is silent or busy.

        Raises ``DeviceUnavailable``, naming the job in flight, where there is no use in asking again, and ``ToolError``
        for a refusal. Only troubles of the kinds ``passing`` reach the caller as they are.
        """
        began, pause = self.clock(), FIRST_PAUSE
        while True:
            try:
                return self.ask(question)
            except IbmTrouble as trouble:
                silence = self.clock() - began
                if trouble.kind in passing:
                    raise
                again = trouble.kind in PATIENCE
                if again and self.stop.is_set():
                    raise Stopped(
                        f"stopped by a person while IBM did not answer ({trouble.message}){_kept(job)}"
                    ) from None
                if not again or silence > PATIENCE[trouble.kind]:
                    raise self.meaning(trouble, silence, job) from None
                self.tell("connection_lost", {"reason": trouble.message, "job": job})
            self.rest(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def told(self, question: Callable[[], T | None]) -> T | None:
        """What the service tells of account or session beside a measurement; None where it does not tell.

        A refusal of such a question is no refusal of the measurement. In a run it raises ``DeviceUnavailable`` and
        ``Stopped`` as ``patiently`` does; who only looks on is not kept waiting.
        """
        passing = tuple(kind for kind in TroubleKind if kind not in ENDS)
        try:
            return self.patiently(question, passing=passing) if self.run_id else self.ask(question)
        except IbmTrouble as trouble:
            self.tell("not_told", {"reason": trouble.message})
            return None

    def meaning(
        self, trouble: IbmTrouble, silence: float = 0.0, job: str = ""
    ) -> DeviceUnavailable | ToolError | Stopped:
        """What a trouble means for the run, in words for whom it concerns."""
        if trouble.kind is TroubleKind.STOPPED and job:
            return Stopped(f"job {job} was cancelled at the service: {trouble.message}")
        if trouble.kind not in ENDS:
            words = REFUSALS.get(trouble.kind, "{message}").format(message=trouble.message)
            return ToolError(ToolErrorKind.DEVICE_REFUSED, words)
        text = ENDS[trouble.kind].format(message=trouble.message, silence=silence / 60)
        return DeviceUnavailable(text + _kept(job))

    def rest(self, seconds: float) -> None:
        """A pause that ends when somebody stops the run."""
        before = self.stop.is_set()
        while seconds > 0 and self.stop.is_set() == before:
            self.sleep(min(seconds, SLICE))
            seconds -= SLICE


def _kept(job: str) -> str:
    return f"; job {job} is kept there and found again by `reson resume`" if job else ""
