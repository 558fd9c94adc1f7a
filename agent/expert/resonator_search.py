"""The search for a readout resonator: nearer where a dip was glimpsed, further away where none was, then gently."""

from __future__ import annotations

from collections.abc import Sequence

from reson.agent.expert import diagnosis, readout_signs
from reson.agent.expert.remedies import Abandon, Remedy, Retry
from reson.agent.observation import Attempt
from reson.records import Status, Verdict
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
STEPS_WIDE, WIDTHS, STEPS = 8.0, 12.0, 6.0
"""Steps that a dip should be wide at least; linewidths, and steps of the sweep that showed it, of the one about it."""


def find_resonator(failures: Sequence[Attempt], usual: Remedy) -> Remedy:
    """What to do about spectroscopies of a resonator none of which was accepted; ``usual`` where the last shows one."""
    last = failures[-1]
    if nearer := _about_a_narrow_dip(failures):
        return Retry(nearer, "a dip was seen and is as narrow as the steps: about it, in finer ones")
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
