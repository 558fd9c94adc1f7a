"""Free questions without a model: by their words to a tool, or "not understood" with what may have been meant.

One row for each kind of question. The first row whose words are all there answers; a row names by its example what it
is for, and the examples are what a person is shown who was not understood.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reson.agent.chat.actions import carry_out
from reson.agent.chat.session import Person
from reson.agent.chat.words import Asked, asked, shots_of
from reson.agent.launch import Ended
from reson.agent.operations.listed import OPERATIONS
from reson.agent.operations.measurements import LIST_MEASUREMENTS, SHOW_MEASUREMENT, Wanted, origin_of
from reson.agent.operations.nights import (
    COMPARE_RUNS,
    LIST_RUNS,
    SHOW_DIAGNOSIS,
)
from reson.agent.operations.notes import NOTE
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Operation
from reson.agent.operations.runs import CALIBRATE, RUN_EXPERIMENT
from reson.agent.operations.values import SHOW_QUBIT, in_force, table_of
from reson.errors import ToolError, ToolErrorKind
from reson.records import Json
from reson.tools.experiments.catalogue import get
from reson.tools.store.parameters import values
from reson.wording import DID_YOU_MEAN, POLITE, command

Answer = Callable[[OpenLab, Asked, Person], Any]
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


def understood(at: OpenLab, line: str, person: Person) -> Any:
    """The answer to a free question; ``not_understood`` where no row fits."""
    question = asked(line)
    for intent in INTENTS:
        if fits(intent, question):
            return intent.answer(at, question, person)
    return mended(at, line, person) or not_understood(line)


def mended(at: OpenLab, line: str, person: Person) -> Any:
    """The answer to a question with a slip of the finger; None where that helps nothing. It starts nothing."""
    question = asked(" ".join(_mended(word) for word in line.lower().split()))
    fit = next((one for one in INTENTS if not one.command and fits(one, question)), None)
    return None if fit is None else fit.answer(at, question, person)


def _mended(word: str) -> str:
    """The word of the examples that it is nearly, or itself."""
    known = {one for intent in INTENTS for one in re.findall(r"[a-z]{4,}", intent.example)}
    near = difflib.get_close_matches(word.strip(".,:;?!"), known, n=1, cutoff=0.8) if len(word) > 4 else []
    return near[0] if near else word


def not_understood(line: str) -> Json:
    """What may have been meant: the examples most like it in meaning."""
    from reson.agent.memory import MemoryDocument, nearest  # the word vectors take a moment to load

    examples = [MemoryDocument(id=intent.example, text=intent.example, metadata={}) for intent in INTENTS]
    near = [hit.text for hit in nearest(examples, line, SUGGESTED)]
    return {"not understood": line[:200], DID_YOU_MEAN: near, "or": "help, for plain commands"}


_POLITE = rf"(?:(?:{POLITE})[,\s]+)*"


_SAID = (
    _POLITE
    + r"(?:note|remember|reminder|remark|write(?: down|(?=:))|fyi|for the record|log(?= that|:))"
    + r"(?: down)?(?: that)?[:,\s]*"
)


def fits(intent: Intent, question: Asked) -> bool:
    """Whether all that a kind of question needs is there."""
    if intent.command:
        found = re.match(_POLITE + rf"(?:{intent.words})\b", question.low)
    else:
        found = re.search(intent.words, question.low)
    return bool(found) and all(getattr(question, need) for need in intent.needs)


def in_si_units(given: Mapping[str, str]) -> dict[str, float]:
    """Raises ``ToolError`` (bad_arguments) for what is no number."""
    found: dict[str, float] = {}
    for name, text in given.items():
        try:
            found[name] = float(text)
        except ValueError as error:
            raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"{name} must be a number in its SI unit") from error
    return found


def run(at: OpenLab, person: Person, row: Operation[Any, Ended], **given: Any) -> Json:
    """A run to its end, with what it asks the person on the way; in words."""
    return row.told(at, carry_out(replace(at, watch=person.watch), row, row.checked(given), person.ask))


def latest(at: OpenLab, component: str, experiment: str) -> str:
    """Id of the newest measurement of it; empty where there is none."""
    rows = LIST_MEASUREMENTS(at, Wanted(component=component, experiment=experiment, limit=1))
    return rows[-1].id if rows else ""


def _note(at: OpenLab, question: Asked, person: Person) -> Json:
    text = re.sub(_SAID, "", question.line, count=1, flags=re.IGNORECASE)
    days = re.search(r"\bfor (\d+) (day|week)s?\b", question.low)
    length = float(days[1]) * (7 if days[2] == "week" else 1) if days else 0.0
    on = question.qubit if len(question.qubits) == 1 else ""
    return NOTE.in_words(at, {"text": text, "component": on, "days": length})


def _measure(at: OpenLab, question: Asked, person: Person) -> Json:
    row, given = get(question.experiment), in_si_units(question.given)
    usual = row.arguments({}, values(table_of(at)).get(question.qubit, {})).get("shots")
    wanted = None if usual is None else shots_of(question.low, usual)
    parameters = given if wanted is None else given | {"shots": float(round(wanted))}
    return run(at, person, RUN_EXPERIMENT, experiment=row.name, components=list(question.qubits), parameters=parameters)


def _calibrate(at: OpenLab, question: Asked, person: Person) -> Json:
    return run(at, person, CALIBRATE, components=list(question.qubits))


def _roll_back(at: OpenLab, question: Asked, person: Person) -> Json:
    """A rollback is a person's act with a confirmation of its own: what to type, and which moments there are."""
    which = question.qubit or "all"
    moments = [f"{row['began']}, before {row['run']}" for row in LIST_RUNS.in_words(at, {"limit": 5})]
    lab = str(at.lab.directory)
    return {
        "nothing was changed": "a rollback is confirmed by a person, and can itself be rolled back",
        "type": command(lab, "params", "rollback", which, "--as-of", "MOMENT", "--note", "WHY"),
        "moments": moments or "this lab has no runs yet",
        "what would change": command(lab, "params", "diff", "--help"),
    }


def _plot(at: OpenLab, question: Asked, person: Person) -> Json:
    last = latest(at, question.qubit, question.experiment)
    if not last:
        what = question.experiment or "anything"
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no measurement of {what} on {question.qubit}")
    return SHOW_MEASUREMENT.in_words(at, {"measurement_id": last})


def _why(at: OpenLab, question: Asked, person: Person) -> Any:
    if question.parameter and question.parameter in in_force(at, question.qubit):
        return origin_of(at, question.qubit, question.parameter)
    return _plot(at, question, person)


def _qubit(at: OpenLab, question: Asked, person: Person) -> Json:
    of = {"component": question.qubit}
    return SHOW_DIAGNOSIS.in_words(at, of) | {"values": SHOW_QUBIT.in_words(at, of)}


def _compare(at: OpenLab, question: Asked, person: Person) -> Json:
    names = question.runs[:2] if len(question.runs) > 1 else ()
    return COMPARE_RUNS.in_words(at, dict(zip(("first", "second"), names, strict=False)))


def _asks(name: str, **arguments: str) -> Answer:
    """An operation is asked; ``arguments``: argument -> which of the question's words it is."""
    row = OPERATIONS[name]
    return lambda at, question, person: row.in_words(
        at, {name: getattr(question, word) for name, word in arguments.items()}
    )


_NIGHTS = r"(?:night|run)s?"
INTENTS: tuple[Intent, ...] = (
    Intent(
        "note that the cable of q2 was replaced",
        r"note|remember|reminder|remark|write(?: down|(?=:))|fyi|for the record|log(?= that|:)",
        _note,
        command=True,
    ),
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
        _asks("list_notes", component="qubit"),
    ),
    Intent(
        "roll back q1",
        r"roll(?:ed)? ?back|\bundo\b|\brevert\b|\brestore\b|\breset\b|as it was|old values|"
        r"(?:go|put|set|take|bring) (?:.* )?back\b",
        _roll_back,
    ),
    Intent(
        "what waits for me?",
        r"\bwait|pending|approv|inbox|needs? (?:my|an|a) (?:answer|decision)|\bneed (?:me|my)\b|\bsign\b|"
        r"(?:open|unanswered) (?:requests?|questions?)|\brequests\b|"
        r"anything (?:for me|to (?:answer|decide))|\bto-?do'?s from",
        _asks("list_approvals"),
    ),
    Intent(
        "how far is the run?",
        r"progress|how far|(?:finished|done|ready) yet|(?:is|are) .*\brunning|going on|measured? (?:right )?now",
        _asks("progress", run_id="run"),
    ),
    Intent(
        "compare the last two nights",
        r"compar|differ|versus|\bvs\b|\bagainst\b|side by side|what (?:has )?(?:changed|moved|drifted)",
        _compare,
    ),
    Intent(
        "which qubits should I not use today?",
        r"(?:not|n't|never|safe to|should i|can i|may i) (?:use|trust|touch)|avoid|"
        r"which qubits? (?:is|are) (?:bad|good|broken|down|usable|healthy|worst|best|fine|ok)|"
        r"(?:bad|good|usable|healthy|working) qubits|\busable\b|stay away|steer clear|leave out|exclude|"
        r"\btrustworthy\b",
        _asks("usable_qubits", component="qubit"),
    ),
    Intent(
        "what comes next?",
        r"\bnext\b|suggest|recommend|advi[cs]e|what now|to do\b|todo|"
        r"what (?:should|shall|do|can) (?:i|we) do|where do (?:i|we) start",
        _asks("next_steps"),
    ),
    Intent(
        "why was q0 set aside?",
        r"set aside|g[ia]v(?:e|en|ing) up|diagnos|"
        r"what(?:'s| is| went)? (?:wrong|broken|the (?:matter|problem|trouble))|"
        r"why (?:is|was|did|does|has|can).*(?:fail|bad|broken|not (?:done|work|calibrated|finished)|skip|poor|stop)",
        _asks("show_diagnosis", component="qubit"),
        ("qubits",),
    ),
    Intent(
        "what failed last night?",
        r"\bfail|reject|doubt|review|\bnot accepted|troubles?\b|suspicious|went wrong|problems?\b|(?:was|were) bad\b|"
        r"\berrors (?:of|in|from|during) (?:the |last )?(?:night|run)",
        _asks("troubles", run_id="run"),
    ),
    Intent(
        "why is T1 of q1 what it is?",
        r"\bwhy\b|\breason\b|\bwhere\b.*\bfrom\b|who (?:set|wrote|changed)",
        _why,
        ("qubits",),
    ),
    Intent(
        "show the plot of rabi on q1",
        r"\bplot|\bfigure|\bpic(?:ture)?s?\b|\bimages?\b|\bcurve|\btrace\b|\bgraph|\blook like",
        _plot,
        ("qubits",),
    ),
    Intent(
        "show T1 of q1 over the last nights",
        rf"\bover\b|histor|trend|drift|evol|last (?:\w+ )?{_NIGHTS}|past|since|develop|stab|vary|change|between",
        _asks("value_over_nights", component="qubit", parameter="parameter"),
        ("qubits", "parameter"),
    ),
    Intent(
        "when was q1 last calibrated?",
        r"\bwhen\b|how (?:old|fresh|recent)|up to date|how long ago|stale|out of date|\bages?\b",
        _asks("ages", component="qubit"),
    ),
    Intent(
        "what is the frequency of q1?",
        r"",
        _asks("parameter_history", component="qubit", parameter="parameter"),
        ("qubits", "parameter"),
    ),
    Intent(
        "what does rabi do, and what are its defaults?",
        r"what (?:does|do|is|are)|what'?s\b|explain|describe|how (?:does|do|is)|arguments|parameters|"
        r"defaults?|\bneeds?\b|options",
        _asks("show_experiment", experiment="experiment"),
        ("experiment",),
    ),
    Intent(
        "which qubit has the longest T1?",
        r"longest|shortest|highest|lowest|largest|smallest|best|worst|which|all|every|rank|"
        r"list|\bof the chip|what|show|how",
        _asks("ranking", parameter="parameter"),
        ("parameter",),
    ),
    Intent(
        "measurements of readout on q1",
        r"",
        _asks("list_measurements", component="qubit", experiment="experiment"),
        ("qubits", "experiment"),
    ),
    Intent(
        "how did last night go?",
        rf"how (?:did|was|went)|(?:last|this) {_NIGHTS}|what happened|summar|overnight|morning|report|"
        rf"\b{_NIGHTS}\b.*\bgo\b|(?:night|calibrate|run)-\d+|how (?:much|many|long)|device time",
        _asks("show_run", run_id="run"),
    ),
    Intent(
        "have we seen such a jump before?",
        r"\bseen\b|\bbefore\b|similar|\bever\b|recall|remind|\bknown\b",
        _asks("recall", question="line"),
    ),
    Intent("how is q1?", r"", _qubit, ("qubits",)),
    Intent(
        "list the runs",
        rf"\b{_NIGHTS}\b",
        _asks("list_runs"),
    ),
    Intent(
        "how is the chip?",
        r"\bchip\b|device|status|state|overview|everything|all qubits|how are (?:we|they|the qubits|things)",
        _asks("show_chip"),
    ),
)
"""Special before general; what only needs its entities comes after what needs words too."""
