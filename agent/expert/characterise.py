"""The plan for a device whose pulses its provider calibrates: measure everything that counts, write nothing to it.

A pure function of this run's attempts, like the expert's. An experiment that is not accepted after the usual remedies
gets a diagnosis, and the qubit goes on: there is nothing upstream that could be mended from here.
"""

from __future__ import annotations

from collections.abc import Mapping

from reson.agent.expert.diagnosis import in_specification, unresolved
from reson.agent.expert.plans import Step
from reson.agent.expert.remedies import Retry, remedy
from reson.agent.observation import (
    Attempt,
    Decision,
    Diagnosis,
    Done,
    GiveUp,
    GoalsView,
    Measure,
    QubitView,
)
from reson.records import Verdict
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.experiments.standard_rb import PULSES_PER_CLIFFORD

PLAN = (
    Step("readout_error", "how often 0 is read as 1 and 1 as 0: every other count rests on it"),
    Step(
        "correlated_readout_error",
        "does what is read of it depend on the others that are read with it?",
        {"patterns": 256, "shots": 250},
    ),
    Step("t1", "relaxation: the first thing that changes when a defect comes near"),
    Step("t2_hahn", "coherence with echo: the other half of the coherence limit"),
    Step("ramsey_xy", "dephasing without echo, and how far the drive is off the qubit"),
    Step("fine_sx_amplitude", "the rotation error that the provider's calibration has left in SX"),
    Step("fine_x_amplitude", "the rotation error that is left in X, a pulse of its own"),
    Step("fine_drag", "the phase error that the provider's DRAG has left"),
    Step("standard_rb", "the error per gate, against the coherence limit and the published one"),
    Step("interleaved_rb_sx", "the error of SX alone: the pulse of which all gates are made", {"samples": 4}),
    Step("interleaved_rb_x", "the error of X alone, which the provider calibrates apart", {"samples": 4}),
    Step(
        "purity_rb",
        "how much of the error is decoherence, and how much a better calibration could win",
        {"samples": 4, "shots": 500},
    ),
    Step("layer_fidelity", "the error of its two-qubit gates, all pairs of a layer at once"),
)
"""Not in it: ZZ (its circuits need a neighbour to be named where the provider tells no coupling that is always on) and
simultaneous benchmarking (all qubits of the run are benchmarked at once here anyway)."""
ROUNDS = (
    (
        *("readout_error", "correlated_readout_error", "t1", "t2_hahn", "ramsey_xy"),
        *("fine_sx_amplitude", "fine_x_amplitude", "fine_drag"),
    ),
    ("standard_rb", "interleaved_rb_sx", "interleaved_rb_x", "purity_rb", "layer_fidelity"),
)
"""What can be sent at once: nothing of a round decides whether, or how, another of it is measured."""
OPTIONAL = ("correlated_readout_error", "layer_fidelity")
"""May be refused before they run, by what the device has or for the number of qubits: no fault of the qubit."""


def applies(view: QubitView) -> bool:
    """Whether this qubit's pulses are out of reach: its table holds no amplitude that could be set."""
    return "x_amplitude" not in view.known


def next_decision(view: QubitView, goals: GoalsView) -> Decision:
    """What to measure next on this qubit, or that everything has been."""
    found: list[Diagnosis] = []
    for step in PLAN:
        if step.experiment not in CATALOGUE:
            continue
        made = [attempt for attempt in view.attempts if attempt.experiment == step.experiment]
        if any(map(settled, made)) or (made and not made[-1].measurement_id and step.experiment in OPTIONAL):
            continue
        if not made:
            return _first(view, step)
        answer = remedy(step, made, upstream_tried=True)
        if isinstance(answer, Retry):
            return Measure(
                component=view.component,
                experiment=step.experiment,
                parameters=dict(answer.parameters),
                why=answer.why,
            )
        found.append(unresolved(made[-1]))
    return _close(view, goals, found)


def independent(view: QubitView, experiment: str) -> list[Measure]:
    """The steps that can be measured in one round with this one, which is the first of the plan that is still open."""
    made = {attempt.experiment for attempt in view.attempts}
    together = next((names for names in ROUNDS if experiment in names), ())
    if experiment in made:
        return []
    return [_first(view, step) for step in PLAN if step.experiment in set(together) - made - {experiment}]


def _first(view: QubitView, step: Step) -> Measure:
    return Measure(
        component=view.component,
        experiment=step.experiment,
        parameters={**step.parameters, **parameters_for(step.experiment, _known(view))},
        why=step.why,
    )


def _known(view: QubitView) -> dict[str, float]:
    error = view.value("error_per_gate")
    return {} if error is None else {"error_per_gate": error}


def parameters_for(experiment: str, known: Mapping[str, float]) -> dict[str, float]:
    """Sequences as long as the known error asks for; the default goes by coherence, which such gates rarely reach."""
    error = known.get("error_per_gate")
    if experiment != "standard_rb" or not error:
        return {}
    return {"max_length": round(min(max(1 / (PULSES_PER_CLIFFORD * error), 50), 5000), -1)}


def settled(attempt: Attempt) -> bool:
    """Accepted: a large gate error counts too, since it is a finding here and no fault of the measurement."""
    return attempt.verdict is Verdict.ACCEPT or attempt.write == "written"


def _close(view: QubitView, goals: GoalsView, found: list[Diagnosis]) -> Decision:
    good = [attempt for attempt in view.attempts if settled(attempt)]
    # how far its pulses are above the coherence limit is in the report; nobody here can bring them nearer
    diagnoses = (*found, *in_specification(view, goals))
    if not good:
        return GiveUp(component=view.component, why="no measurement of it was accepted", diagnoses=diagnoses)
    measured = len({attempt.experiment for attempt in good})
    why = f"{measured} of {measured + len(found)} experiments accepted"
    return Done(component=view.component, why=why, diagnoses=diagnoses)
