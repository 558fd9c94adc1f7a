"""What to do about an attempt that was not accepted: by experiment and by what its plot showed.

Ranges are widened towards what the reader suggests, weak signals are averaged longer, and what shows nothing sensible
sends the qubit upstream, to the experiment that everything here depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reson.agent.expert.diagnosis import (
    denied,
    interchanged,
    no_drive_response,
    rejected,
    unresolved,
    unsteady,
    weak_drive_line,
)
from reson.agent.expert.plans import UPSTREAM, Step
from reson.agent.observation import Attempt, Diagnosis
from reson.records import CheckCode, Outcome, Quantity, Status, Verdict

_FINE_AMPLITUDE = ("fine_x_amplitude", "fine_sx_amplitude")
MAX_TRIES = 4
UNSTEADY_TRIES = 3
"""Measurements of one kind in whose course something changed, after which it is no chance."""
MAX_SHOTS = 20_000


@dataclass(frozen=True)
class Retry:
    """The same experiment again, with these arguments in place of the defaults."""

    parameters: Mapping[str, float]
    why: str


@dataclass(frozen=True)
class GoUpstream:
    experiment: str
    why: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    then: tuple[Step, ...] = ()
    """What follows from it, before the step that failed is taken up again."""


@dataclass(frozen=True)
class AskPerson:
    measurement_id: str
    why: str


@dataclass(frozen=True)
class Abandon:
    why: str
    diagnosis: Diagnosis


@dataclass(frozen=True)
class Skip:
    """Go on without it: it served another question, which can be put without."""

    why: str
    all_that_is_left: bool = False
    """And without all the steps that are left with it."""


Remedy = Retry | GoUpstream | AskPerson | Abandon | Skip


def remedy(
    step: Step, failures: list[Attempt], upstream_tried: bool, found: bool = True, full_scale: float = 1.0
) -> Remedy:
    """The next thing to do, from this run's attempts alone (so that a replay gives the same answer).

    ``found``: whether spectroscopy has found the qubit in this run; ``full_scale``: the largest amplitude of a drive.
    """
    last = failures[-1]
    if (settled := without_looking(failures)) is not None:
        return settled
    if step.experiment == "qubit_spectroscopy":
        return _spectroscopy(failures)
    if _drive_too_weak(last, full_scale) and found:
        return Abandon("no pi pulse within the amplitude limit", weak_drive_line())
    if _drive_too_weak(last, full_scale) and not upstream_tried:
        return GoUpstream(UPSTREAM["rabi"], "no oscillation up to full scale: is the qubit still where it was?")
    if CheckCode.INTERCHANGED in last.failed:
        return _interchanged(upstream_tried)
    if _only_unsteady(last):
        return _unsteady(step, failures)
    if CheckCode.OFF_RESONANCE in last.failed and not upstream_tried:
        why = "the drive is off the qubit's frequency: correct that first, over a window that cannot take it for less"
        return GoUpstream("ramsey_xy", why, _ramsey_that_sees(last.quantities.get("detuning")))
    if CheckCode.NOT_PREPARED in last.failed and not upstream_tried:
        return GoUpstream(UPSTREAM["readout"], "1 was not prepared: is the pi pulse still one?")
    if len(failures) >= MAX_TRIES:
        return _last_resort(last)
    if _shows_nothing(last) and len(failures) >= 2 and not upstream_tried and step.experiment in UPSTREAM:
        return GoUpstream(UPSTREAM[step.experiment], f"{step.experiment} makes no sense twice: look upstream")
    return Retry(_adjusted(last), f"{step.experiment} again: {last.status or last.verdict}: {_first(last.reasons)}")


def without_looking(failures: list[Attempt]) -> Remedy | None:
    """What to do where the attempt was turned down, did not run, or found what it has corrected; else None."""
    last = failures[-1]
    if last.write == "rejected":
        return Abandon("a person turned it down", rejected(last))
    if last.write == "denied":
        return Abandon("the policy denies the write", denied(last))
    if not last.measurement_id:
        return _after_refusal(failures)
    if last.verdict is Verdict.ACCEPT and len(failures) < MAX_TRIES:
        return Retry({}, f"{last.status}: corrected by what was found; measure again to see that it is gone")
    return None


def _interchanged(upstream_tried: bool) -> Remedy:
    """A readout that is calibrated anew finds its angle and threshold; one that turns again is not ours to mend."""
    if upstream_tried:
        return Abandon("0 and 1 are interchanged after a new calibration of the readout too", interchanged())
    return GoUpstream(UPSTREAM["t1"], "0 and 1 are interchanged: the readout has turned, calibrate it anew")


def _only_unsteady(last: Attempt) -> bool:
    """A sound measurement but for what changed in its course, and for what a change does to the plot and its fit."""
    beside = {CheckCode.DOUBTED, CheckCode.MISFIT}
    unsteady = CheckCode.UNSTEADY in last.failed and set(last.failed) <= {CheckCode.UNSTEADY, *beside}
    return last.verdict is Verdict.REVIEW and unsteady


def _unsteady(step: Step, failures: list[Attempt]) -> Remedy:
    """The same again, since what jumped may stay where it is; where it goes on, a person has to look for the cause."""
    again = [one for one in failures if _only_unsteady(one)]
    if len(again) >= UNSTEADY_TRIES:
        return Abandon(f"{step.experiment} changes while it is measured, {len(again)} times", unsteady(failures[-1]))
    return Retry(
        failures[-1].parameters,
        f"something moved while it was measured, the same again: {_first(failures[-1].reasons)}",
    )


def _after_refusal(failures: list[Attempt]) -> Remedy:
    last = failures[-1]
    refused = [attempt for attempt in failures if not attempt.measurement_id]
    if len(refused) >= 2:
        return Abandon("refused twice", unresolved(last))
    return Retry({}, f"{last.experiment} with default arguments, since it was refused: {_first(last.reasons)}")


# Search for the line: first further away, then with a stronger drive, then both, then once over everything.
_SEARCH: tuple[tuple[Mapping[str, float], float, str], ...] = (
    ({"span": 240e6, "points": 241}, 1.0, "no line near the guess: look six times as far"),
    (
        {"span": 40e6, "points": 61, "shots": 2000},
        10.0,
        "still no line: the drive may be weak, ten times the amplitude",
    ),
    ({"span": 240e6, "points": 241, "shots": 1000}, 10.0, "wide and strong"),
)


def _spectroscopy(failures: list[Attempt]) -> Remedy:
    last = failures[-1]
    if last.status in (Status.AMP_TOO_HIGH, Status.MULTIPLE_PEAKS) and len(failures) <= MAX_TRIES:
        return Retry(
            {"amplitude": last.parameters["amplitude"] / 3}, f"{last.status}: a weaker drive leaves one narrow line"
        )
    if last.status is Status.RANGE_TOO_NARROW and len(failures) <= MAX_TRIES:
        return Retry({"span": 2 * last.parameters["span"]}, "the line is cut by the edge of the sweep: twice as wide")
    searched = sum(
        attempt.status in (Status.NO_SIGNAL, None) or attempt.verdict is Verdict.REJECT for attempt in failures
    )
    if searched > len(_SEARCH):
        return Abandon("no line in any search", no_drive_response(failures))
    if last.status is Status.NO_SIGNAL or last.verdict is Verdict.REJECT:
        sweep, stronger, why = _SEARCH[searched - 1]
        return Retry({**sweep, "amplitude": min(1.0, stronger * failures[0].parameters["amplitude"])}, why)
    if len(failures) >= MAX_TRIES:
        return _last_resort(last)
    return Retry({"shots": _more_shots(last)}, f"average longer: {_first(last.reasons)}")


def _drive_too_weak(last: Attempt, full_scale: float) -> bool:
    """Even at full scale a Rabi sweep ends before the pi pulse, though spectroscopy has found the qubit."""
    return (
        last.experiment == "rabi" and last.parameters["max_amplitude"] >= 0.999 * full_scale and _ends_too_early(last)
    )


def _ends_too_early(last: Attempt) -> bool:
    """A Rabi sweep that shows too little of an oscillation, or whose fit puts the pi pulse beyond its end."""
    pi = last.quantities.get("x_amplitude")
    beyond = pi is not None and pi.value > last.parameters["max_amplitude"]
    return beyond or last.status in (Status.RANGE_TOO_NARROW, Status.NO_SIGNAL)


def _shows_nothing(last: Attempt) -> bool:
    far_off = last.experiment in _FINE_AMPLITUDE and last.status is Status.LARGE_ERROR
    return (
        far_off
        or last.outcome in (Outcome.APPARATUS, Outcome.ANOMALOUS)
        or last.status in (Status.OFF_RESONANCE, Status.FIT_POOR)
    )


def _last_resort(last: Attempt) -> Remedy:
    if last.verdict is Verdict.REVIEW and last.quantities:
        return AskPerson(last.measurement_id, f"still under review after {MAX_TRIES} tries: {_first(last.reasons)}")
    return Abandon(f"{last.experiment} was not accepted in {MAX_TRIES} tries", unresolved(last))


def _adjusted(last: Attempt) -> dict[str, float]:
    """Arguments for the next try: a better range where the plot asks for one, more averaging where it does not."""
    change = _BY_STATUS.get((last.experiment, last.status)) if last.status else None
    if last.experiment == "rabi" and _ends_too_early(last):
        change = _rabi_range
    if _decays_within_steps(last):
        change = _shorter_window
    if last.experiment in _RATES:
        change = _other_sequences
    if last.experiment == "ramsey_xy" and change is None and CheckCode.FOLDED in last.failed:
        change = _ramsey_range(0.3)  # no averaging brings back what the sampling folds
    if change is not None:
        return change(last)
    if "shots" not in last.parameters:
        return {}
    window = {"max_delay": last.parameters["max_delay"]} if last.experiment in _DECAY_TIME else {}
    return {"shots": _more_shots(last), **window}


_DECAY_TIME = {"t1": "t1", "t2_hahn": "t2_echo"}


def _decays_within_steps(last: Attempt) -> bool:
    """A decay that is over after a few points, whatever the plot reads as."""
    tau = last.quantities.get(_DECAY_TIME.get(last.experiment, ""))
    return tau is not None and tau.value < 2.5 * last.parameters["max_delay"] / (last.parameters["points"] - 1)


def _shorter_window(last: Attempt) -> dict[str, float]:
    tau = last.quantities[_DECAY_TIME[last.experiment]].value
    return {"max_delay": max(5 * tau, last.parameters["max_delay"] / 20)}


_RATES = {"standard_rb": ("error_per_gate", "error_per_gate"), "leakage_rb": ("leakage_per_gate", "seepage_per_gate")}
"""What adds up to the rate of the exponential, per pulse."""
LEAST_DECAYS, MOST_DECAYS = 0.8, 5.0


def _decays(last: Attempt) -> float:
    """How many times over the curve of benchmarking decays, or rises, within its longest sequence; 0 without one."""
    rates = [last.quantities.get(name) for name in _RATES[last.experiment]]
    return sum(max(0.0, rate.value) for rate in rates if rate is not None) * last.parameters["max_length"]


def _other_sequences(last: Attempt) -> dict[str, float]:
    """Shorter ones where the curve is over long before the end, which tells how far it goes and not how fast, longer
    ones where it has hardly begun; and more of them, since large errors scatter from one random sequence to the next,
    whatever the shots.
    """
    decays, longest = _decays(last), last.parameters["max_length"]
    if decays > MOST_DECAYS:
        longest = max(20.0, 2 * longest // decays)
    elif last.experiment == "standard_rb" and 0 < decays < LEAST_DECAYS:
        longest = min(20_000.0, longest * min(4.0, 1.5 / decays) // 1)
    return {"max_length": longest, "samples": min(50.0, 2 * last.parameters["samples"])}


def _rabi_range(last: Attempt) -> dict[str, float]:
    now = last.parameters["max_amplitude"]
    suggested = last.suggested_range[1] if last.suggested_range else 2 * now
    return {"max_amplitude": min(1.0, max(suggested, 1.5 * now))}


def _delay_range(factor: float) -> Callable[[Attempt], dict[str, float]]:
    def change(last: Attempt) -> dict[str, float]:
        now = last.parameters["max_delay"]
        suggested = last.suggested_range[1] if last.suggested_range else factor * now
        # the reader knows the direction; the step stays within a factor of ten of the present window
        return {"max_delay": min(max(suggested, now / 10), 10 * now)}

    return change


def _ramsey_range(factor: float) -> Callable[[Attempt], dict[str, float]]:
    def change(last: Attempt) -> dict[str, float]:
        window = _delay_range(factor)(last)["max_delay"]
        return {"max_delay": window, "detuning": 5 / window}

    return change


FOLDS_BACK = 150e3
"""Hz: a Ramsey sweep over the coherence time samples a larger detuning too coarsely to tell it."""


def _ramsey_that_sees(detuning: Quantity | None) -> dict[str, float]:
    """Arguments of a Ramsey sweep whose sampling follows at least six times this detuning."""
    if detuning is None or abs(detuning.value) < FOLDS_BACK:
        return {}
    window = min(4e-6, 10 / (3 * abs(detuning.value)))
    return {"max_delay": window, "detuning": 20 / (3 * window)}


def _shorter_sequence(last: Attempt) -> dict[str, float]:
    """So few repetitions that the angle error found adds up to less than a quarter turn."""
    gate = last.experiment.split("_")[1]
    error = last.quantities.get(f"{gate}_angle_error")
    return {"max_repetitions": max(5.0, min(25.0, 1.5 // abs(error.value))) if error else 5.0}


def _drag_range(last: Attempt) -> dict[str, float]:
    low, high = last.suggested_range or (
        last.parameters["centre"] - last.parameters["span"],
        last.parameters["centre"] + last.parameters["span"],
    )
    return {"centre": (low + high) / 2, "span": high - low}


_BY_STATUS: dict[tuple[str, Status], Callable[[Attempt], dict[str, float]]] = {
    ("rabi", Status.UNDERSAMPLED): lambda last: {"max_amplitude": max(0.01, last.parameters["max_amplitude"] / 3)},
    ("t1", Status.WINDOW_TOO_SHORT): _delay_range(2.5),
    ("t1", Status.SAMPLING_TOO_COARSE): _delay_range(0.2),
    ("t2_hahn", Status.WINDOW_TOO_SHORT): _delay_range(2.5),
    ("t2_hahn", Status.SAMPLING_TOO_COARSE): _delay_range(0.2),
    ("ramsey_xy", Status.TOO_FEW_OSC): _ramsey_range(2.0),
    ("ramsey_xy", Status.NO_DETUNING): _ramsey_range(2.0),
    ("ramsey_xy", Status.TOO_MANY_OSC): _ramsey_range(0.4),
    ("ramsey_xy", Status.SAMPLING_TOO_COARSE): _ramsey_range(0.3),
    ("rough_drag", Status.OPTIMAL_NOT_CENTERED): _drag_range,
    **{(name, Status.LARGE_ERROR): _shorter_sequence for name in _FINE_AMPLITUDE},
}


def _more_shots(last: Attempt) -> float:
    return min(MAX_SHOTS, 2 * last.parameters["shots"])


def _first(reasons: tuple[str, ...]) -> str:
    return reasons[0] if reasons else "no reason given"
