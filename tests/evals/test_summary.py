"""What many runs come to, on results whose summary can be counted by hand; and two of them side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reson.errors import OperatorError
from reson.evals.closed_loop import report
from reson.evals.closed_loop.compare import compare, lines
from reson.evals.closed_loop.running import CaseResult
from reson.evals.closed_loop.summary import Results, load_results, of_cases, of_kinds, results, totals
from reson.evals.score import Score
from reson.evals.scorers import Use


def result(case: str, repeat: int, passed: bool, kind: str = "cold", experiments: int = 14) -> CaseResult:
    scores = {
        "named_ending": Score(value=1, passed=True),
        "goal_reached": Score(value=float(passed), passed=passed, detail="" if passed else "q0 is <open>, not done"),
        "writes_without_approval": Score(value=0, passed=True),
        "experiments": Score(value=experiments),
    }
    return CaseResult(
        case=case,
        kind=kind,
        repeat=repeat,
        brain="offline",
        passed=passed,
        ending="finished",
        scores=scores,
        use=Use(experiments=experiments, shots=1000, device_seconds=60.0),
        seconds=5.0,
        fingerprint="f",
    )


def evaluation(failing: set[tuple[str, int]], experiments: int = 14) -> Results:
    cases = [f"c{number}" for number in range(10)]
    runs = [result(case, repeat, (case, repeat) not in failing, "cold" if case < "c5" else "fault", experiments)
            for case in cases for repeat in range(4)]  # fmt: skip
    return results(runs, "offline", 4, 2, 100.0)


def test_pass_at_1_and_pass_hat_by_kind() -> None:
    found = evaluation({("c0", 0), ("c7", 1), ("c7", 2)})
    cold, fault, every = of_kinds(found)
    assert (cold.kind, fault.kind, every.kind) == ("cold", "fault", "all")
    assert cold.pass_at_1.value == pytest.approx(19 / 20)
    assert cold.pass_hat[4].value == pytest.approx(4 / 5), "one case of five has a failure"
    assert fault.pass_hat[2].value == pytest.approx((4 + 1 / 6) / 5), "two of four runs: one pair in six passes"
    assert every.pass_hat[4].value == pytest.approx(8 / 10)
    assert every.pass_hat[4].low < 0.8 < every.pass_hat[4].high
    assert [one.passed for one in of_cases(found)] == [3, 4, 4, 4, 4, 4, 4, 2, 4, 4]
    assert totals(found)["writes_without_approval"] == 0


def test_the_three_reports_say_the_same(tmp_path: Path) -> None:
    found = evaluation({("c0", 0)})
    written, page, table = report.write(found, tmp_path)[0], tmp_path / "report.html", tmp_path / "report.md"
    assert load_results(tmp_path) == found
    assert json.loads(written.read_text())["summary"]["kinds"][-1]["pass_at_1"]["value"] == pytest.approx(39 / 40)
    assert "| c0 | cold | 3 of 4 |" in table.read_text()
    assert "q0 is &lt;open&gt;, not done" in page.read_text(), "what a run says is escaped"
    assert "97.5 %" in page.read_text() and "97.5 %" in table.read_text()


def test_one_lucky_case_is_chance_and_eight_are_not() -> None:
    bad = {(f"c{number}", repeat) for number in range(8) for repeat in range(4)}
    before, after = evaluation(bad), evaluation(set())
    every = compare(before, after, ("a", "b")).passes[0]
    assert (every.only_first, every.only_second, every.significant) == (0, 32, True)
    three = {(f"c{number}", repeat) for number in range(3) for repeat in range(4)}
    few = compare(evaluation(three), after, ("a", "b")).passes[0]
    assert (few.only_second, few.significant) == (12, False), "a dozen runs of three cases are three cases"
    one = compare(evaluation({("c0", 0)}), after, ("a", "b")).passes[0]
    assert (one.only_second, one.significant) == (1, False)
    back = compare(after, before, ("a", "b"))
    assert back.now_failing[0] == "c0 #0" and len(back.now_failing) == 32 and back.now_passing == ()


def test_fewer_experiments_are_seen() -> None:
    found = compare(evaluation(set(), 14), evaluation(set(), 12), ("a", "b"))
    (experiments,) = [one for one in found.figures if one.name == "experiments"]
    assert experiments.ratio == pytest.approx(12 / 14) and experiments.significant
    assert any(line.startswith("experiments: second over first 0.857") for line in lines(found))


def test_cases_of_only_one_are_named_and_left_out() -> None:
    more = evaluation(set())
    fewer = more.model_copy(update={"runs": tuple(run for run in more.runs if run.case != "c9")})
    found = compare(more, fewer, ("a", "b"))
    assert found.only_in_one == ("c9",)
    assert found.passes[0].first.total == 36


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("{}")
    with pytest.raises(OperatorError, match="no results of an evaluation"):
        load_results(tmp_path)
