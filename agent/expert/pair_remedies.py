"""What to do about a measurement of a pair that was not accepted: by experiment and by the code of the failed check.

A pair asks no person: what the remedies do not mend ends with a diagnosis that says what was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from reson.agent.expert.diagnosis import unresolved
from reson.agent.expert.pair_diagnosis import SEEN, seen
from reson.agent.expert.pair_plans import GATE
from reson.agent.expert.plans import Step
from reson.agent.expert.remedies import Abandon, GoUpstream, Remedy, Retry, Skip, without_looking
from reson.agent.observation import Attempt, Diagnosis, DiagnosisCode
from reson.records import CheckCode
from reson.tools.experiments.coupler_arc import NOWHERE, TOLERABLE_ZZ
from reson.tools.experiments.coupler_idle import SHORTEST

TRIES = 3
MOST_SHOTS = 4000
HARMLESS = 2e-3
"""Tail of a flux line up to which a gate does not feel it: 0.1 % costs nothing, 0.5 % three times the error."""
SLOPE_SEEN = 3.0
"""Standard errors of a slope above zero from which a tail is known within a factor of 1.5."""
JUDGED_BY = ("limit",)
"""Arguments that follow from the table each time."""

DECISIVE = (
    CheckCode.NO_INTERACTION,
    CheckCode.ONE_WALL,
    CheckCode.FLUX_OFFSET_OFF,
    CheckCode.FLUX_GAIN_OFF,
    CheckCode.WRONG_SIGN,
    CheckCode.CONTRAST_LOST,
    CheckCode.NO_ZERO_ZZ,
    CheckCode.SWAP,
    CheckCode.LEAKAGE,
    CheckCode.PHASE_BELOW_PI,
    CheckCode.PHASE_JUMP,
    CheckCode.SETTLING,
    CheckCode.SLOPE_OFF,
    CheckCode.NO_SIGNAL,
    CheckCode.AT_EDGE,
    CheckCode.MISFIT,
)
"""What says most comes first: a dead line shows in the contrast of nothing, a doubted plot in everything."""
PULSED = ("cz_amplitude", "cz_phase", "cz_settling", "cz_frames")
"""Rows in which the coupler comes down to the qubits."""
PLAIN = frozenset({CheckCode.NO_INTERACTION, CheckCode.ONE_WALL, CheckCode.FLUX_OFFSET_OFF, CheckCode.FLUX_GAIN_OFF})
"""What a second look settles."""

_AMPLITUDE = (Step("cz_amplitude", "the phase of many pulses is far off: where is pi?"),)
_PHASE = (Step("cz_phase", "the conditional phase first"),)
_OTHER_ZERO = (Step("coupler_arc", "no zero near the middle: is there one further out?", {"beyond": 0.1}),)
_LEAST_ZZ = (Step("coupler_arc", "no zero at either: where is the ZZ least?", {"beyond": NOWHERE}),)
_SETTLING = (
    Step("cz_settling", "the phases bend with the number of gates: does the line settle?"),
    Step("cz_phase", "the amplitude behind the predistortion"),
)
UPSTREAM: Mapping[tuple[str, CheckCode], Sequence[tuple[Step, ...]]] = {
    ("coupler_idle", CheckCode.NO_ZERO_ZZ): (_OTHER_ZERO, _LEAST_ZZ),
    ("cz_phase", CheckCode.AT_EDGE): (_AMPLITUDE,),
    ("cz_phase", CheckCode.SLOPE_OFF): (_AMPLITUDE,),
    ("cz_phase", CheckCode.MISFIT): (_AMPLITUDE,),
    ("cz_phase", CheckCode.NO_SIGNAL): (_AMPLITUDE,),
    ("cz_phase", CheckCode.SETTLING): (_SETTLING[:1],),
    ("cz_settling", CheckCode.SLOPE_OFF): (_PHASE,),
    ("cz_frames", CheckCode.OUT_OF_RANGE): (_PHASE,),
    ("cz_frames", CheckCode.SETTLING): (_SETTLING,),
}
"""What to measure before the step that failed is taken up again: detours in their order, each once."""


def remedy(step: Step, failures: list[Attempt]) -> Remedy:
    """The next thing to do, from this run's attempts alone."""
    last = failures[-1]
    if (settled := without_looking(failures)) is not None:
        return settled
    code = next((one for one in DECISIVE if one in last.failed), next(iter(last.failed), None))
    if _harmless_tail(last):
        return Skip("a tail too small for its time to be known is left alone; the benchmark has the last word")
    if steps := _detour(step.experiment, failures):
        return GoUpstream(steps[0].experiment, steps[0].why, steps[0].parameters, steps[1:])
    if len(failures) >= _tries(code):
        return Abandon(f"{step.experiment} was not accepted in {len(failures)} tries", _named(code, last))
    return Retry(_again(code, last), f"{step.experiment} again: {last.reasons[0] if last.reasons else last.verdict}")


def _tries(code: CheckCode | None) -> int:
    """Of a ZZ without a zero one at each of its arcs' answers, and one that takes what is least."""
    return TRIES - 1 if code in PLAIN else TRIES + 2 if code is CheckCode.NO_ZERO_ZZ else TRIES


def _harmless_tail(last: Attempt) -> bool:
    """One so small that neither its time nor the slope by which a phase becomes a tail needs to be known well."""
    tail, slope = (last.quantities.get(name) for name in ("tail", "slope"))
    if last.experiment != "cz_settling" or tail is None or slope is None:
        return False
    known = bool(slope.stderr) and abs(slope.value) > SLOPE_SEEN * (slope.stderr or 0.0)
    most = abs(tail.value) + 3 * (tail.stderr or 0.0)
    return known and most < HARMLESS and set(last.failed) <= {CheckCode.IMPRECISE, CheckCode.UNRESOLVED}


def _detour(experiment: str, failures: Sequence[Attempt]) -> tuple[Step, ...]:
    """The one that the last failure asks for, and no earlier one has led to; none where there is no such. What explains
    the most comes first: a line with a memory also has another amplitude for pulses in a row than for one.
    """
    made: list[tuple[Step, ...]] = []
    found: tuple[Step, ...] = ()
    for attempt in failures:
        asked = [UPSTREAM.get((experiment, code), ()) for code in sorted(attempt.failed, key=_rank)]
        found = next((one for detours in asked for one in detours if one not in made), ())
        made.append(found)
    return found


def _rank(code: CheckCode) -> int:
    return DECISIVE.index(code) if code in DECISIVE else len(DECISIVE)


def _named(code: CheckCode | None, last: Attempt) -> Diagnosis:
    """An arc hardly moves the coupler: qubits that are seen in it, and in no row of pulses, lose it to the pulses."""
    known = {str(one) for one in SEEN}
    if code is CheckCode.NO_SIGNAL and last.experiment in PULSED:
        return seen(DiagnosisCode.CONTRAST_LOST, last)
    return seen(DiagnosisCode(code), last) if code in known else unresolved(last)


def _again(code: CheckCode | None, last: Attempt) -> dict[str, float]:
    """The arguments of the last try, changed as what failed asks for; more averaging where it asks for nothing."""
    change = _CHANGES.get((last.experiment, code)) if code else None
    kept = {name: value for name, value in last.parameters.items() if name not in JUDGED_BY}
    return kept | (change(kept) if change else _averaged(kept))


def _averaged(now: Mapping[str, float]) -> dict[str, float]:
    if "samples" in now:
        return {"samples": min(50.0, 2 * now["samples"])}
    return {"shots": min(MOST_SHOTS, 2 * now["shots"])}


def _wider(now: Mapping[str, float]) -> dict[str, float]:
    """The phase grows as fast from point to point as before."""
    span = min(0.1, 1.6 * now["span"])
    return {"span": span, "hold": max(2e-6, now["hold"] * now["span"] / span)}


def _shorter(now: Mapping[str, float]) -> dict[str, float]:
    return {"hold": now["hold"] / 2} if now["hold"] >= 2 * SHORTEST else _averaged(now)


def _rise(now: Mapping[str, float]) -> dict[str, float]:
    wide = {"lowest": max(0.4, now["lowest"] - 0.2), "highest": min(1.6, now["highest"] + 0.15)}
    return wide | {"points": min(121.0, 1.5 * now["points"] // 1)}


def _longer(now: Mapping[str, float]) -> dict[str, float]:
    return {"middle": min(100e-9, now["middle"] + 8e-9), "steps": 3.0}


_CHANGES: dict[tuple[str, CheckCode], Callable[[Mapping[str, float]], dict[str, float]]] = {
    ("coupler_idle", CheckCode.AT_EDGE): _wider,
    ("coupler_idle", CheckCode.NO_ZERO_ZZ): lambda now: {**_wider(now), "tolerated": TOLERABLE_ZZ},
    ("coupler_idle", CheckCode.PHASE_JUMP): _shorter,
    ("coupler_idle", CheckCode.NO_SIGNAL): _shorter,
    ("coupler_idle", CheckCode.MISFIT): lambda now: {"span": now["span"] / 1.5},
    ("cz_amplitude", CheckCode.AT_EDGE): _rise,
    ("cz_amplitude", CheckCode.PHASE_BELOW_PI): _rise,
    ("cz_amplitude", CheckCode.PHASE_JUMP): lambda now: {"points": min(161.0, 2 * now["points"] - 1)},
    ("cz_duration", CheckCode.SWAP): _longer,
    ("cz_duration", CheckCode.LEAKAGE): _longer,
    (GATE, CheckCode.OUT_OF_RANGE): lambda now: {"max_length": max(40.0, now["max_length"] // 3)},
}
