"""An observation made short: what a model needs to know of each qubit, in a few lines of SI numbers."""

from __future__ import annotations

from reson.agent.brains.expert import succeeded
from reson.agent.brains.plans import BRING_UP, SHOWN_BY
from reson.agent.observation import Attempt, Known, Observation, QubitView
from reson.prompts.render import render
from reson.records import Json, Quantity, Verdict

SHOWN_ATTEMPTS = 2
"""Failed attempts shown in full; of a qubit that does well only the last one."""
SHOWN_REASONS = 3
SHOWN_RECOLLECTIONS = 2

_TOLD_ONCE = ("pulse_duration", "readout_angle", "readout_threshold", "anharmonicity")
"""Values that no decision depends on; whether they were measured still shows in what an experiment needs."""


def outline(observation: Observation) -> str:
    """The text of the question for all qubits of the observation."""
    return render(
        "choose.j2",
        device=observation.device,
        goals=observation.goals,
        seconds_left=observation.device_seconds_left,
        experiments_left=observation.experiments_left,
        qubits=[_qubit(view) for view in observation.qubits],
        names=[view.component for view in observation.qubits],
    )


def _qubit(view: QubitView) -> Json:
    failing = bool(view.attempts) and not succeeded(view.attempts[-1])
    shown = view.attempts[-SHOWN_ATTEMPTS:] if failing else view.attempts[-1:]
    return {
        "component": view.component,
        "was_calibrated": all(SHOWN_BY[step.experiment] in view.measured_before for step in BRING_UP),
        "known": [
            _known(name, known) for name, known in view.known.items() if name not in _TOLD_ONCE or known.measured
        ],
        "history": [_short(attempt) for attempt in view.attempts],
        "last": [_full(attempt) for attempt in shown],
        "recalled": [one.text for one in view.recalled[:SHOWN_RECOLLECTIONS]] if failing else [],
    }


def _known(name: str, known: Known) -> str:
    if not known.measured:
        return f"{name} {known.value:.6g} by design"
    error = "" if known.stderr is None else f" ±{known.stderr:.1g}"
    return f"{name} {known.value:.7g}{error}, {known.age_hours:.1f} h old"


def _short(attempt: Attempt) -> str:
    if succeeded(attempt):
        return f"{attempt.experiment} ok"
    return f"{attempt.experiment} {attempt.status or 'refused'}/{attempt.verdict}"


def _full(attempt: Attempt) -> Json:
    review = attempt.verdict is Verdict.REVIEW and bool(attempt.quantities) and attempt.write == "none"
    return {
        "experiment": attempt.experiment,
        "arguments": [f"{name}={value:.5g}" for name, value in attempt.parameters.items()],
        "verdict": attempt.verdict if attempt.measurement_id else "refused before it ran",
        "status": attempt.status or "",
        "range": "{:.4g} to {:.4g}".format(*attempt.suggested_range) if attempt.suggested_range else "",
        "found": [_found(name, quantity) for name, quantity in attempt.quantities.items()],
        "write": attempt.write,
        "under_review": attempt.measurement_id if review else "",
        "reasons": attempt.reasons[:SHOWN_REASONS],
        "note": attempt.note,
    }


def _found(name: str, quantity: Quantity) -> str:
    error = "" if quantity.stderr is None else f" ±{quantity.stderr:.1g}"
    return f"{name} {quantity.value:.6g}{error}"
