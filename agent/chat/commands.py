"""The conversation without a model: short commands over the same tools, and it says what it can do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from reson.agent.chat import actions, facts
from reson.agent.chat.facts import Record
from reson.agent.chat.session import Person
from reson.errors import ToolError, ToolErrorKind
from reson.records import Json
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.quantities import PARAMETERS

HELP = (
    "There is no model in this lab, so plain commands are understood:",
    "  chip                              the values of all qubits",
    "  show q3                           every value of a qubit and where it came from",
    "  history q3 drive_frequency        past values; `history q3` for its measurements",
    "  why q3 t1, why MEASUREMENT        why it was measured, what was found, what became of it, and its plot",
    "  runs, approvals, recall WORDS     the record",
    "  experiment rabi                   what it measures and takes",
    "  run rabi on q0,q2 points=61       measure now; nothing is written",
    "  calibrate q0,q2                   bring up or keep up now, as a night would",
    "Put a model under [model] in lab.toml to talk freely: docs/brains.md.",
)

_QUBIT = re.compile(r"\bq\d+\b")


def answer(record: Record, line: str, person: Person) -> Any:
    """What a line asks for, as plain JSON or text. Raises ``ToolError`` or ``OperatorError``."""
    word, _, rest = line.strip().partition(" ")
    command = COMMANDS.get(word.lower().rstrip("?:"))
    if command is not None:
        return command(record, rest.strip(), person)
    guess = _guess(record, line)
    return HELP if guess is None else guess


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
    component, parameter, experiment = _named(rest)
    if component and parameter:
        return facts.show_origin(record, component, parameter)
    last = facts.list_measurements(record, component, experiment, limit=1) if component and experiment else []
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


def _calibrate(record: Record, rest: str, person: Person) -> Json:
    ended = actions.calibrate(record, person.watch, _QUBIT.findall(rest))
    return actions.outcome(record, actions.answer_what_waits(record, person.watch, ended, person.ask))


COMMANDS: dict[str, Callable[[Record, str, Person], Any]] = {
    "help": lambda record, rest, person: HELP,
    "chip": lambda record, rest, person: facts.show_chip(record),
    "show": lambda record, rest, person: facts.show_qubit(record, rest),
    "history": _history,
    "why": _why,
    "runs": lambda record, rest, person: facts.list_runs(record),
    "approvals": lambda record, rest, person: facts.list_approvals(record),
    "recall": lambda record, rest, person: facts.recall(record, rest),
    "experiment": lambda record, rest, person: facts.show_experiment(record, rest),
    "run": _run,
    "calibrate": _calibrate,
}


def _named(line: str) -> tuple[str, str, str]:
    """The first qubit, parameter and experiment among the words of a line; empty where there is none."""
    words = set(re.findall(r"\w+", line.lower()))
    qubit = _QUBIT.search(line.lower())
    parameter, experiment = (next((name for name in names if name in words), "") for names in (PARAMETERS, CATALOGUE))
    return qubit.group() if qubit else "", parameter, experiment


def _guess(record: Record, line: str) -> Any:
    """A free question, as far as its words name a qubit and a parameter or an experiment."""
    component, parameter, experiment = _named(line)
    if not component:
        return None
    if parameter:
        return facts.parameter_history(record, component, parameter)
    if experiment:
        return facts.list_measurements(record, component=component, experiment=experiment)
    return facts.show_qubit(record, component)
