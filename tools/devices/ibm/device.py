"""An IBM device of the lab: it measures, and its provider calibrates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any, cast

from qiskit.primitives import BackendSamplerV2
from qiskit.providers import BackendV2

from reson.records import Json
from reson.tools.devices.device import Controls, DeviceLimits
from reson.tools.devices.fixed import FixedControls
from reson.tools.devices.ibm.attendance import Attendance
from reson.tools.devices.ibm.backend import IbmBackend
from reson.tools.devices.ibm.ledger import Ledger, Step
from reson.tools.devices.order import DeviceOrder, address
from reson.tools.devices.published import published

if TYPE_CHECKING:
    from qiskit.transpiler import Target

    from reson.tools.devices.ibm.service import IbmService

DELAY = 250e-6
"""Seconds between shots where the device tells no default: IBM's usual repetition delay."""
MOST_SHOTS, MOST_CIRCUITS = 100_000, 300


class IbmDevice(FixedControls):
    """``reson.tools.devices.device.Device`` over IBM's service.

    Its clock is that of the wall, but from ``load`` until the data of the job is on record it moves by quantum seconds
    only: random circuits are drawn by it, so that a run that was cut short makes the same ones and finds its job again.
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
        self.limits = _limits(model, self.published.qubits[self.qubits[0]].readout_length, delay)
        self.budget = budget
        self.ledger = ledger
        self._wall = wall
        self._held: float | None = None
        target = cast("Target", model.target)
        self._backend = IbmBackend(
            name, target, service, ledger, self.limits, lambda: self.now().timestamp(), self._used
        )
        self.backend: BackendV2 = self._backend

    def sampler(self) -> BackendSamplerV2:
        return BackendSamplerV2(backend=self._backend)

    def attend(self, run_id: str, stop: Event, tell: Callable[[str, Json], None]) -> None:
        """From now on jobs belong to this run, stop with it, and are told of."""
        self._backend.attendance = Attendance(run_id=run_id, stop=stop, tell=tell)

    def load(self, controls: Controls) -> None:
        super().load(controls)
        waiting = self.ledger.open_jobs()
        self._held = waiting[0].clock if waiting else self._wall().timestamp()

    def recorded(self) -> None:
        """The data of the last measurement is on disk: its jobs are closed, and those not asked for again dropped."""
        for entry in self.ledger.open_jobs():
            if entry.step is Step.SENT:
                self._backend.attendance.patiently(
                    lambda job=entry.job_id: self._backend.service.cancel(job), entry.job_id
                )
            self.ledger.close(entry, "on record" if entry.step is Step.FETCHED else "not asked for again")
        self._held = None

    def now(self) -> datetime:
        return self._wall() if self._held is None else datetime.fromtimestamp(self._held, UTC)

    def _used(self, seconds: float) -> None:
        """The held clock moves by what a job took on the device, so that a queue is no device time."""
        if self._held is not None:
            self._held += seconds

    def over_budget(self, seconds: float) -> str | None:
        """Why a measurement of so many seconds may not be sent; None where the budget covers it."""
        spent = self.ledger.spent(self._backend.attendance.run_id)
        if spent + seconds <= self.budget:
            return None
        return f"quantum seconds: {spent:.0f} of {self.budget:g} used, next needs {seconds:.0f}"


def open_ibm(order: DeviceOrder) -> IbmDevice:
    """Raises ``OperatorError``: what is missing, and how to get it."""
    from reson.tools.devices.ibm.runtime import open_service

    service = open_service(order.name, order.ibm)
    ledger = Ledger(order.directory)
    return IbmDevice(address("ibm", order.name), service, ledger, order.ibm.repetition_delay, order.ibm.quantum_seconds)


def _limits(model: BackendV2, readout: float | None, delay: float | None) -> DeviceLimits:
    told: Any = model
    usual = delay or getattr(told, "default_rep_delay", None) or DELAY
    return DeviceLimits(
        max_shots=getattr(told, "max_shots", None) or MOST_SHOTS,
        max_circuits=min(getattr(told, "max_circuits", None) or MOST_CIRCUITS, MOST_CIRCUITS),
        reset_time=usual,
        readout_time=readout or 0.0,
    )
