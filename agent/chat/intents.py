"""Free questions without a model: by their words to a tool, or "not understood" with what may have been meant.

One row for each kind of question. The first row whose words are all there answers; a row names by its example what it
is for, and the examples are what a person is shown who was not understood.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reson.agent.chat import actions, facts, nights, noting
from reson.agent.chat.facts import Record
from reson.agent.chat.session import Person
from reson.agent.chat.words import Asked, asked, shots_of
from reson.errors import ToolError, ToolErrorKind
from reson.records import Json
from reson.tools.experiments.catalogue import get
from reson.tools.store.parameters import current, values
from reson.wording import DID_YOU_MEAN, POLITE, command

Answer = Callable[[Record, Asked, Person], Any]
SUGGESTED = 3


@dataclass(frozen=True)
class Intent:
    example: str
    words: str
    """Regular expression that the question in small letters must hold."""
    answer: Answer
    needs: tuple[str, ...] = ()
    """What of a question's words must be there: qubits, parameter, experiment, runs."""
    command: bool = False
    """Whether it asks for something to be done: then it must begin so."""


def understood(record: Record, line: str, person: Person) -> Any:
    """The answer to a free question; ``not_understood`` where no row fits."""
    question = asked(line)
    for intent in INTENTS:
        if fits(intent, question):
            return intent.answer(record, question, person)
    return not_understood(line)


def not_understood(line: str) -> Json:
    """What may have been meant: the examples most like it."""
    examples = [intent.example for intent in INTENTS]
    words = set(re.findall(r"\w+", line.lower()))
    near = sorted(
        examples,
        key=lambda one: (
            -len(words & set(re.findall(r"\w+", one.lower()))),
            -difflib.SequenceMatcher(None, line.lower(), one.lower()).ratio(),
        ),
    )
    return {"not understood": line[:200], DID_YOU_MEAN: near[:SUGGESTED], "or": "help, for plain commands"}


_POLITE = rf"(?:(?:{POLITE})[,\s]+)*"


_SAID = _POLITE + r"(?:note|remember|remark|write down)(?: down)?(?: that)?[:,\s]*"


def fits(intent: Intent, question: Asked) -> bool:
    """Whether all that a kind of question needs is there."""
    if intent.command:
        found = re.match(_POLITE + rf"(?:{intent.words})\b", question.low)
    else:
        found = re.search(intent.words, question.low)
    return bool(found) and all(getattr(question, need) for need in intent.needs)


def _note(record: Record, question: Asked, person: Person) -> Json:
    text = re.sub(_SAID, "", question.line, count=1, flags=re.IGNORECASE)
    days = re.search(r"\bfor (\d+) (day|week)s?\b", question.low)
    length = float(days[1]) * (7 if days[2] == "week" else 1) if days else 0.0
    return noting.note(record, text, question.qubit if len(question.qubits) == 1 else "", length)


def _measure(record: Record, question: Asked, person: Person) -> Json:
    row = get(question.experiment)
    given: dict[str, float] = {}
    for name, text in question.given.items():
        try:
            given[name] = float(text)
        except ValueError as error:
            raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"{name} must be a number in its SI unit") from error
    known = values(current(record.store, record.device)).get(question.qubit, {})
    usual = row.arguments({}, known).get("shots")
    wanted = None if usual is None else shots_of(question.low, usual)
    parameters = given if wanted is None else given | {"shots": float(round(wanted))}
    ended = actions.run_experiment(record, person.watch, row.name, question.qubits, parameters)
    return actions.outcome(record, actions.answer_what_waits(record, person.watch, ended, person.ask))


def _calibrate(record: Record, question: Asked, person: Person) -> Json:
    ended = actions.calibrate(record, person.watch, question.qubits)
    return actions.outcome(record, actions.answer_what_waits(record, person.watch, ended, person.ask))


def _roll_back(record: Record, question: Asked, person: Person) -> Json:
    """A rollback is a person's act with a confirmation of its own: what to type, and which moments there are."""
    which = question.qubit or "all"
    moments = [f"{row['began']}, before {row['run']}" for row in facts.list_runs(record, 5)]
    lab = str(record.lab.directory)
    return {
        "nothing was changed": "a rollback is confirmed by a person, and can itself be rolled back",
        "type": command(lab, "params", "rollback", which, "--as-of", "MOMENT", "--note", "WHY"),
        "moments": moments or "this lab has no runs yet",
        "what would change": command(lab, "params", "diff", "--help"),
    }


def _plot(record: Record, question: Asked, person: Person) -> Json:
    rows = facts.list_measurements(record, component=question.qubit, experiment=question.experiment, limit=1)
    if not rows:
        what = question.experiment or "anything"
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no measurement of {what} on {question.qubit}")
    return facts.show_measurement(record, rows[-1]["measurement"])


def _why(record: Record, question: Asked, person: Person) -> Any:
    if question.parameter and question.parameter in facts.in_force(record, question.qubit):
        return facts.show_origin(record, question.qubit, question.parameter)
    return _plot(record, question, person)


def _qubit(record: Record, question: Asked, person: Person) -> Json:
    return nights.show_diagnosis(record, question.qubit) | {"values": facts.show_qubit(record, question.qubit)}


def _compare(record: Record, question: Asked, person: Person) -> Json:
    return nights.compare_runs(record, *question.runs[:2]) if len(question.runs) > 1 else nights.compare_runs(record)


def _over_nights(record: Record, question: Asked, person: Person) -> list[Json]:
    return nights.value_over_nights(record, question.qubit, question.parameter)


def _named_run(question: Asked) -> str:
    return question.runs[0] if question.runs else ""


_NIGHTS = r"(?:night|run)s?"
INTENTS: tuple[Intent, ...] = (
    Intent("note that the cable of q2 was replaced", r"note|remember|remark|write down", _note, command=True),
    Intent(
        "measure T1 on q1 with five times the shots",
        r"(?:re)?measure|run|repeat|redo|take|do",
        _measure,
        ("experiment", "qubits"),
        command=True,
    ),
    Intent(
        "calibrate q0 and q2",
        r"(?:re)?calibrate|tune up|bring up|keep up|bring q\d+ up",
        _calibrate,
        ("qubits",),
        command=True,
    ),
    Intent(
        "what notes are there on q2?",
        r"\bnotes?\b",
        lambda record, question, person: noting.notes(record, question.qubit),
    ),
    Intent("roll back q1", r"roll(?:ed)? ?back|\bundo\b|\brevert\b|\brestore\b|go back to", _roll_back),
    Intent(
        "what waits for me?",
        r"\bwait|pending|approv|inbox|needs? (?:my|an|a) (?:answer|decision)|sign off",
        lambda record, question, person: facts.list_approvals(record),
    ),
    Intent(
        "compare the last two nights", r"compar|differ|versus|\bvs\b|what (?:has )?(?:changed|moved|drifted)", _compare
    ),
    Intent(
        "which qubits should I not use today?",
        r"(?:not|n't|never|safe to|should i|can i|may i) (?:use|trust|touch)|avoid|"
        r"which qubits? (?:is|are) (?:bad|good|broken|down|usable|healthy|worst|best|fine|ok)|"
        r"(?:bad|usable|healthy) qubits",
        lambda record, question, person: nights.usable_qubits(record, question.qubit),
    ),
    Intent(
        "what comes next?",
        r"\bnext\b|what now|to do\b|todo|what should (?:i|we) do|where do (?:i|we) start",
        lambda record, question, person: nights.next_steps(record),
    ),
    Intent(
        "why was q0 set aside?",
        r"set aside|g[ia]ve(?:n)? up|diagnos|what(?:'s| is| went)? (?:wrong|broken|the (?:matter|problem|trouble))|"
        r"why (?:is|was|did|does|has|can).*(?:fail|bad|broken|not (?:done|work|calibrated|finished)|skip|poor|stop)",
        lambda record, question, person: nights.show_diagnosis(record, question.qubit),
        ("qubits",),
    ),
    Intent(
        "what failed last night?",
        r"\bfail|reject|doubt|review|\bnot accepted|troubles?\b|suspicious",
        lambda record, question, person: nights.troubles(record, _named_run(question)),
    ),
    Intent(
        "why is T1 of q1 what it is?", r"\bwhy\b|where does .* come from|who (?:set|wrote|changed)", _why, ("qubits",)
    ),
    Intent("show the plot of rabi on q1", r"\bplot|\bfigure|\bpicture|\bcurve|\blook like", _plot, ("qubits",)),
    Intent(
        "show T1 of q1 over the last nights",
        rf"\bover\b|histor|trend|drift|evol|last (?:\w+ )?{_NIGHTS}|past|since|develop|stab|vary|change|between",
        _over_nights,
        ("qubits", "parameter"),
    ),
    Intent(
        "when was q1 last calibrated?",
        r"\bwhen\b|how old|how long ago|stale|out of date|\bages?\b",
        lambda record, question, person: nights.ages(record, question.qubit),
    ),
    Intent(
        "what is the frequency of q1?",
        r"",
        lambda record, question, person: facts.parameter_history(record, question.qubit, question.parameter),
        ("qubits", "parameter"),
    ),
    Intent(
        "what does rabi do, and what are its defaults?",
        r"what (?:does|do|is|are)|explain|describe|how (?:does|do|is)|arguments|defaults?|\bneeds?\b|options",
        lambda record, question, person: facts.show_experiment(record, question.experiment),
        ("experiment",),
    ),
    Intent(
        "which qubit has the longest T1?",
        r"longest|shortest|highest|lowest|largest|smallest|best|worst|which|all|every|rank|"
        r"list|\bof the chip|what|show|how",
        lambda record, question, person: nights.ranking(record, question.parameter),
        ("parameter",),
    ),
    Intent(
        "measurements of readout on q1",
        r"",
        lambda record, question, person: facts.list_measurements(
            record, component=question.qubit, experiment=question.experiment
        ),
        ("qubits", "experiment"),
    ),
    Intent(
        "how did last night go?",
        rf"how (?:did|was|went)|(?:last|this) {_NIGHTS}|what happened|summar|overnight|morning|report|"
        rf"\b{_NIGHTS}\b.*\bgo\b|(?:night|calibrate|run)-\d+|how (?:much|many|long)|device time",
        lambda record, question, person: nights.show_run(record, _named_run(question)),
    ),
    Intent(
        "have we seen such a jump before?",
        r"seen|before|similar|ever|recall|remind|known",
        lambda record, question, person: facts.recall(record, question.line),
    ),
    Intent("how is q1?", r"", _qubit, ("qubits",)),
    Intent(
        "list the runs",
        rf"\b{_NIGHTS}\b",
        lambda record, question, person: facts.list_runs(record),
    ),
    Intent(
        "how is the chip?",
        r"\bchip\b|device|status|state|overview|everything|all qubits|how are (?:we|they|the qubits|things)",
        lambda record, question, person: facts.show_chip(record),
    ),
)
"""Special before general; what only needs its entities comes after what needs words too."""
