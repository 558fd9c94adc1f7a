"""What only the trajectory of a run tells: how it was set up, how each qubit was closed, what was refused."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reson.agent.report.content import Diagnosis
from reson.events import Asked, Event, JobFailed, NotWritten, Refused, Resumed, Started, Stopped, Summarised
from reson.records import Json
from reson.tools.store.approvals import ApprovalStatus
from reson.trajectory import damage_of


def start_of(events: Iterable[Event]) -> Started | None:
    return next((event for event in events if isinstance(event, Started)), None)


def damaged(path: Path) -> tuple[str, ...]:
    """A sentence for each line that is no event."""
    return tuple(damage_of(path)) if path.exists() else ()


def times_resumed(events: Iterable[Event]) -> int:
    """How often the run ended before its last end."""
    return max(0, sum(isinstance(event, Stopped) for event in events) - 1)


def resumed_by(events: Iterable[Event]) -> tuple[str, ...]:
    """Who had the run go on, each once, in order."""
    return tuple(dict.fromkeys(event.by for event in events if isinstance(event, Resumed) and event.by))


def diagnoses_of(decision: Json) -> tuple[Diagnosis, ...]:
    found: list[dict[str, Any]] = decision.get("diagnoses", [])
    return tuple(
        Diagnosis(
            component=decision["component"],
            code=one["code"],
            text=one["text"],
            remedy=one["remedy"],
            evidence=tuple(one.get("evidence", ())),
        )
        for one in found
    )


def summary_of(events: Iterable[Event]) -> tuple[str, str] | None:
    """(text, model) of the newest summary that a model wrote of the run."""
    written = [(event.text, event.model) for event in events if isinstance(event, Summarised)]
    return written[-1] if written else None


def refusals(events: Iterable[Event]) -> tuple[str, ...]:
    """Requests that did not run, in words."""
    return tuple(words for event in events if (words := _refusal(event)))


def _refusal(event: Event) -> str:
    match event:
        case Refused():
            return f"{event.experiment}: {event.reason}"
        case JobFailed():
            return f"a job of {event.experiment} failed and was made again: {event.reason}"
        case NotWritten():
            return f"{event.approval} was not written: {event.reason}"
        case Asked(status=ApprovalStatus.DENIED):
            return f"{event.approval} was denied by the policy: {event.rule}"
    return ""
