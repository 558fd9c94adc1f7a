"""An observation made short: what a model needs to know of each qubit, in a few lines of SI numbers."""

from __future__ import annotations

from collections.abc import Mapping

from reson.agent.asking.toolset import RECENT
from reson.agent.expert import pair_plans
from reson.agent.expert.plans import BRING_UP, SHOWN_BY
from reson.agent.expert.replaying import succeeded
from reson.agent.observation import Attempt, Decision, Observation, PairView, QubitView
from reson.prompts.render import render
from reson.records import CheckCode, Json, Record, Verdict
from reson.wording import moment

SHOWN_ATTEMPTS = 2
"""Failed attempts shown in full; of a qubit that does well only the last one."""
SHOWN_REASONS = 3
"""Failed checks of an attempt; what its plot shows in the reader's own words stands before them, and is never cut."""
SHOWN_FINDINGS = 3
"""Values in the one line of an earlier attempt."""
SHOWN_RECOLLECTIONS = 2

DECISIVE = ("drive_frequency", "x_amplitude", "t1", "t2_star", "t2_echo", "assignment_fidelity", "error_per_gate")
"""Values that decisions depend on. Of the others only their names are told, while a bring-up still needs to know which
are missing."""


OF_PAIRS = ("coupler_bias", "cz_amplitude", "cz_duration", "cz_error", "coherence_limit")
"""The same of a pair."""


class Advice(Record):
    """What goes with the question about one qubit."""

    because: str = ""
    """Why the model is asked at all, where it is not asked about everything."""
    expert: Decision | None = None
    """What the expert policy would do."""


def outline(observation: Observation, advice: Mapping[str, Advice] | None = None) -> str:
    """The text of the question for all qubits of the observation; ``advice``: component -> what goes with it."""
    return render(
        "choose.j2",
        device=observation.device,
        goals=observation.goals,
        seconds_left=observation.device_seconds_left,
        experiments_left=observation.experiments_left,
        qubits=[_qubit(view, (advice or {}).get(view.component, Advice())) for view in observation.qubits],
        most_reasons=SHOWN_REASONS,
        most_findings=SHOWN_FINDINGS,
        moment=moment,
        names=[view.component for view in observation.qubits],
    )


def is_failing(view: QubitView) -> bool:
    """Whether its last attempt of tonight came to nothing."""
    return bool(view.attempts) and not succeeded(view.attempts[-1])


def _qubit(view: QubitView, advice: Advice) -> Json:
    failing = is_failing(view)
    in_trouble = not all(map(succeeded, view.attempts[-RECENT:]))
    shown = view.attempts[-SHOWN_ATTEMPTS:] if failing else view.attempts[-1:]
    pair = isinstance(view, PairView)
    shown_by = [pair_plans.SHOWN_BY] if pair else [SHOWN_BY[step.experiment] for step in BRING_UP]
    was_calibrated = all(name in view.measured_before for name in shown_by)
    known = {name: view.known[name] for name in (OF_PAIRS if pair else DECISIVE) if name in view.known}
    measured = {name for name, one in view.known.items() if one.measured}
    ages = [one.age_hours for one in known.values() if one.measured]
    return {
        "component": view.component,
        "was_calibrated": was_calibrated,
        "known": known,
        "ages": (min(ages), max(ages)) if ages else None,
        "measured_too": [] if was_calibrated else sorted(measured - set(DECISIVE)),
        "attempts": [(attempt, succeeded(attempt)) for attempt in view.attempts],
        "earlier": [(one, succeeded(one)) for one in view.attempts[: -len(shown)]] if in_trouble else [],
        "last": [(attempt, _numbers(attempt), _is_under_review(attempt)) for attempt in shown],
        "numbered": in_trouble,
        "faults": view.faults,
        "remembered": view.remembered,
        "nights": view.remembered.nights if failing else view.remembered.nights[-1:],
        "advice": advice,
        "recalled": [one.text for one in view.recalled[:SHOWN_RECOLLECTIONS]] if failing else [],
    }


def _is_under_review(attempt: Attempt) -> bool:
    return attempt.verdict is Verdict.REVIEW and bool(attempt.quantities) and attempt.write == "none"


def _numbers(attempt: Attempt) -> list[str]:
    """What the failed checks say, without that of the reading, whose own words are shown before them."""
    if not attempt.seen:
        return list(attempt.reasons)
    return [
        reason
        for number, reason in enumerate(attempt.reasons)
        if attempt.failed[number : number + 1] != (CheckCode.DOUBTED,)
    ]
