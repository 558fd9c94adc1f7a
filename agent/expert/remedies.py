"""What to do about an attempt that was not accepted: by experiment and by what its plot showed.

Ranges are widened towards what the reader suggests, weak signals are averaged longer, and what shows nothing sensible
sends the qubit upstream, to the experiment that everything here depends on.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from reson.agent.expert.evidence import UNSTEADY_TRIES
from reson.agent.expert.plans import UPSTREAM, Step
from reson.agent.expert.ranges import (
    FINE_AMPLITUDE,
    adjusted,
    ends_too_early,
    line_seen_coarsely,
    more_shots,
    rabi_range,
    ramsey_that_sees,
)
from reson.agent.observation import Attempt, Diagnosis
from reson.records import CheckCode, Outcome, Status, Verdict
from reson.tools.experiments.qubit_spectroscopy import LENGTH

MAX_TRIES = 4


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


@dataclass(frozen=True)
class Anew:
    """Begin again with other steps, whatever was left: what was found before may no longer hold."""

    steps: tuple[Step, ...]


Remedy = Retry | GoUpstream | AskPerson | Abandon | Skip | Anew


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
    if step.experiment == "rabi" and len(failures) < MAX_TRIES and (cut := rabi_range(failures)):
        return Retry(cut, f"another range shows what averaging does not: {last.status}: {_first(last.reasons)}")
    if _only_unsteady(last):
        return _unsteady(step, failures)
    if CheckCode.OFF_RESONANCE in last.failed and not upstream_tried:
        why = "the drive is off the qubit's frequency: correct that first, over a window that cannot take it for less"
        return GoUpstream("ramsey_xy", why, ramsey_that_sees(last.quantities.get("detuning")))
    if CheckCode.BEYOND_T1 in last.failed and not upstream_tried:
        return GoUpstream("t1", "it outlives twice the T1 on record: has T1 recovered since?")
    if CheckCode.NOT_PREPARED in last.failed and not upstream_tried:
        return GoUpstream(UPSTREAM["readout"], "1 was not prepared: is the pi pulse still one?")
    if len(failures) == MAX_TRIES and not upstream_tried and step.experiment in UPSTREAM:
        return GoUpstream(
            UPSTREAM[step.experiment], f"{MAX_TRIES} tries did not settle it: does what it rests on hold?"
        )
    if len(failures) >= MAX_TRIES:
        return _last_resort(last)
    if _shows_nothing(last) and len(failures) >= 2 and not upstream_tried and step.experiment in UPSTREAM:
        return GoUpstream(UPSTREAM[step.experiment], f"{step.experiment} makes no sense twice: look upstream")
    why = f"{step.experiment} again: {last.status or last.verdict}: {_first(last.reasons)}"
    return Retry(adjusted(failures) | last.suggested, why)


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


# Search for the line: first as far as fabrication puts it, since a strong drive shows the two-photon line from 0 to 2
# too, then with a stronger drive, then both, then once over everything. Where the steps grow, the pulses get shorter
# and their lines wider.
_SEARCH: tuple[tuple[Mapping[str, float], float, str], ...] = (
    ({"span": 240e6, "points": 241}, 1.0, "no line near the guess: look six times as far"),
    (
        {"span": 680e6, "points": 401, "shots": 1000, "length": 200e-9},
        1.4,
        "still no line: as far as a design was ever off, with a shorter pulse, whose line is as wide as such steps "
        "want, and which turns no qubit by 2 pi",
    ),
    (
        {"span": 40e6, "points": 61, "shots": 2000},
        10.0,
        "still no line: the drive may be weak, ten times the amplitude",
    ),
    ({"span": 240e6, "points": 241, "shots": 1000}, 10.0, "wide and strong"),
    (
        {"span": 1.08e9, "points": 401, "shots": 1000, "length": 100e-9},
        40.0,
        "as wide as a sweep goes, with as strong a pulse, short enough for its steps",
    ),
)
WIDEST, MOST_POINTS = 1.08e9, 401.0
"""Hz and points of the largest sweep that the experiment takes."""
SHORTEST = 100e-9
"""Seconds of the shortest pulse of a search: its line is four times as wide as usual."""


def _spectroscopy(failures: list[Attempt]) -> Remedy:
    """A line that is seen keeps the sweep that shows it; one that is not is searched for wider and more strongly."""
    last = failures[-1]
    names = ("span", "points", "shots", "amplitude", "length", "centre")
    seen = {name: last.parameters[name] for name in names if last.parameters.get(name)}
    if nearer := line_seen_coarsely(failures):
        return Retry(nearer, "a line was seen in coarse steps or at the edge: about it, in finer ones")
    crowded = [one for one in failures if one.status in (Status.AMP_TOO_HIGH, Status.MULTIPLE_PEAKS)]
    if last in crowded and len(crowded) < MAX_TRIES:
        weaker = last.parameters["amplitude"] / 3
        return Retry({**seen, "amplitude": weaker}, f"{last.status}: a weaker drive leaves one narrow line")
    cut = [one for one in failures if one.status is Status.RANGE_TOO_NARROW]
    if last in cut and len(cut) < MAX_TRIES and seen["span"] < WIDEST:
        wider = {"span": min(WIDEST, 2 * seen["span"]), "points": min(MOST_POINTS, 2 * seen["points"] - 1)}
        return Retry({**seen, **wider}, "the line is cut by the edge of the sweep: twice as wide, in the same steps")
    thin = [one for one in failures if one.status is Status.UNDERSAMPLED]
    if last in thin and len(thin) < MAX_TRIES:
        return Retry({**seen, **_finer(last)}, "the line rests on too few points: more of them on it")
    faint = [one for one in failures if one.status is Status.FAINT]
    if last in faint and len(faint) < MAX_TRIES:
        return Retry({**seen, "shots": more_shots(last)}, f"a faint line: average longer: {_first(last.reasons)}")
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
    return Retry({**seen, "shots": more_shots(last)}, f"average longer: {_first(last.reasons)}")


def _finer(last: Attempt) -> dict[str, float]:
    """More points on a line that was seen: in the sweep, else in one that ends just beyond it, else on a wider line."""
    span, points, offset = last.parameters["span"], last.parameters["points"], last.quantities.get("offset")
    if points < MOST_POINTS:
        return {"points": min(MOST_POINTS, 2 * points - 1)}
    away = None if offset is None else abs(offset.value - last.parameters.get("centre", 0.0))
    if away is not None and 2.2 * away + 20e6 < 0.8 * span:
        return {"span": 2.2 * away + 20e6}
    length = last.parameters.get("length", LENGTH)
    if length > SHORTEST:
        shorter = max(SHORTEST, length / 2)
        return {"length": shorter, "amplitude": min(1.0, last.parameters["amplitude"] * length / shorter)}
    return {"amplitude": min(1.0, 1.7 * last.parameters["amplitude"])}


def _drive_too_weak(last: Attempt, full_scale: float) -> bool:
    """Even at full scale a Rabi sweep ends before the pi pulse, though spectroscopy has found the qubit."""
    return last.experiment == "rabi" and last.parameters["max_amplitude"] >= 0.999 * full_scale and ends_too_early(last)


def _shows_nothing(last: Attempt) -> bool:
    far_off = last.experiment in FINE_AMPLITUDE and last.status is Status.LARGE_ERROR
    return (
        far_off
        or last.outcome in (Outcome.APPARATUS, Outcome.ANOMALOUS)
        or last.status in (Status.OFF_RESONANCE, Status.FIT_POOR)
    )


def _last_resort(last: Attempt) -> Remedy:
    if last.verdict is Verdict.REVIEW and last.quantities:
        return AskPerson(last.measurement_id, f"still under review after {MAX_TRIES} tries: {_first(last.reasons)}")
    return Abandon(f"{last.experiment} was not accepted in {MAX_TRIES} tries", unresolved(last))


def _first(reasons: tuple[str, ...]) -> str:
    return reasons[0] if reasons else "no reason given"
