"""What a reading evaluation has answered so far, one row a line: an interrupted one goes on with ``--resume``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from reson.errors import OperatorError
from reson.evals.reading.tally import Marked

Asked = TypeVar("Asked")


def marked_rows(
    out: Path,
    facts: Mapping[str, object],
    asked: Iterable[tuple[str, Asked]],
    answer: Callable[[Asked], Marked],
    resume: bool,
) -> list[Marked]:
    """Each row of ``asked`` (id, row) marked, in its order; with ``resume`` what is kept in ``out`` is not asked again,
    but for rows with a question that nobody answered.

    Raises ``OperatorError`` where the kept rows are of an evaluation with other ``facts``.
    """
    path = out / "rows.jsonl"
    kept = {one.id: one for one in _kept(path, facts) if not one.unanswered} if resume else {}
    out.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:

        def keep(document: object) -> None:
            file.write(json.dumps(document) + "\n")
            file.flush()

        keep(dict(facts))
        for one in kept.values():
            keep(one.to_json())
        marked = []
        for name, row in asked:
            if name not in kept:
                kept[name] = answer(row)
                keep(kept[name].to_json())
            marked.append(kept[name])
    return marked


def _kept(path: Path, facts: Mapping[str, object]) -> list[Marked]:
    if not path.is_file():
        return []
    first, *lines = path.read_text(encoding="utf-8").splitlines() or ["{}"]
    if json.loads(first) != json.loads(json.dumps(dict(facts))):
        raise OperatorError(f"{path} is of another evaluation: {first}", "name another --out, or leave out --resume")
    whole = [line for line in lines if line.endswith("}")]  # a killed process may leave half a line
    return [Marked.model_validate_json(line) for line in whole]
