"""Waiting at the service: who may stop it, who is told, and how long silence is borne."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import TypeVar

from reson.errors import DeviceUnavailable
from reson.records import Json
from reson.tools.devices.ibm.service import IbmTrouble, TroubleKind

T = TypeVar("T")

PATIENCE = 900.0
"""Seconds without any connection after which the run ends; the job goes on at the service."""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0

_ENDS: dict[TroubleKind, str] = {
    TroubleKind.TOKEN: "IBM refuses the account ({message}); save a valid token, see docs/devices.md",
    TroubleKind.MAINTENANCE: "the device is in maintenance ({message})",
    TroubleKind.USAGE: "the account has no quantum seconds left ({message})",
    TroubleKind.CONNECTION: "no connection to IBM for {silence:.0f} min ({message})",
}


@dataclass
class Attendance:
    """Of one run. Without anybody to stop or watch it is what a single call from Python has."""

    run_id: str = ""
    stop: Event = field(default_factory=Event)
    tell: Callable[[str, Json], None] = lambda kind, body: None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def patiently(self, ask: Callable[[], T], job: str = "") -> T:
        """The answer of the service; asked again while only the connection is lost.

        Raises ``DeviceUnavailable``, naming the job in flight, when there is no use in asking again; lets troubles
        pass that concern the request itself (a refusal, a session that has ended).
        """
        began, pause = self.clock(), FIRST_PAUSE
        while True:
            try:
                return ask()
            except IbmTrouble as trouble:
                silence = self.clock() - began
                lost = trouble.kind is TroubleKind.CONNECTION
                if trouble.kind not in _ENDS:
                    raise
                if not lost or silence > PATIENCE or self.stop.is_set():
                    raise self.unavailable(trouble, silence, job) from None
                self.tell("connection_lost", {"reason": trouble.message, "job": job})
            self.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def unavailable(self, trouble: IbmTrouble, silence: float = 0.0, job: str = "") -> DeviceUnavailable:
        """The trouble as the end of a run, in words for the operator."""
        text = _ENDS[trouble.kind].format(message=trouble.message, silence=silence / 60)
        return DeviceUnavailable(f"{text}; job {job} is kept there and found again by `reson resume`" if job else text)
