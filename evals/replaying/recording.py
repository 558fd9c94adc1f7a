"""A recording: one run with all that is needed to play it again, in one compressed file without personal data."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from reson.errors import OperatorError
from reson.evals.case import Case
from reson.evals.episode import Episode, Measured, Truth
from reson.records import Finite, Json, Record

RECORDINGS = Path(__file__).parents[1] / "recordings"
"""The recordings that come with Reson."""
SUFFIX = ".json.xz"
FORMAT = "reson-recording-1"


class RecordedData(Record):
    """Raw data of one measurement (``tools/store/raw.py``), and where in its run it was taken."""

    step: int
    why: str
    packed: bytes


class RecordedAnswer(Record):
    """What a person answered to one request."""

    approval: str
    answer: Literal["approve", "edit", "reject", "respond"]
    by: str
    note: str = ""
    values: dict[str, Finite] = {}
    """Of an edit: parameter -> value in its SI unit."""


class Recording(Record):
    format: Literal["reson-recording-1"] = FORMAT
    name: str
    what: str
    """What it shows, in one sentence."""
    case: Case
    """What was asked, and how it should end."""
    run_id: str
    kind: str
    seed: int | None
    started: Finite
    """Device clock, seconds since the Unix epoch."""
    device: str
    limits: Json
    coupling: tuple[tuple[int, int], ...] = ()
    """Pairs of qubits that were not measured at the same time."""
    settings: Json
    """``RunSettings`` of the run."""
    config: Json
    """lab.toml as it was in force."""
    policy: str
    chip: str = ""
    earlier: dict[str, list[Json]]
    """Table of the lab's record -> its rows from before the run, as far as the run could see them."""
    events: tuple[Json, ...]
    measured: tuple[Measured, ...]
    data: dict[str, RecordedData]
    """measurement -> its raw data."""
    answers: tuple[RecordedAnswer, ...] = ()
    truth: Truth | None = None
    report: bool = True

    @property
    def episode(self) -> Episode:
        return Episode(events=self.events, measured=self.measured, truth=self.truth, report=self.report)

    @property
    def brain(self) -> str:
        return self.episode.start.get("brain", "")

    @property
    def answered_by(self) -> dict[str, int]:
        """Who or what answered: brain, reader, policy rule or person -> how often."""
        readers = [event["reading"]["reader"] for event in self.events if event["kind"] == "verdict"]
        asked = [event for event in self.events if event["kind"] == "question" and event["purpose"] == "choose"]
        deciders = [event["answered_by"] for event in asked] or [self.brain] * len(self.episode.decisions)
        rules = [f"policy: {event['rule']}" for event in self.events if event["kind"] == "approval"]
        return dict(
            Counter(
                [
                    *(f"decided by {name}" for name in deciders),
                    *(f"read by {name}" for name in readers),
                    *rules,
                    *(f"{one.answer} by {one.by}" for one in self.answers),
                ]
            )
        )


def save(recording: Recording, folder: Path = RECORDINGS) -> Path:
    """Write ``NAME.json.xz``: a line of JSON, then the raw data one after the other. Always the same bytes."""
    document = recording.model_dump(mode="json", exclude={"data"})
    document["data"] = {
        name: {"step": one.step, "why": one.why, "bytes": len(one.packed)} for name, one in recording.data.items()
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    whole = b"\n".join([text.encode(), b"".join(recording.data[name].packed for name in sorted(recording.data))])
    path = folder / f"{recording.name}{SUFFIX}"
    path.write_bytes(lzma.compress(whole, preset=9 | lzma.PRESET_EXTREME))
    return path


def load(path: Path) -> Recording:
    """Raises ``OperatorError`` for a file that is no recording."""
    try:
        text, _, packed = lzma.decompress(path.read_bytes()).partition(b"\n")
        document: Any = json.loads(text)
        place = 0
        for name in sorted(document["data"]):
            size = document["data"][name].pop("bytes")
            document["data"][name]["packed"] = packed[place : place + size]
            place += size
        return Recording.model_validate(document)
    except (OSError, lzma.LZMAError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise OperatorError(
            f"{path} is no recording: {str(error).splitlines()[0]}",
            "`reson eval record RUN` makes one; `python -m reson.evals.recordings` makes those of Reson anew",
        ) from error


def recordings_in(folder: Path = RECORDINGS) -> list[Path]:
    """Raises ``OperatorError`` where there is none."""
    found = sorted(folder.glob(f"*{SUFFIX}"))
    if not found:
        raise OperatorError(f"{folder} holds no recordings", "`python -m reson.evals.recordings` makes them")
    return found
