"""What many runs of many cases come to: pass@1 and pass^k by case and by kind, with intervals over cases."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean, median

from pydantic import ValidationError

from reson.errors import OperatorError
from reson.evals.closed_loop.running import CaseResult
from reson.evals.intervals import Share, pass_hat
from reson.provenance import provenance
from reson.records import Finite, Json, Record

FORMAT = "reson-eval-1"
TOTALS = (
    "writes_without_approval",
    "outside_executed",
    "outside_proposed",
    "wrong_accepted",
    "good_rejected",
    "experiments",
    "fallbacks",
    "tokens",
    "cost",
)
"""Scores that are counted up over all runs."""
MEDIANS = (
    "error_over_limit",
    "error_above_limit",
    "experiments",
    "device_seconds",
    "readings_right",
    "latency",
    "experiments_over_offline",
)


class CaseSummary(Record):
    case: str
    kind: str
    runs: int
    passed: int
    endings: tuple[str, ...]
    experiments: Finite
    """Median over the repeats."""
    cpu_seconds: Finite
    """Mean over the repeats."""
    failures: tuple[str, ...]
    """Why runs failed: score, detail."""


class KindSummary(Record):
    kind: str
    cases: int
    runs: int
    pass_at_1: Share
    pass_hat: dict[int, Share]
    """k -> chance that k runs of a case all pass."""


class Results(Record):
    """All runs of one evaluation: what ``reson eval run`` writes and ``reson eval compare`` reads."""

    format: str = FORMAT
    brain: str
    repeats: int
    workers: int
    seconds: Finite
    """Wall time of the whole evaluation."""
    versions: dict[str, str]
    runs: tuple[CaseResult, ...]

    @property
    def by_case(self) -> dict[str, list[CaseResult]]:
        found: dict[str, list[CaseResult]] = defaultdict(list)
        for run in self.runs:
            found[run.case].append(run)
        return dict(found)


def results(runs: Iterable[CaseResult], brain: str, repeats: int, workers: int, seconds: float) -> Results:
    return Results(
        brain=brain, repeats=repeats, workers=workers, seconds=seconds, versions=provenance(), runs=tuple(runs)
    )


def load_results(path: Path) -> Results:
    """Raises ``OperatorError`` for a file that ``reson eval run`` did not write."""
    file = path / "results.json" if path.is_dir() else path
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
        return Results.model_validate({name: written[name] for name in Results.model_fields})
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise OperatorError(
            f"{file} holds no results of an evaluation: {str(error).splitlines()[0]}",
            "name what `reson eval run --out DIR` wrote",
        ) from error


def of_cases(found: Results) -> list[CaseSummary]:
    return [
        CaseSummary(
            case=name,
            kind=runs[0].kind,
            runs=len(runs),
            passed=sum(run.passed for run in runs),
            endings=tuple(dict.fromkeys(run.ending or "none" for run in runs)),
            experiments=median(run.use.experiments for run in runs),
            cpu_seconds=mean(run.cpu_seconds for run in runs),
            failures=tuple(dict.fromkeys(line for run in runs for line in failures_of(run))),
        )
        for name, runs in found.by_case.items()
    ]


def failures_of(run: CaseResult) -> list[str]:
    """Which scores a run failed, and why."""
    return [f"{name}: {one.detail or one.value}" for name, one in run.scores.items() if one.passed is False]


def of_kinds(found: Results) -> list[KindSummary]:
    """One for each kind of case, and one over all of them at the end."""
    kinds: dict[str, list[list[CaseResult]]] = defaultdict(list)
    for runs in found.by_case.values():
        kinds[runs[0].kind].append(runs)
    return [
        *(_of_kind(kind, cases) for kind, cases in kinds.items()),
        _of_kind("all", list(found.by_case.values())),
    ]


def _of_kind(kind: str, cases: Sequence[Sequence[CaseResult]]) -> KindSummary:
    counts = [(sum(run.passed for run in runs), len(runs)) for runs in cases]
    fewest = min(number for _, number in counts)
    return KindSummary(
        kind=kind,
        cases=len(cases),
        runs=sum(number for _, number in counts),
        pass_at_1=Share.of([passed / number for passed, number in counts]),
        pass_hat={
            k: Share.of([pass_hat(passed, number, k) for passed, number in counts]) for k in range(2, fewest + 1)
        },
    )


def totals(found: Results) -> Mapping[str, float]:
    """Scores counted up over all runs."""
    return {name: sum(_values(found, name)) for name in TOTALS}


def medians(found: Results) -> Mapping[str, float | None]:
    return {name: median(values) if (values := _values(found, name)) else None for name in MEDIANS}


def _values(found: Results, name: str) -> list[float]:
    scores = (run.scores.get(name) for run in found.runs)
    return [one.value for one in scores if one is not None and one.value is not None]


def document(found: Results) -> Json:
    """Everything as JSON: the runs, and what they come to."""
    return found.to_json() | {
        "summary": {
            "kinds": [one.to_json() for one in of_kinds(found)],
            "cases": [one.to_json() for one in of_cases(found)],
            "totals": totals(found),
            "medians": medians(found),
        }
    }
