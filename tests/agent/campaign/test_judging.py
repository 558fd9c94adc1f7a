"""Numbers gate, vision doubts; and a qubit that breaks between two nights is diagnosed for what it is."""

from __future__ import annotations

import pytest

from reson.agent.campaign.measuring import with_doubt, within_bounds
from reson.agent.lab import open_lab
from reson.records import (
    SUPPORTS_THE_VALUE,
    Change,
    Check,
    CheckCode,
    FitReliability,
    Judgement,
    Reading,
    Status,
    Verdict,
)
from reson.tools.verdicts.judge import judge


def judged(verdict: Verdict) -> Judgement:
    passed = verdict is Verdict.ACCEPT
    severity = Verdict.REJECT if passed else verdict
    return judge([Check(name="a number", code=CheckCode.OUT_OF_RANGE, passed=passed, severity=severity, message="")])


def read_as(status: Status) -> Reading:
    return Reading.model_validate(
        {
            "outcome": "expected" if status is Status.SUCCESS else "apparatus",
            "reliability": "reliable" if status is Status.SUCCESS else "no_fit",
            "status": status,
            "confidence": 0.9,
            "reason": "",
            "reader": "test",
        }
    )


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_reading_turns_accept_into_review_and_nothing_else(verdict: Verdict, status: Status):
    after = with_doubt(judged(verdict), read_as(status)).verdict
    supports = status in SUPPORTS_THE_VALUE
    assert after is (Verdict.REVIEW if verdict is Verdict.ACCEPT and not supports else verdict)


@pytest.mark.parametrize("status", sorted(SUPPORTS_THE_VALUE))
@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_fit_that_a_reader_does_not_rely_on_is_not_accepted(verdict: Verdict, status: Status):
    """Whatever else it says of the plot."""
    reading = read_as(status).model_copy(update={"reliability": FitReliability.UNRELIABLE})
    after = with_doubt(judged(verdict), reading)
    assert after.verdict is (Verdict.REVIEW if verdict is Verdict.ACCEPT else verdict)
    assert any("not to be relied on" in reason for reason in after.reasons)


def test_a_value_that_cannot_be_is_rejected():
    possible = Change(component="q0", parameter="t1", old=None, new=80e-6, stderr=None, unit="s")
    assert judge(within_bounds([possible])).verdict is Verdict.ACCEPT
    impossible = possible.model_copy(update={"new": 2.0})
    assert judge(within_bounds([possible, impossible])).verdict is Verdict.REJECT


@pytest.mark.study
def test_qubits_that_break_between_two_nights_get_their_own_diagnoses(make_lab, calibrate, watched):
    lab = make_lab(qubits=2)
    calibrate(lab)
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("[goals]", 'q0 = "dead_drive_line"\nq1 = "short_t1"\n\n[goals]'))
    watched.clear()
    calibrate(open_lab(lab.directory))
    closed = {
        body["decision"]["component"]: {diagnosis["code"] for diagnosis in body["decision"]["diagnoses"]}
        for body in watched.of("decision")
        if body["decision"]["kind"] in ("done", "give_up")
    }
    assert closed["q0"] == {"no_drive_response"}
    assert "short_t1" in closed["q1"]
