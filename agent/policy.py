"""``policy.toml``: which actions run by themselves, which wait for a person, and which never run.

The first rule that matches decides. Where none matches a person is asked, and an action that declares no proper effect
is denied. No rule can let a value be written by itself that the numeric checks did not accept.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from reson.agent.policy_names import misspelt
from reson.changes import changes_of
from reson.components import named, with_qubits
from reson.errors import OperatorError
from reson.hours import shown
from reson.records import Action, ActionKind, Change, Effect, Finite, Record, Verdict
from reson.toml_text import parse_toml
from reson.tools.quantities import PARAMETERS

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_DEFAULT = "write the default anew with `reson policy --default > policy.toml`"
_EFFECTS = {ActionKind.MEASURE: Effect.MEASURES, ActionKind.WRITE: Effect.WRITES, ActionKind.ROLLBACK: Effect.WRITES}
_OF_CHANGES = frozenset({"parameter", "max_change", "max_sigma", "results_only"})
_OWN_MATCHERS = {
    ActionKind.MEASURE: frozenset({"experiment", "max_device_seconds", "min_device_seconds"}),
    ActionKind.WRITE: _OF_CHANGES | {"verdict"},
    ActionKind.ROLLBACK: _OF_CHANGES,
}
"""Matchers that only some kinds of actions have anything for; the others fit any."""

DEFAULT_POLICY = """\
# What Reson may do by itself. The first [[rule]] that matches decides: "auto", "ask" (a person) or "deny".
# Where no rule matches, a person is asked. Whatever stands here, a value that the numeric checks did not accept is
# never written by itself.
# A rule may match by: effect ("measures", "writes"), kind ("measure", "write", "rollback"), parameter, component and
# experiment (patterns such as "readout_*"), device_kind, verdict ("accept", "review", "reject"), max_change (in the
# parameter's SI unit), max_sigma (change over its standard deviation), hours ("22:00-06:00", by [night] time_zone) and
# max_device_seconds or min_device_seconds; results_only = true: no change is of a setting of the device. With
# together = true the requests of a rule that asks may be approved several at once.

[[rule]]
name = "measure on the simulated chip"
decision = "auto"
effect = "measures"
device_kind = "simulated"

[[rule]]
name = "write accepted values on the simulated chip"
decision = "auto"
kind = "write"
verdict = "accept"
device_kind = "simulated"

[[rule]]
name = "measure on a copy of a device, computed here"
decision = "auto"
effect = "measures"
device_kind = "fake"

[[rule]]
name = "measure under a stated noise, computed here"
decision = "auto"
effect = "measures"
device_kind = "aer"

[[rule]]
name = "record accepted results: they change nothing on a device"
decision = "auto"
kind = "write"
verdict = "accept"
results_only = true

[[rule]]
name = "long measurements on IBM devices cost money"
decision = "ask"
effect = "measures"
device_kind = "ibm"
min_device_seconds = 30

[[rule]]
name = "short measurements on any device"
decision = "auto"
effect = "measures"
max_device_seconds = 60

[[rule]]
name = "every change of a parameter on any other device"
decision = "ask"
effect = "writes"
"""


class Decision(StrEnum):
    AUTO = "auto"
    ASK = "ask"
    DENY = "deny"


class Rule(Record):
    """One ``[[rule]]``: the matchers that are given must all match."""

    decision: Decision
    name: str = ""
    effect: Literal[Effect.READS, Effect.MEASURES, Effect.WRITES] | None = None
    kind: ActionKind | None = None
    parameter: str | None = None
    component: str | None = None
    device_kind: str | None = None
    verdict: Verdict | None = None
    experiment: str | None = None
    max_change: Annotated[Finite, Field(ge=0)] | None = None
    max_sigma: Annotated[Finite, Field(ge=0)] | None = None
    hours: str | None = None
    max_device_seconds: Annotated[Finite, Field(ge=0)] | None = None
    min_device_seconds: Annotated[Finite, Field(ge=0)] | None = None
    results_only: bool = False
    """Every change is of a recorded result; none is of a control, which would change what the device does."""
    together: bool = False
    """Of a rule that asks: its requests may be approved several at once."""

    @field_validator("together")
    @classmethod
    def _only_where_a_person_is_asked(cls, value: bool, about: ValidationInfo) -> bool:
        if value and about.data.get("decision") is not Decision.ASK:
            raise ValueError('only a rule with decision = "ask" has requests to answer together')
        return value

    @field_validator("hours")
    @classmethod
    def _range_of_hours(cls, value: str | None) -> str | None:
        if value is not None and not _HOURS.fullmatch(value):
            raise ValueError("hours are written like 22:00-06:00")
        return value


class _Written(Record):
    """The keys of ``policy.toml``."""

    rule: tuple[Rule, ...] = ()


class Policy(Record):
    rule: tuple[Rule, ...] = ()
    zone: str = "UTC"
    """Of the clock by which its hours are meant: see ``LabConfig.zone``."""


class Context(Record):
    """What a rule may look at beside the action itself."""

    device_kind: str
    verdict: Verdict | None
    device_time: Finite
    """Device clock, seconds since the Unix epoch."""
    device_seconds: Finite | None = None
    """Expected device time of a measurement; None (unknown) counts as long."""


def load_policy(path: Path) -> Policy:
    """Read ``policy.toml``. Raises ``OperatorError``, with the line where there is one; also where the file is gone:
    what nobody wrote down allows nothing.
    """
    try:
        return parse_policy(path.read_text(encoding="utf-8-sig"), str(path))
    except FileNotFoundError as error:
        raise OperatorError(
            f"{path} is gone, and with it what may be done here", f"put it back, or {_DEFAULT}"
        ) from error
    except OSError as error:
        raise OperatorError(
            f"{path} cannot be used: {error.strerror}", "check free space and permissions there"
        ) from error
    except UnicodeDecodeError as error:
        raise OperatorError(f"{path} is no text", f"mend it, or {_DEFAULT}; nothing runs until then") from error


def parse_policy(text: str, name: str = "policy.toml") -> Policy:
    """Raises ``OperatorError`` with the line, for bad TOML as for a rule that makes no sense."""
    remedy = f"mend it, or {_DEFAULT}; nothing runs until then"
    try:
        rules = _Written.model_validate(parse_toml(text)).rule
    except tomllib.TOMLDecodeError as error:
        raise OperatorError(f"{name} is not readable as TOML: {error}", remedy) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"] if not isinstance(part, int))
        line = _line(text, first["loc"])
        raise OperatorError(f"{name}, line {line}: {field}: {first['msg']}", remedy) from error
    for number, rule in enumerate(rules):
        if wrong := misspelt(rule.model_dump()) or _never(rule):
            field, message = wrong
            raise OperatorError(f"{name}, line {_line(text, ('rule', number, field))}: {field}: {message}", remedy)
    named = (rule.model_copy(update={"name": rule.name or f"rule {n}"}) for n, rule in enumerate(rules, 1))
    return Policy(rule=tuple(named))


def _never(rule: Rule) -> tuple[str, str] | None:
    """A field for which the rule fits no action there can be, and a sentence that says so: it would protect nothing."""
    kinds = [kind for kind in ActionKind if rule.kind in (None, kind) and rule.effect in (None, _EFFECTS[kind])]
    if not kinds:
        return "effect", f"nothing that {rule.effect} is a {rule.kind}" if rule.kind else f"nothing {rule.effect} here"
    given = rule.model_dump(exclude_defaults=True).keys() & frozenset().union(*_OWN_MATCHERS.values())
    if not any(given <= _OWN_MATCHERS[kind] for kind in kinds):
        odd = min(sorted(given), key=lambda name: sum(name in _OWN_MATCHERS[kind] for kind in kinds))
        return odd, f"no {' or '.join(kinds)} has {' and '.join(sorted(given))}: the rule protects nothing"
    low, high = rule.min_device_seconds, rule.max_device_seconds
    if low is not None and high is not None and low > high:
        return "min_device_seconds", f"{low:g} is more than max_device_seconds = {high:g}: the rule protects nothing"
    return None


def decide(policy: Policy, action: Action, context: Context) -> tuple[Decision, str]:
    """The decision and the name of the rule that made it."""
    if action.effect != _EFFECTS.get(action.kind):
        return Decision.DENY, f"a {action.kind} must declare the effect {_EFFECTS.get(action.kind)}"
    rule = next((rule for rule in policy.rule if _matches(rule, action, context, policy.zone)), None)
    if rule is None:
        return Decision.ASK, "no rule matches"
    if rule.decision is Decision.AUTO and action.kind is ActionKind.WRITE and context.verdict is not Verdict.ACCEPT:
        return Decision.ASK, f"{rule.name}, but only accepted values are written without a person"
    return rule.decision, rule.name


def answers_together(policy: Policy, rule: str) -> bool:
    """Whether requests that the rule of this name asked for may be approved several at once."""
    named = [one for one in policy.rule if one.name == rule]
    return bool(named) and all(one.together for one in named)


def describe(policy: Policy) -> list[str]:
    """The policy in plain words, one line for each rule in order."""
    verbs = {Decision.AUTO: "do by itself", Decision.ASK: "ask a person about", Decision.DENY: "never do"}
    lines = [f"{rule.name}: {verbs[rule.decision]} {_in_words(rule)}" for rule in policy.rule]
    return [
        *lines,
        "otherwise: ask a person",
        "always: ask a person before a value is written that was not accepted",
    ]


def _matches(rule: Rule, action: Action, context: Context, zone: str) -> bool:
    return (
        rule.effect in (None, action.effect)
        and rule.kind in (None, action.kind)
        and rule.verdict in (None, context.verdict)
        and _fits(rule.device_kind, context.device_kind)
        and _names_match(rule, rule.component, _touched(rule, action.component))
        and _names_match(rule, rule.experiment, [str(action.arguments.get("experiment", ""))])
        and _changes_match(rule, action)
        and (rule.hours is None or _within(rule.hours, context.device_time, zone))
        and (rule.max_device_seconds is None or _at_most(context.device_seconds, rule.max_device_seconds))
        and (rule.min_device_seconds is None or not _below(context.device_seconds, rule.min_device_seconds))
    )


def _names_match(rule: Rule, pattern: str | None, names: list[str]) -> bool:
    """A rule that lets something run must match every name; one that holds it back, any."""
    matches = (_fits(pattern, name) for name in names)
    return all(matches) if rule.decision is Decision.AUTO else any(matches)


def _touched(rule: Rule, component: str) -> list[str]:
    """What is named; for a rule that holds back also the qubits of a pair or coupler, which a pulse on it moves."""
    names = named(component)
    return list(names) if rule.decision is Decision.AUTO else [one for name in names for one in with_qubits(name)]


def _changes_match(rule: Rule, action: Action) -> bool:
    if rule.parameter is rule.max_change is rule.max_sigma is None and not rule.results_only:
        return True
    fitting = [_change_matches(rule, change) for change in changes_of(action)]
    return bool(fitting) and (all(fitting) if rule.decision is Decision.AUTO else any(fitting))


def _change_matches(rule: Rule, change: Change) -> bool:
    setting = rule.results_only and PARAMETERS[change.parameter].control
    return _fits(rule.parameter, change.parameter) and _small(rule, change) and not setting


def _small(rule: Rule, change: Change) -> bool:
    """Without an old value (or a standard deviation) no change counts as small."""
    step = None if change.old is None else abs(change.new - change.old)
    sigma = None if step is None or not change.stderr else step / change.stderr
    return (rule.max_change is None or _at_most(step, rule.max_change)) and (
        rule.max_sigma is None or _at_most(sigma, rule.max_sigma)
    )


def _at_most(value: float | None, limit: float) -> bool:
    return value is not None and value <= limit


def _below(value: float | None, limit: float) -> bool:
    """An unknown value is never small."""
    return value is not None and value < limit


def _fits(pattern: str | None, name: str) -> bool:
    return pattern is None or fnmatchcase(name, pattern)


def _within(hours: str, device_time: float, zone: str) -> bool:
    """Whether the clock is inside; the range may go over midnight, its end is not part of it."""
    begin, end = hours.split("-")
    now = shown(datetime.fromtimestamp(device_time, UTC), zone).strftime("%H:%M")
    return begin <= now < end if begin < end else now >= begin or now < end


def _in_words(rule: Rule) -> str:
    unsaid = {"decision", "name", "together", "results_only"}
    conditions = [
        f"{field.replace('_', ' ')} {str(value)!r}"
        if isinstance(value, str)
        else f"{field.replace('_', ' ')} {value:g}"
        for field, value in rule.model_dump(exclude=unsaid, exclude_none=True).items()
    ]
    conditions += ["results only, no settings of the device"] if rule.results_only else []
    what = f"what has {', '.join(conditions)}" if conditions else "anything"
    return f"{what}, several at once where they wait" if rule.together else what


def _line(text: str, location: tuple[int | str, ...]) -> int:
    """Line of a field: counted from its ``[[rule]]``; of the rule itself where the field is not written."""
    lines = text.splitlines()
    indices = [part for part in location if isinstance(part, int)]
    heads = [n for n, line in enumerate(lines) if re.match(r"\s*\[\[\s*rule\s*\]\]", line)]
    start = heads[indices[0]] if indices and indices[0] < len(heads) else 0
    key = re.escape(str(location[-1]))
    found = (n for n, line in enumerate(lines[start:], start) if re.match(rf"\s*\[*\s*\"?{key}\b", line))
    return next(found, start) + 1
