"""The gate is open for what it was made with, and shuts for each kind of change: shown by making the change."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from reson.agent.expert import next_step
from reson.agent.expert.diagnosis import unresolved
from reson.agent.expert.remedies import Abandon
from reson.evals.healthy import NAMES, healthy
from reson.evals.replaying import gate
from reson.evals.replaying.locks import ATTEMPTS, lock_works_when_opened, open_locks
from reson.evals.replaying.margins import MOST, levels, margins_of_healthy
from reson.evals.replaying.recording import RECORDINGS, Recording, load
from reson.evals.replaying.replay import replay
from reson.prompts import render
from reson.tools.data import Analysis
from reson.tools.experiments.catalogue import get
from reson.tools.store import parameters
from reson.tools.store.raw import unpack_raw
from reson.tools.verdicts import checks


@pytest.mark.study  # `make gate` asks the same of all recordings
def test_what_did_not_change_passes(plain: Recording, asking: Recording, dead: Recording) -> None:
    for recording in (plain, asking, dead):
        assert gate.score_check(recording) == []
        assert gate.prompt_check(recording) == []
        found = gate.lab_check(recording)
        assert found.differences == []
        assert found.asked > len(recording.measured), "the offline brain was asked beside"
    assert gate.lock_check() == []


def test_the_recorded_lab_gives_the_same_run_without_a_chip(asking: Recording) -> None:
    assert replay(asking, live=False, other=gate.ask_offline).differences == []


def test_a_drive_gain_that_changes_by_two_per_cent_shuts_it(plain: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    from reson.tools.devices.simulated import truth

    monkeypatch.setattr(truth, "DESIGN_GAIN", truth.DESIGN_GAIN * 1.02)
    first = gate.lab_check(plain).first
    assert first is not None and first.what == "lab"
    assert "now" in str(first) and first.step.endswith("-verdict"), "the first step that differs is named"


def accepted(recording: Recording) -> tuple[str, Analysis, dict[str, float]]:
    """The last accepted measurement: a Rabi or spectroscopy with a signal check."""
    names = {one.id: one for one in recording.measured}
    good = [
        event["measurement"]
        for event in recording.events
        if event["kind"] == "verdict" and event["verdict"] == "accept"
    ]
    wanted = next(name for name in good if names[name].experiment in ("qubit_spectroscopy", "rabi"))
    raw = unpack_raw(recording.data[wanted].packed)
    return raw.experiment, get(raw.experiment).analyse(raw), raw.parameters


def test_a_threshold_that_is_loosened_shuts_it(plain: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment, analysis, arguments = accepted(plain)
    before = levels(experiment, analysis, arguments)
    assert len(before) > 5 and all(0 < level <= MOST for level in before.values())
    monkeypatch.setattr(checks, "SIGNIFICANCE", checks.SIGNIFICANCE / 1.15)
    after = levels(experiment, analysis, arguments)
    found = gate.margin_findings({experiment: before}, {experiment: after})
    assert found and all("signal" in one.text and "loosened" in one.text for one in found), found
    monkeypatch.undo()
    assert gate.margin_findings({experiment: before}, {experiment: levels(experiment, analysis, arguments)}) == []


RECORDED = json.loads((RECORDINGS / gate.MARGINS).read_text(encoding="utf-8"))


def test_every_experiment_has_its_margins_on_record_and_those_of_its_errors() -> None:
    assert RECORDED.keys() == set(NAMES)
    written = {name for name in NAMES if get(name).calibrates}
    without = {name for name in written if not any(line.startswith("uncertain:") for line in RECORDED[name])}
    assert without == {"cz_duration", "state_tomography"}, "of these no check asks how well they are known"


def test_an_experiment_that_no_recording_has_shuts_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    name, precise = "spin_locking", checks.precise
    before = {name: RECORDED[name]}
    assert gate.margin_findings(before, {name: margins_of_healthy(name)}) == []
    monkeypatch.setattr(checks, "precise", lambda of, quantity, limit: precise(of, quantity, 1.5 * limit))
    found = gate.margin_findings(before, {name: margins_of_healthy(name)})
    assert any("uncertain: t1_rho precise: loosened by a factor of 1.5" in one.text for one in found), found
    monkeypatch.undo()
    one = healthy(name)
    smaller = {
        key: q.model_copy(update={"stderr": q.stderr and q.stderr / 2}) for key, q in one.analysis.quantities.items()
    }
    wrong = levels(name, one.analysis.model_copy(update={"quantities": smaller}), one.arguments)
    found = gate.margin_findings(before, {name: wrong})
    assert any("uncertain: t1_rho precise: loosened by a factor of 1.9" in one.text for one in found), (
        "an error of half"
    )


def test_a_check_that_is_removed_shuts_it() -> None:
    found = gate.margin_findings({"rabi": {"faint: signal": 40}}, {"rabi": {}})
    assert "loosened" in found[0].text


def test_an_approval_check_that_is_removed_shuts_it(asking: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameters, "_require_approved", lambda approval: None)
    told = [one.text for one in gate.lock_check()]
    assert any("waits" in text for text in told) and any("rejected" in text for text in told)


def test_a_policy_that_no_longer_asks_shuts_it(asking: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    from reson.agent import approvals
    from reson.agent.policy import Decision

    monkeypatch.setattr(approvals, "decide", lambda *given: (Decision.AUTO, "a person writes"))
    first = gate.lab_check(asking).first
    assert first is not None and "status pending; now approved" in str(first)


def test_every_lock_is_tried_and_the_right_key_opens_it() -> None:
    assert len(ATTEMPTS) >= 15
    assert open_locks() == []
    assert lock_works_when_opened()


def test_a_remedy_that_is_deleted_shuts_it(dead: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(step: object, failures: list, *more: object) -> Abandon:
        return Abandon("nothing is left to try", unresolved(failures[-1]))

    monkeypatch.setattr(next_step, "remedy", gives_up)
    found = gate.lab_check(dead)
    assert found.first is not None and found.first.what == "decision"
    assert "give_up" in found.first.now and found.first.figure in found.pictures, "shown with the plot"


def test_a_prompt_that_changes_unannounced_shuts_it(
    plain: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import reson.prompts

    copy = shutil.copytree(Path(reson.prompts.__file__).parent, tmp_path / "prompts")
    monkeypatch.setattr(render, "files", lambda package: copy)
    assert gate.prompt_check(plain) == [], "the same words in another place are the same"
    (copy / "system.j2").write_text((copy / "system.j2").read_text().replace("never", "seldom"))
    (found,) = gate.prompt_check(plain)
    assert "system.j2" in found.text


def test_a_recording_that_no_longer_scores_shuts_it(plain: Recording) -> None:
    changes = [event for event in plain.events if event["kind"] == "parameter_change"]
    without = tuple(event for event in plain.events if event["kind"] != "approval")
    found = gate.score_check(plain.model_copy(update={"events": without}))
    assert changes and [one.mode for one in found] == ["score"] and "writes_without_approval" in found[0].text


def test_personal_and_secret_data_stay_at_home(asking: Recording) -> None:
    text = asking.model_dump_json(exclude={"data"})
    for secret in ("ada", "/home/ada", "example.org"):
        assert secret not in text, secret
    assert {one.by for one in asking.answers} == {"person-1"}
    assert any(one.note.startswith("more, says person-1") for one in asking.answers)
    assert not any(str(Path.home()) in value for value in (text, asking.policy))


def test_recordings_of_reson_are_small_and_sound() -> None:
    from reson.evals.replaying.recording import RECORDINGS, recordings_in

    paths = recordings_in(RECORDINGS)
    assert sum(path.stat().st_size for path in paths) < 3_000_000
    for path in paths:
        recording = load(path)
        assert gate.score_check(recording) == []
        assert recording.answered_by
