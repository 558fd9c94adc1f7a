"""``read`` by a model with eyes: the picture, what each status means, and a few reference plots; never the fit."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from reson.agent.config import ModelSettings
from reson.agent.model.capabilities import Capabilities
from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Picture, Request
from reson.agent.model.desk import Desk
from reson.agent.model.objects import last_object, one_line
from reson.agent.model.pictures import picture_of
from reson.prompts.criteria import criteria_of
from reson.prompts.gallery import references
from reson.prompts.render import render
from reson.records import GOOD, SUPPORTS_THE_VALUE, FitReliability, Json, Outcome, Reading, Seen, Status
from reson.tools.data import Analysis
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.experiment import Parameter

LONGEST_REASON = 300
LARGEST = 1e30
"""Beyond every axis in SI units."""


@dataclass(frozen=True)
class Subject:
    """What is said of a plot to whoever reads it; it may be of an experiment that the catalogue has not."""

    title: str
    measures: str
    family: str
    criteria: Mapping[str, str]
    """Status code -> what it asks of the plot: the codes that an answer may give."""
    experiment: str = ""
    """Whose reference plots are shown; empty: none are."""
    unit: str = ""
    """Of the horizontal axis, where it is known."""
    arguments: tuple[Parameter, ...] = ()
    """What the experiment can be repeated with."""


def subject_of(experiment: str, unit: str = "") -> Subject:
    """A row of the catalogue."""
    row = get(experiment)
    return Subject(row.title, row.measures, row.family, criteria_of(row.family), row.name, unit, row.parameters)


class Unusable(Exception):
    """An answer that is no reading: ``code`` names the sentence of read_correction.j2 that says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def read_by_model(desk: Desk, able: Capabilities, figure: Path, analysis: Analysis, suspected: str = "") -> Reading:
    """What the model sees in the picture. ``suspected`` (a status) only decides which examples it is shown.

    Of ``analysis`` nothing is sent but the experiment's name and the axis' unit. Raises ``NoAnswer``.
    """
    return read_pictures(desk, able, (figure,), subject_of(analysis.experiment, analysis.x_axis.unit), suspected)


def read_pictures(
    desk: Desk, able: Capabilities, figures: Sequence[Path], subject: Subject, suspected: str = ""
) -> Reading:
    """What the model sees in the pictures of one measurement. Raises ``NoAnswer``."""
    if able.images < len(figures):
        few = "no pictures" if not able.images else f"{able.images} of {len(figures)} pictures"
        raise NoAnswer(FailureKind.REFUSED, f"{desk.settings.reader} takes {few}")
    request = question_about(desk.settings, able, figures, subject, suspected)
    problem = Unusable("no_json")
    for _ in range(desk.settings.corrections + 1):
        reply = desk.ask(request)
        try:
            if reply.cut:
                raise Unusable("cut_off")
            return reading_of(reply.text, subject.criteria, f"{desk.settings.reader}: from the picture")
        except Unusable as error:
            problem = error
        correction = render("read_correction.j2", code=problem.code, detail=problem.detail)
        more = (reply.as_message(), Message(role="user", parts=(correction,)))
        request = request.model_copy(update={"messages": (*request.messages, *more)})
    raise NoAnswer(FailureKind.INVALID, f"{desk.settings.corrections} corrections did not help ({problem})")


def read_together(desk: Desk, able: Capabilities, plots: Mapping[Path, Analysis]) -> dict[Path, Reading]:
    """What the model sees in the plots of one job, all of them in one question; one whose answer is no reading is left
    out. Raises ``NoAnswer``.
    """
    first = next(iter(plots.values()))
    subject = subject_of(first.experiment, first.x_axis.unit)
    reply = desk.ask(question_about(desk.settings, able, list(plots), subject, "", each=True))
    answers = (last_object(reply.text, "readings") or {}).get("readings")
    if reply.cut or not isinstance(answers, list) or len(answers) != len(plots):
        raise NoAnswer(FailureKind.INVALID, f"no {len(plots)} readings in the answer")
    found = {}
    for figure, answer in zip(plots, answers, strict=True):
        with suppress(Unusable):
            text = json.dumps(answer)
            found[figure] = reading_of(text, subject.criteria, f"{desk.settings.reader}: from the picture")
    return found


def schema_of_all(codes: Collection[str]) -> Json:
    """JSON schema of the answer about several plots."""
    several = {"readings": {"type": "array", "items": reading_schema(codes)}}
    return {"type": "object", "properties": several, "required": ["readings"], "additionalProperties": False}


def reading_schema(codes: Collection[str]) -> Json:
    """JSON schema of an answer: only these codes."""
    line = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    properties = {
        "reason": {"type": "string"},
        "status": {"type": "string", "enum": list(codes)},
        "outcome": {"type": "string", "enum": list(Outcome)},
        "reliability": {"type": "string", "enum": list(FitReliability)},
        "confidence": {"type": "number"},
        "suggested_range": {"anyOf": [line, {"type": "null"}]},
        "suggested": {"anyOf": [{"type": "object", "additionalProperties": {"type": "number"}}, {"type": "null"}]},
    }
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def reading_of(text: str, codes: Collection[str], reader: str) -> Reading:
    """The answer as a reading with one of ``codes``. Raises ``Unusable``."""
    answer = last_object(text, "status")
    if answer is None:
        raise Unusable("no_json")
    if str(answer.get("status")) not in codes:
        raise Unusable("wrong_status", ", ".join(codes))
    wanted = {name: answer.get(name) for name in ("status", "outcome", "reliability", "confidence")}
    reason = one_line(answer.get("reason"), LONGEST_REASON)
    try:
        reading = Reading.model_validate(
            wanted
            | {
                "reason": reason,
                "reader": reader,
                "seen": Seen.PICTURE,
                "suggested_range": _range(answer.get("suggested_range")),
                "suggested": _arguments(answer.get("suggested")),
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise Unusable("bad_field", f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    relied_on = reading.reliability is FitReliability.RELIABLE
    if (reading.status in GOOD) != (reading.outcome is Outcome.EXPECTED) or (
        relied_on and reading.status not in GOOD | SUPPORTS_THE_VALUE
    ):
        raise Unusable("success_mismatch")
    return reading


def _range(value: Any) -> tuple[float, float] | None:
    """A suggested range, or none: a hint is no reason to send an answer back."""
    match value:
        case [int() | float() as low, int() | float() as high] if -LARGEST < low < high < LARGEST:
            return float(low), float(high)
    return None


def _arguments(value: Any) -> dict[str, float]:
    """Suggested arguments that are numbers; likewise no reason to send an answer back."""
    if not isinstance(value, dict):
        return {}
    numbers = {str(name): one for name, one in value.items() if isinstance(one, int | float)}
    return {name: float(one) for name, one in numbers.items() if -LARGEST < one < LARGEST}


def question(settings: ModelSettings, able: Capabilities, figure: Path, analysis: Analysis, suspected: str) -> Request:
    """The question about one figure of ours."""
    subject = subject_of(analysis.experiment, analysis.x_axis.unit)
    return question_about(settings, able, (figure,), subject, suspected)


def question_about(
    settings: ModelSettings,
    able: Capabilities,
    figures: Sequence[Path],
    subject: Subject,
    suspected: str,
    each: bool = False,
) -> Request:
    """The question about one measurement, with as many reference plots as the settings and the endpoint allow.

    ``each``: the figures are of as many measurements, and each is read for itself.
    """
    most = min(settings.references, able.images - len(figures)) if subject.experiment else 0
    examples = references(subject.experiment, most, suspected) if most > 0 else ()
    system = render(
        "read.j2",
        title=subject.title,
        measures=subject.measures,
        family=subject.family,
        criteria=subject.criteria,
        unit=subject.unit,
        arguments=subject.arguments,
        references=len(examples),
        pictures=len(figures),
        each=each,
        good=next((code for code in subject.criteria if code in GOOD), Status.SUCCESS),
    )
    parts: list[str | Picture] = []
    for one in examples:
        parts += [
            render("reference.j2", reference=one, made=one.made, number=0),
            picture_of(one.path, settings.picture_width, "low"),
        ]
    for number, figure in enumerate(figures, 1):
        if each or number == 1:
            parts += [render("reference.j2", reference=None, made="", number=number if each else 0)]
        parts += [picture_of(figure, settings.picture_width)]
    schema = schema_of_all if each else reading_schema
    return Request(
        purpose="read",
        model=settings.reader,
        messages=(Message(role="system", parts=(system,)), Message(role="user", parts=tuple(parts))),
        answer_schema=schema(subject.criteria) if able.json_schema else None,
        max_output_tokens=settings.max_output_tokens,
        temperature=settings.temperature,
    )
