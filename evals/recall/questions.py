"""Questions about events of the year, in words that are not the record's, and which documents answer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from reson.evals.recall.year import TOPICS, Event

TEMPLATES = {
    "tuning": ("{q}: {said}", "{said} on {q}", "have we seen this on {q} before: {said}?", "{q} {said}, when was that"),
    "held_out": ("did {q} ever have this: {said}", "{said} ({q})", "looking for {q}, {said}", "{said}, {q} I think"),
}
NAMES = ("q{n}", "Q{n}", "qubit {n}", "q {n}")
PLAIN = 0.15
"""Share of questions that name no component."""


@dataclass(frozen=True)
class Question:
    text: str
    topic: str
    right: frozenset[str]
    """Documents that answer it: of its topic, about what it names and from when it says."""
    component: str = ""
    """The one that it states."""
    when: str = ""
    """Year and month, or the day, that it states, as ISO dates begin."""


def questions(year: Sequence[Event], generator: np.random.Generator, words: str, count: int) -> list[Question]:
    """``words``: tuning or held_out."""
    found = []
    for index in generator.permutation(len(year))[:count]:
        event = year[int(index)]
        said = str(generator.choice(TOPICS[event.topic][words]))
        alike = [one for one in year if one.topic == event.topic]
        component, when, text = "", "", said
        if generator.random() >= PLAIN:
            component = event.component
            text = str(generator.choice(TEMPLATES[words])).format(q=_name(component, generator), said=said)
        form = str(generator.choice(["", "", "%Y-%m", "%Y-%m-%d"]))
        if form:
            when = _iso(event.at, form)
            text += f" {_when(event.at, form, generator)}"
        alike = [one for one in alike if component in ("", one.component) and _iso(one.at, form) == when]
        found.append(Question(text, event.topic, frozenset(one.document.id for one in alike), component, when))
    return found


def _name(component: str, generator: np.random.Generator) -> str:
    if "-" in component:
        return component
    return str(generator.choice(NAMES)).format(n=component[1:])


def _iso(at: float, form: str) -> str:
    return datetime.fromtimestamp(at, UTC).strftime(form)


def _when(at: float, form: str, generator: np.random.Generator) -> str:
    day = datetime.fromtimestamp(at, UTC)
    if form == "%Y-%m":
        return f"in {day:%B}"
    return str(generator.choice([f"on {day:%Y-%m-%d}", f"on {day.day} {day:%B}", f"on {day:%B} {day.day}"]))
