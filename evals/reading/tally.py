"""Counts right readings by family, with Wilson intervals, and averages marks, as a table and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from reson.agent.cli import output
from reson.evals.intervals import Proportion, Share, proportion
from reson.records import Finite, Json, Record

ALL = "all"
"""The line of the table that counts every family."""


class Marked(Record):
    """One plot: what was right of the answers to each question; one that was not asked or not answered is left out."""

    id: str
    family: str
    right: dict[str, bool]
    expected: dict[str, str]
    answered: dict[str, str]
    marks: dict[str, Finite] = {}
    """Question -> mark from 0 to 1, where there is more than right and wrong."""
    unanswered: dict[str, str] = {}
    """Question -> why nobody answered it: neither right nor wrong."""
    words: str = ""
    """In whose words it was asked, where there is a choice."""
    note: str = ""


def by_family(marked: Sequence[Marked], questions: Sequence[str]) -> dict[str, dict[str, Proportion]]:
    """family -> question -> share that was right; the last family is all of them."""
    return {family: {name: _share(some, name) for name in questions} for family, some in _families(marked).items()}


def marks_by_family(marked: Sequence[Marked]) -> dict[str, dict[str, Share]]:
    """family -> question -> mean mark, of the questions that have any; the last family is all of them."""
    names = dict.fromkeys(name for one in marked for name in one.marks)
    return {
        family: {name: Share.of(given) for name in names if (given := _marks(some, name))}
        for family, some in _families(marked).items()
    }


def _marks(marked: Sequence[Marked], question: str) -> list[float]:
    return [one.marks[question] for one in marked if question in one.marks]


def _share(marked: Sequence[Marked], question: str) -> Proportion:
    asked = [one.right[question] for one in marked if question in one.right]
    return proportion(sum(asked), len(asked))


def document(marked: Sequence[Marked], questions: Sequence[str], facts: Mapping[str, object]) -> Json:
    families, marks = by_family(marked, questions), marks_by_family(marked)
    return {
        **facts,
        "unanswered": sum(bool(one.unanswered) for one in marked),
        "marks": {family: {q: one.to_json() for q, one in shares.items()} for family, shares in marks.items()},
        "families": {family: {q: one.to_json() for q, one in shares.items()} for family, shares in families.items()},
        "rows": [one.to_json() for one in marked],
    }


def tell(
    marked: Sequence[Marked], questions: Sequence[str], facts: Mapping[str, object], out: Path, as_json: bool
) -> int:
    """Write results.json and report.md, and print the table.

    Exit code 1 where a question got no answer, else 0: the score is the result.
    """
    whole = document(marked, questions, facts)
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(whole, indent=1, allow_nan=False), encoding="utf-8")
    shares, marks = by_family(marked, questions), marks_by_family(marked)
    free = list(marks[ALL])
    rows = [
        (
            family,
            str(len(some)),
            str(sum(bool(one.unanswered) for one in some)),
            *(str(share) for share in shares[family].values()),
            *(str(marks[family].get(name, "none marked")) for name in free),
        )
        for family, some in _families(marked).items()
    ]
    heads = ("family", "plots", "unanswered", *questions, *free)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *(f"| {' | '.join(row)} |" for row in rows)]
    told = ", ".join(f"{name} {value}" for name, value in facts.items())
    words = Counter(one.words for one in marked if one.words)
    asked = [f"Asked in the words of {name}: {number} of {len(marked)} rows.\n" for name, number in words.items()]
    silent = [one for one in marked if one.unanswered]
    why = [f"- {one.id}: {'; '.join(dict.fromkeys(one.unanswered.values()))}" for one in silent]
    missing = [f"{len(silent)} of {len(marked)} rows were not answered in full; they count neither way.", "", *why, ""]
    page = [f"{told}.", "", *asked, *lines, "", *(missing if silent else [])]
    (out / "report.md").write_text("\n".join(page), encoding="utf-8")
    if as_json:
        output.document(whole)
    else:
        output.table(heads, rows, empty="no plot was read")
        output.lines([*asked, *missing[: len(silent) and 1], f"{out}/results.json, {out}/report.md"])
    return 1 if silent else 0


def _families(marked: Sequence[Marked]) -> dict[str, list[Marked]]:
    """Family -> its plots; the last, ``ALL``, has those of every family."""
    names = dict.fromkeys(one.family for one in marked)
    return {name: [one for one in marked if one.family == name] for name in names} | {ALL: list(marked)}
