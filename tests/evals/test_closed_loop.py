"""Cases in closed loop: the same run again, workers that are lost, and how every run must end."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.observation import DiagnosisCode
from reson.errors import OperatorError
from reson.evals.case import CASES, Case, load_cases
from reson.evals.closed_loop.endpoint import SCRIPTS
from reson.evals.closed_loop.laboratory import begins, make_lab, toml_of
from reson.evals.closed_loop.running import CaseResult, Job, run_case, see_through
from reson.evals.closed_loop.workers import Worker, run_here
from reson.records import Json
from reson.tools.devices.simulated.fault_kinds import KINDS
from reson.trajectory import read_trajectory
from tests.evals.conftest import short_case


def quick(name: str = "quick", **given: object) -> Case:
    return short_case(name, **({"budget": {"experiments": 2}} | given))


@pytest.fixture(scope="module")
def here() -> CaseResult:
    """One short case in this process."""
    return run_case(Job(case=quick()))


def trajectory(directory: Path, case: Case) -> list[Json]:
    lab = make_lab(directory, case, 0, {})
    return read_trajectory(lab.runs / see_through(lab, case) / "trajectory.jsonl")


def test_two_runs_with_the_same_seed_give_the_same_trajectory(tmp_path: Path) -> None:
    """Event by event, the times of the device's clock included; the times of this machine stand in no event."""
    one, two = (trajectory(tmp_path / name, quick()) for name in ("one", "two"))
    assert [event["kind"] for event in one].count("verdict") == 2
    assert one == two


def test_another_repeat_is_the_same_chip_with_other_shots(here: CaseResult) -> None:
    again = run_case(Job(case=quick(), repeat=1))
    assert again.fingerprint != here.fingerprint
    assert again.ending == here.ending
    assert len({begins(repeat) for repeat in range(12)}) == 12


@pytest.mark.study
def test_a_worker_that_is_lost_is_replaced_and_its_case_run_again(here: CaseResult) -> None:
    worker = Worker()
    worker._child = worker._start()
    worker._child.kill()
    result = worker.run(Job(case=quick()))
    worker.close()
    assert worker.lost == 1
    assert (result.fingerprint, result.scores) == (here.fingerprint, here.scores), "bit for bit"


@pytest.mark.study
def test_a_bug_fails_its_case_and_no_other(here: CaseResult) -> None:
    heard: list[str] = []
    bad = quick("bad", chip="seed = 'no'")
    results = run_here([Job(case=bad), Job(case=quick())], 1, lambda result: heard.append(result.case))
    assert [result.case for result in results] == heard == ["bad", "quick"]
    assert not results[0].passed and "OperatorError" in results[0].error
    assert results[1].fingerprint == here.fingerprint


@pytest.mark.study
def test_a_cluster_gives_the_same_results_though_a_worker_is_killed(here: CaseResult) -> None:
    distributed = pytest.importorskip("distributed")
    from reson.evals.closed_loop.workers import run_on_cluster

    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        for nanny in list(cluster.workers.values())[:1]:
            cluster.loop.call_later(2.0, lambda nanny=nanny: nanny.process and nanny.process.process.kill())
        (result,) = run_on_cluster([Job(case=quick())], cluster.scheduler_address)
    assert result.fingerprint == here.fingerprint


def test_no_scheduler_is_told_in_words() -> None:
    pytest.importorskip("distributed")
    from reson.evals.closed_loop.workers import run_on_cluster

    with pytest.raises(OperatorError, match="no Dask scheduler"):
        run_on_cluster([], "tcp://127.0.0.1:9")


@pytest.mark.parametrize("endpoint", ["away", "nonsense", "reckless", "gullible", "contrary"])
def test_whatever_the_model_does_the_run_ends_by_name_and_within_limits(endpoint: str) -> None:
    result = run_case(Job(case=quick(endpoint=endpoint, brain="openai")))
    for name in ("named_ending", "report_written", "writes_without_approval", "outside_executed"):
        assert result.scores[name].passed, (name, result.scores[name])
    if endpoint != "contrary":  # it repeats what was refused until the offline brain takes over
        assert bool(result.scores["fallbacks"].value) == (endpoint in ("away", "nonsense", "reckless"))


def test_a_model_that_sees_nothing_writes_nothing() -> None:
    case = quick(
        endpoint="contrary",
        brain="openai",
        expect={"endings": ["budget_spent"], "states": {"q0": "open"}, "unwritten": ["*"]},
    )
    assert run_case(Job(case=case)).scores["kept_out"].passed


def test_the_cases_of_reson_cover_what_was_promised() -> None:
    cases = load_cases()
    assert len(cases) >= 60
    kinds = {"cold_bring_up", "drift", "fault", "approvals", "injection", "endpoint", "contradiction", "nothing_wrong"}
    assert kinds <= {case.kind for case in cases}
    tried = {fault.kind for case in cases for fault in case.faults}
    assert tried <= set(KINDS)
    assert {case.endpoint for case in cases if case.endpoint} <= {*SCRIPTS, "away"}


def test_cases_from_elsewhere_are_read_and_mistakes_named(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'kind = "mine"\nquestion = "?"\nexpect.endings = ["stopped"]\n[[case]]\nid = "a"\nseed = 1\n'
        'expect.most_measurements = 3\n[[case]]\nid = "b"\nseed = 2\n'
    )
    one, two = load_cases([tmp_path])
    assert (one.kind, one.expect.endings, one.expect.most_measurements) == ("mine", ("stopped",), 3)
    assert two.expect.most_measurements is None
    (tmp_path / "more.toml").write_text('kind = "k"\nquestion = "?"\n[[case]]\nid = "a"\nseed = -1\n')
    with pytest.raises(OperatorError, match=r"more.toml, case a: seed"):
        load_cases([tmp_path])
    (tmp_path / "more.toml").write_text('kind = "k"\nquestion = "?"\n[[case]]\nid = "a"\nseed = 1\n')
    with pytest.raises(OperatorError, match="several cases are called a"):
        load_cases([tmp_path, CASES])


def test_toml_that_is_written_is_read_back() -> None:
    import tomllib

    document = {
        "brain": "x",
        "model": {"prices": {"a model": {"input": 1.5}}, "tokens": 3, "base_url": 'a"b'},
        "empty": {},
    }
    assert tomllib.loads(toml_of(document)) == document


def test_every_diagnosis_that_a_case_expects_can_be_made() -> None:
    expected = {
        code
        for case in load_cases()
        for codes in (*case.expect.diagnoses.values(), case.expect.also)
        for some in codes
        for code in some.split("|")
    }
    assert expected <= set(DiagnosisCode)


def test_an_oscillator_that_is_off_makes_no_readout_wrong() -> None:
    """The pull on the resonator is that of the qubit where it is, not where it is asked for."""
    fault = {"kind": "oscillator_off", "component": "q0"}
    result = run_case(Job(case=short_case("oscillator", seed=3206, faults=[fault], budget={"experiments": 12})))
    assert result.use is not None and result.use.experiments == 12
    assert result.scores["wrong_accepted"].value == 0
