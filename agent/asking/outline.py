"""An observation made short: what a model needs to know of each qubit, in a few lines of SI numbers."""

from __future__ import annotations

from reson.agent.expert.next_step import succeeded
from reson.agent.expert.plans import BRING_UP, SHOWN_BY
from reson.agent.observation import Attempt, Observation, QubitView
from reson.prompts.render import render
from reson.records import Json, Verdict

SHOWN_ATTEMPTS = 2
"""Failed attempts shown in full; of a qubit that does well only the last one."""
SHOWN_REASONS = 3
SHOWN_RECOLLECTIONS = 2

DECISIVE = ("drive_frequency", "x_amplitude", "t1", "t2_star", "t2_echo", "assignment_fidelity", "error_per_gate")
"""Values that decisions depend on. Of the others only their names are told, while a bring-up still needs to know which
are missing."""


def outline(observation: Observation) -> str:
    """The text of the question for all qubits of the observation."""
    return render(
        "choose.j2",
        device=observation.device,
        goals=observation.goals,
        seconds_left=observation.device_seconds_left,
        experiments_left=observation.experiments_left,
        qubits=[_qubit(view) for view in observation.qubits],
        most_reasons=SHOWN_REASONS,
        names=[view.component for view in observation.qubits],
    )


def _qubit(view: QubitView) -> Json:
    failing = bool(view.attempts) and not succeeded(view.attempts[-1])
    shown = view.attempts[-SHOWN_ATTEMPTS:] if failing else view.attempts[-1:]
    was_calibrated = all(SHOWN_BY[step.experiment] in view.measured_before for step in BRING_UP)
    known = {name: view.known[name] for name in DECISIVE if name in view.known}
    measured = {name for name, one in view.known.items() if one.measured}
    ages = [one.age_hours for one in known.values() if one.measured]
    return {
        "component": view.component,
        "was_calibrated": was_calibrated,
        "known": known,
        "ages": (min(ages), max(ages)) if ages else None,
        "measured_too": [] if was_calibrated else sorted(measured - set(DECISIVE)),
        "attempts": [(attempt, succeeded(attempt)) for attempt in view.attempts],
        "last": [(attempt, _is_under_review(attempt)) for attempt in shown],
        "recalled": [one.text for one in view.recalled[:SHOWN_RECOLLECTIONS]] if failing else [],
    }


def _is_under_review(attempt: Attempt) -> bool:
    return attempt.verdict is Verdict.REVIEW and bool(attempt.quantities) and attempt.write == "none"
