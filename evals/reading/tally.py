"""Counts right readings by family, with Wilson intervals, and averages marks, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from reson.agent.cli import output
from reson.evals.intervals import Proportion, Share, proportion
from reson.records import Finite, Json, Record


class Marked(Record):
    """One plot: what was right of the answers to each question; a question that was not asked is left out."""

    id: str
    family: str
    right: dict[str, bool]
    expected: dict[str, str]
    answered: dict[str, str]
    marks: dict[str, Finite] = {}
    """Question -> mark from 0 to 1, where there is more than right and wrong."""
    note: str = ""


def by_family(marked: Sequence[Marked], questions: Sequence[str]) -> dict[str, dict[str, Proportion]]:
    """family -> question -> share that was right; the last family is all of them."""
    families = {one.family: [m for m in marked if m.family == one.family] for one in marked} | {"all": list(marked)}
    return {family: {name: _share(some, name) for name in questions} for family, some in families.items()}


def marks_by_family(marked: Sequence[Marked]) -> dict[str, dict[str, Share]]:
    """family -> question -> mean mark, of the questions that have any; the last family is all of them."""
    families = {one.family: [m for m in marked if m.family == one.family] for one in marked} | {"all": list(marked)}
    names = dict.fromkeys(name for one in marked for name in one.marks)
    return {
        family: {name: Share.of(given) for name in names if (given := [m.marks[name] for m in some if name in m.marks])}
        for family, some in families.items()
    }


def _share(marked: Sequence[Marked], question: str) -> Proportion:
    asked = [one.right[question] for one in marked if question in one.right]
    return proportion(sum(asked), len(asked))


def document(marked: Sequence[Marked], questions: Sequence[str], facts: Mapping[str, object]) -> Json:
    families, marks = by_family(marked, questions), marks_by_family(marked)
    return {
        **facts,
        "marks": {family: {q: one.to_json() for q, one in shares.items()} for family, shares in marks.items()},
        "families": {family: {q: one.to_json() for q, one in shares.items()} for family, shares in families.items()},
        "rows": [one.to_json() for one in marked],
    }


def tell(
    marked: Sequence[Marked], questions: Sequence[str], facts: Mapping[str, object], out: Path, as_json: bool
) -> int:
    """Write results.json and report.md, and print the table. Exit code 0: the score is the result."""
    whole = document(marked, questions, facts)
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(whole, indent=1, allow_nan=False), encoding="utf-8")
    marks = marks_by_family(marked)
    free = list(marks["all"])
    rows = [
        (
            family,
            str(max(one.total for one in shares.values())),
            *(str(shares[name]) for name in questions),
            *(str(marks[family].get(name, "none marked")) for name in free),
        )
        for family, shares in by_family(marked, questions).items()
    ]
    heads = ("family", "plots", *questions, *free)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *(f"| {' | '.join(row)} |" for row in rows)]
    told = ", ".join(f"{name} {value}" for name, value in facts.items())
    (out / "report.md").write_text("\n".join([f"{told}.", "", *lines, ""]), encoding="utf-8")
    if as_json:
        output.document(whole)
    else:
        output.table(heads, rows, empty="no plot was read")
        output.lines([f"{out}/results.json, {out}/report.md"])
    return 0
