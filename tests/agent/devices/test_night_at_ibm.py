"""A night at a recorded service: resumed after trouble it pays nothing twice, and no file holds the token."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reson.agent.brains.offline import OfflineBrain
from reson.agent.expert import characterise
from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, resume, start
from reson.agent.observation import Decision, Done, Measure, Observation
from reson.records import Ending
from reson.tools.devices.ibm import device, runtime
from reson.tools.devices.ibm.ledger import Ledger
from reson.tools.devices.ibm.secrets import without_secrets
from reson.tools.devices.ibm.service import IbmTrouble, JobReport, JobState, TroubleKind
from reson.tools.devices.local.backend import NoisyBackend
from reson.tools.devices.local.device import LIMITS
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.local.noise import NoisySimulators
from reson.tools.devices.order import NoiseOptions
from reson.tools.store.measurements import list_measurements
from tests.tools.devices.ibm.recorded import DONE, Recorded, without

TOKEN = "q7Jx-0aB3kPz5WmRt9LsVd2YcE8fUg1NhQ4oXi6TpKjM"
QUIET = {"watch": lambda kind, body: None}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    monkeypatch.setenv("QISKIT_IBM_TOKEN", TOKEN)
    model = line_of_qubits(2, NoiseOptions(t1=100e-6, t2=100e-6))
    found = Recorded(model, NoisyBackend("aer", model.target, NoisySimulators(model.target), LIMITS, seed=5), [DONE])
    monkeypatch.setattr(runtime, "open_service", lambda name, options: found)
    return found


@pytest.fixture
def lab(tmp_path: Path, service: Recorded) -> Lab:
    return open_lab(tmp_path / "lab", device="ibm:torino", measure="best:2")


def once(plan: str, lab: Lab) -> Plan:
    return Plan(kind="run", experiment=plan, writes=False)


def everything(lab: Lab) -> bytes:
    return b"".join(path.read_bytes() for path in lab.directory.rglob("*") if path.is_file())


def test_a_token_revoked_in_the_night_ends_it_by_name_and_is_in_no_file(lab: Lab, service: Recorded) -> None:
    message = without_secrets(f"401 Client Error: Unauthorized; Authorization: Bearer {TOKEN}")
    service.reports = [IbmTrouble(TroubleKind.TOKEN, message)]
    ended = start(lab, once("t1", lab), **QUIET)
    assert ended.ending is Ending.DEVICE_UNAVAILABLE
    assert "save a valid token" in ended.reason
    assert TOKEN.encode() not in everything(lab)
    assert TOKEN not in ended.report.read_text()


def test_a_bug_in_the_night_leaves_no_token_either(lab: Lab, service: Recorded) -> None:
    def broken(pubs: Any) -> Any:
        raise KeyError("a bug of ours")

    service.damage = broken
    with pytest.raises(KeyError):
        start(lab, once("t1", lab), **QUIET)
    assert TOKEN.encode() not in everything(lab)


def test_resumed_it_finds_its_job_and_pays_once(lab: Lab, service: Recorded) -> None:
    service.reports = [IbmTrouble(TroubleKind.MAINTENANCE, "503: maintenance")]
    ended = start(lab, once("standard_rb", lab), **QUIET)
    assert ended.ending is Ending.DEVICE_UNAVAILABLE
    assert len(service.submitted) == 1
    service.reports, service.asked = [DONE], {}
    assert resume(lab, ended.run_id, QUIET["watch"]).ending is Ending.FINISHED
    assert len(service.submitted) == 1
    assert len(list_measurements(lab.store())) == 2
    assert not Ledger(lab.directory).open_jobs()


def test_a_long_measurement_asks_first(lab: Lab, service: Recorded) -> None:
    plan = Plan(kind="run", experiment="t1", parameters={"shots": 20_000}, writes=False)
    ended = start(lab, plan, **QUIET)
    assert ended.ending is Ending.WAITING_FOR_APPROVAL
    assert not service.submitted


def test_the_budget_of_quantum_seconds_ends_the_night(lab: Lab, service: Recorded) -> None:
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("quantum_seconds = 300.0", "quantum_seconds = 20.0"))
    ended = start(open_lab(lab.directory), Plan(kind="night"), **QUIET)
    assert ended.ending is Ending.BUDGET_SPENT
    assert ended.reason.startswith("quantum seconds")
    assert 0 < len(service.submitted) < 8


@pytest.mark.study
def test_every_measurement_is_one_job(lab: Lab, service: Recorded) -> None:
    ended = start(lab, Plan(kind="night"), **QUIET)
    assert ended.ending in (Ending.FINISHED, Ending.WAITING_FOR_APPROVAL), ended.reason
    jobs = Counter(row.job_id for row in list_measurements(lab.store()))
    assert len(service.submitted) == len(jobs)


REFUSED = IbmTrouble(TroubleKind.REFUSED, "Error code 1003; error in the transpilation")


def test_a_measurement_that_was_refused_never_ends_as_finished(lab: Lab, service: Recorded) -> None:
    service.sending = [REFUSED] * 100
    ended = start(lab, once("t1", lab), **QUIET)
    assert ended.ending is Ending.DEVICE_UNAVAILABLE
    assert "nothing on record of 2 of 2 qubits: t1 was refused" in ended.reason
    assert REFUSED.message in ended.reason
    service.sending = []
    again = resume(lab, ended.run_id, QUIET["watch"])
    assert again.ending is Ending.FINISHED
    assert len(list_measurements(lab.store(), run_id=ended.run_id)) == 2


def test_what_was_refused_twice_between_others_that_were_measured_is_missing_from_the_night(
    lab: Lab, service: Recorded, round_of_three: tuple[str, ...]
) -> None:
    real, sound = service.report, set()

    def report(job_id: str) -> JobReport:
        _, circuits, _ = service.submitted[job_id]
        if len(circuits) > 20 and "delay" in circuits[-1].count_ops():  # T1
            raise IbmTrouble(TroubleKind.REFUSED, "404 Client Error: for url")
        sound.add(job_id)
        return real(job_id)

    service.report = report
    ended = start(lab, Plan(kind="night"), **QUIET)
    assert sound and ended.ending is Ending.DEVICE_UNAVAILABLE
    assert ended.reason == "no t1 on record of 2 of 2 qubits: t1 was refused: 404 Client Error: for url"
    service.report = real
    again = resume(lab, ended.run_id, QUIET["watch"])
    assert again.ending is Ending.FINISHED, again.reason
    assert {row.experiment for row in list_measurements(lab.store(), run_id=ended.run_id)} == set(round_of_three)


def test_a_night_of_refusals_ends_at_the_second(lab: Lab, service: Recorded) -> None:
    service.sending = [REFUSED] * 100
    ended = start(lab, Plan(kind="night"), **QUIET)
    assert ended.ending is Ending.DEVICE_UNAVAILABLE
    assert "refused 2 jobs" in ended.reason and REFUSED.message in ended.reason
    assert len(service.most) == 2


def test_a_device_that_changed_is_read_anew_and_measured(lab: Lab, service: Recorded) -> None:
    service.sending = [IbmTrouble(TroubleKind.TARGET, "1517; not supported by the target")]
    ended = start(lab, once("t1", lab), **QUIET)
    assert ended.ending is Ending.FINISHED
    assert service.reopened == 1


def test_a_qubit_that_goes_out_of_service_in_the_night_is_named_and_the_others_go_on(
    tmp_path: Path, service: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = open_lab(tmp_path / "lab", device="ibm:torino", measure="0-1")
    monkeypatch.setattr(device, "STALE", -1.0)  # read anew before every measurement
    model = service.model

    def backend(fresh: bool = False) -> Any:
        return without(model, 1) if fresh else model

    monkeypatch.setattr(service, "backend", backend)
    ended = start(lab, once("t1", lab), **QUIET)
    assert ended.ending is Ending.DEVICE_UNAVAILABLE
    assert ended.reason.endswith("1 of 2 qubits: t1 was refused: out of service at ibm:torino: q1")
    assert [row.component for row in list_measurements(lab.store())] == ["q0"]


def test_circuits_for_a_qubit_that_has_just_gone_are_refused_by_name(lab: Lab, service: Recorded) -> None:
    service.sending = [IbmTrouble(TroubleKind.TARGET, "1517; not supported by the target")]
    opened = service.backend

    def backend(fresh: bool = False) -> Any:
        if fresh:
            service.model = without(service.model, 1)
        return opened(fresh)

    service.backend = backend
    ended = start(lab, once("t1", lab), **QUIET)
    assert ended.ending is Ending.DEVICE_UNAVAILABLE
    assert "out of service at ibm:torino: q1" in ended.reason


@pytest.fixture
def round_of_three(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    names = ("readout_error", "t1", "fine_x_amplitude")
    plan = [step for step in characterise.PLAN if step.experiment in names]
    monkeypatch.setattr(characterise, "PLAN", plan)
    return names


def test_all_of_a_round_is_at_the_service_before_any_of_it_is_waited_for(
    lab: Lab, service: Recorded, round_of_three: tuple[str, ...]
) -> None:
    asked: list[str] = []
    _noted(service, asked)
    ended = start(lab, Plan(kind="night"), **QUIET)
    assert ended.ending in (Ending.FINISHED, Ending.WAITING_FOR_APPROVAL), ended.reason
    assert asked[:4] == ["submit", "submit", "submit", "report"]
    rows = list_measurements(lab.store(), run_id=ended.run_id)
    assert {row.experiment for row in rows} == set(round_of_three)
    assert len(service.submitted) == len({row.job_id for row in rows})  # nothing was sent twice
    assert service.closed == 1
    ledger = Ledger(lab.directory)
    assert not ledger.open_jobs()
    assert ledger.spent(ended.run_id) == 4.0 * len(service.submitted)


def test_a_round_that_was_cut_short_finds_all_its_jobs(
    lab: Lab, service: Recorded, round_of_three: tuple[str, ...]
) -> None:
    service.reports = [IbmTrouble(TroubleKind.MAINTENANCE, "503: maintenance")]
    ended = start(lab, Plan(kind="night"), **QUIET)
    assert ended.ending is Ending.DEVICE_UNAVAILABLE
    assert len(service.submitted) == 3
    service.reports, service.asked = [DONE], {}
    again = resume(lab, ended.run_id, QUIET["watch"])
    assert again.ending in (Ending.FINISHED, Ending.WAITING_FOR_APPROVAL), again.reason
    rows = list_measurements(lab.store(), run_id=ended.run_id)
    assert len(service.submitted) == len({row.job_id for row in rows}) >= 3


def test_a_round_that_ends_at_its_last_job_has_its_report(
    lab: Lab, service: Recorded, round_of_three: tuple[str, ...]
) -> None:
    """The clock stands where the round was sent, and what was found meanwhile is younger."""
    real = service.report

    def report(job_id: str) -> JobReport:
        if job_id == list(service.submitted)[-1]:
            raise IbmTrouble(TroubleKind.MAINTENANCE, "503: maintenance")
        return real(job_id)

    service.report = report
    ended = start(lab, Plan(kind="night"), **QUIET)
    assert ended.ending is Ending.DEVICE_UNAVAILABLE
    assert ended.report.exists() and len(list_measurements(lab.store(), run_id=ended.run_id)) == 4


def test_of_a_round_that_is_stopped_nothing_stays_in_the_queue(
    lab: Lab, service: Recorded, round_of_three: tuple[str, ...]
) -> None:
    service.reports = [JobReport(state=JobState.CANCELLED, message="Error code 5202; Job was canceled.")]
    ended = start(lab, Plan(kind="night"), **QUIET)
    assert ended.ending is Ending.STOPPED
    assert len(service.submitted) == 3 and len(service.cancelled) == 2
    assert not Ledger(lab.directory).open_jobs()


def test_no_more_of_a_round_is_sent_than_the_budget_covers(
    lab: Lab, service: Recorded, round_of_three: tuple[str, ...]
) -> None:
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("quantum_seconds = 300.0", "quantum_seconds = 20.0"))
    ended = start(open_lab(lab.directory), Plan(kind="night"), **QUIET)
    assert 0 < sum(entry.estimate for entry in Ledger(lab.directory)._entries.values()) <= 20.0 * 1.2
    assert ended.ending is Ending.BUDGET_SPENT


def _noted(service: Recorded, asked: list[str]) -> None:
    for name in ("submit", "report"):
        real = getattr(service, name)

        def noted(*given: Any, name: str = name, real: Any = real) -> Any:
            asked.append(name)
            return real(*given)

        setattr(service, name, noted)


def test_a_job_cancelled_at_the_service_ends_the_run_as_stopped(lab: Lab, service: Recorded) -> None:
    service.reports = [JobReport(state=JobState.CANCELLED, message="Error code 5202; Job was canceled.")]
    ended = start(lab, once("t1", lab), **QUIET)
    assert ended.ending is Ending.STOPPED
    assert "was cancelled at the service" in ended.reason
    assert len(service.submitted) == 1


def test_the_rest_of_the_account_is_honoured_before_the_first_job(lab: Lab, service: Recorded) -> None:
    service.left = 1.0
    ended = start(lab, once("t1", lab), **QUIET)
    assert ended.ending is Ending.BUDGET_SPENT
    assert "the account has 1 left" in ended.reason
    assert not service.most


def test_batch_or_session_is_closed_in_every_ending(lab: Lab, service: Recorded) -> None:
    def broken(pubs: Any) -> Any:
        raise KeyError("a bug of ours")

    start(lab, once("t1", lab), **QUIET)
    assert service.closed == 1
    service.reports, service.asked = [IbmTrouble(TroubleKind.TOKEN, "401")], {}
    start(lab, once("t1", lab), **QUIET)
    assert service.closed == 2
    service.reports, service.damage = [DONE], broken
    with pytest.raises(KeyError):
        start(lab, once("t1", lab), **QUIET)
    assert service.closed == 3


def test_data_carry_the_time_at_which_they_were_taken(lab: Lab, service: Recorded) -> None:
    before = time.time()
    taken = JobReport(state=JobState.DONE, usage=4.0, began=before, ended=before + 0.5)
    service.reports = [taken]
    start(lab, once("t1", lab), **QUIET)
    row, _ = list_measurements(lab.store())
    assert row.device_ended <= time.time()
    assert row.device_started >= before - 4.0


def budget_of(lab: Lab, seconds: float) -> Lab:
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("quantum_seconds = 300.0", f"quantum_seconds = {seconds}"))
    return open_lab(lab.directory)


FAILED = JobReport(state=JobState.ERROR, message="Error code 9999; internal error", usage=15.0)


def test_a_job_that_failed_and_was_charged_is_not_made_again_beyond_the_budget(lab: Lab, service: Recorded) -> None:
    service.reports = [FAILED]
    ended = start(budget_of(lab, 45.0), once("t1", lab), **QUIET)
    assert ended.ending is Ending.BUDGET_SPENT
    assert ended.reason.startswith("quantum seconds: ")
    spent = Ledger(lab.directory).spent(ended.run_id)
    assert 0 < spent == 15.0 * len(service.submitted) <= 45.0
    service.reports, service.asked = [DONE], {}
    again = resume(budget_of(lab, 45.0), ended.run_id, QUIET["watch"])  # and a resumed run has no other
    assert again.ending is Ending.BUDGET_SPENT and not list_measurements(lab.store())


def test_no_job_may_run_longer_than_the_budget_lasts(lab: Lab, service: Recorded) -> None:
    ended = start(budget_of(lab, 25.0), once("t1", lab), **QUIET)
    assert ended.ending is Ending.FINISHED
    (entry,) = Ledger(lab.directory)._entries.values()
    assert 3 * entry.estimate + 10 > 25.0  # what it would be allowed else
    assert service.most == [25]


def test_what_was_sent_with_a_job_that_is_refused_is_not_paid_for_twice(
    lab: Lab, service: Recorded, round_of_three: tuple[str, ...]
) -> None:
    real = service.report

    def report(job_id: str) -> JobReport:
        first = job_id == next(iter(service.submitted))
        return (
            JobReport(state=JobState.ERROR, message="Error code 1305; ran too long", usage=9.0)
            if first
            else real(job_id)
        )

    service.report = report
    ended = start(lab, Plan(kind="night"), **QUIET)
    assert ended.ending in (Ending.FINISHED, Ending.WAITING_FOR_APPROVAL, Ending.DEVICE_UNAVAILABLE), ended.reason
    rows = list_measurements(lab.store(), run_id=ended.run_id)
    assert {"t1", "fine_x_amplitude"} <= {row.experiment for row in rows}
    assert not service.cancelled
    told = [row.job_id for row in rows if row.experiment in ("t1", "fine_x_amplitude") and row.component == "q0"]
    assert set(told[:2]) <= {f"{ended.run_id}-0002", f"{ended.run_id}-0001", f"{ended.run_id}-0000"}


def test_no_brain_measures_more_often_than_what_is_billed_allows(lab: Lab, service: Recorded) -> None:
    def again(self: OfflineBrain, observation: Observation) -> list[Decision]:
        ask = {"experiment": "readout_error", "parameters": {"shots": 100.0}, "why": "once more"}
        return [
            Done(component=view.component, why="had enough")
            if len(view.attempts) > 5
            else Measure(component=view.component, **ask)
            for view in observation.qubits
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OfflineBrain, "choose", again)
        patch.setattr(characterise, "independent", lambda view, experiment: [])
        ended = start(lab, Plan(kind="night"), **QUIET)
    assert len(service.submitted) == 1 + characterise.MOST_REPEATS
    assert ended.ending is Ending.FINISHED, ended.reason
