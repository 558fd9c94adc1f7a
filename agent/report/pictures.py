"""The pictures of a page: small copies inside it, so that it can be sent to a colleague; the full ones are files of the
lab, which it links to.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reson.errors import OperatorError
from reson.tools.store.measurements import FIGURE

if TYPE_CHECKING:
    from reson.agent.report.content import Report
    from reson.tools.store.store import Store

INSIDE = 2_200_000
"""Bytes of the page that pictures may take: those of 25 qubits from cold, or the troubles of a large chip."""
SMALLER, QUALITY = 2, 30
"""Factor between full and small copy, which the page shows at about its own size, and quality of its WebP: ticks and
labels can be read, in a tenth of the bytes.
"""


@dataclass(frozen=True)
class Pictures:
    urls: Mapping[str, str]
    """Hash -> what the page shows; of what is lost there is none."""
    files: Mapping[str, str]
    """Hash -> address of the full picture, relative to the page where it lies in its lab."""
    linked: int
    """How many are shown from their files."""

    def url(self, sha: str | None) -> str | None:
        return None if sha is None else self.urls.get(sha)


def pictures_of(report: Report, store: Store, inside: int = INSIDE) -> Pictures:
    """What a person must look at comes first: what waits, what was not accepted."""
    urls: dict[str, str] = {}
    files: dict[str, str] = {}
    left, room = inside, True
    for sha in _in_order(report):
        path = store.blobs.path(sha, FIGURE)
        if sha in urls or not path.is_file():
            continue
        file = f"../../{store.blobs.directory.name}/{path.name}"  # the page lies in runs/RUN/
        files[sha] = urls[sha] = file
        if room:
            try:
                copy = _small_copy(store.blobs.get(sha, FIGURE))
            except OperatorError:  # damaged: the page says so
                del files[sha], urls[sha]
                continue
            room = len(copy) <= left  # from the first one that has none all are shown from their files
            if room:
                left, urls[sha] = left - len(copy), copy
    return Pictures(urls, files, sum(not url.startswith("data:") for url in urls.values()))


def _small_copy(png: bytes) -> str:
    from PIL import Image

    copy = io.BytesIO()
    with Image.open(io.BytesIO(png)) as full:
        full.convert("RGB").reduce(SMALLER).save(copy, "WEBP", quality=QUALITY, method=4)
    return "data:image/webp;base64," + base64.b64encode(copy.getvalue()).decode()


def _in_order(report: Report) -> Iterable[str]:
    entries = [entry for qubit in report.qubits for entry in qubit.story]
    first = (
        *(one.figure for one in report.waiting),
        *(entry.figure for entry in entries if not entry.newest_accepted),
        *(entry.figure for entry in entries),
    )
    return [sha for sha in first if sha]
