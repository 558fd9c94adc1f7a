"""QCalEval's questions in free form: Q1 (what is to be seen), Q3 (what it means), Q5 (values read off the plot).

Scored as the benchmark scores them (arXiv 2604.25884 and its judge): Q1 half by the names in its JSON and half by a
model that marks the row's key points, Q3 by key points alone, Q5 by the tolerances in the benchmark's configuration.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Request
from reson.agent.model.desk import Desk
from reson.agent.model.objects import object_in
from reson.prompts.render import render
from reson.records import Json

NAMES = ("Q1 description", "Q3 meaning", "Q5 values")
NOT_KNOWN = ("unreliable", "null", "none")
"""How an answer says that a value cannot be read off; the truth says it by null or "Unreliable"."""


SEEN = (("plot_type",), ("x_axis", "scale"), ("y_axis", "scale"))
"""What of a description is compared by name."""


@dataclass(frozen=True)
class Judge:
    """A model that marks key points. It sees the expert's words and the answer, no picture."""

    desk: Desk
    model: str

    def marks(self, about: Mapping[str, str], points: Sequence[str], answer: str) -> float:
        """Mean mark of the key points, 0 to 1; ``about``: kind, description, question, right (prompts/judge.j2).

        Raises ``NoAnswer`` where the judge gives no usable answer.
        """
        text = render("judge.j2", **about, points=points, answer=answer)
        longest = self.desk.settings.max_output_tokens
        message = Message(role="user", parts=(text,))
        reply = self.desk.ask(
            Request(purpose="judge", model=self.model, messages=(message,), max_output_tokens=longest)
        )
        marks = (object_in(reply.text) or {}).get("marks")
        if not isinstance(marks, list) or len(marks) != len(points) or None in map(_number, marks):
            raise NoAnswer(FailureKind.INVALID, f"the judge gave no mark for each of {len(points)} points")
        return sum(min(1.0, max(0.0, float(mark))) for mark in marks) / len(points)


def json_in(text: str) -> Any:
    """The JSON object or list in an answer, in a code block or between words; None where there is none."""
    for found in (text, *re.findall(r"```(?:json)?(.*?)```", text, re.DOTALL), *_brackets(text)):
        try:
            return json.loads(found)
        except ValueError:
            continue
    return None


def _brackets(text: str) -> list[str]:
    return [one[0] for one in (re.search(r"\{.*\}", text, re.DOTALL), re.search(r"\[.*\]", text, re.DOTALL)) if one]


def names_right(answer: str, truth: str) -> float:
    """Share of the names in a description (Q1) that are right, over all pictures; one too many counts as wrong."""
    found, expected = _listed(json_in(answer)), _listed(json_in(truth))
    hits = [
        _same(_at(mine, path), _at(right, path)) for mine, right in zip(found, expected, strict=False) for path in SEEN
    ]
    return sum(hits) / max(len(SEEN) * max(len(found), len(expected)), 1)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _same(one: Any, other: Any) -> bool:
    return one is not None and str(one).strip().lower() == str(other).strip().lower()


def values_right(answer: str, truth: str, tolerances: Mapping[str, Json]) -> float | None:
    """Mean mark of the values (Q5) that have a tolerance; None where there is none to compare."""
    found, expected = json_in(answer), json_in(truth)
    if not isinstance(expected, dict):
        return None
    mine = found if isinstance(found, dict) else {}
    marks = [value_right(mine.get(name), expected[name], how) for name, how in tolerances.items() if name in expected]
    return sum(marks) / len(marks) if marks else None


def value_right(found: Any, truth: Any, how: Json) -> float:
    """1 within the full tolerance, 0.5 within the half one, else 0; lists by their mean, an entry too many as wrong."""
    unknown = found is None or (isinstance(found, str) and found.lower() in NOT_KNOWN)
    if truth is None or truth == "Unreliable":
        return float(unknown)
    kind = how["type"]
    if unknown or kind in ("bool", "enum"):
        return 0.0 if unknown else float(_same(_truth_value(found, kind), truth))
    mine, right = _listed(found), _listed(truth)
    if kind == "array_int_match":
        return _found_again(mine, right, how["tol_full"])
    if not right or (kind == "coord_list" and len(mine) != len(right)):
        return float(kind == "array_float_match" or not mine) if not right else 0.0
    relative = kind in ("pct", "array_float_match")
    pairs = zip(mine, right, strict=False)
    return sum(_near(one, other, how, relative) for one, other in pairs) / max(len(mine), len(right))


def _truth_value(found: Any, kind: str) -> Any:
    return bool(found) if kind == "bool" and found in (0, 1) else found


def _near(found: Any, truth: Any, how: Json, relative: bool) -> float:
    one, other = _number(found), _number(truth)
    if one is None or other is None:
        return 0.0
    if relative and other == 0:
        return float(abs(one) < 0.01)
    miss = abs(one - other) / (abs(other) if relative else 1.0)
    return 1.0 if miss <= how["tol_full"] else 0.5 if miss <= how.get("tol_half", 0.0) else 0.0


def _found_again(found: list[Any], truth: list[Any], tolerance: float) -> float:
    """F1 of places: each true one is matched once."""
    left, hits = list(truth), 0
    for one in found:
        near = next((other for other in left if _near(one, other, {"tol_full": tolerance}, relative=False)), None)
        if near is not None:
            left.remove(near)
            hits += 1
    return 2 * hits / (len(found) + len(truth)) if found or truth else 1.0


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
