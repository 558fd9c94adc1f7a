"""Adapter for QCalEval (arXiv 2604.25884): its rows as users download them, scored as its own judge does.

A row has ``id``, ``experiment_type`` (like ``rabi_failure_damped``), ``images``, and ``q1_prompt``, ``q1_answer`` to
``q6_answer``. Scored by exact match are Q2 (outcome), Q4 (fit reliability) and Q6 (status code); in Q6 the benchmark
takes TOO_MANY_OSC and SAMPLING_TOO_COARSE for one another. Q1, Q3 and Q5 are asked where a judge is configured
(``free_text``), with the benchmark's own prompts.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reson.agent.brains.look import as_png, look_at, open_reader
from reson.agent.brains.model import ModelBrain
from reson.agent.model.conversation import Message, NoAnswer, Request
from reson.agent.model.pictures import picture_of
from reson.errors import OperatorError
from reson.evals.reading.free_text import NAMES, Judge, names_right, values_right
from reson.evals.reading.tally import Marked, tell
from reson.records import FitReliability, Json, Outcome, Reading

QUESTIONS = ("Q2 outcome", "Q4 fit", "Q6 status")
CONFIG = "experiment_config.json"
"""Beside the benchmark's data: family -> its experiment types."""

_OUTCOMES = {
    Outcome.EXPECTED: "Expected behavior",
    Outcome.SUBOPTIMAL: "Suboptimal parameters",
    Outcome.ANOMALOUS: "Anomalous behavior",
    Outcome.APPARATUS: "Apparatus issue",
}
_FITS = {
    FitReliability.UNRELIABLE: "Unreliable",  # before Reliable, which its letters hold
    FitReliability.NO_FIT: "No fit",
    FitReliability.RELIABLE: "Reliable",
}
_ALIKE = ({"TOO_MANY_OSC", "SAMPLING_TOO_COARSE"},)

OURS: tuple[tuple[str, str], ...] = (
    ("rabi", "rabi"),
    ("drag", "rough_drag"),
    ("ramsey", "t2_ramsey"),
    ("t1", "t1"),
    ("pingpong", "fine_x_amplitude"),
    ("qubit_spectroscopy", "qubit_spectroscopy"),
    ("gmm", "readout"),
)
"""How a family's name begins, and our experiment with the same codes; other families get the benchmark's prompts."""


@dataclass(frozen=True)
class Row:
    id: str
    experiment_type: str
    family: str
    images: tuple[Path, ...]
    prompts: Mapping[int, str]
    answers: Mapping[int, str]
    points: Mapping[int, tuple[str, ...]]
    """Question (1, 3) -> what a good answer says, point by point."""
    tolerances: Mapping[str, Json]
    """Field of Q5 -> how near it must come."""


def run_qcaleval(options: Json, as_json: bool) -> int:
    """``reson eval qcaleval``. Raises ``OperatorError`` where there is no data, or no model with vision."""
    from reson.agent.lab import open_lab

    if options["questions"] not in ("reson", "benchmark"):
        raise OperatorError(f"there are no questions of {options['questions']!r}", "there are reson and benchmark")
    lab = open_lab(Path(options["lab"]))
    store = lab.store()
    config = lab.config.model_copy(update={"brain": options["brain"]})
    reader = open_reader(config, lab.directory, lab.directory / "readings", store.blobs, lambda *event: None)
    with tempfile.TemporaryDirectory(prefix="reson-qcaleval-") as place:
        rows = list(rows_in(Path(options["data"]), Path(place)))[: options["limit"] or None]
        marked = [mark(row, answers_of(reader, row, options["questions"] == "reson")) for row in rows]
        judge = Judge(reader.desk, config.model.judge) if config.model.judge else None
        if judge is not None:
            marked = [with_free_text(one, row, reader, judge) for one, row in zip(marked, rows, strict=True)]
    facts = {
        "benchmark": "QCalEval",
        "brain": options["brain"],
        "questions": options["questions"],
        "rows": len(rows),
        "judge": config.model.judge or "none: Q1, Q3 and Q5 not asked",
    }
    return tell(marked, QUESTIONS, facts, Path(options["out"]), as_json)


def rows_in(folder: Path, place: Path) -> Iterator[Row]:
    """All rows of the parquet files or, where there are none, JSON lines of the folder and those below it.

    ``place``: where pictures that a row holds are written. Raises ``OperatorError``.
    """
    config = _config(folder)
    parquet, lines = sorted(folder.rglob("*.parquet")), sorted(folder.rglob("*.jsonl"))
    if not parquet and not lines:
        raise OperatorError(f"{folder} holds neither parquet files nor JSON lines", "name the folder of the benchmark")
    for path in parquet or lines:
        documents = _of_parquet(path) if parquet else _of_lines(path)
        for number, document in enumerate(documents):
            yield _row(document, config, path, number, place)


def _config(folder: Path) -> Json:
    """family -> what the benchmark says of it; empty where its configuration is not there."""
    found = next(iter(sorted(folder.rglob(CONFIG))), None)
    return json.loads(found.read_text(encoding="utf-8")) if found else {}


def _of_parquet(path: Path) -> Iterator[Json]:
    from pyarrow.parquet import ParquetFile

    for batch in ParquetFile(path).iter_batches(batch_size=16):
        yield from batch.to_pylist()


def _of_lines(path: Path) -> Iterator[Json]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _row(document: Json, config: Json, path: Path, number: int, place: Path) -> Row:
    families = {kind: family for family, about in config.items() for kind in about.get("q6_status_mapping", {})}
    try:
        kind = document["experiment_type"]
        family = families.get(kind) or re.split(r"_(?:success|failure)", kind)[0]
        return Row(
            id=document["id"],
            experiment_type=kind,
            family=family,
            images=tuple(
                _image(image, path, place / f"{path.stem}-{number}-{index}")
                for index, image in enumerate(document["images"])
                if image is not None
            ),
            prompts={question: document[f"q{question}_prompt"] for question in range(1, 7)},
            answers={question: document[f"q{question}_answer"] for question in range(1, 7)},
            points={question: tuple(document.get(f"q{question}_key_points") or ()) for question in (1, 3)},
            tolerances=config.get(family, {}).get("q5_scoring", {}),
        )
    except (KeyError, TypeError) as error:
        raise OperatorError(
            f"{path}, row {number + 1}, lacks {error}", "rows have id, experiment_type, images, q1_prompt to q6_answer"
        ) from error


def _image(image: Any, path: Path, target: Path) -> Path:
    """A picture inside the row (a struct of bytes and path, as ``datasets`` writes it) or a file beside the data."""
    if isinstance(image, dict) and image.get("bytes"):
        target.write_bytes(image["bytes"])
        return as_png(target, target.parent)
    name = image["path"] if isinstance(image, dict) else image
    return as_png(path.parent / name, target.parent)


def answers_of(reader: ModelBrain, row: Row, ours: bool) -> dict[int, str]:
    """Question -> answer in the benchmark's words; none where the model gave none."""
    experiment = next((name for begins, name in OURS if row.family.startswith(begins)), None) if ours else None
    if experiment is not None and len(row.images) == 1:
        try:
            return in_its_words(look_at(reader, row.images[0], experiment))
        except OperatorError:
            return {}
    found = {}
    for question in TAKEN:
        if (answer := _ask(reader, row, row.prompts[question])) is not None:
            found[question] = answer
    return found


def in_its_words(reading: Reading) -> dict[int, str]:
    return {
        2: f"Classification: {_OUTCOMES[reading.outcome]}",
        4: f"Assessment: {_FITS[reading.reliability]}",
        6: f"Status: {reading.status}",
    }


def _ask(reader: ModelBrain, row: Row, prompt: str) -> str | None:
    settings = reader.desk.settings
    pictures = tuple(picture_of(path, settings.picture_width) for path in row.images)
    request = Request(
        purpose="read",
        model=settings.reader,
        messages=(Message(role="user", parts=(*pictures, prompt)),),
        max_output_tokens=settings.max_output_tokens,
    )
    try:
        return reader.desk.ask(request).text
    except NoAnswer:
        return None


def mark(row: Row, answers: Mapping[int, str]) -> Marked:
    """Exact match of what the judge takes out of answer and truth; no answer is a wrong one."""
    right, expected, given = {}, {}, {}
    for name, (question, take) in zip(QUESTIONS, TAKEN.items(), strict=True):
        truth, said = take(row.answers[question]), take(answers.get(question, ""))
        right[name] = truth is not None and said is not None and _same(truth, said)
        expected[name], given[name] = truth or "", said or ""
    return Marked(id=row.id, family=row.family, right=right, expected=expected, answered=given)


def with_free_text(marked: Marked, row: Row, reader: ModelBrain, judge: Judge) -> Marked:
    """With the marks of Q1, Q3 and Q5 beside; a question that the model did not answer gets 0, one that the judge did
    not mark is left out and noted.
    """
    said = {question: _ask(reader, row, row.prompts[question]) or "" for question in (1, 3, 5)}
    marks, notes = {}, []
    for question, name in ((1, NAMES[0]), (3, NAMES[1])):
        parts = [names_right(said[1], row.answers[1])] if question == 1 else []
        about = {
            "kind": row.experiment_type,
            "description": row.answers[1],
            "question": row.prompts[question],
            "right": row.answers[question],
        }
        try:
            parts += [judge.marks(about, row.points[question], said[question])] if row.points[question] else []
        except NoAnswer as error:
            notes.append(f"{name}: {error.message}")
            continue
        if parts:
            marks[name] = sum(parts) / len(parts)
    values = values_right(said[5], row.answers[5], row.tolerances)
    return marked.model_copy(
        update={"marks": marks | ({} if values is None else {NAMES[2]: values}), "note": "; ".join(notes)}
    )


def _same(truth: str, said: str) -> bool:
    return truth == said or any({truth, said} == pair for pair in _ALIKE)


def outcome_in(text: str) -> str | None:
    return _labelled(text, "Classification", _OUTCOMES.values())


def fit_in(text: str) -> str | None:
    return _labelled(text, "Assessment", _FITS.values())


def _labelled(text: str, label: str, known: Any) -> str | None:
    """The known value on the line ``Label: value``, bold or not; None where the line or the value is missing."""
    found = re.search(rf"{label}:\s*(.+)$", text.replace("*", ""), re.IGNORECASE | re.MULTILINE)
    return next((value for value in known if found and value.lower() in found[1].lower()), None)


def status_in(text: str) -> str | None:
    """The code after ``Status:`` or ``Classification:``, else the first line where it is one, else the longest code
    that stands anywhere: as the benchmark's judge has it.
    """
    plain = text.replace("*", "")
    found = re.search(r"\b(?:Status|Classification):\s*([A-Z][A-Za-z_]+)", plain)
    if found and found[1].upper() in CODES:
        return found[1].upper()
    first = plain.strip().partition("\n")[0].strip().upper()
    if first in CODES:
        return first
    words = set(re.findall(r"\w+", plain.upper()))
    return next((code for code in sorted(CODES, key=lambda code: (-len(code), code)) if code in words), None)


_KNOWN = (
    "SUCCESS NO_SIGNAL BEATING NO_DETUNING SAMPLING_TOO_COARSE TOO_FEW_OSC TOO_MANY_OSC WINDOW_TOO_SHORT DAMPED "
    "FIT_POOR RANGE_TOO_NARROW AMP_TOO_HIGH NO_EXCITATION NO_RES_RESPONSE HIGH_POWER OPTIMAL_NOT_CENTERED "
    "LARGE_ERROR MODERATE_ERROR FIT_FAILED MULTIPLE_PEAKS INVERTED INCOMPLETE NO_TRANSITION NEGATIVE_OFFSET "
    "POSITIVE_OFFSET EVENT NO_EVENT NO_COHERENCE STABLE TELEGRAPHIC RANDOM_WALK ASYMMETRIC UNDERSAMPLED "
    "NOT_TUNABLE OFF_RESONANCE LOW_CONTRAST DETUNED NO_GATE MISCALIBRATED ABERRATED CORRECTED"
)
CODES = frozenset(_KNOWN.split())
"""The codes that the benchmark's judge knows."""

TAKEN: dict[int, Callable[[str], str | None]] = {2: outcome_in, 4: fit_in, 6: status_in}
