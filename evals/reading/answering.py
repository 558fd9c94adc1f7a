"""Answers to the questions of one row, and which of them got none: those count neither as right nor as wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reson.agent.asking.read_by_model import read_pictures
from reson.agent.brains.model import ModelBrain
from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Request
from reson.agent.model.pictures import picture_of
from reson.evals.reading.families import subject_for
from reson.evals.reading.free_text import NAMES, Judge, names_right, values_right
from reson.evals.reading.rows import Row
from reson.evals.reading.taken import QUESTIONS, TAKEN, alike, in_its_words
from reson.evals.reading.tally import Marked

OURS, THEIRS, EYES = "reson", "benchmark", "no words: the eyes"
"""In whose words a row was asked."""


@dataclass(frozen=True)
class Answers:
    said: Mapping[int, str] = field(default_factory=dict)
    """Question -> answer in the benchmark's words; none, or an empty one, where what the model said cannot be used."""
    missing: Mapping[int, str] = field(default_factory=dict)
    """Question -> why nobody answered it."""
    words: str = THEIRS


def answers_of(reader: ModelBrain, row: Row, ours: bool) -> Answers:
    subject = subject_for(row) if ours else None
    if subject is not None:
        try:
            return Answers(in_its_words(read_pictures(reader.desk, reader.able(), row.images, subject)), words=OURS)
        except NoAnswer as error:
            return Answers(missing={} if unusable(error) else dict.fromkeys(TAKEN, str(error)), words=OURS)
    return _asked(reader, row, TAKEN)


def _asked(reader: ModelBrain, row: Row, questions: Iterable[int]) -> Answers:
    """What is said to the benchmark's own prompts."""
    said, missing = {}, {}
    for question in questions:
        try:
            said[question] = ask(reader, row, row.prompts[question])
        except NoAnswer as error:
            if unusable(error):
                said[question] = ""
            else:
                missing[question] = str(error)
    return Answers(said, missing)


def unusable(error: NoAnswer) -> bool:
    """Whether the model did answer, and what it said is no answer: that is its own fault and counts as wrong."""
    return error.kind is FailureKind.INVALID


def ask(reader: ModelBrain, row: Row, prompt: str) -> str:
    """The answer to one of the benchmark's prompts. Raises ``NoAnswer``."""
    settings = reader.desk.settings
    pictures = tuple(picture_of(path, settings.picture_width) for path in row.images)
    request = Request(
        purpose="read",
        model=settings.reader,
        messages=(Message(role="user", parts=(*pictures, prompt)),),
        max_output_tokens=settings.max_output_tokens,
        temperature=settings.temperature,
    )
    return reader.desk.ask(request).text


def mark(row: Row, answers: Answers) -> Marked:
    """Exact match of what the judge takes out of answer and truth, of the questions that were answered."""
    right, expected, given, missing = {}, {}, {}, {}
    for name, (question, take) in zip(QUESTIONS, TAKEN.items(), strict=True):
        truth, said = take(row.answers[question]), take(answers.said.get(question, ""))
        expected[name], given[name] = truth or "", said or ""
        if question in answers.missing:
            missing[name] = answers.missing[question]
        else:
            right[name] = truth is not None and said is not None and alike(truth, said)
    return Marked(
        id=row.id,
        family=row.family,
        right=right,
        expected=expected,
        answered=given,
        unanswered=missing,
        words=answers.words,
    )


def with_free_text(marked: Marked, row: Row, reader: ModelBrain, judge: Judge) -> Marked:
    """With the marks of Q1, Q3 and Q5 beside; a question that got no answer, or no mark, is left out and noted."""
    marks, notes = {}, []
    names: dict[int, str] = dict(zip((1, 3, 5), NAMES, strict=True))
    answers = _asked(reader, row, names)
    said = answers.said
    for question in (1, 3):
        if question not in said:
            continue
        name = names[question]
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
    if 5 in said and (values := values_right(said[5], row.answers[5], row.tolerances)) is not None:
        marks[names[5]] = values
    unanswered = marked.unanswered | {names[question]: why for question, why in answers.missing.items()}
    return marked.model_copy(update={"marks": marks, "note": "; ".join(notes), "unanswered": unanswered})
