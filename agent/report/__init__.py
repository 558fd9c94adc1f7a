"""The report of a run: ``report.html`` for a person, ``report.json`` with the same content for a program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.tools.store.store import Store


def write_report(lab: Lab, store: Store, run_id: str) -> Path:
    """Write both files into the run's directory, each whole or not at all; returns the path of the page.

    Works for a run that ended in any way, goes on, was cut short, or measured nothing. Raises ``OperatorError`` for
    an unknown run, a damaged record, or a disk that cannot be written.
    """
    from reson.agent.report.gather import gather
    from reson.agent.report.page import draw_page
    from reson.tools.store.faults import operator_errors
    from reson.tools.store.whole import write_whole

    report = gather(lab, store, run_id)
    directory = lab.runs / run_id
    with operator_errors(str(directory)):
        directory.mkdir(parents=True, exist_ok=True)
        write_whole(directory / "report.json", report.model_dump_json(indent=1))
        return write_whole(directory / "report.html", draw_page(report, store, lab.config.console.url))
