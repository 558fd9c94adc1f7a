"""How far each numeric check lets a result be spoilt before it fails: thresholds as they act, not as they are written.

An analysis is made worse along one line at a time, in steps of a factor ``STEP``, until a check fails that did not
fail at the start. A threshold that is loosened lets the same analysis be spoilt further.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from functools import cache

import numpy as np

from reson.evals.healthy import healthy
from reson.evals.replaying.recording import Recording
from reson.records import Quantity, Verdict
from reson.tools.data import Analysis, Past, Series, Values
from reson.tools.experiments.catalogue import get
from reson.tools.store.raw import unpack_raw

STEP = 1.05
MOST = 140
"""Steps of the longest ladder: a factor of about 900."""
Levels = dict[str, int]
"""``line: check`` -> first step of the ladder at which the check fails; ``MOST`` where it never does."""


def margins(recording: Recording, without: Container[str] = ()) -> dict[str, Levels]:
    """measurement -> levels, for the first accepted measurement of each experiment but those of ``without``."""
    first: dict[str, str] = {}
    for event in recording.events:
        accepted = event["kind"] == "verdict" and event["verdict"] == Verdict.ACCEPT
        if accepted and event["experiment"] not in without:
            first.setdefault(event["experiment"], event["measurement"])
    found = {}
    for experiment, measurement in first.items():
        raw = unpack_raw(recording.data[measurement].packed)
        found[measurement] = levels(experiment, get(experiment).analyse(raw), raw.parameters)
    return found


def margins_of_healthy(experiment: str) -> Levels:
    """Of a healthy measurement of one seed, made anew: for experiments that no recording has."""
    one = healthy(experiment)
    return levels(experiment, one.analysis, one.arguments)


def levels(experiment: str, analysis: Analysis, arguments: Values) -> Levels:
    """The levels of one accepted analysis."""
    found: Levels = {}
    for line, spoil in _lines(analysis).items():

        @cache
        def failing(step: int, spoil: Spoil = spoil) -> frozenset[str]:
            worse, past = spoil(analysis, STEP**step)
            return frozenset(one.name for one in get(experiment).check(worse, arguments, past) if not one.passed)

        sound = failing(0)
        for name in sorted(failing(MOST) | failing(MOST // 2) | failing(MOST // 4)):
            if name not in sound:
                found[f"{line}: {name}"] = _first(lambda step, name=name: name in failing(step))
    return found


def _first(fails: Callable[[int], bool]) -> int:
    """First failing step between 0, where it does not fail, and the first of the tried ones where it does."""
    high = next(step for step in (MOST // 4, MOST // 2, MOST) if fails(step))
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fails(middle) else (middle, high)
    return high


Spoil = Callable[[Analysis, float], tuple[Analysis, Mapping[str, Past]]]


def _lines(analysis: Analysis) -> dict[str, Spoil]:
    """The ways to make an analysis worse, by name."""
    lines: dict[str, Spoil] = {
        "noise": _noise,
        "faint": _faint,
        "quiet": _quiet,
        "uncertain": _uncertain,
    }
    for name in analysis.quantities:
        lines |= {
            f"{name} larger": _scaled(name, lambda factor: factor),
            f"{name} smaller": _scaled(name, lambda factor: 1 / factor),
            f"{name} jumps": _jumps(name),
        }
    return lines


def _noise(analysis: Analysis, factor: float) -> tuple[Analysis, Mapping[str, Past]]:
    """Every other point up, the others down, by their own error times the factor less one: chi2 grows."""

    def noisy(series: Series) -> Series:
        sign = np.where(np.arange(len(series.y)) % 2, 1.0, -1.0)
        return series.model_copy(update={"y": tuple(np.array(series.y) + (factor - 1) * sign * np.array(series.y_err))})

    return _with_series(analysis, noisy), {}


def _faint(analysis: Analysis, factor: float) -> tuple[Analysis, Mapping[str, Past]]:
    """Points and curve drawn together towards their mean, the errors staying: the signal drowns."""

    def faint(series: Series) -> Series:
        mean = float(np.mean(series.y))
        update = {"y": tuple(mean + (np.array(series.y) - mean) / factor)}
        if series.fit_y:
            update["fit_y"] = tuple(mean + (np.array(series.fit_y) - mean) / factor)
        return series.model_copy(update=update)

    return _with_series(analysis, faint), {}


def _quiet(analysis: Analysis, factor: float) -> tuple[Analysis, Mapping[str, Past]]:
    """Errors that grow though the points do not scatter more."""

    def quiet(series: Series) -> Series:
        return series.model_copy(update={"y_err": tuple(factor * np.array(series.y_err))})

    return _with_series(analysis, quiet), {}


def _uncertain(analysis: Analysis, factor: float) -> tuple[Analysis, Mapping[str, Past]]:
    wider = {
        name: one if one.stderr is None else one.model_copy(update={"stderr": factor * one.stderr})
        for name, one in analysis.quantities.items()
    }
    return analysis.model_copy(update={"quantities": wider}), {}


def _scaled(name: str, scale: Callable[[float], float]) -> Spoil:
    def spoil(analysis: Analysis, factor: float) -> tuple[Analysis, Mapping[str, Past]]:
        one = analysis.quantities[name]
        moved = one.model_copy(update={"value": one.value * scale(factor)})
        return analysis.model_copy(update={"quantities": {**analysis.quantities, name: moved}}), {}

    return spoil


def _jumps(name: str) -> Spoil:
    """The last accepted value lies further and further away, in steps of its own error."""

    def spoil(analysis: Analysis, factor: float) -> tuple[Analysis, Mapping[str, Past]]:
        one = analysis.quantities[name]
        return analysis, {name: Past(value=one.value - (factor - 1) * _unit(one), stderr=one.stderr, age=3600.0)}

    return spoil


def _unit(quantity: Quantity) -> float:
    return quantity.stderr or 0.01 * abs(quantity.value) or 1.0


def _with_series(analysis: Analysis, change: Callable[[Series], Series]) -> Analysis:
    return analysis.model_copy(update={"series": tuple(change(series) for series in analysis.series)})
