"""The conversation without a model: short commands over the same tools, and it says what it can do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reson.agent.chat import actions, facts, files, noting
from reson.agent.chat.facts import Record
from reson.agent.chat.intents import understood
from reson.agent.chat.session import Person
from reson.agent.chat.words import asked
from reson.errors import ToolError, ToolErrorKind
from reson.records import Json

HELP = (
    "There is no model in this lab: questions of the morning are understood (what failed last night? which qubits "
    "should I not use? show T1 of q1 over the last nights), and plain commands:",
    "  chip                              the values of all qubits",
    "  show q3                           every value of a qubit and where it came from",
    "  history q3 drive_frequency        past values; `history q3` for its measurements",
    "  why q3 t1, why MEASUREMENT        why it was measured, what was found, what became of it, and its plot",
    "  runs, approvals, recall WORDS     the record",
    "  experiment rabi                   what it measures and takes",
    "  run rabi on q0,q2 points=61       measure now; nothing is written",
    "  calibrate q0,q2                   bring up or keep up now, as a night would",
    "  analyse t1.csv as t1 x=us:us y=p:p1   a measurement in a file of data/",
    "  note q2: the cable was replaced   keep a note, with its author and the date",
    "Put a model under [model] in lab.toml to talk freely: docs/brains.md.",
)

_QUBIT = re.compile(r"\bq\d+\b")


def answer(record: Record, line: str, person: Person) -> Any:
    """What a line asks for, as plain JSON or text. Raises ``ToolError`` or ``OperatorError``."""
    word, _, rest = line.strip().partition(" ")
    row = COMMANDS.get(word.lower().rstrip("?:"))
    if row is not None and re.fullmatch(row.rest, rest.strip()):
        return row.function(record, rest.strip(), person)
    return understood(record, line, person)


def lines_of(value: Any, indent: str = "") -> list[str]:
    """Plain JSON as lines for a person: one for each entry, nested ones further in."""
    if isinstance(value, list):
        return [line for one in value for line in (lines_of(one, indent) if one else [])] or [f"{indent}nothing"]
    if not isinstance(value, dict):
        return [f"{indent}{_plain(value)}"]
    flat = {key: one for key, one in value.items() if not isinstance(one, (dict, list))}
    if value and len(flat) == len(value):
        return [indent + _entries(flat)]
    lines: list[str] = []
    for key, one in value.items():
        if key in flat:
            lines.append(f"{indent}{key}: {_plain(one)}")
        elif isinstance(one, dict) and all(not isinstance(part, (dict, list)) for part in one.values()):
            lines.append(f"{indent}{key}: {_entries(one)}")
        else:
            lines += [f"{indent}{key}:", *lines_of(one, indent + "  ")]
    return lines


def _entries(flat: Json) -> str:
    return ", ".join(f"{name} {_plain(one)}" for name, one in flat.items() if one not in ("", None))


def _plain(one: Any) -> str:
    return f"{one:g}" if isinstance(one, float) else str(one)


def _history(record: Record, rest: str, person: Person) -> Any:
    component, _, parameter = rest.partition(" ")
    if parameter:
        return facts.parameter_history(record, component, parameter.strip())
    return facts.list_measurements(record, component=component)


def _why(record: Record, rest: str, person: Person) -> Any:
    """A measurement by its id; else the one that a qubit's value is from, or its last one of an experiment."""
    words = asked(rest)
    if words.qubit and words.parameter and words.experiment != rest.partition(" ")[0]:
        return facts.show_origin(record, words.qubit, words.parameter)
    last = facts.list_measurements(record, words.qubit, words.experiment, limit=1) if words.experiment else []
    return facts.show_measurement(record, last[0]["measurement"] if last else rest)


def _run(record: Record, rest: str, person: Person) -> Json:
    name, _, given = rest.partition(" ")
    parameters = {}
    for pair in re.findall(r"(\w+)=(\S+)", given):
        try:
            parameters[pair[0]] = float(pair[1])
        except ValueError as error:
            raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"{pair[0]} must be a number in its SI unit") from error
    components = _QUBIT.findall(given)
    ended = actions.run_experiment(record, person.watch, name, components, parameters)
    return actions.outcome(record, actions.answer_what_waits(record, person.watch, ended, person.ask))


def _analyse(record: Record, rest: str, person: Person) -> Json:
    file, _, given = rest.partition(" as ")
    experiment, _, given = given.partition(" ")
    pairs = re.findall(r"(\S+?)=(\S+)", given)
    several = {name: [value for one, value in pairs if one == name] for name in ("y", "error")}
    single = {name: value for name, value in pairs if name in ("x", "series", "row", "shots")}
    told = {name: value for name, value in pairs if name not in several and name not in single}
    return files.analyse_file(record, file, experiment, **several, **single, told=told)


def _note(record: Record, rest: str, person: Person) -> Json:
    component, _, text = rest.partition(":")
    return noting.note(record, text, component)


def _calibrate(record: Record, rest: str, person: Person) -> Json:
    ended = actions.calibrate(record, person.watch, _QUBIT.findall(rest))
    return actions.outcome(record, actions.answer_what_waits(record, person.watch, ended, person.ask))


@dataclass(frozen=True)
class Command:
    rest: str
    """Regular expression of what may follow: anything else is a free question that begins with the same word."""
    function: Callable[[Record, str, Person], Any]


COMMANDS: dict[str, Command] = {
    "help": Command(".*", lambda record, rest, person: HELP),
    "chip": Command("", lambda record, rest, person: facts.show_chip(record)),
    "show": Command(r"q\d+", lambda record, rest, person: facts.show_qubit(record, rest)),
    "history": Command(r"q\d+( \w+)?", _history),
    "why": Command(r"\S+|q\d+ \w+|\w+ on q\d+", _why),
    "runs": Command("", lambda record, rest, person: facts.list_runs(record)),
    "approvals": Command("", lambda record, rest, person: facts.list_approvals(record)),
    "recall": Command(".+", lambda record, rest, person: facts.recall(record, rest)),
    "experiment": Command(r"\S+", lambda record, rest, person: facts.show_experiment(record, rest)),
    "run": Command(r"\S+ on q?\d+(,q?\d+)*( \w+=\S+)*", _run),
    "calibrate": Command(r"q\d+(,q\d+)*", _calibrate),
    "analyse": Command(r"\S+ as \w+( \S+=\S+)+", _analyse),
    "note": Command(r"q\d+: .+", _note),
}
