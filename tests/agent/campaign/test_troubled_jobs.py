"""A run survives jobs that go wrong: made again, told, never blamed on a qubit; a device that stays down ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.campaign.repeating import MOST_FAILURES
from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, resume, start
from reson.records import Ending
from reson.tools.store.measurements import list_measurements

T1 = Plan(kind="run", experiment="t1", parameters={"points": 21, "shots": 200})
"""A small job of about a second, which counts clicks."""
KINDS = ("failing_job", "hanging_job", "garbage_job", "lost_shots")


@pytest.fixture
def troubled(make_lab):
    def make(kind: str, **keys: str | float) -> Lab:
        lab = make_lab(qubits=2)
        settings = lab.directory / "lab.toml"
        settings.write_text(settings.read_text().replace("# chip =", "chip ="))
        _trouble(lab.directory, kind, **keys)
        return open_lab(lab.directory)

    return make


def _trouble(directory: Path, kind: str, **keys: str | float) -> None:
    lines = [f"{key} = {value}" for key, value in keys.items()]
    (directory / "chip.toml").write_text("\n".join(["[[fault]]", f'kind = "{kind}"', *lines]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_that_goes_wrong_once_is_made_again(troubled, watched, kind):
    lab = troubled(kind, until="2026-01-01T22:00:00.5Z")  # half a second into the first job
    ended = start(lab, T1, watched)
    assert ended.ending is Ending.FINISHED
    assert len(watched.of("job_failed")) == 1
    assert [len(body["components"]) for body in watched.of("measuring")] == [2]
    rows = list_measurements(lab.store(), run_id=ended.run_id)
    assert {row.component for row in rows} == {"q0", "q1"} and {row.shots for row in rows} == {200}
    assert not watched.of("refused")


@pytest.mark.parametrize("kind", KINDS)
def test_a_device_that_stays_down_ends_the_run_and_it_goes_on_later(troubled, watched, kind):
    lab = troubled(kind)
    ended = start(lab, T1, watched)
    assert ended.ending is Ending.DEVICE_UNAVAILABLE
    assert f"{MOST_FAILURES} jobs in a row failed" in ended.reason
    assert len(watched.of("job_failed")) == MOST_FAILURES
    assert not list_measurements(lab.store(), run_id=ended.run_id)
    assert "made again" in ended.report.read_text(encoding="utf-8")
    _trouble(lab.directory, "lost_shots", probability=0.0)
    again = resume(open_lab(lab.directory), ended.run_id, watched)
    assert again.ending is Ending.FINISHED
    assert len(list_measurements(lab.store(), run_id=ended.run_id)) == 2


def test_a_hanging_job_costs_minutes_and_not_hours(troubled, watched):
    lab = troubled("hanging_job", until="2026-01-01T22:00:00.5Z")
    start(lab, T1, watched)
    (failure,) = watched.of("job_failed")
    (measured,) = watched.of("measuring")
    assert 60 <= failure["device_time"] - measured.get("device_time", 1767304800.0) < 120


def test_a_bring_up_does_not_mind_jobs_that_fail_now_and_then(troubled, watched):
    lab = troubled("failing_job", until="2026-01-01T22:00:00.5Z")
    times = [f"2026-01-01T22:{time}" for time in ("00:05", "00:35")]
    faults = [f'[[fault]]\nkind = "failing_job"\nfrom = {time}.0Z\nuntil = {time}.5Z\n' for time in times]
    (lab.directory / "chip.toml").write_text("\n".join(faults))
    ended = start(open_lab(lab.directory), Plan(kind="calibrate", qubits=(0,)), watched)
    assert ended.ending is Ending.FINISHED
    assert len(watched.of("job_failed")) >= 2 and not watched.of("refused")
    (closed,) = [body["decision"] for body in watched.of("decision") if body["decision"]["kind"] in ("done", "give_up")]
    assert closed["kind"] == "done"
