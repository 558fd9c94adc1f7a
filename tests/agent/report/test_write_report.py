"""The two files: self-contained, safe against foreign text, whole or not at all, for a run of any ending."""

from __future__ import annotations

import base64
import errno
import io
import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from reson.agent.report import page as page_module
from reson.agent.report import write_report
from reson.agent.report.content import Report
from reson.agent.report.gather import gather
from reson.agent.report.pictures import pictures_of
from reson.errors import OperatorError
from reson.records import Ending, Quantity, Status, Verdict
from reson.tools.store.measurements import FIGURE, get_measurement

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Tags, links and text of a page; fails where tags do not match."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data

    def values(self, attribute: str) -> list[str]:
        return [found for _, attributes in self.tags if (found := attributes.get(attribute))]


def finished(record) -> Path:
    record.begin()
    first = record.measure("q0", "rabi", {"x_amplitude": Quantity(value=0.3, stderr=0.001)}, step=0)
    record.write(first, "x_amplitude", 0.3, 0.001, "")
    record.measure("q1", "rabi", {}, verdict=Verdict.REJECT, status=Status.NO_SIGNAL, reason="noise", step=1)
    record.end()
    return write_report(record.lab, record.store, "night-0001")


def test_the_page_needs_nothing_from_outside_and_runs_nothing(record):
    page = Page(finished(record))
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert all(source.startswith("data:image/webp;base64,") for source in page.values("src"))
    assert all(target.startswith(("#", "../../blobs/")) for target in page.values("href"))
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_links_within_the_page_lead_somewhere(record):
    page = Page(finished(record))
    assert {target[1:] for target in page.values("href") if target.startswith("#")} <= set(page.values("id"))


def test_every_picture_is_there_once(record):
    page = Page(finished(record))
    assert len(page.values("src")) == len(set(page.values("src"))) == 2


def test_a_small_copy_is_inside_and_leads_to_the_full_picture(record):
    """Sent alone, the page shows half as many pixels each way and no less; in its lab a click opens the file."""
    path = finished(record)
    page = Page(path)
    files = [path.parent / target for target in page.values("href") if target.startswith("..")]
    assert len(files) == 2
    for file, source in zip(files, page.values("src"), strict=True):
        with Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) as copy, Image.open(file) as full:
            assert copy.size == (full.width // 2, full.height // 2)


def test_the_codes_that_occur_are_explained(record):
    page = Page(finished(record))
    assert "NO_SIGNAL" in page.text and "does not change with the drive" in page.text
    assert "BEATING" not in page.text


def test_report_json_has_the_same_content(record):
    path = finished(record)
    stored = json.loads(path.with_suffix(".json").read_text())
    again = gather(record.lab, record.store, "night-0001").to_json()
    for content in (stored, again):
        content["provenance"].pop("written_wall")
    assert stored == again
    assert stored["format"] == "reson-report-1"
    Report.model_validate_json(path.with_suffix(".json").read_text())


def test_foreign_text_stays_text(record):
    evil = '<script>alert(1)</script>" onload="x'
    record.begin()
    record.measure("q0", "rabi", {}, verdict=Verdict.REVIEW, status=Status.DAMPED, reason=evil, why=evil, step=0)
    diagnosis = {"code": evil, "text": evil, "remedy": evil}
    record.tell(
        "c", "decision", {"decision": {"kind": "give_up", "component": "q0", "why": evil, "diagnoses": [diagnosis]}}
    )
    record.end(Ending.FAILED, evil)
    page = Page(write_report(record.lab, record.store, "night-0001"))
    assert "script" not in {tag for tag, _ in page.tags}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert evil in page.text


@pytest.mark.parametrize("ending", list(Ending))
def test_every_ending_has_its_words_and_its_reason(record, ending):
    record.begin()
    record.end(ending, "for this very reason")
    page = Page(write_report(record.lab, record.store, "night-0001"))
    assert ("for this very reason" in page.text) == (ending is not Ending.FINISHED)
    assert ("resume night-0001" in page.text) == (ending is not Ending.FINISHED)


def test_a_run_without_measurements_and_without_an_end(record):
    record.begin()
    page = Page(write_report(record.lab, record.store, "night-0001"))
    assert "Not ended" in page.text and "Nothing was measured on it" in page.text


def test_what_waits_comes_with_the_command_that_answers_it(record, asking):
    record.begin()
    asking()
    asked = record.propose(record.measure("q0", "rabi", {}, step=0), "x_amplitude", 0.3, 0.001, "")
    record.end(Ending.WAITING_FOR_APPROVAL, "1 approval waits")
    page = Page(write_report(record.lab, record.store, "night-0001"))
    assert f"--lab {record.lab.directory} approvals approve {asked.id} --resume" in page.text


def test_a_lost_picture_is_said_and_stops_nothing(record):
    path = finished(record)
    row = get_measurement(record.store, "night-0001-0000-q0")
    assert row.figure_sha is not None
    record.store.blobs.path(row.figure_sha, FIGURE).unlink()
    write_report(record.lab, record.store, "night-0001")
    assert "is no longer in blobs/" in Page(path).text


def test_a_full_disk_leaves_the_report_that_was_there(record, monkeypatch):
    path = finished(record)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OperatorError, match="no space"):
        write_report(record.lab, record.store, "night-0001")
    assert path.read_bytes() == before
    assert sorted(part.name for part in path.parent.iterdir()) == ["report.html", "report.json"]


def test_pictures_beyond_a_size_are_files_that_the_page_finds(record, monkeypatch):
    """What was not accepted is inside before what was; the page of a large chip stays small."""
    path = finished(record)
    report = gather(record.lab, record.store, "night-0001")
    rejected = report.qubits[1].story[0].figure
    whole = pictures_of(report, record.store)
    found = pictures_of(report, record.store, inside=len(whole.url(rejected) or ""))
    accepted, rejected = (found.url(qubit.story[0].figure) or "" for qubit in report.qubits)
    assert found.linked == 1 and rejected.startswith("data:")
    assert (path.parent / accepted).is_file()
    monkeypatch.setattr(page_module, "pictures_of", lambda report, store: pictures_of(report, store, inside=0))
    page = Page(write_report(record.lab, record.store, "night-0001"))
    assert all((path.parent / source).is_file() for source in page.values("src"))
    assert "2 pictures of this page are those files" in page.text
