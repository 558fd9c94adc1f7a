"""The search for a readout resonator: nearer where a dip was glimpsed, further away where none was, then gently.

A feedline has dips that are no qubit's. One that stands beside another is looked at alone; one behind which no qubit
answers, and which does not move with the power, is left for the others in reach.
"""

from __future__ import annotations

from collections.abc import Sequence

from reson.agent.expert import diagnosis, readout_signs
from reson.agent.expert.plans import BRING_UP, Step, possible
from reson.agent.expert.remedies import Abandon, Anew, Remedy, Retry
from reson.agent.observation import Attempt, QubitView
from reson.records import CheckCode, Status, Verdict
from reson.tools.experiments.catalogue import EXPERIMENTS

RESONATOR = "resonator_spectroscopy"
# Further away, then with a tone that saturates no amplifier, averaged longer.
_SEARCH: tuple[tuple[float, float, int, int, str], ...] = (
    (60e6, 1.0, 500, 301, "no dip near the design: look twice as far, in finer steps"),
    (60e6, 1 / 16, 5000, 101, "still no dip: a weak tone, in case the amplifier saturates"),
)
GLIMPSED = 4.0
"""Errors of its depth from which a dip that was not accepted is looked at in finer steps."""
FINER = {"points": 401.0, "shots": 500.0}
NEARER = {"points": 401.0, "shots": 300.0}
"""Of a sweep about a dip that was seen and is too narrow for the steps."""
MOST_ZOOMS, NARROWEST_ZOOM = 2, 8e6
"""Sweeps about it, and Hz of their least span: seen for a microsecond, every dip is some MHz wide with its flanks."""
GENTLER = 1 / 4
"""Times the amplitude: a narrow dip is known by its shape, which an amplifier near its end flattens."""
ALONE = {"span": 10e6, "points": 201.0, "shots": 500.0}
"""Of a sweep about one of several dips: the others of a feedline are some MHz away at least."""
FARTHEST, BESIDE = 30e6, 3e6
"""Hz from the design within which a resonator is looked for, and from a dip that is none within which not again."""
LEAST_WIDE = 6e6
"""Hz of a sweep beside a dip that are worth one."""
STEPS_WIDE, WIDTHS, STEPS = 8.0, 12.0, 6.0
"""Steps that a dip should be wide at least; linewidths, and steps of the sweep that showed it, of the one about it."""


def find_resonator(failures: Sequence[Attempt], usual: Remedy) -> Remedy:
    """What to do about spectroscopies of a resonator none of which was accepted; ``usual`` where the last shows one."""
    last = failures[-1]
    if nearer := _about_a_narrow_dip(failures):
        return Retry(nearer, "a dip was seen and is as narrow as the steps: about it, in finer ones")
    if alone := _about_one_of_many(failures):
        return Retry(alone, "one curve misses what looks like more than one dip: this one alone")
    if last.status is Status.RANGE_TOO_NARROW and len(failures) == 1:
        return Retry({"span": min(60e6, 2 * last.parameters["span"])}, "the dip is cut by the edge: twice as wide")
    if not _nothing(last):
        return usual
    if _glimpsed(last) and last.parameters["points"] < FINER["points"]:
        return Retry({**_sweep(last), **FINER}, "a dip was seen and not resolved: the same sweep in finer steps")
    searched = sum(
        _nothing(one) and one.parameters["points"] < FINER["points"] and not one.parameters.get("centre")
        for one in failures
    )
    if searched <= len(_SEARCH):
        span, weaker, shots, points, why = _SEARCH[max(0, searched - 1)]
        amplitude = weaker * failures[0].parameters["amplitude"]
        return Retry({"span": span, "amplitude": amplitude, "shots": shots, "points": points}, why)
    # what was heard earlier in the night does not say that the line transmits now
    if not readout_signs.is_heard(failures):
        return Abandon("no readout signal in any search", diagnosis.no_readout_signal())
    if readout_signs.saturates(failures):
        return Abandon("the readout signal does not follow its tone", diagnosis.readout_saturated())
    return Abandon("no resonator in any search", diagnosis.no_resonator(list(failures)))


def look_beside(view: QubitView, attempts: Sequence[Attempt]) -> Anew | None:
    """The bring-up again from the other dips in reach, once, where the one that was taken for the resonator has never
    been seen to move: a mode of the feedline or its box has no qubit behind it.
    """
    moved = any(one.experiment == "punch_out" and one.verdict is Verdict.ACCEPT for one in attempts)
    known = moved or "punch_out_shift" in view.measured_before or "readout_threshold" in view.measured_before
    sweeps = sweeps_beside(view)
    if known or not sweeps or RESONATOR in view.impossible or looked_beside(attempts):
        return None
    why = "no line in any search, and the dip does not move with the power: is another one the qubit's resonator?"
    return Anew((Step(RESONATOR, why, sweeps[0]), *possible(BRING_UP, view)[1:]))


def looked_beside(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Those of the resonator that left out a dip which had been accepted before."""
    looks = [one for one in attempts if one.experiment == RESONATOR]
    first = next((at for at, one in enumerate(looks) if one.verdict is Verdict.ACCEPT), len(looks))
    return [one for one in looks[first + 1 :] if one.parameters.get("centre")]


def sweeps_beside(view: QubitView) -> list[dict[str, float]]:
    """Arguments of the sweeps below and above the dip that is in the table, as far as a resonator may lie from its
    design; the wider first."""
    now, design = view.value("readout_frequency"), view.design.get("readout_frequency")
    if now is None or design is None:
        return []
    ends = [(design - FARTHEST - now, -BESIDE), (BESIDE, design + FARTHEST - now)]
    sweeps = [{"centre": (low + high) / 2, "span": high - low} for low, high in ends if high - low > LEAST_WIDE]
    return [{**one, "points": 301.0, "shots": 500.0} for one in sorted(sweeps, key=lambda one: -one["span"])]


def _about_one_of_many(failures: Sequence[Attempt]) -> dict[str, float]:
    """Arguments of a sweep about the dip that the last one fitted, where its curve misses others; once."""
    last = failures[-1]
    place = last.quantities.get("offset")
    if place is None or CheckCode.MISFIT not in last.failed or any(one.parameters.get("centre") for one in failures):
        return {}
    if abs(place.value) > last.parameters["span"] / 2:
        return {}
    return {**ALONE, "centre": place.value}


def _about_a_narrow_dip(failures: Sequence[Attempt]) -> dict[str, float]:
    """Arguments of a sweep about a dip that the last one has shown in steps too coarse to tell its width; nothing where
    none was seen, or where looking nearer did not help.
    """
    last, zooms = failures[-1], sum(bool(one.parameters.get("centre")) for one in failures)
    place, width = (last.quantities.get(name) for name in ("offset", "resonator_linewidth"))
    if place is None or width is None or zooms >= MOST_ZOOMS or not _glimpsed(last):
        return {}
    step = last.parameters["span"] / (last.parameters["points"] - 1)
    if width.value > STEPS_WIDE * step:
        return {}
    bounds = {spec.name: (spec.low, spec.high) for spec in EXPERIMENTS[RESONATOR].parameters}
    span = max(WIDTHS * width.value, STEPS * step, NARROWEST_ZOOM)
    if span > last.parameters["span"] / 2 or not bounds["centre"][0] < place.value < bounds["centre"][1]:
        return {}
    return {**NEARER, "centre": place.value, "span": span, "amplitude": GENTLER * last.parameters["amplitude"]}


def _glimpsed(last: Attempt) -> bool:
    depth = last.quantities.get("depth")
    return depth is not None and bool(depth.stderr) and abs(depth.value) > GLIMPSED * (depth.stderr or 0.0)


def _sweep(last: Attempt) -> dict[str, float]:
    return {name: last.parameters[name] for name in ("span", "amplitude")}


def _nothing(attempt: Attempt) -> bool:
    return attempt.status is Status.NO_SIGNAL or attempt.verdict is Verdict.REJECT
