"""What policy.toml and lab.toml allow is asked at every action, not remembered from the start of a night."""

from __future__ import annotations

import pytest

from reson.agent.launch import Plan, resume, start
from reson.errors import OperatorError
from reson.records import Ending, Json
from reson.tools.store.approvals import list_approvals
from reson.tools.store.measurements import list_measurements
from reson.tools.store.parameters import log
from reson.tools.store.runs import get_run
from tests.agent.campaign.conftest import ASK_BEFORE_WRITING

DENY = '[[rule]]\nname = "hands off"\ndecision = "deny"\n'


MOST = 3
"""Measurements of these runs, to keep them short."""


def short(lab):
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("experiments = 2000", f"experiments = {MOST}"))
    return lab


class Meddling:
    """Changes a file of the lab at the first event of a kind."""

    def __init__(self, lab, kind: str, name: str, text: str | None) -> None:
        self.store, self.path, self.kind, self.text = lab.store(), lab.directory / name, kind, text
        self.done: tuple[int, int] | None = None
        """(values written, measurements) at that moment."""

    def __call__(self, kind: str, body: Json) -> None:
        if kind == self.kind and self.done is None:
            self.done = self.counts()
            if self.text is None:
                self.path.unlink()
            else:
                self.path.write_text(self.text)

    def counts(self) -> tuple[int, int]:
        return len(log(self.store, "simulated-3")), len(list_measurements(self.store))


@pytest.mark.parametrize("moment", ["verdict", "approval"])
def test_after_deny_everything_nothing_is_written_or_measured(make_lab, moment):
    """At a verdict the writes are still to be asked for; at the approval they are given but not yet executed."""
    lab = short(make_lab(qubits=2))
    meddling = Meddling(lab, moment, "policy.toml", DENY)
    start(lab, Plan(kind="calibrate"), meddling)
    assert meddling.done is not None
    assert meddling.counts() == (meddling.done[0], max(2, meddling.done[1]))


BROKEN = {
    "no TOML": "[[rule]]\ndecision = auto",
    "cut": '[[rule]]\nname = "measure on the simul',
    "unknown key": '[[rule]]\ndecision = "auto"\nefect = "measures"',
    "gone": None,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=list(BROKEN))
def test_a_policy_that_became_unreadable_denies_everything_and_the_run_goes_on_when_it_is_mended(make_lab, text):
    lab = short(make_lab())
    policy = (lab.directory / "policy.toml").read_text()
    meddling = Meddling(lab, "verdict", "policy.toml", text)
    with pytest.raises(OperatorError, match=r"policy\.toml"):
        start(lab, Plan(kind="calibrate"), meddling)
    assert meddling.counts() == meddling.done
    row = get_run(lab.store(), "calibrate-0001")
    assert row.ending is Ending.FAILED
    assert "policy.toml" in (row.reason or "")
    (lab.directory / "policy.toml").write_text(policy)
    assert resume(lab, row.id, lambda kind, body: None).ending is Ending.BUDGET_SPENT
    assert len(list_measurements(lab.store())) == MOST
    assert len({row.job_id for row in list_measurements(lab.store())}) == len(list_measurements(lab.store()))


def test_a_budget_cut_during_a_night_ends_it_and_a_raised_one_is_used(make_lab):
    lab = short(make_lab())
    text = (lab.directory / "lab.toml").read_text()
    meddling = Meddling(lab, "verdict", "lab.toml", text.replace("experiments = 3", "experiments = 1"))
    ended = start(lab, Plan(kind="calibrate"), meddling)
    assert (ended.ending, len(list_measurements(lab.store()))) == (Ending.BUDGET_SPENT, 1)
    raising = Meddling(lab, "measuring", "lab.toml", text)
    (lab.directory / "lab.toml").write_text(text.replace("experiments = 3", "experiments = 2"))
    assert resume(lab, ended.run_id, raising).ending is Ending.BUDGET_SPENT
    assert len(list_measurements(lab.store())) == MOST


@pytest.mark.parametrize("text", ["[budget]\nshots = -1", None])
def test_limits_that_became_unreadable_end_the_run_by_name(make_lab, text):
    lab = short(make_lab())
    meddling = Meddling(lab, "verdict", "lab.toml", text)
    with pytest.raises(OperatorError, match=r"lab\.toml"):
        start(lab, Plan(kind="calibrate"), meddling)
    assert len(list_measurements(lab.store())) == 1


def test_what_a_person_approved_is_not_written_once_the_policy_denies_it(make_lab, calibrate):
    lab = make_lab(policy=ASK_BEFORE_WRITING)
    ended = calibrate(lab)
    from reson.agent.approvals import approve

    [pending] = list_approvals(lab.store(), status="pending")
    approve(lab.store(), pending.id, "ada")
    (lab.directory / "policy.toml").write_text(DENY)
    resume(lab, ended.run_id, lambda kind, body: None)
    assert {row.author for row in log(lab.store(), "simulated-3")} == {"design"}
