"""Pieces of a page as HTML. Whatever comes from the record is escaped here, so that no data can become markup."""

from __future__ import annotations

import html
import time
from collections.abc import Iterable, Sequence

import streamlit as st

from reson.agent.report.words import ENDINGS, STATES, VERDICTS
from reson.agent.standing import State
from reson.errors import OperatorError, ToolError
from reson.records import Ending, Verdict
from reson.wording import NARROW_SPACE, duration


class Markup(str):
    """Text that is HTML already."""


def esc(text: object) -> Markup:
    """Foreign text as HTML, without control characters; markup stays as it is."""
    if isinstance(text, Markup):
        return text
    kept = (char if char.isprintable() or char == NARROW_SPACE else " " for char in str(text))
    return Markup(html.escape("".join(kept)))


def tag(name: str, *inner: object, kind: str = "") -> Markup:
    """An element with a class and escaped content."""
    attribute = f' class="{html.escape(kind, quote=True)}"' if kind else ""
    return Markup(f"<{name}{attribute}>{''.join(map(esc, inner))}</{name}>")


def show(*parts: object) -> None:
    """Put pieces on the page."""
    st.html("".join(map(esc, parts)))


def heading(kicker: object, title: object) -> None:
    """The head of a page or part: a small line above a large one."""
    show(tag("p", kicker, kind="rs-kicker"), tag("h2", title, kind="rs-title"))


def section(title: str) -> None:
    show(tag("h3", title, kind="rs-section"))


def note(*parts: object) -> None:
    """A quiet paragraph."""
    show(tag("p", *parts, kind="rs-note"))


def command(text: str) -> Markup:
    """A command as one types it."""
    return tag("span", text, kind="rs-code")


def facts(pairs: Iterable[tuple[str, object]]) -> Markup:
    """Labels with their values, side by side."""
    cells = (tag("div", tag("dt", label), tag("dd", value)) for label, value in pairs)
    return tag("dl", *cells, kind="rs-facts")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Iterable[int] = ()) -> Markup:
    """A table that scrolls sideways where it must; ``numbers``: indices of right-aligned columns."""
    right = set(numbers)

    def cells(name: str, row: Sequence[object]) -> list[Markup]:
        return [tag(name, cell, kind="rs-num" if index in right else "") for index, cell in enumerate(row)]

    body = tag("tbody", *(tag("tr", *cells("td", row)) for row in rows))
    return tag("div", tag("table", tag("thead", tag("tr", *cells("th", heads))), body), kind="rs-scroll")


def verdict_mark(verdict: Verdict | None) -> Markup:
    mark, word = VERDICTS[verdict]
    return tag("span", f"{mark} {word}", kind=f"rs-mark rs-{verdict.value if verdict else 'open'}")


def state_mark(state: State, word: str = "") -> Markup:
    """Mark of a qubit's state, with another word where the usual one does not fit."""
    mark, usual = STATES[state]
    return tag("span", f"{mark} {word or usual}", kind=f"rs-mark rs-{state}")


def ending_mark(ending: Ending | None, running: bool = False) -> Markup:
    if running:
        return tag("span", "▸ Running", kind="rs-mark rs-done")
    kinds = {Ending.FINISHED: "done", Ending.FAILED: "failed", Ending.DEVICE_UNAVAILABLE: "failed", None: "open"}
    return tag("span", ENDINGS[ending], kind=f"rs-mark rs-{kinds.get(ending, 'waiting')}")


def told(error: ToolError | OperatorError) -> None:
    """An error that has an addressee: what happened, and what to do."""
    what, remedy = (error.what, error.remedy) if isinstance(error, OperatorError) else (error.message, "")
    lines = [tag("strong", what)] + ([tag("p", remedy)] if remedy else [])
    show(tag("div", *lines, kind="rs-error"))


def empty(what: str, then: str) -> None:
    """An empty state: what is missing, and what to do next."""
    show(tag("div", tag("strong", what), tag("p", then), kind="rs-empty"))


def lines(text: str) -> Markup:
    """Foreign text of several lines, as they are."""
    return tag("div", Markup("\n".join(map(esc, text.splitlines()))), kind="rs-lines")


def sentence(text: str) -> Markup:
    """Foreign text as a paragraph of its own: a capital first, a full stop last."""
    end = "" if text.endswith((".", "?", "!")) else "."
    return tag("p", text[:1].upper() + text[1:] + end, kind="rs-say")


def ago(wall: float) -> str:
    """How long a moment of the computer's clock is past."""
    seconds = max(0.0, time.time() - wall)
    return f"{duration(seconds)} ago" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days ago"
