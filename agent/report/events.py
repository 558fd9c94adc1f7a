"""What only the trajectory of a run tells: how it was set up, how each qubit was closed, what was refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from reson.agent.report.content import Diagnosis
from reson.records import Json
from reson.trajectory import damage_of, read_trajectory


def events_of(path: Path) -> list[Json]:
    """Events in order; none for a run that was cut short before its first."""
    return read_trajectory(path) if path.exists() else []


def damaged(path: Path) -> tuple[str, ...]:
    """A sentence for each line that is no event."""
    return tuple(damage_of(path)) if path.exists() else ()


def start_of(events: Sequence[Json]) -> Json:
    """The start line; empty where there is none."""
    return next((event for event in events if event["id"] == "start"), {})


def times_resumed(events: Iterable[Json]) -> int:
    """How often the run ended before its last end."""
    return max(0, sum(event["kind"] == "stop" for event in events) - 1)


def last_words(events: Iterable[Json]) -> dict[str, Json]:
    """component -> the last decision that was no measurement: ``done``, ``give_up`` or ``escalate``."""
    decisions = [event["decision"] for event in events if event["kind"] == "decision"]
    return {said["component"]: said for said in decisions if said["kind"] in ("done", "give_up", "escalate")}


def diagnoses_of(decision: Json) -> tuple[Diagnosis, ...]:
    found: list[dict[str, Any]] = decision.get("diagnoses", [])
    return tuple(
        Diagnosis(component=decision["component"], code=one["code"], text=one["text"], remedy=one["remedy"])
        for one in found
    )


def summary_of(events: Iterable[Json]) -> tuple[str, str] | None:
    """(text, model) of the newest summary that a model wrote of the run."""
    written = [(event["text"], event["model"]) for event in events if event["kind"] == "summary"]
    return written[-1] if written else None


def refusals(events: Iterable[Json]) -> tuple[str, ...]:
    """Requests that did not run, in words."""
    lines = []
    for event in events:
        if event["kind"] == "refused":
            lines.append(f"{event['experiment']}: {event['reason']}")
        elif event["kind"] == "job_failed":
            lines.append(f"a job of {event['experiment']} failed and was made again: {event['reason']}")
        elif event["kind"] == "write_refused":
            lines.append(f"{event['approval']} was not written: {event['reason']}")
        elif event["kind"] == "approval" and event["status"] == "denied":
            lines.append(f"{event['approval']} was denied by the policy: {event['rule']}")
    return tuple(lines)
