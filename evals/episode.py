"""What a scorer sees of a run: its trajectory, the measurements behind it, and, of a simulated chip, the truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from reson.components import named
from reson.records import Ending, Finite, Json, Record, Verdict

_OF_THE_RUN = (
    "start",
    "decision",
    "verdict",
    "approval",
    "approval_answered",
    "parameter_change",
    "refused",
    "write_refused",
    "stop",
)
"""Events of the run itself; a report that a model words is made after its stop."""


class Measured(Record):
    """One measurement as the record has it."""

    id: str
    job: str
    experiment: str
    component: str
    arguments: dict[str, Finite]
    shots: int
    circuits: int
    started: Finite
    """Device clock, seconds since the Unix epoch."""
    ended: Finite


class ComparedValue(Record):
    """A value that a measurement proposed, beside the hidden truth at its time."""

    found: Finite
    stderr: Finite | None
    truth: Finite | None
    """None: there is no true value, as of a pi pulse on a dead line."""
    wrong: bool
    """Outside 5 combined standard deviations and outside what the next step bears."""
    right: bool
    """Within both."""


class QubitTruth(Record):
    """What the pulses that a run left behind are worth by the hidden truth at its end."""

    error: Finite
    """Mean of the average errors of X and SX."""
    coherence_limit: Finite

    @property
    def ratio(self) -> float:
        return self.error / self.coherence_limit

    @property
    def excess(self) -> float:
        return self.error - self.coherence_limit


class Truth(Record):
    qubits: dict[str, QubitTruth]
    values: dict[str, dict[str, ComparedValue]]
    """measurement -> parameter -> comparison."""


@dataclass(frozen=True)
class Episode:
    """One run to be scored. ``measured`` is empty and ``truth`` None where only a trajectory is at hand."""

    events: tuple[Json, ...]
    measured: tuple[Measured, ...] = ()
    truth: Truth | None = None
    report: bool = True
    """Whether the run left its report."""
    wall_seconds: float | None = None

    def of(self, kind: str) -> list[Json]:
        return [event for event in self.events if event["kind"] == kind]

    @cached_property
    def start(self) -> Json:
        """The start line; empty where there is none."""
        return next((event for event in self.events if event["id"] == "start"), {})

    @property
    def components(self) -> tuple[str, ...]:
        return tuple(self.start.get("settings", {}).get("components", ()))

    @cached_property
    def stop(self) -> Json:
        """The last stop line; empty where the run went on after it, or has none."""
        told = [event for event in self.events if event["kind"] in _OF_THE_RUN]
        return told[-1] if told and told[-1]["kind"] == "stop" else {}

    @property
    def ending(self) -> Ending | None:
        """How the run ended; None where it has no named ending."""
        named = self.stop.get("ending")
        return Ending(named) if named in list(Ending) else None

    @cached_property
    def decisions(self) -> list[Json]:
        return [event["decision"] for event in self.of("decision")]

    @cached_property
    def states(self) -> dict[str, str]:
        """component -> done, failed, waiting (for a person), or open."""
        found = dict.fromkeys(self.components, "open")
        for event in self.events:
            match event["kind"]:
                case "decision":
                    said = event["decision"]
                    found[said["component"]] = {"done": "done", "give_up": "failed"}.get(said["kind"], "open")
                case "approval" if event["status"] == "pending":
                    found |= dict.fromkeys(named(event["component"]), "waiting")
                case "approval_answered":
                    found[event["component"]] = "open"
        return found

    @cached_property
    def diagnoses(self) -> dict[str, set[str]]:
        """component -> codes named when it was closed."""
        closed = [said for said in self.decisions if said["kind"] in ("done", "give_up")]
        return {said["component"]: {one["code"] for one in said["diagnoses"]} for said in closed}

    def experiments_of(self, component: str, *, accepted: bool = False) -> list[str]:
        """Names of the experiments that a component saw, in order."""
        return [
            event["experiment"]
            for event in self.of("verdict")
            if event["component"] == component and (not accepted or event["verdict"] == Verdict.ACCEPT)
        ]

    @property
    def device_seconds(self) -> float:
        """Device time of all jobs; qubits measured together share theirs."""
        return sum({one.job: one.ended - one.started for one in self.measured}.values())

    @property
    def shots(self) -> int:
        return sum(one.shots * one.circuits for one in self.measured)
