"""Draws the page of a report: one file without script; ``pictures`` says which pictures are inside."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from reson.agent.report import words
from reson.agent.report.content import Entry, Report
from reson.agent.report.pictures import pictures_of
from reson.agent.report.readiness import best_chain_of
from reson.agent.worse import MOST_LINES

if TYPE_CHECKING:
    from jinja2 import Environment

    from reson.tools.store.store import Store


def draw_page(report: Report, store: Store, console: str = "") -> str:
    """The whole page as HTML; everything that comes from outside is escaped. ``console``: its address, for links."""
    pictures = pictures_of(report, store)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            words=words,
            figure=pictures.url,
            files=pictures.files,
            linked=pictures.linked,
            command=partial(words.command, report.provenance.lab),
            codes=codes_of(report),
            console=console,
            most_worse=MOST_LINES,
            chain=best_chain_of(report.qubits),
            shown={entry.measurement_id for qubit in report.qubits for entry in qubit.story},
        )
    )


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("reson.agent", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def codes_of(report: Report) -> list[tuple[str, str, str]]:
    """(experiment, status code, criterion) of every code that the report uses."""
    entries: Iterable[Entry] = (entry for qubit in report.qubits for entry in qubit.story)
    return sorted({(entry.title, entry.reading.status.value, entry.criterion) for entry in entries if entry.reading})
