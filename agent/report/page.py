"""Draws the page of a report: one self-contained file, pictures inside, no script."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from reson.agent.report import words
from reson.agent.report.content import Entry, Report
from reson.agent.worse import MOST_LINES
from reson.errors import OperatorError
from reson.tools.store.measurements import FIGURE

if TYPE_CHECKING:
    from jinja2 import Environment

    from reson.tools.store.store import Store


def draw_page(report: Report, store: Store, console: str = "") -> str:
    """The whole page as HTML; everything that comes from outside is escaped. ``console``: its address, for links."""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            words=words,
            figure=partial(_data_url, store),
            command=partial(words.command, report.provenance.lab),
            codes=codes_of(report),
            console=console,
            most_worse=MOST_LINES,
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


def _data_url(store: Store, sha: str | None) -> str | None:
    """The picture as a data URL; None where there is none or its file is lost, which the page then says."""
    if sha is None:
        return None
    try:
        return "data:image/png;base64," + base64.b64encode(store.blobs.get(sha, FIGURE)).decode()
    except OperatorError:
        return None


def codes_of(report: Report) -> list[tuple[str, str, str]]:
    """(experiment, status code, criterion) of every code that the report uses."""
    entries: Iterable[Entry] = (entry for qubit in report.qubits for entry in qubit.story)
    return sorted({(entry.title, entry.reading.status.value, entry.criterion) for entry in entries if entry.reading})
