"""Which experiments a model is offered, which are those it is allowed: one set for each qubit.

Those of the qubit's plan, and all of a calibration once something failed; of a qubit in trouble those too that may
explain it; and always what the expert would do. The others of the catalogue characterise; a person asks for them. What
a qubit is not ready for is left out, so that a question stays short about a cold chip, and about a healthy one.
"""

from __future__ import annotations

from collections.abc import Mapping

from reson.agent.expert.plans import BRING_UP, REFINE, UPKEEP, plan_for
from reson.agent.expert.replaying import succeeded
from reson.agent.observation import Decision, Measure, Observation, PairView, QubitView
from reson.tools.experiments.catalogue import CATALOGUE, EXPERIMENTS
from reson.tools.experiments.experiment import Experiment

CALIBRATING = frozenset(step.experiment for step in (*BRING_UP, *UPKEEP, *REFINE))
_REFINING = frozenset(step.experiment for step in REFINE)
EXPLAINING = frozenset(
    {
        "qubit_power_map",
        "t2_ramsey",
        "t1_over_time",
        "allxy",
        "fine_frequency",
        "drive_line_map",
        "ef_rabi",
        "leakage_rb",
    }
)
RECENT = 3
"""Attempts back to which a failure still wants explaining: some explanations take two measurements."""


def offered(observation: Observation, expert: Mapping[str, Decision]) -> tuple[Experiment, ...]:
    """In the order of the catalogue: what at least one qubit is allowed. ``expert``: component -> what it would do."""
    names = {name for view in observation.qubits for name in allowed(view, expert.get(view.component))}
    return tuple(row for row in EXPERIMENTS.values() if row.name in names)


def explained(observation: Observation, expert: Mapping[str, Decision]) -> tuple[Experiment, ...]:
    """Of what is offered, that whose arguments are told: what the expert would do, and what failed. Those of others are
    there to be looked up, by whoever is in trouble.
    """
    names: set[str] = set()
    for view in observation.qubits:
        next_one = expert.get(view.component)
        tried = {one.experiment for one in view.attempts[-RECENT:] if not succeeded(one)}
        wanted = {next_one.experiment} if isinstance(next_one, Measure) else set()
        names |= allowed(view, next_one) & (tried | wanted) if next_one else allowed(view, None)
    return tuple(row for row in EXPERIMENTS.values() if row.name in names)


def allowed(view: QubitView, expert: Decision | None) -> frozenset[str]:
    """What may be measured on this qubit or pair now. Of a pair, that is what the expert would measure: each step
    rests on the one before, and whatever comes from elsewhere is a diagnosis.
    """
    expected = {expert.experiment} if isinstance(expert, Measure) else set()
    if isinstance(view, PairView):
        return frozenset(expected)
    ready = {name for name in _wanted(view) if all(_is_measured(view, need) for need in CATALOGUE[name].needs)}
    return frozenset(ready | expected)


def _is_measured(view: QubitView, parameter: str) -> bool:
    return parameter in view.known and view.known[parameter].measured


def _wanted(view: QubitView) -> frozenset[str]:
    """By what happened tonight; what the whole plan holds stays on offer, so that a step can be repeated."""
    if all(map(succeeded, view.attempts)):
        steps = {step.experiment for step in plan_for(view)}
        benchmarked = any(attempt.experiment == "standard_rb" for attempt in view.attempts)
        return frozenset(steps | _REFINING) if benchmarked else frozenset(steps)
    return CALIBRATING if all(map(succeeded, view.attempts[-RECENT:])) else CALIBRATING | EXPLAINING
