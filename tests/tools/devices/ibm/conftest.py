from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reson.tools.devices.ibm.attendance import Attendance
from reson.tools.devices.ibm.device import IbmDevice
from reson.tools.devices.ibm.ledger import Ledger
from reson.tools.devices.local.backend import NoisyBackend
from reson.tools.devices.local.device import LIMITS
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.local.noise import NoisySimulators
from reson.tools.devices.order import NoiseOptions
from tests.tools.devices.ibm.recorded import Recorded


@pytest.fixture
def service() -> Recorded:
    """A service of three qubits whose jobs are queued, run, and are done."""
    model = line_of_qubits(3, NoiseOptions(t1=100e-6, t2=100e-6))
    return Recorded(model, NoisyBackend("aer", model.target, NoisySimulators(model.target), LIMITS, seed=5))


@pytest.fixture
def opened(service: Recorded, tmp_path: Path) -> Callable[..., IbmDevice]:
    """Opens the device of the lab in ``tmp_path``, as after every start of the program; waiting takes no time."""

    def open_one(told: list[tuple[str, dict[str, Any]]] | None = None, **given: Any) -> IbmDevice:
        device = IbmDevice("ibm:torino", service, Ledger(tmp_path), **given)
        moments = [0.0]

        def sleep(seconds: float) -> None:
            moments[0] += seconds

        log = [] if told is None else told
        device._backend.attendance = Attendance(
            run_id="night-0001",
            tell=lambda kind, body: log.append((kind, body)),
            sleep=sleep,
            clock=lambda: moments[0],
        )
        return device

    return open_one
