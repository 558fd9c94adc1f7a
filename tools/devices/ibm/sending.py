"""Sending a job once: what the answer of the service means, and what is tried before the run hears of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from reson.errors import DeviceUnavailable, Stopped, ToolError, ToolErrorKind
from reson.tools.devices.answers import marked
from reson.tools.devices.ibm.attendance import ENDS, FIRST_PAUSE, LONGEST_PAUSE, PATIENCE
from reson.tools.devices.ibm.ledger import Entry
from reson.tools.devices.ibm.service import IbmTrouble, TroubleKind

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from reson.tools.devices.ibm.backend import IbmBackend

LOOKS = 3
"""How often a job is looked for whose answer was lost: the service's list may lag behind."""
BETWEEN = 5.0
"""Seconds between two looks."""
MOST, MORE = 3.0, 10.0
"""A job may take so many times its estimate, and so many seconds more, before the service ends it."""
TRIES = 2
"""Answers of one kind without a job between them, after which the run ends with the service's words."""
LATER = (TroubleKind.BUSY, TroubleKind.PENDING)
CURABLE = (*LATER, TroubleKind.CONNECTION, TroubleKind.SESSION, TroubleKind.PLAN, TroubleKind.TARGET)
"""What waiting, a new session or reading the device anew may mend: when the job's turn comes it is tried."""
SKEW = 600.0
"""Seconds by which the clocks of this machine and of the service may differ."""


class Sender:
    """Of one backend; it remembers what was refused since a job was last taken."""

    def __init__(self, backend: IbmBackend) -> None:
        self._backend = backend
        self._refused: list[TroubleKind] = []
        self._mended: set[TroubleKind] = set()

    def send(self, entry: Entry, circuits: Sequence[QuantumCircuit], shots: int) -> Entry:
        """The job at the service. Raises ``ToolError`` or ``DeviceUnavailable`` with the service's reason."""
        backend, attendance = self._backend, self._backend.attendance
        told = {"circuits": len(circuits), "shots": shots, "estimate": entry.estimate}
        copies, most = marked(circuits), self._longest(entry)
        began, pause, lost = attendance.clock(), FIRST_PAUSE, 0
        while True:
            try:
                job_id = attendance.ask(lambda: backend.service.submit(copies, shots, entry.tag, most))
            except IbmTrouble as trouble:
                waited = attendance.clock() - began
                if trouble.kind is TroubleKind.CONNECTION:
                    if found := self.found(entry):
                        return found  # the request arrived, its answer did not
                    lost += 1
                    attendance.tell("connection_lost", {"reason": trouble.message, "job": ""})
                if not self._again(trouble, waited, lost):
                    self._give_up(entry, trouble, waited, lost)
                if trouble.kind in LATER:
                    attendance.tell("service_busy", {"reason": trouble.message})
                    attendance.rest(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self._refused.clear()
                self._mended.clear()
                attendance.tell("job_sent", {"job": job_id, **told})
                return backend.ledger.sent(entry, job_id, doubtful=lost > 0)

    def send_once(self, entry: Entry, circuits: Sequence[QuantumCircuit], shots: int) -> None:
        """Send a job that is not waited for yet. Raises ``ToolError`` where it is not taken, and tries nothing else.

        Where the connection was lost the job may have arrived: its intent stays, and it is looked for in its turn.
        """
        backend, attendance = self._backend, self._backend.attendance
        most = self._longest(entry)
        try:
            job_id = attendance.ask(lambda: backend.service.submit(marked(circuits), shots, entry.tag, most))
        except IbmTrouble as trouble:
            if trouble.kind is not TroubleKind.CONNECTION:
                backend.ledger.close(entry, f"not sent ahead: {trouble.kind}")
            if trouble.kind not in CURABLE:
                self._refused.append(trouble.kind)  # the same job once more would be the second of a kind
            raise ToolError(ToolErrorKind.DEVICE_REFUSED, trouble.message) from None
        told = {"circuits": len(circuits), "shots": shots, "estimate": entry.estimate, "ahead": True}
        attendance.tell("job_sent", {"job": job_id, **told})
        backend.ledger.sent(entry, job_id)

    def _longest(self, entry: Entry) -> int:
        """Quantum seconds after which the service is to end the job: the budget holds for one that overruns, too."""
        return math.ceil(min(MOST * entry.estimate + MORE, max(entry.estimate, self._backend.left())))

    def found(self, entry: Entry) -> Entry | None:
        """The job of an intent whose answer was lost, if it reached the service."""
        backend, since = self._backend, (entry.meant or entry.clock) - SKEW
        for _ in range(LOOKS):
            if ids := backend.attendance.patiently(lambda: backend.service.tagged(entry.tag, since)):
                return backend.ledger.sent(entry, ids[0], doubtful=len(ids) > 1)
            backend.attendance.sleep(BETWEEN)
        return None

    def refuse(self, trouble: IbmTrouble) -> NoReturn:
        """A request that is not taken as it is: the second of a kind ends the run, in the service's words.

        Where the device has changed under the circuits it is read anew, and they can be made again for it.
        """
        self._refused.append(trouble.kind)
        error = self._backend.attendance.meaning(trouble)
        if self._refused.count(trouble.kind) >= TRIES:
            raise DeviceUnavailable(f"{self._backend.name} refused {TRIES} jobs, the last: {error}")
        if trouble.kind is TroubleKind.TARGET:
            self._backend.reopen()
            raise ToolError(ToolErrorKind.JOB_FAILED, f"{error}; it was read anew")
        raise error

    def _again(self, trouble: IbmTrouble, waited: float, lost: int) -> bool:
        """Whether the same job is sent once more, after what can be mended was mended."""
        backend, kind = self._backend, trouble.kind
        if backend.attendance.stop.is_set():
            return False
        if kind is TroubleKind.CONNECTION:
            return lost < TRIES
        if kind in LATER:
            return waited <= PATIENCE[kind]
        if kind in (TroubleKind.SESSION, TroubleKind.PLAN) and kind not in self._mended:
            self._mended.add(kind)
            backend.attendance.tell("session_renewed", {"reason": trouble.message})
            sessions = kind is TroubleKind.SESSION
            backend.attendance.patiently(lambda: backend.service.renew(sessions))
            return True
        return False

    def _give_up(self, entry: Entry, trouble: IbmTrouble, waited: float, lost: int) -> NoReturn:
        backend = self._backend
        if trouble.kind is TroubleKind.CONNECTION and lost >= TRIES:
            backend.ledger.close(entry, "not sent")
            raise DeviceUnavailable(
                f"{backend.name} took no job: the connection was lost twice while sending ({trouble.message})"
            )
        backend.ledger.close(entry, f"not sent: {trouble.kind}")
        if backend.attendance.stop.is_set():
            raise Stopped(f"stopped by a person; {backend.name} had not taken the job: {trouble.message}")
        if trouble.kind in ENDS:
            raise backend.attendance.meaning(trouble, waited)
        self.refuse(IbmTrouble(trouble.kind, f"{backend.name} refused the job: {trouble.message}"))
