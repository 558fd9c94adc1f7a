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
        names=[view.component for view in observation.qubits],
    )


def _qubit(view: QubitView) -> Json:
    failing = bool(view.attempts) and not succeeded(view.attempts[-1])
    shown = view.attempts[-SHOWN_ATTEMPTS:] if failing else view.attempts[-1:]
    was_calibrated = all(SHOWN_BY[step.experiment] in view.measured_before for step in BRING_UP)
    measured = {name: known for name, known in view.known.items() if known.measured}
    return {
        "component": view.component,
        "was_calibrated": was_calibrated,
        "known": [_known(name, view.known[name]) for name in DECISIVE if name in view.known],
        "ages": _ages([known.age_hours for name, known in measured.items() if name in DECISIVE]),
        "measured_too": [] if was_calibrated else sorted(measured.keys() - set(DECISIVE)),
        "history": [_short(attempt) for attempt in view.attempts],
        "last": [_full(attempt) for attempt in shown],
        "recalled": [one.text for one in view.recalled[:SHOWN_RECOLLECTIONS]] if failing else [],
    }


def _known(name: str, known: Known) -> str:
    return f"{name} {known.value:.5g}{'' if known.measured else ' by design'}"


def _ages(hours: list[float]) -> str:
    """From the newest to the oldest, in hours; empty where nothing was measured."""
    if not hours:
        return ""
    newest, oldest = f"{min(hours):.1f}", f"{max(hours):.1f}"
    return f"{newest} h ago" if newest == oldest else f"{newest} to {oldest} h ago"


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
