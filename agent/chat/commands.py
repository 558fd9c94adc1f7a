"""The conversation without a model: short commands over the same tools, and it says what it can do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reson.agent.chat.intents import in_si_units, latest, run, understood
from reson.agent.chat.session import Person
from reson.agent.chat.words import asked
from reson.agent.operations.conversations import HELP
from reson.agent.operations.listed import OPERATIONS
from reson.agent.operations.measurements import LIST_MEASUREMENTS, SHOW_MEASUREMENT, origin_of
from reson.agent.operations.notes import NOTE
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.own_files import ANALYSE_FILE
from reson.agent.operations.runs import CALIBRATE, RUN_EXPERIMENT
from reson.agent.operations.values import PARAMETER_HISTORY
from reson.records import Json

_QUBIT = re.compile(r"\bq\d+\b")


def answer(at: OpenLab, line: str, person: Person) -> Any:
    """What a line asks for, as plain JSON or text. Raises ``ToolError`` or ``OperatorError``."""
    word, _, rest = line.strip().partition(" ")
    row = COMMANDS.get(word.lower().rstrip("?:"))
    if row is not None and re.fullmatch(row.rest, rest.strip()):
        return row.function(at, rest.strip(), person)
    return understood(at, line, person)


def _history(at: OpenLab, rest: str, person: Person) -> Any:
    component, _, parameter = rest.partition(" ")
    if parameter:
        return PARAMETER_HISTORY.in_words(at, {"component": component, "parameter": parameter.strip()})
    return LIST_MEASUREMENTS.in_words(at, {"component": component})


def _why(at: OpenLab, rest: str, person: Person) -> Any:
    """A measurement by its id; else the one that a qubit's value is from, or its last one of an experiment."""
    words = asked(rest)
    if words.qubit and words.parameter and words.experiment != rest.partition(" ")[0]:
        return origin_of(at, words.qubit, words.parameter)
    last = latest(at, words.qubit, words.experiment) if words.experiment else ""
    return SHOW_MEASUREMENT.in_words(at, {"measurement_id": last or rest})


def _run(at: OpenLab, rest: str, person: Person) -> Json:
    name, _, given = rest.partition(" ")
    parameters = in_si_units(dict(re.findall(r"(\w+)=(\S+)", given)))
    components = _QUBIT.findall(given)
    return run(at, person, RUN_EXPERIMENT, experiment=name, components=components, parameters=parameters)


def _analyse(at: OpenLab, rest: str, person: Person) -> Json:
    file, _, given = rest.partition(" as ")
    experiment, _, given = given.partition(" ")
    pairs = re.findall(r"(\S+?)=(\S+)", given)
    several = {name: [value for one, value in pairs if one == name] for name in ("y", "error")}
    single = {name: value for name, value in pairs if name in ("x", "series", "row", "shots")}
    told = {name: value for name, value in pairs if name not in several and name not in single}
    return ANALYSE_FILE.in_words(at, {"file": file, "experiment": experiment, **several, **single, "told": told})


def _note(at: OpenLab, rest: str, person: Person) -> Json:
    component, _, text = rest.partition(":")
    return NOTE.in_words(at, {"text": text, "component": component})


@dataclass(frozen=True)
class Command:
    rest: str
    """Regular expression of what may follow: anything else is a free question that begins with the same word."""
    function: Callable[[OpenLab, str, Person], Any]


def _asks(name: str, argument: str = "") -> Callable[[OpenLab, str, Person], Any]:
    """What follows the word is the one argument of an operation, where it has one."""
    row = OPERATIONS[name]
    return lambda at, rest, person: row.in_words(at, {argument: rest} if argument else {})


COMMANDS: dict[str, Command] = {
    "help": Command(".*", lambda at, rest, person: HELP),
    "chip": Command("", _asks("show_chip")),
    "show": Command(r"q\d+", _asks("show_qubit", "component")),
    "history": Command(r"q\d+( \w+)?", _history),
    "why": Command(r"\S+|q\d+ \w+|\w+ on q\d+", _why),
    "runs": Command("", _asks("list_runs")),
    "approvals": Command("", _asks("list_approvals")),
    "recall": Command(".+", _asks("recall", "question")),
    "experiment": Command(r"\S+", _asks("show_experiment", "experiment")),
    "run": Command(r"\S+ on q?\d+(,q?\d+)*( \w+=\S+)*", _run),
    "calibrate": Command(
        r"q\d+(,q\d+)*", lambda at, rest, person: run(at, person, CALIBRATE, components=_QUBIT.findall(rest))
    ),
    "analyse": Command(r"\S+ as \w+( \S+=\S+)+", _analyse),
    "note": Command(r"q\d+: .+", _note),
}
