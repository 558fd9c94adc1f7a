"""Short nights at a service that answers anything, at any question: each ends truly, closes its batch, and leaves a lab
in which a night with a sound service comes to its end.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reson.agent.expert import characterise
from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Ended, Plan, resume, start
from reson.errors import OperatorError
from reson.records import Ending
from reson.tools.devices.ibm import attendance, runtime
from reson.tools.devices.ibm.codes import kind_of
from reson.tools.devices.ibm.device import CLOSED
from reson.tools.devices.ibm.ledger import Ledger, Step
from reson.tools.devices.ibm.service import IbmTrouble, JobReport, JobState, TroubleKind
from reson.tools.devices.local.backend import NoisyBackend
from reson.tools.devices.local.device import LIMITS
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.local.noise import NoisySimulators
from reson.tools.devices.order import NoiseOptions
from reson.tools.store.measurements import list_measurements
from tests.tools.devices.ibm.recorded import DONE, QUEUED, RUNNING, Recorded, without
from tests.tools.devices.ibm.registry import REGISTRY

ASKED = (
    *("backend", "condition", "submit", "report", "result", "cancel", "remaining", "session_seconds"),
    "close",
)
EXPERIMENTS = ("readout_error", "t1")


class Fuzzed(Recorded):
    """``rate``: how often a question is not answered as it should be. Only what it knows by a tag it tells truly: a
    service that denies a job it has is paid twice.
    """

    rng: random.Random
    rate: float = 0.0

    def begin(self, seed: int, rate: float) -> None:
        self.rng, self.rate = random.Random(seed), rate
        for name in ASKED:
            setattr(self, name, self._troubled(getattr(self, name)))

    def _troubled(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*given: Any, **named: Any) -> Any:
            strikes = self.rng.random() < self.rate
            if strikes and self.rng.random() < 0.7:
                trouble = self._trouble()
                if real.__name__ == "close" and trouble.kind in CLOSED:
                    self.open = False  # as it says
                raise trouble
            answer = real(*given, **named)
            if not strikes:
                return answer
            return self._odd(real.__name__, answer)

        return asked

    def _trouble(self) -> IbmTrouble:
        rng = self.rng
        if rng.random() < 0.3:
            return IbmTrouble(rng.choice(list(TroubleKind)), "the words of the service")
        words = rng.choice(
            [
                f"Error code {rng.choice(REGISTRY)}; some words",
                f"{rng.choice([400, 401, 403, 404, 409, 413, 418, 429, 500, 502, 503, 530])} Client Error: for url",
                "a state of the job that is not understood: 'Paused'",
                "",
            ]
        )
        kind = TroubleKind.CONNECTION if "not understood" in words else kind_of(words)
        return IbmTrouble(kind, words)

    def _odd(self, name: str, answer: Any) -> Any:
        """What arrives, and is not what it should be; the answer to a job that was sent may be lost on the way."""
        rng = self.rng
        match name:
            case "submit":
                raise IbmTrouble(TroubleKind.CONNECTION, "502 Server Error: Bad Gateway")
            case "report":
                state, usage = rng.choice(list(JobState)), rng.choice([None, 0.0, 4.0, 40.0])
                told = f"Error code {rng.choice(REGISTRY)}; why" if rng.random() < 0.7 else ""
                times = rng.choice([(None, None), (2e9, 1e9), (0.0, 0.0), (1.7e9, 4e9)])
                return JobReport(state=state, message=told, usage=usage, began=times[0], ended=times[1])
            case "result":
                return rng.choice([[], [None], answer[::-1], answer[:-1], [*answer, *answer], ["x"] * len(answer)])
            case "condition":
                return rng.choice(["maintenance", "internal", "paused"])
            case "remaining":
                return rng.choice([None, 0.0, 1.0, 1e9])
            case "session_seconds":
                return rng.choice([0.0, 10.0, 1e6])
            case "backend":
                return without(self.model, rng.choice([0, 1]), rng.choice([(), ("sx",), ("cz",)]))
        return answer


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Fuzzed:
    model = line_of_qubits(2, NoiseOptions(t1=100e-6, t2=100e-6))
    runs_on = NoisyBackend("aer", model.target, NoisySimulators(model.target), LIMITS, seed=5)
    found = Fuzzed(model, runs_on, [QUEUED, RUNNING, DONE])
    monkeypatch.setattr(runtime, "open_service", lambda name, options: found)
    plan = [step for step in characterise.PLAN if step.experiment in EXPERIMENTS]
    monkeypatch.setattr(characterise, "PLAN", plan)
    moments = [0.0]

    def sleep(seconds: float) -> None:
        moments[0] += seconds

    class Hurried(attendance.Attendance):
        """Waiting takes no time."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **{"sleep": sleep, "clock": lambda: moments[0], **named})

    monkeypatch.setattr("reson.tools.devices.ibm.backend.Attendance", Hurried)
    return found


@dataclass
class Night:
    ended: Ended | str
    """In words, where it could not even begin."""
    told: list[str]
    """Kinds of its events."""


def night(lab: Lab, run: str, plan: Plan) -> Night:
    told: list[str] = []

    def watch(kind: str, body: Any) -> None:
        told.append(kind)

    try:
        return Night(resume(lab, run, watch) if run else start(lab, plan, watch), told)
    except OperatorError as error:
        return Night(str(error), told)


def require_true(lab: Lab, service: Fuzzed, one: Night) -> None:
    """What holds of every ending."""
    ledger = Ledger(lab.directory)
    if isinstance(one.ended, str):
        assert one.ended
        return
    assert one.ended.reason and one.ended.report.exists()
    assert not service.open or "not_closed" in one.told
    rows = list_measurements(lab.store(), run_id=one.ended.run_id)
    assert all(row.device_started <= row.device_ended for row in rows)
    if one.ended.ending is Ending.FINISHED:
        assert {row.component for row in rows} == {"q0", "q1"}, one.ended.reason
        assert {row.experiment for row in rows} == set(EXPERIMENTS), one.ended.reason
        assert not ledger.open_jobs(one.ended.run_id)
    assert all(entry.run_id == one.ended.run_id for entry in ledger.open_jobs())


@pytest.mark.parametrize("seed", range(3))
def test_every_night_ends_truly_whatever_the_service_answers(service: Fuzzed, tmp_path: Path, seed: int) -> None:
    service.begin(seed, rate=(0.03, 0.1, 0.3)[seed % 3])
    lab, run = open_lab(tmp_path / "lab", device="ibm:torino", measure="0-1"), ""
    for _ in range(3):
        one = night(lab, run, Plan(kind="night"))
        require_true(lab, service, one)
        run = run if isinstance(one.ended, str) else one.ended.run_id
        if not isinstance(one.ended, str) and one.ended.ending is Ending.FINISHED:
            break
    jobs = Ledger(lab.directory)._entries.values()
    known = {entry.job_id or entry.tag for entry in jobs if entry.job_id or entry.step is Step.INTENT}
    assert all(job in known or carried[0] in known for job, carried in service.submitted.items())  # none is forgotten
    service.rate = 0.0  # and the lab is not locked
    service.asked.clear()
    last = night(lab, "", Plan(kind="run", experiment="t1", writes=False))
    assert not isinstance(last.ended, str) and last.ended.ending is Ending.FINISHED, last.ended
    assert len(list_measurements(lab.store(), run_id=last.ended.run_id)) == 2
    assert not Ledger(lab.directory).open_jobs(last.ended.run_id) and not service.open
