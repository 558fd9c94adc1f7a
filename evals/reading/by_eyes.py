"""The eyes without a key as the one who answers: the same rows and plots, the model of ``agent.reading.picture``."""

from __future__ import annotations

from pathlib import Path

from reson.agent.reading.picture.pixels import load_files
from reson.agent.reading.picture.sight import picture_family, see
from reson.evals.reading.answering import EYES, Answers
from reson.evals.reading.families import codes_offered, subject_for
from reson.evals.reading.rows import Row
from reson.evals.reading.taken import TAKEN, in_its_words
from reson.records import Reading

MODEL = "the eyes without a key"
NOT_TRAINED = "the eyes were not trained on plots of this family"


def answers_by_eyes(row: Row) -> Answers:
    """All pictures of the row at once, its family named and its own codes offered."""
    subject = subject_for(row)
    reading = look(row.images, subject.family if subject else "", codes_offered(row))
    if reading is None:
        return Answers(missing=dict.fromkeys(TAKEN, NOT_TRAINED), words=EYES)
    return Answers(in_its_words(reading), words=EYES)


def look(pictures: tuple[Path, ...], family: str, codes: tuple[str, ...] = ()) -> Reading | None:
    """None for a family that they were not trained on."""
    known = picture_family(family)
    if not known:
        return None
    return see(load_files(pictures), known, codes).reading
