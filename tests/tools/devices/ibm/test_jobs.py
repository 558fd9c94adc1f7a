"""What becomes of a job: every answer of the service, with what Reson does and what it tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from reson.errors import DeviceUnavailable, OperatorError, Stopped, ToolError, ToolErrorKind
from reson.tools.data import RawData
from reson.tools.devices.ibm.device import IbmDevice
from reson.tools.devices.ibm.ledger import Ledger, Step
from reson.tools.devices.ibm.service import IbmTrouble, JobReport, JobState, TroubleKind
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.smoke import smoke_test
from tests.tools.devices.ibm.recorded import DONE, QUEUED, RUNNING, Recorded

Open = Callable[..., IbmDevice]
LOST = IbmTrouble(TroubleKind.CONNECTION, "Max retries exceeded")
TOKEN = IbmTrouble(TroubleKind.TOKEN, "401 Client Error: Unauthorized")
CLOSED = IbmTrouble(TroubleKind.SESSION, "Error code 1217; Session has been closed.")


def measured(device: IbmDevice, experiment: str = "t1", **given: float) -> dict[int, RawData]:
    row = get(experiment)
    device.load({})
    return row.acquire(device, {0: row.arguments({"shots": 200.0, **given}, {"t1": 1e-4})})


def test_a_job_is_noted_queued_run_and_fetched(opened: Open, service: Recorded) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    device = opened(told)
    raw = measured(device, points=11.0)[0]
    assert raw.arrays["counts"].shape == (11, 2)
    assert [kind for kind, _ in told] == ["job_sent", "job_queued", "job_running", "job_done"]
    assert told[-1][1]["usage"] == 4.0
    assert raw.ended - raw.started == pytest.approx(4.0)  # quantum seconds; the queue is no device time
    device.recorded()
    assert not device.ledger.open_jobs()
    assert device.ledger.spent("night-0001") == 4.0


def test_the_clock_never_goes_back(opened: Open, service: Recorded) -> None:
    """A job is said to have taken longer than the wall knows of: a snapshot at the end would lack its values."""
    service.reports = [JobReport(state=JobState.DONE, usage=40.0)]
    device = opened()
    told = measured(device)[0].ended
    device.recorded()
    assert device.now().timestamp() >= told
    device.load({})
    assert device.now().timestamp() >= told


def test_the_cost_is_estimated_before_sending(opened: Open, service: Recorded) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    measured(opened(told), points=11.0, max_delay=400e-6)
    # 11 circuits of 200 shots, each 250 us of reset, 1.5 us of readout and 200 us of mean delay
    assert told[0][1]["estimate"] == pytest.approx(2.0 + 200 * 11 * (251.5e-6 + 200e-6), rel=0.02)


def test_a_failed_job_is_told_with_the_reason_of_the_service(opened: Open, service: Recorded) -> None:
    service.reports = [QUEUED, JobReport(state=JobState.ERROR, message="Error code 8054; internal error", usage=1.0)]
    device = opened()
    with pytest.raises(ToolError, match="8054") as caught:
        measured(device)
    assert caught.value.kind is ToolErrorKind.JOB_FAILED
    assert device.ledger.spent("night-0001") == 1.0


def test_a_job_cancelled_at_the_service_is_a_stop(opened: Open, service: Recorded) -> None:
    service.reports = [QUEUED, JobReport(state=JobState.CANCELLED)]
    device = opened()
    with pytest.raises(Stopped, match="cancelled at the service"):
        measured(device)
    assert not device.ledger.open_jobs()


def test_a_job_that_a_closing_batch_took_with_it_is_made_again(opened: Open, service: Recorded) -> None:
    service.reports = [QUEUED, JobReport(state=JobState.CANCELLED, message="Error code 4001; session was closed")]
    with pytest.raises(ToolError) as caught:
        measured(opened())
    assert caught.value.kind is ToolErrorKind.JOB_FAILED


def test_an_expired_session_is_renewed_once(opened: Open, service: Recorded) -> None:
    service.sending = [CLOSED]
    told: list[tuple[str, dict[str, Any]]] = []
    assert measured(opened(told))
    assert service.renewed == 1
    assert told[0] == ("session_renewed", {"reason": "Error code 1217; Session has been closed."})
    service.sending = [CLOSED, CLOSED]
    with pytest.raises(ToolError, match="refused the job"):
        measured(opened(), points=21.0)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (TOKEN, "save a valid token"),
        (IbmTrouble(TroubleKind.MAINTENANCE, "503"), "maintenance"),
        (IbmTrouble(TroubleKind.USAGE, "usage limit"), "no quantum seconds left"),
    ],
)
def test_what_no_repetition_cures_ends_the_run_with_its_name(
    opened: Open, service: Recorded, trouble: IbmTrouble, words: str
) -> None:
    service.sending = [trouble]
    device = opened()
    with pytest.raises(DeviceUnavailable, match=words):
        measured(device)
    assert not service.submitted
    assert not device.ledger.open_jobs()


def test_a_token_revoked_while_a_job_waits_keeps_the_job(opened: Open, service: Recorded) -> None:
    service.reports = [QUEUED, TOKEN]
    with pytest.raises(DeviceUnavailable, match=r"save a valid token.*job d4\w+ is kept"):
        measured(opened())
    service.reports = [DONE]
    service.asked.clear()
    assert measured(opened())
    assert len(service.submitted) == 1


def test_nothing_is_sent_to_a_device_in_maintenance(opened: Open, service: Recorded) -> None:
    service.status = "maintenance"
    with pytest.raises(DeviceUnavailable, match="takes no jobs now: maintenance"):
        measured(opened())
    assert not service.submitted


def test_a_lost_connection_is_borne_for_a_while(opened: Open, service: Recorded) -> None:
    service.reports = [QUEUED, LOST, LOST, LOST, RUNNING, DONE]
    told: list[tuple[str, dict[str, Any]]] = []
    assert measured(opened(told))
    assert [kind for kind, _ in told].count("connection_lost") == 3
    service.reports, service.asked = [LOST], {}
    with pytest.raises(DeviceUnavailable, match=r"no connection to IBM for 1[56] min.*reson resume"):
        measured(opened(), points=21.0)


def test_a_connection_lost_between_sending_and_answer_pays_once(opened: Open, service: Recorded) -> None:
    service.sending = [("lost", LOST)]
    assert measured(opened())
    assert len(service.submitted) == 1


def test_a_request_that_never_arrived_is_sent_again(opened: Open, service: Recorded) -> None:
    service.sending = [LOST]
    assert measured(opened())
    assert len(service.submitted) == 1
    service.sending = [LOST, LOST]
    with pytest.raises(DeviceUnavailable, match="lost twice"):
        measured(opened(), points=21.0)


@pytest.mark.parametrize(("state", "charged"), [(QUEUED, 0.0), (DONE, 4.0)])
def test_a_job_that_arrived_twice_is_cancelled_and_counted(
    opened: Open, service: Recorded, monkeypatch: pytest.MonkeyPatch, state: JobReport, charged: float
) -> None:
    """Its answer is lost, and the list of jobs lags so far behind that it is sent again."""
    service.sending = [("lost", LOST)]
    known, real = service.tagged, service.report
    monkeypatch.setattr(service, "tagged", lambda tag, since: known(tag, since) if len(service.submitted) > 1 else [])
    first = "d4" + "0" * 18
    monkeypatch.setattr(
        service,
        "report",
        lambda job: state if job == first and (state is DONE or job not in service.cancelled) else real(job),
    )
    told: list[tuple[str, dict[str, Any]]] = []
    device = opened(told)
    assert measured(device)
    device.recorded()
    device.close()
    assert len(service.submitted) == 2 and service.cancelled == [first]
    assert [body["other"] for kind, body in told if kind == "job_twice"] == [first]
    assert device.ledger.spent("night-0001") == 4.0 + charged
    assert not device.ledger.open_jobs()


class Killed(BaseException):
    """As kill -9 does, no code of ours runs after it."""


def test_killed_while_queued_the_job_is_found_again(opened: Open, service: Recorded) -> None:
    device = opened()
    device._backend.attendance.sleep = _kill
    with pytest.raises(Killed):
        measured(device)
    told: list[tuple[str, dict[str, Any]]] = []
    assert measured(opened(told))
    assert told[0][0] == "job_found"
    assert len(service.submitted) == 1


def test_killed_before_the_answer_was_noted_the_job_is_found_by_its_tag(
    opened: Open, service: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = opened()
    monkeypatch.setattr(device.ledger, "sent", lambda entry, job, doubtful: _kill(0.0))
    with pytest.raises(Killed):
        measured(device)
    assert measured(opened())
    assert len(service.submitted) == 1


def test_random_circuits_are_made_again_after_a_kill(opened: Open, service: Recorded) -> None:
    moments = iter(datetime(2026, 11, 21, 22, minute, tzinfo=UTC) for minute in range(60))
    device = opened(wall=lambda: next(moments))
    device._backend.attendance.sleep = _kill
    with pytest.raises(Killed):
        measured(device, "standard_rb", max_length=50.0, samples=2.0)
    assert measured(opened(wall=lambda: next(moments)), "standard_rb", max_length=50.0, samples=2.0)
    assert len(service.submitted) == 1


def test_killed_after_fetching_nothing_is_paid_again_until_it_is_on_record(opened: Open, service: Recorded) -> None:
    measured(opened())
    device = opened()
    measured(device)
    assert len(service.submitted) == 1
    device.recorded()
    measured(device)  # the same measurement, meant anew
    assert len(service.submitted) == 2


def test_a_job_that_is_not_asked_for_again_is_cancelled(opened: Open, service: Recorded) -> None:
    device = opened()
    device._backend.attendance.sleep = _kill
    with pytest.raises(Killed):
        measured(device)
    again = opened()
    measured(again, points=21.0)
    again.recorded()
    assert len(service.cancelled) == 1
    assert not again.ledger.open_jobs()


def test_a_stop_cancels_what_waits_in_the_queue(opened: Open, service: Recorded) -> None:
    device = opened()
    service.reports = [QUEUED]
    device._backend.attendance.sleep = lambda seconds: device._backend.attendance.stop.set()
    with pytest.raises(Stopped, match="stopped by a person"):
        measured(device)
    assert len(service.cancelled) == 1
    with pytest.raises(Stopped, match="nothing more is sent"):
        measured(device)
    assert len(service.submitted) == 1


def test_a_running_job_is_paid_for_and_fetched_in_spite_of_a_stop(opened: Open, service: Recorded) -> None:
    device = opened()
    service.reports = [RUNNING, RUNNING, DONE]
    device._backend.attendance.sleep = lambda seconds: device._backend.attendance.stop.set()
    assert measured(device)
    assert not service.cancelled


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda pubs: pubs[:-1], "31 circuits were sent, 30 came back"),
        (lambda pubs: pubs[::-1], "another order"),
        (lambda pubs: [_fewer(pub) for pub in pubs], "200 shots of 1 bits were asked for, 150 of 1 came back"),
        (lambda pubs: [_without(pub) for pub in pubs], "did not come back"),
    ],
)
def test_incomplete_results_are_noticed(opened: Open, service: Recorded, damage: Any, words: str) -> None:
    service.damage = damage
    with pytest.raises(ToolError, match=words) as caught:
        measured(opened())
    assert caught.value.kind is ToolErrorKind.JOB_FAILED


def test_the_budget_of_quantum_seconds_is_kept(opened: Open, service: Recorded) -> None:
    device = opened(budget=10.0)
    assert device.over_budget(9.0) is None
    measured(device)
    device.recorded()
    assert device.over_budget(5.9) is None
    assert device.over_budget(6.1) == "quantum seconds: 4 of 10 used, next needs 6"
    assert opened(budget=10.0).over_budget(6.1)  # also after a restart


def test_a_job_belongs_to_its_lab_and_its_run(opened: Open, service: Recorded, tmp_path: Path) -> None:
    """Two labs ask for the same circuits; the answer to the second is lost: it never takes the job of the first."""
    measured(opened())
    service.sending = [LOST, LOST]
    other = IbmDevice("ibm:torino", service, Ledger(tmp_path / "other"))
    other._backend.attendance = opened()._backend.attendance
    with pytest.raises(DeviceUnavailable, match="lost twice"):
        measured(other)
    tags = [tag for tag, _, _ in service.submitted.values()]
    assert len(tags) == 1
    measured(other)
    (first, _, _), (second, _, _) = service.submitted.values()
    assert first != second
    assert first.split("-")[1] != second.split("-")[1]


def test_another_run_of_the_lab_measures_anew(opened: Open, service: Recorded) -> None:
    device = opened()
    device._backend.attendance.sleep = _kill
    with pytest.raises(Killed):
        measured(device)
    again = opened()
    again._backend.attendance.run_id = "night-0002"
    service.asked.clear()
    measured(again)
    again.recorded()
    assert len(service.submitted) == 2
    assert len(again.ledger.open_jobs("night-0001")) == 1  # which `reson resume night-0001` finds again
    assert measured(opened())
    assert len(service.submitted) == 2


def test_a_job_that_the_service_has_lost_is_closed_with_a_word(opened: Open, service: Recorded) -> None:
    service.reports = [QUEUED, IbmTrouble(TroubleKind.LOST, "Job not found: d4")]
    device = opened()
    with pytest.raises(ToolError, match="not known at the service any more"):
        measured(device)
    assert "lost: Job not found" in device.ledger.path.read_text()
    service.reports = [DONE]
    service.asked.clear()
    assert measured(opened())


def test_a_stop_that_comes_too_late_to_cancel_waits_for_the_result(
    opened: Open, service: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def conflict(job_id: str) -> None:
        raise IbmTrouble(TroubleKind.ENDED, "409 Client Error: Conflict")

    monkeypatch.setattr(service, "cancel", conflict)
    service.reports = [QUEUED, QUEUED, DONE]
    device = opened()
    device._backend.attendance.sleep = lambda seconds: device._backend.attendance.stop.set()
    assert measured(device)


def test_a_long_queue_is_asked_about_once_a_minute(opened: Open, service: Recorded) -> None:
    service.reports = [*[QUEUED] * 70, DONE]
    device = opened()
    began = device._backend.attendance.clock()
    measured(device)
    assert device._backend.attendance.clock() - began > 3600


def test_usage_that_is_pending_is_asked_for_until_it_is_final(opened: Open, service: Recorded) -> None:
    service.reports = [DONE.model_copy(update={"usage": None})]
    device = opened()
    measured(device)
    device.recorded()
    estimate = device.ledger.spent("night-0001")
    assert device.over_budget(1.0) is None
    assert device.ledger.spent("night-0001") == estimate != 4.0
    service.reports = [DONE]
    device.close()
    assert device.ledger.spent("night-0001") == 4.0
    assert opened().ledger.spent("night-0001") == 4.0


def test_a_job_that_is_gone_keeps_no_other_usage_from_being_asked_for(opened: Open, service: Recorded) -> None:
    service.reports = [DONE.model_copy(update={"usage": None})]
    device = opened()
    for angle in (11.0, 12.0):
        measured(device, points=angle)
        device.recorded()
    first, second = device.ledger.pending(0.0)
    known, estimate = service.report, first.estimate

    def report(job_id: str) -> JobReport:
        if job_id == first.job_id:
            raise IbmTrouble(TroubleKind.LOST, "Job not found")
        return known(job_id)

    service.report, service.reports = report, [DONE]
    again = opened()  # and a later run asks for what an earlier one left open
    again.close()
    assert not again.ledger.pending(0.0)
    assert again.ledger.spent("night-0001") == estimate + 4.0
    assert second.job_id != first.job_id


def test_a_usage_that_never_comes_is_asked_for_ever_more_rarely_and_its_estimate_counts(
    opened: Open, service: Recorded
) -> None:
    service.reports = [JobReport(state=JobState.DONE)]
    device = opened()
    for points in (11.0, 12.0, 13.0):
        measured(device, points=points)
        device.recorded()
    service.asked.clear()
    for _ in range(50):  # decisions of a night
        assert device.over_budget(1.0) is None
    assert max(service.asked.values()) == 1
    device._backend.attendance.sleep(24 * 3600.0)
    before = sum(service.asked.values())
    device.over_budget(1.0)
    assert sum(service.asked.values()) == before + 3
    device.close()
    assert sum(service.asked.values()) == before + 6  # and once more at the end
    entries = device.ledger.pending(0.0)
    assert device.ledger.spent("night-0001") == pytest.approx(sum(entry.estimate for entry in entries))


def test_a_running_job_that_was_cancelled_is_not_free(opened: Open, service: Recorded) -> None:
    service.cancel = lambda job_id: None
    service.reports = [QUEUED, RUNNING]
    device = opened()
    device._backend.attendance.sleep = lambda seconds: device._backend.attendance.stop.set()
    service.reports = [QUEUED, QUEUED, RUNNING]
    with pytest.raises(Stopped):
        measured(device)
    assert device.ledger.spent("night-0001") > 0


def test_no_job_may_take_much_longer_than_was_estimated(opened: Open, service: Recorded) -> None:
    device = opened()
    measured(device)
    assert device.ledger.pending(0.0) == []
    (most,) = service.most
    entry = device.ledger.open_jobs()[0]
    assert most == pytest.approx(3 * entry.estimate + 10, abs=1)


def test_a_session_is_counted_by_the_clock_of_the_wall(opened: Open, service: Recorded) -> None:
    device = opened(budget=100.0)
    assert device.over_budget(20.0) is None
    service.wall = 90.0
    assert device.over_budget(20.0) == "quantum seconds: 90 of 100 used, next needs 20"


def test_a_resumed_run_knows_what_its_sessions_took_before(opened: Open, service: Recorded) -> None:
    first = opened(budget=100.0)
    first.attend("night-0001", Event(), lambda kind, body: None)
    measured(first)
    first.recorded()
    service.wall = 60.0
    assert first.over_budget(39.0) is None and first.over_budget(41.0)
    first.close()
    first.close()  # noted once
    service.wall = 0.0
    again = opened(budget=100.0)
    assert again.ledger.spent("night-0001") == 60.0 and not again.ledger.open_jobs()
    again.attend("night-0001", Event(), lambda kind, body: None)
    assert again.over_budget(39.0) is None and again.over_budget(41.0)
    service.wall = 30.0  # of the new session
    assert again.over_budget(9.0) is None and again.over_budget(11.0)


@pytest.mark.parametrize("stopped", [False, True])
def test_a_batch_or_session_is_closed_though_the_service_is_busy_or_silent_at_first(
    opened: Open, service: Recorded, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    answers = [IbmTrouble(TroubleKind.BUSY, "429"), LOST]
    close = service.close

    def closing() -> None:
        if answers:
            raise answers.pop(0)
        close()

    monkeypatch.setattr(service, "close", closing)
    device = opened()
    if stopped:
        device._backend.attendance.stop.set()
    device.close()
    assert service.closed == 1


@pytest.mark.parametrize("kind", TroubleKind)
def test_what_cannot_be_closed_is_told_and_holds_nobody_up(
    opened: Open, service: Recorded, monkeypatch: pytest.MonkeyPatch, kind: TroubleKind
) -> None:
    def never() -> None:
        raise IbmTrouble(kind, "the words")

    told: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(service, "close", never)
    device = opened(told)
    device.close()
    ended = kind in (TroubleKind.SESSION, TroubleKind.ENDED, TroubleKind.LOST)
    assert told == ([] if ended else [("not_closed", {"reason": "the words"})])
    assert device._backend.attendance.clock() < 120


def test_a_look_at_a_device_is_a_job_of_its_own_each_time(opened: Open, service: Recorded) -> None:
    smoke_test(opened())
    smoke_test(opened())  # a day later: what the first one saw says nothing of now
    assert len(service.submitted) == 2
    assert service.closed == 2
    assert not opened().ledger.open_jobs()


def test_a_look_that_is_broken_off_leaves_nothing_behind(opened: Open, service: Recorded) -> None:
    device = opened()
    service.reports = [QUEUED]
    device._backend.attendance.sleep = _interrupted
    with pytest.raises(KeyboardInterrupt):
        smoke_test(device)
    assert len(service.cancelled) == 1 and service.closed == 1
    assert not opened().ledger.open_jobs()


def test_half_a_line_of_the_ledger_is_dropped(opened: Open, service: Recorded) -> None:
    device = opened()
    measured(device)
    with device.ledger.path.open("a") as file:
        file.write('{"tag": "reson')
    (entry,) = opened().ledger.open_jobs()
    assert entry.step is Step.FETCHED
    opened().ledger.close(entry, "on record")
    assert not opened().ledger.open_jobs()


def test_who_opens_the_ledger_beside_a_run_changes_nothing_of_it(opened: Open, service: Recorded) -> None:
    """A night appends to it while `reson watch` looks on, and may be in the middle of a line."""
    device = opened()
    measured(device)
    with device.ledger.path.open("a") as file:
        file.write('{"tag": "reson')
    before = device.ledger.path.read_bytes()
    opened()
    assert device.ledger.path.read_bytes() == before


@pytest.mark.parametrize("line", [b"nonsense\n", b"{}\n", b"\xff\xfe\n", b"\x00\x00\n"])
def test_a_damaged_ledger_is_told_in_a_sentence(opened: Open, service: Recorded, line: bytes) -> None:
    device = opened()
    measured(device)
    with device.ledger.path.open("ab") as file:
        file.write(line)
    with pytest.raises(OperatorError, match=r"ibm-jobs\.jsonl is damaged"):
        opened()


def _interrupted(seconds: float) -> None:
    raise KeyboardInterrupt


def _kill(seconds: float) -> None:
    raise Killed


def _fewer(pub: Any) -> Any:
    from qiskit.primitives import DataBin, SamplerPubResult

    data = {name: pub.data[name].slice_shots(range(150)) for name in pub.data}
    return SamplerPubResult(DataBin(**data), pub.metadata)


def _without(pub: Any) -> Any:
    from qiskit.primitives import DataBin, SamplerPubResult

    return SamplerPubResult(DataBin(other=next(iter(pub.data.values()))), pub.metadata)
