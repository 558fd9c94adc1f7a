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
    "  why MEASUREMENT                   why it was made, what was found, what became of it, and its plot",
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
        return [f"{indent}{value}"]
    flat = {key: one for key, one in value.items() if not isinstance(one, (dict, list))}
    if value and len(flat) == len(value):
        return [indent + "  ".join(f"{key} {one}".rstrip() for key, one in flat.items() if one not in ("", None))]
    lines: list[str] = []
    for key, one in value.items():
        if key in flat:
            lines.append(f"{indent}{key}: {one}")
        elif isinstance(one, dict) and all(not isinstance(part, (dict, list)) for part in one.values()):
            lines.append(f"{indent}{key}: " + "  ".join(f"{name} {part}" for name, part in one.items()))
        else:
            lines += [f"{indent}{key}:", *lines_of(one, indent + "  ")]
    return lines


def _history(record: Record, rest: str, person: Person) -> Any:
    component, _, parameter = rest.partition(" ")
    if parameter:
        return facts.parameter_history(record, component, parameter.strip())
    return facts.list_measurements(record, component=component)


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
    "why": lambda record, rest, person: facts.show_measurement(record, rest),
    "runs": lambda record, rest, person: facts.list_runs(record),
    "approvals": lambda record, rest, person: facts.list_approvals(record),
    "recall": lambda record, rest, person: facts.recall(record, rest),
    "experiment": lambda record, rest, person: facts.show_experiment(record, rest),
    "run": _run,
    "calibrate": _calibrate,
}


def _guess(record: Record, line: str) -> Any:
    """A free question, as far as its words name a qubit and a parameter or an experiment."""
    qubits = _QUBIT.findall(line.lower())
    words = set(re.findall(r"\w+", line.lower()))
    if not qubits:
        return None
    if parameter := next((name for name in PARAMETERS if name in words), None):
        return facts.parameter_history(record, qubits[0], parameter)
    if experiment := next((name for name in CATALOGUE if name in words), None):
        return facts.list_measurements(record, component=qubits[0], experiment=experiment)
    return facts.show_qubit(record, qubits[0])
