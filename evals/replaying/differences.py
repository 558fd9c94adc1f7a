"""Where a replay differs from what was recorded: the step, and both sides of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reson.agent.observation import Decision
from reson.records import Json, Reading, Record

SIGMAS = 0.2
"""Standard deviations by which a fitted value may move before the lab counts as another one.

A replay on the same versions repeats every shot. A shot that falls otherwise on another processor moves a value by far
less than this; a change of what is measured moves it by more.
"""
RELATIVE = 1e-6
"""Of numbers that have no uncertainty."""
_COMPARED: dict[str, tuple[str, ...]] = {
    "verdict": ("experiment", "quantities", "verdict", "reasons"),
    "approval": ("status", "rule"),
    "approval_answered": ("status",),
    "parameter_change": ("component", "parameter", "value"),
    "refused": ("experiment",),
    "write_refused": ("approval",),
}
"""Kind of event -> what of it a replay must repeat."""


class Difference(Record):
    step: str
    """Id of the event."""
    component: str
    what: str
    """lab, decision or reading."""
    recorded: str
    now: str
    figure: str = ""
    """SHA-256 of the plot that was looked at last, where there is one."""

    def __str__(self) -> str:
        where = f"{self.what} of {self.component}" if self.component else self.what
        return f"{self.step} ({where}): was {self.recorded}; now {self.now}"


def compare_events(recorded: Sequence[Json], now: Sequence[Json], *, whole: bool, ended: bool) -> list[Difference]:
    """What differs, in the order of the recording. ``whole``: both are over, so that nothing may be missing;
    ``ended``: they must also have ended alike.
    """
    there = {event["id"]: event for event in now}
    known = {event["id"] for event in recorded}
    found = []
    for event in recorded:
        if event["kind"] not in _COMPARED:
            continue
        again = there.get(event["id"])
        if again is not None:
            found += _in_event(event, again)
        elif whole:
            found.append(_difference(event, _told(event), "nothing of the kind"))
    found += [
        _difference(event, "nothing of the kind", _told(event))
        for event in now
        if event["kind"] in _COMPARED and event["id"] not in known
    ]
    if ended and _ending(recorded) != _ending(now):
        found.append(Difference(step="stop", component="", what="lab", recorded=_ending(recorded), now=_ending(now)))
    return found


def _in_event(event: Json, again: Json) -> list[Difference]:
    if event["kind"] == "verdict" and _noise_was_fitted(event, again):
        return []
    for name in _COMPARED[event["kind"]]:
        stderr = event.get("stderr")
        if name == "quantities":
            why = _quantities_differ(event[name], again[name])
        elif name == "reasons":
            why = (_lines(event[name]), _lines(again[name])) if len(event[name]) != len(again[name]) else None
        elif name == "value":
            moved = abs(event[name] - again[name]) > max(SIGMAS * (stderr or 0.0), RELATIVE * abs(event[name]))
            why = (f"{event['parameter']} = {event[name]:.9g}", f"{again[name]:.9g}") if moved else None
        else:
            why = (f"{name} {event[name]}", str(again[name])) if event[name] != again[name] else None
        if why:
            return [_difference(event, *why)]
    return []


def _noise_was_fitted(event: Json, again: Json) -> bool:
    """Rejected for want of a signal then and now, and a fit was determined once only: on noise that hangs on the last
    bit of a processor's arithmetic. What was decided after it is compared all the same.
    """
    both = [(one["verdict"], (one["reading"] or {}).get("status")) for one in (event, again)]
    return both == [("reject", "NO_SIGNAL")] * 2 and bool(event["quantities"]) != bool(again["quantities"])


def _quantities_differ(recorded: Mapping[str, Json], now: Mapping[str, Json]) -> tuple[str, str] | None:
    if set(recorded) != set(now):
        return f"values of {', '.join(recorded) or 'nothing'}", ", ".join(now) or "nothing"
    for name, one in recorded.items():
        allowed = max(SIGMAS * (one["stderr"] or 0.0), RELATIVE * abs(one["value"]))
        if abs(one["value"] - now[name]["value"]) > allowed:
            return (
                f"{name} = {one['value']:.9g} {one['unit']}".rstrip(),
                f"{now[name]['value']:.9g} {one['unit']}".rstrip(),
            )
    return None


def compare_decisions(step: str, recorded: Decision, now: Decision | None) -> Difference | None:
    """What another brain would have done in the same place; None where it would have done the same."""
    if now is not None and _done(recorded) == _done(now):
        return None
    told = "nothing" if now is None else _said(now)
    return Difference(
        step=step, component=recorded.component, what="decision", recorded=_said(recorded), now=told, figure=""
    )


def compare_readings(step: str, component: str, figure: str, recorded: Reading, now: Reading) -> Difference | None:
    """What another reader sees in the same plot; the status code is what counts."""
    if recorded.status == now.status:
        return None
    was, sees = (f"{one.status} ({one.reason})" for one in (recorded, now))
    return Difference(step=step, component=component, what="reading", recorded=was, now=sees, figure=figure)


def _done(decision: Decision) -> Json:
    """The part of a decision that does something; its words are free."""
    document = decision.to_json()
    document.pop("why")
    if "diagnoses" in document:
        document["diagnoses"] = sorted(one["code"] for one in document["diagnoses"])
    if "parameters" in document:
        document["parameters"] = {name: f"{value:.6g}" for name, value in document["parameters"].items()}
    return document


def _said(decision: Decision) -> str:
    done = _done(decision)
    kind, _ = done.pop("kind"), done.pop("component")
    told = " ".join(_in_words(one) for one in done.values() if one)
    return f"{kind} {told}".strip() + f" ({decision.why})"


def _in_words(value: Any) -> str:
    match value:
        case dict():
            return "with " + ", ".join(f"{name} = {one}" for name, one in value.items())
        case list():
            return ", ".join(map(str, value))
    return str(value)


def _difference(event: Json, recorded: str, now: str) -> Difference:
    component = event.get("component", "")
    return Difference(
        step=event["id"],
        component=component,
        what="lab",
        recorded=recorded,
        now=now,
        figure=event.get("figure", ""),
    )


def _told(event: Json) -> str:
    parts = (event.get(name, "") for name in ("experiment", "parameter", "verdict", "status", "reason"))
    return " ".join([event["kind"], *(str(part) for part in parts if part)])


def _lines(reasons: Sequence[str]) -> str:
    return "; ".join(reasons) or "no objection"


def _ending(events: Sequence[Json]) -> str:
    stops = [event for event in events if event["kind"] == "stop"]
    return stops[-1]["ending"] if stops else "no ending"
