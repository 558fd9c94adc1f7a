"""What a trajectory tells, typed: one record for each kind of line, in the order in which its keys are written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from reson.records import Change, Confidence, Ending, Finite, Json, Quantity, Reading, Record, Verdict

Moment = Annotated[Finite, Field(ge=-6e10, le=2.5e11)]
"""Seconds since the Unix epoch, within what a calendar can tell."""
Tokens = dict[Literal["input", "output", "estimated"], bool | Annotated[int, Field(ge=0, lt=2**53)]]
"""As ``Usage`` is written."""
Cost = Annotated[Finite, Field(ge=0.0, le=1e12)]


def _whole_decision(decision: Json) -> Json:
    """What all that tell of decisions rest on. Raises ``ValueError`` for one that lacks it."""
    diagnoses = decision.get("diagnoses", [])
    told = [decision, *diagnoses] if isinstance(diagnoses, list | tuple) else [None]
    wanted = [("kind", "component", "why"), *[("code", "text", "remedy")] * (len(told) - 1)]
    for one, names in zip(told, wanted, strict=True):
        if not isinstance(one, dict) or not all(isinstance(one.get(name), str) for name in names):
            raise ValueError("no decision")
    return decision


def _whole_call(call: Json) -> Json:
    """A tool call as it is written. Raises ``ValueError`` for what is none."""
    if call.keys() != {"id", "name", "arguments"} or not all(isinstance(one, str) for one in call.values()):
        raise ValueError("no tool call")
    return call


class Event(Record):
    """A line. What another version wrote beside the known keys is kept; ``recorded`` gives the line back as it was."""

    model_config = ConfigDict(extra="allow", serialize_by_alias=True)

    id: str
    kind: str
    device_time: Moment
    """0 in a conversation."""

    def recorded(self) -> Json:
        return self.model_dump(mode="json", exclude_unset=True)


class Started(Event):
    """How the run was set up, as far as its version told."""

    schema_name: str = Field("", alias="schema")
    run: str = ""
    device: str = ""
    brain: str = ""
    config: Json = {}
    budget: Json = {}
    """What the run might use when it began, also where ``config`` leaves it open."""
    settings: Json = {}
    prompts: Json = {}
    versions: dict[str, str] = {}


class Resumed(Event):
    """A process that goes on with the run."""

    by: str
    """Who had it go on; empty where the system knows no name."""


class Decided(Event):
    decision: Annotated[Json, AfterValidator(_whole_decision)]
    """As the brain's vocabulary has it: ``kind``, ``component``, ``why`` and what goes with the kind."""


class Refused(Event):
    """A request that did not run."""

    experiment: str
    component: str = ""
    reason: str


class JobFailed(Event):
    experiment: str
    reason: str
    in_a_row: int = 1


class Judged(Event):
    measurement: str
    component: str
    experiment: str
    figure: str
    """SHA-256 of the plot."""
    reading: Reading
    verdict: Verdict
    reasons: tuple[str, ...]
    quantities: dict[str, Quantity]


class Asked(Event):
    """What was asked for, and what the policy said; ``changes`` of a write."""

    approval: str
    component: str = ""
    status: str
    rule: str
    changes: tuple[Change, ...] = ()


class Answered(Event):
    """What a person said; ``changes`` where they were edited."""

    approval: str
    component: str
    status: str
    by: str | None
    changes: tuple[Change, ...] = ()


class Written(Event):
    """A new version of a parameter."""

    component: str
    parameter: str
    value: Finite
    stderr: Finite | None
    confidence: Confidence = None
    """Where the value is an upper limit."""
    approval: str
    author: str


class NotWritten(Event):
    approval: str
    reason: str


class ProviderTold(Event):
    """What the device's provider had published when the run began."""

    blob: str
    calibrated: Finite | None


class Questioned(Event):
    """Who answered a question to the brain: offline, the model, or a person."""

    purpose: str
    component: str
    answered_by: str
    why: str


class FellBack(Event):
    """The offline brain took over."""

    purpose: str
    components: tuple[str, ...]
    failure: str
    reason: str


class ModelCalled(Event):
    """A call of a model: its answer with what it took, or ``failure`` and ``message``."""

    purpose: str
    model: str
    request: str
    request_hash: str
    pictures: tuple[str, ...]
    text: str = ""
    thought: str = ""
    tool_calls: tuple[Annotated[Json, AfterValidator(_whole_call)], ...] = ()
    finish: str = ""
    answered_model: str = ""
    left_out: tuple[str, ...] = ()
    """What the endpoint was not asked with, since it refuses it."""
    seconds: Finite = 0.0
    retries: int = 0
    failure: str = ""
    message: str = ""
    usage: Tokens | None = None
    cost: Cost = 0.0
    wasted: Tokens | None = None
    """Tokens of tries that were given up."""


class Paid(Event):
    """A run that a conversation started, and what its questions to the model took."""

    run: str
    usage: Tokens
    cost: Cost


class Summarised(Event):
    text: str
    model: str


class Said(Event):
    """A message of a conversation."""

    message: Json
    facts: bool = False
    """Whether it tells a model something of this lab: the answer of a tool that was neither refused nor empty."""


class Stopped(Event):
    ending: Ending
    reason: str


_KINDS: dict[str, type[Event]] = {
    "start": Started,
    "resume": Resumed,
    "decision": Decided,
    "refused": Refused,
    "job_failed": JobFailed,
    "verdict": Judged,
    "approval": Asked,
    "approval_answered": Answered,
    "parameter_change": Written,
    "write_refused": NotWritten,
    "published": ProviderTold,
    "question": Questioned,
    "fallback": FellBack,
    "model_call": ModelCalled,
    "run": Paid,
    "summary": Summarised,
    "message": Said,
    "stop": Stopped,
}


def event_of(line: Json) -> Event:
    """The event of a line; of a kind that is not known here, what becomes of a remote job among them, a bare ``Event``.

    Raises ``ValidationError`` for a line that lacks what its kind has.
    """
    return _KINDS.get(line.get("kind", ""), Event).model_validate(line)
