"""An IBM device of the lab: it measures, and its provider calibrates."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any, cast

from qiskit.primitives import BackendSamplerV2
from qiskit.providers import BackendV2

from reson.errors import DeviceUnavailable, OperatorError, Stopped
from reson.records import Json
from reson.tools.devices.device import Controls, DeviceLimits, Standing
from reson.tools.devices.fixed import FixedControls
from reson.tools.devices.ibm.attendance import PATIENCE
from reson.tools.devices.ibm.backend import IbmBackend
from reson.tools.devices.ibm.ledger import Ledger, Step
from reson.tools.devices.ibm.service import IbmTrouble, TroubleKind
from reson.tools.devices.order import DeviceOrder, address
from reson.tools.devices.published import published

if TYPE_CHECKING:
    from qiskit.transpiler import Target

    from reson.tools.devices.ibm.service import IbmService

DELAY = 250e-6
"""Seconds between shots where the device tells no default: IBM's usual repetition delay."""
MOST_SHOTS, MOST_CIRCUITS = 100_000, 300
STALE = 3600.0
"""Seconds after which target and published values are read anew before the next measurement."""

CLOSING = (2.0, 10.0, 30.0)
"""Pauses in seconds after which a batch or session is asked again to close."""
CLOSED = (TroubleKind.SESSION, TroubleKind.ENDED, TroubleKind.LOST)
"""Answers that say that it has ended already."""


class IbmDevice(FixedControls):
    """``reson.tools.devices.device.Device`` over IBM's service.

    Its clock is that of the wall, but from ``load`` until the data of the job is on record it moves by quantum seconds
    only: random circuits are drawn by it, so that a run that was cut short makes the same ones and finds its job again.
    Where a job is said to have taken longer than the wall knows of, it waits for the wall: it never goes back.
    """

    kind = "ibm"

    def __init__(
        self,
        name: str,
        service: IbmService,
        ledger: Ledger,
        delay: float | None = None,
        budget: float = float("inf"),
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        model = service.backend()
        self.name = name
        self.published = published(model, name)
        self.qubits = tuple(qubit for qubit, known in self.published.qubits.items() if known.works)
        if not self.qubits:
            raise OperatorError(f"{name} publishes no qubit that works", "`reson device list` names other devices")
        self.limits = _limits(model, self.published.qubits[self.qubits[0]].readout_length, delay)
        self.budget = budget
        self.ledger = ledger
        self._wall = wall
        self._held: float | None = None
        self._before = 0.0
        """Quantum seconds of the run that it is attending to, before this process."""
        self._reached = 0.0
        """The latest time that it has told while it was held, seconds since the Unix epoch."""
        self._taken: tuple[float, float] | None = None
        self._read = wall()
        target = cast("Target", model.target)
        self._backend = IbmBackend(
            name,
            target,
            service,
            ledger,
            self.limits,
            lambda: self.now().timestamp(),
            self._used,
            self.reopen,
            lambda: budget - self._spent(),
        )
        self.backend: BackendV2 = self._backend

    def sampler(self) -> BackendSamplerV2:
        return BackendSamplerV2(backend=self._backend)

    def attend(self, run_id: str, stop: Event, tell: Callable[[str, Json], None]) -> None:
        """From now on jobs belong to this run, stop with it, and are told of."""
        self._backend.attendance = replace(self._backend.attendance, run_id=run_id, stop=stop, tell=tell)
        self._before = self.ledger.spent(run_id)

    def load(self, controls: Controls) -> None:
        super().load(controls)
        waiting = self.ledger.open_jobs(self._backend.attendance.run_id)
        self._held = waiting[0].clock if waiting else self._free().timestamp()
        self._taken = None
        self.refresh()

    def refresh(self) -> None:
        """Never between a job that was cut short and its data: its circuits would be others."""
        waiting = self.ledger.open_jobs(self._backend.attendance.run_id)
        if not waiting and (self._wall() - self._read).total_seconds() > STALE:
            self.reopen()

    def reopen(self) -> None:
        """Read target and published properties anew: circuits are made for the device as it is. Where the service does
        not tell, what was known stays.
        """
        attendance, service = self._backend.attendance, self._backend.service
        model = attendance.told(lambda: service.backend(fresh=True))
        if model is None:
            return
        told = published(model, self.name)
        self._read = self._wall()
        self._backend.retarget(cast("Target", model.target))
        if told != self.published:
            self.published = told
            attendance.tell("device_changed", {"calibrated": told.calibrated})

    def taken(self) -> tuple[float, float] | None:
        """When the jobs of the last measurement were on the device, as the service tells."""
        return self._taken

    def recorded(self) -> None:
        """The data of the last measurement is on disk: its jobs are closed, and those not asked for again dropped."""
        for entry in self.ledger.open_jobs(self._backend.attendance.run_id):
            if entry.step is Step.FETCHED:
                self.ledger.close(entry, "on record")
            elif not entry.ahead:
                self._backend.drop(entry, "not asked for again")
        self._held = None

    def now(self) -> datetime:
        return self._free() if self._held is None else datetime.fromtimestamp(self._held, UTC)

    def _free(self) -> datetime:
        return max(self._wall(), datetime.fromtimestamp(self._reached, UTC))

    def _used(self, seconds: float, ended: float | None) -> None:
        """The held clock moves by what a job took on the device, so that a queue is no device time."""
        if self._held is None:
            return
        self._held += seconds
        self._reached = max(self._reached, self._held)
        if ended is not None:
            # the clocks of the service and of this machine differ: never before it was meant, never in the future
            began = max(self._held - seconds, ended - seconds) if self._taken is None else self._taken[0]
            last = min(max(ended, self._held), self._wall().timestamp())
            self._taken = (min(began, last), last)

    def send_ahead(self, job: str, measure: Callable[[], object]) -> bool:
        return self._backend.send_ahead(job, measure)

    def let_go(self) -> None:
        for entry in self.ledger.open_jobs(self._backend.attendance.run_id):
            if entry.ahead:
                self._backend.drop(entry, "not asked for")

    def over_budget(self, seconds: float, job: str = "") -> str | None:
        """Why a measurement of so many seconds may not be sent; None where budget and account cover it."""
        backend = self._backend
        backend.settle()
        flying = self.ledger.flying(backend.attendance.run_id)
        if any(entry.ahead == job for entry in flying if job):
            return None  # paid for, and counted when it was sent
        spent = self._spent()
        if spent + seconds > self.budget:
            return f"quantum seconds: {spent:.0f} of {self.budget:g} used, next needs {seconds:.0f}"
        left = self.remaining()
        promised = sum(entry.estimate for entry in flying)
        if left is not None and promised + seconds > left:
            return f"quantum seconds: the account has {left:.0f} left, next needs {promised + seconds:.0f}"
        return None

    def remaining(self) -> float | None:
        return self._backend.attendance.told(self._backend.service.remaining)

    def allowance(self) -> float | None:
        return self._backend.attendance.told(self._backend.service.allowance)

    def standing(self) -> Standing:
        return self._backend.attendance.told(self._backend.service.standing) or Standing()

    def close(self) -> None:
        """The end of a run, whatever it was: the batch or session takes nothing more, and the last usage is asked.

        First of all it is closed: what is asked after that takes none of a session's time.
        """
        self._close_at_the_service()
        self._note_sessions()
        if self._backend.attendance.stop.is_set() or self._backend.cancelled:
            self.let_go()
        self._backend.settle(last=True)

    def _close_at_the_service(self) -> None:
        """Asked again for a while where the service is busy or silent: an open session is charged by the wall's clock.

        One that stays open ends by its own time limit.
        """
        attendance = self._backend.attendance
        for pause in (*CLOSING, None):
            try:
                return attendance.ask(self._backend.service.close)
            except IbmTrouble as trouble:
                if trouble.kind in CLOSED:
                    return None
                if pause is None or trouble.kind not in PATIENCE:
                    return attendance.tell("not_closed", {"reason": trouble.message})
            attendance.rest(pause)
        return None

    def _note_sessions(self) -> None:
        """A run that is resumed has no other budget: what a session took beyond its jobs is on disk."""
        run_id = self._backend.attendance.run_id
        with suppress(DeviceUnavailable, Stopped):  # what is not told its jobs count
            beyond = self._spent() - self.ledger.spent(run_id)
            if beyond > 0:
                self.ledger.session(run_id, self.now().timestamp(), beyond)

    def _spent(self) -> float:
        """Quantum seconds of this run: of its jobs, or of the sessions that they ran in, where that is more."""
        jobs = self.ledger.spent(self._backend.attendance.run_id)
        return max(jobs, self._before + self._in_sessions())

    def _in_sessions(self) -> float:
        """Wall time of the open session, which is charged instead of that of its jobs."""
        return self._backend.attendance.told(self._backend.service.session_seconds) or 0.0


def open_ibm(order: DeviceOrder) -> IbmDevice:
    """Raises ``OperatorError``: what is missing, and how to get it."""
    from reson.tools.devices.ibm.runtime import not_reached, open_service

    name, options = address("ibm", order.name), order.ibm
    service = open_service(order.name, options)
    try:
        return IbmDevice(name, service, Ledger(order.directory), options.repetition_delay, options.quantum_seconds)
    except IbmTrouble as trouble:
        raise not_reached(name, trouble) from None


def _limits(model: BackendV2, readout: float | None, delay: float | None) -> DeviceLimits:
    told: Any = model
    usual = delay or getattr(told, "default_rep_delay", None) or DELAY
    return DeviceLimits(
        max_shots=getattr(told, "max_shots", None) or MOST_SHOTS,
        max_circuits=min(getattr(told, "max_circuits", None) or MOST_CIRCUITS, MOST_CIRCUITS),
        reset_time=usual,
        readout_time=readout or 0.0,
    )
