"""The plan for a device whose pulses its provider calibrates: measure everything that counts, write nothing to it.

A pure function of this run's attempts, like the expert's. Such devices bill what they measure, and a copy rehearses
that: everything is measured once before anything is repeated, and what is repeated is repeated by the rule of
``repeat``. What is not accepted then gets a diagnosis: there is nothing upstream that could be mended from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reson.agent.expert.diagnosis import denied, in_specification, rejected, unresolved
from reson.agent.expert.plans import Step
from reson.agent.expert.ranges import adjusted
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
from reson.records import CheckCode, Status, Verdict
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
    wanted = list(_wanted(view))
    if wanted:
        return wanted[0][1]
    return _close(view, goals, [_named(made[-1]) for _, made in _open(view) if made])


def independent(view: QubitView, experiment: str) -> list[Measure]:
    """What can be measured in one round with this experiment, which is the first that is still wanted.

    Repeats wait for no other experiment, so that all first ones make one round, and all second ones another.
    """
    wanted = list(_wanted(view))
    tries = {measure.experiment: number for number, measure in wanted}
    if experiment not in tries:
        return []
    others = [one for number, one in wanted if number == tries[experiment] and one.experiment != experiment]
    if tries[experiment]:
        return others
    together = next((names for names in ROUNDS if experiment in names), ())
    return [one for one in others if one.experiment in together]


def _wanted(view: QubitView) -> list[tuple[int, Measure]]:
    """(how often it was tried, what to measure) of every step that is open: first what was tried least, in the order
    of the plan.
    """
    found = []
    for step, made in _open(view):
        if not made or (
            len(made) == 1 and not made[0].measurement_id
        ):  # what was refused once may not be a second time
            found.append((len(made), _first(view, step)))
        elif (again := repeat(made)) is not None:
            measure = Measure(component=view.component, experiment=step.experiment, parameters=again[0], why=again[1])
            found.append((len(made), measure))
    return sorted(found, key=lambda one: one[0])


def _open(view: QubitView) -> Iterator[tuple[Step, list[Attempt]]]:
    """The steps without a settled attempt, and those that were made."""
    for step in PLAN:
        if step.experiment not in CATALOGUE:
            continue
        made = [attempt for attempt in view.attempts if attempt.experiment == step.experiment]
        refused = bool(made) and not made[-1].measurement_id and step.experiment in OPTIONAL
        if not refused and not any(map(settled, made)):
            yield step, made


MOST_REPEATS = 2
"""Of an experiment for one qubit and run."""
DEARER = 2.0
"""Times as much a repeat costs at most as the measurement before it: as much averaging, or as long a sweep."""
_NOISE = {CheckCode.NO_SIGNAL, CheckCode.UNRESOLVED, CheckCode.IMPRECISE}
"""Checks that fail because of too few shots."""
_BESIDE_NOISE = {
    *(CheckCode.NO_FIT, CheckCode.AT_BOUND, CheckCode.OUT_OF_RANGE, CheckCode.JUMP, CheckCode.DOUBTED),
}
"""Checks that may fail for no other reason where data are mostly noise: a fit to it finds anything."""
_AVERAGED = ("shots", "samples")
_SWEPT = ("max_delay", "max_length")
"""What the price of a sweep grows with, beside its number of shots."""


def repeat(made: Sequence[Attempt]) -> tuple[dict[str, float], str] | None:
    """(arguments, why) of one more measurement of an experiment that was not accepted; None where it is left.

    More shots, or random sequences, are bought only where noise alone is at fault, and a second time only where the
    first has shown a signal; another range where the plot asks for one; anything else is measured once more as it was,
    which tells a fault that passes from one that stays.
    """
    last = made[-1]
    if last.write in ("rejected", "denied") or not last.measurement_id:
        return None
    why = f"{last.experiment} again: {last.status or last.verdict}: {'; '.join(last.reasons[:1]) or 'no reason given'}"
    measured = [one for one in made if one.measurement_id]
    if len(measured) > MOST_REPEATS:
        return None
    change = _within_price(last, adjusted(measured))
    ranged = {name: value for name, value in change.items() if name not in _AVERAGED}
    if any(value != last.parameters.get(name) for name, value in ranged.items()):
        return {**last.parameters, **ranged}, f"{why}; over another range"
    if not _noise_alone(last):
        repeated = len(measured) > 1 and measured[-2].parameters == last.parameters
        return None if repeated else (dict(last.parameters), f"{why}; the same once more")
    averaged = {name: value for name, value in change.items() if value > last.parameters.get(name, value)}
    in_vain = len(measured) > 1 and _shows_nothing(measured[-2]) and _shows_nothing(last)
    return ({**last.parameters, **averaged}, f"{why}; averaged longer") if averaged and not in_vain else None


def _within_price(last: Attempt, change: Mapping[str, float]) -> dict[str, float]:
    """The changed arguments, none beyond ``DEARER`` times what it was where it has a price; a sweep that is cut keeps
    its number of oscillations.
    """
    most = {name: DEARER * last.parameters[name] for name in (*_AVERAGED, *_SWEPT) if name in last.parameters}
    cut = {name: min(value, most.get(name, value)) for name, value in change.items()}
    if "detuning" in change and "max_delay" in change:
        cut["detuning"] *= change["max_delay"] / cut["max_delay"]
    return cut


def _noise_alone(last: Attempt) -> bool:
    failed = set(last.failed)
    return (bool(_NOISE & failed) or _shows_nothing(last)) and failed <= _NOISE | _BESIDE_NOISE


def _shows_nothing(one: Attempt) -> bool:
    return one.status is Status.NO_SIGNAL or CheckCode.NO_SIGNAL in one.failed


def _named(last: Attempt) -> Diagnosis:
    return {"rejected": rejected, "denied": denied}.get(last.write, unresolved)(last)


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
