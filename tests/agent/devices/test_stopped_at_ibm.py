"""A run that is stopped, interrupted or broken off at any question to the service: nothing stays open, and what was
sent is taken up and not sent again.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reson.agent.expert import characterise
from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, resume, start
from reson.records import Ending
from reson.tools.devices.ibm import device, runtime
from reson.tools.devices.ibm.ledger import Ledger
from reson.tools.devices.local.backend import NoisyBackend
from reson.tools.devices.local.device import LIMITS
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.local.noise import NoisySimulators
from reson.tools.devices.order import NoiseOptions
from reson.tools.store.measurements import list_measurements
from tests.tools.devices.ibm.recorded import DONE, Recorded


def quiet(kind: str, body: Any) -> None: ...


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    model = line_of_qubits(2, NoiseOptions(t1=100e-6, t2=100e-6))
    found = Recorded(model, NoisyBackend("aer", model.target, NoisySimulators(model.target), LIMITS, seed=5), [DONE])
    monkeypatch.setattr(runtime, "open_service", lambda name, options: found)
    monkeypatch.setattr(device, "CLOSING", ())
    names = ("readout_error", "t1")
    monkeypatch.setattr(characterise, "PLAN", [step for step in characterise.PLAN if step.experiment in names])
    return found


@pytest.fixture
def lab(tmp_path: Path, service: Recorded) -> Lab:
    return open_lab(tmp_path / "lab", device="ibm:torino", measure="best:2")


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def hang_up() -> None:
    os.kill(os.getpid(), signal.SIGHUP)


def interrupt_twice() -> None:
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)


def bug() -> None:
    raise ZeroDivisionError("a bug of ours")


@pytest.fixture(autouse=True)
def a_terminal_that_can_hang_up() -> Iterator[None]:
    """Under nohup, as tests may be started, hanging up is ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("blow", "where", "after"),
    [
        (terminate, "submit", True),
        (terminate, "condition", False),
        (hang_up, "report", False),
        (interrupt_twice, "submit", False),
        (interrupt_twice, "report", True),
        (bug, "result", True),
    ],
)
def test_wherever_a_run_is_broken_off_nothing_stays_open_and_nothing_is_sent_twice(
    lab: Lab,
    service: Recorded,
    blow: Callable[[], None],
    where: str,
    after: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = getattr(service, where)
    asked: list[int] = []

    def struck(*given: Any) -> Any:
        asked.append(1)
        answer = real(*given) if after else None
        if len(asked) == (2 if where in ("submit", "condition", "remaining") else 1):
            blow()
        return answer if after else real(*given)

    with monkeypatch.context() as patched:
        patched.setattr(service, where, struck)
        try:
            ended = start(lab, Plan(kind="night"), quiet)
        except (KeyboardInterrupt, ZeroDivisionError):
            pass
        else:
            assert ended.ending is Ending.STOPPED, ended.reason
    assert asked and not service.open
    again = resume(lab, "night-0001", quiet)
    assert again.ending in (Ending.FINISHED, Ending.WAITING_FOR_APPROVAL), again.reason
    assert not service.open
    rows = list_measurements(lab.store(), run_id="night-0001")
    assert {row.experiment for row in rows} == {"readout_error", "t1"}
    assert len(service.submitted) - len(set(service.cancelled)) == len({row.job_id for row in rows})
    assert not Ledger(lab.directory).open_jobs()
