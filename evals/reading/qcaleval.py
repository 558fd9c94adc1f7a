"""Adapter for QCalEval (arXiv 2604.25884): its rows as users download them, scored as its own judge does.

A row has ``id``, ``experiment_type`` (like ``rabi_failure_damped``), ``images``, and ``q1_prompt``, ``q1_answer`` to
``q6_answer``. Scored by exact match are Q2 (outcome), Q4 (fit reliability) and Q6 (status code); in Q6 the benchmark
takes TOO_MANY_OSC and SAMPLING_TOO_COARSE for one another. Q1, Q3 and Q5 are asked where a judge is configured
(``free_text``), with the benchmark's own prompts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from reson.agent.brains.local import LOCAL
from reson.agent.brains.look import open_reader
from reson.agent.config import ModelSettings
from reson.errors import OperatorError
from reson.evals.reading.answering import OURS, THEIRS, answers_of, mark, with_free_text
from reson.evals.reading.by_eyes import MODEL, answers_by_eyes
from reson.evals.reading.free_text import Judge
from reson.evals.reading.kept import marked_rows
from reson.evals.reading.rows import Row, rows_in
from reson.evals.reading.taken import QUESTIONS
from reson.evals.reading.tally import Marked, tell
from reson.records import Json


def run_qcaleval(options: Json, as_json: bool) -> int:
    """``reson eval qcaleval``. Exit code 1 where a question got no answer.

    Raises ``OperatorError`` where there is no data, or no model with vision.
    """
    from reson.agent.lab import open_lab

    questions = options["questions"]
    if questions not in (OURS, THEIRS):
        raise OperatorError(f"there are no questions of {questions!r}", f"there are {OURS} and {THEIRS}")
    if options["brain"] == LOCAL:
        facts = {"benchmark": "QCalEval", "brain": LOCAL, "model": MODEL}
        return _told(options, facts, lambda row: mark(row, answers_by_eyes(row)), as_json)
    lab = open_lab(Path(options["lab"]))
    config = lab.config.model_copy(update={"brain": options["brain"], "model": _model(lab.config.model, options)})
    blobs = lab.store().blobs
    reader = open_reader(config, lab.directory, lab.directory / "readings", blobs, lambda *event: None)
    settings = reader.desk.settings
    judge = Judge(reader.desk, config.model.judge) if config.model.judge else None
    facts = {
        "benchmark": "QCalEval",
        "brain": options["brain"],
        "model": settings.reader,
        "questions": questions,
        "tokens an answer": settings.max_output_tokens,
        "temperature": "the endpoint's own" if settings.temperature is None else settings.temperature,
        "judge": config.model.judge or "none: Q1, Q3 and Q5 not asked",
    }

    def answer(row: Row) -> Marked:
        marked = mark(row, answers_of(reader, row, questions == OURS))
        return with_free_text(marked, row, reader, judge) if judge is not None else marked

    return _told(options, facts, answer, as_json)


def _told(options: Json, facts: Mapping[str, object], answer: Callable[[Row], Marked], as_json: bool) -> int:
    out = Path(options["out"])
    with tempfile.TemporaryDirectory(prefix="reson-qcaleval-") as place:
        rows = list(rows_in(Path(options["data"]), Path(place)))[: options["limit"] or None]
        marked = marked_rows(out, facts, [(row.id, row) for row in rows], answer, options["resume"])
    return tell(marked, QUESTIONS, {**facts, "rows": len(rows)}, out, as_json)


def _model(settings: ModelSettings, options: Json) -> ModelSettings:
    """The lab's model with the benchmark's limit of tokens and temperature, where they are given."""
    wanted = {"max_output_tokens": options["max_tokens"], "temperature": options["temperature"]}
    return ModelSettings.model_validate(
        settings.model_dump() | {name: value for name, value in wanted.items() if value is not None}
    )
