"""Writes what an evaluation came to: ``results.json`` for programs, ``report.md`` and ``report.html`` for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from reson.evals.closed_loop.summary import Results, document, medians, of_cases, of_kinds, totals


def write(found: Results, folder: Path) -> list[Path]:
    """The three files; an earlier evaluation in the same folder is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "results.json": json.dumps(document(found), indent=1, allow_nan=False),
        "report.md": markdown(found),
        "report.html": page(found),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def markdown(found: Results) -> str:
    kinds, cases = of_kinds(found), of_cases(found)
    ks = sorted(kinds[-1].pass_hat)
    heads = ["kind", "cases", "runs", "pass@1", *(f"pass^{k}" for k in ks)]
    lines = [
        f"# {len(cases)} cases, each run {found.repeats} times, brain {found.brain}",
        "",
        f"{len(found.runs)} runs in {found.seconds:.0f} s on {found.workers} workers, "
        f"{sum(run.cpu_seconds for run in found.runs):.0f} s of processor time; 95 % intervals over cases.",
        "",
        *_table(
            heads,
            (
                [one.kind, str(one.cases), str(one.runs), str(one.pass_at_1), *(str(one.pass_hat[k]) for k in ks)]
                for one in kinds
            ),
        ),
        "",
        *_table(["over all runs", "sum"], ([name, f"{value:.6g}"] for name, value in totals(found).items())),
        "",
        *_table(
            ["median", ""], ([name, f"{value:.4g}"] for name, value in medians(found).items() if value is not None)
        ),
        "",
        *_table(
            ["case", "kind", "passed", "experiments", "CPU s", "ended as", "why not"],
            (
                [
                    one.case,
                    one.kind,
                    f"{one.passed} of {one.runs}",
                    f"{one.experiments:g}",
                    f"{one.cpu_seconds:.1f}",
                    ", ".join(one.endings),
                    "; ".join(one.failures).replace("|", "\\|").replace("\n", " "),
                ]
                for one in cases
            ),
        ),
    ]
    return "\n".join(lines) + "\n"


def _table(heads: list[str], rows: Iterable[list[str]]) -> list[str]:
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def page(found: Results) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    kinds = of_kinds(found)
    environment = Environment(
        loader=PackageLoader("reson.evals", "closed_loop"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html.j2").render(
        results=found,
        kinds=kinds,
        ks=sorted(kinds[-1].pass_hat),
        cases=sorted(of_cases(found), key=lambda one: one.passed / one.runs),
        totals=totals(found),
        medians=medians(found),
    )
