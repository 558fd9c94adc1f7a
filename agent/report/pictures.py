"""The pictures of a page: inside it, so that it can be sent to a colleague, up to a size; the others are files."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reson.errors import OperatorError
from reson.tools.store.measurements import FIGURE

if TYPE_CHECKING:
    from reson.agent.report.content import Report
    from reson.tools.store.store import Store

INSIDE = 7_000_000
"""Bytes of the page that pictures may take: a night of five qubits, or the troubles of a large chip."""


@dataclass(frozen=True)
class Pictures:
    urls: Mapping[str, str]
    """Hash -> address; of what is lost there is none."""
    linked: int
    """How many are files beside the page."""

    def url(self, sha: str | None) -> str | None:
        return None if sha is None else self.urls.get(sha)


def pictures_of(report: Report, store: Store, inside: int = INSIDE) -> Pictures:
    """What a person must look at comes first: what waits, what was not accepted."""
    urls: dict[str, str] = {}
    left, linked = inside, 0
    for sha in _in_order(report):
        path = store.blobs.path(sha, FIGURE)
        if sha in urls or not path.is_file():
            continue
        size = (path.stat().st_size + 2) // 3 * 4
        if size > left:
            urls[sha] = f"../../{store.blobs.directory.name}/{path.name}"  # the page lies in runs/RUN/
            linked += 1
            continue
        try:
            urls[sha] = "data:image/png;base64," + base64.b64encode(store.blobs.get(sha, FIGURE)).decode()
        except OperatorError:
            continue  # damaged: the page says so
        left -= size
    return Pictures(urls, linked)


def _in_order(report: Report) -> Iterable[str]:
    entries = [entry for qubit in report.qubits for entry in qubit.story]
    first = (
        *(one.figure for one in report.waiting),
        *(entry.figure for entry in entries if not entry.newest_accepted),
        *(entry.figure for entry in entries),
    )
    return [sha for sha in first if sha]
