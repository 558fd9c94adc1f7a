"""A level that wanders while a sweep is measured: beside a decay it looks like a part of it.

Averaged IQ has no fixed zero, and gains and phases of a line move within a sweep. A slope of a tenth of a decay's
height moves its time by an eighth and hardly shows in the residuals. So a slope of the level is a possibility like any
other that the data may leave, and counts in the mean over models (``model_average``). Points are taken to be measured
in the order of the swept value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from reson.records import Quantity
from reson.tools.experiments.fits.curve_models import CurveModel, Parameters
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.model_average import average

SLOPE = "slope"
MOST = 0.5
"""By how much a level may move from the first point to the last, in units of the range of the points."""
DRIFTS = 0.7
"""How likely a level is to drift, against one that stands still, before the data are asked."""


def drifting(model: CurveModel, most: float = MOST) -> CurveModel:
    """``model`` with a slope of its level free, ``most`` in units of y at most; "base" is the level in the middle."""

    def function(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
        return model.function(x, part, p) + p[SLOPE] * (x / np.max(x, axis=-1, keepdims=True) - 0.5)

    bounds = {**model.bounds, SLOPE: (-most, most)}
    return replace(model, free=(*model.free, SLOPE), function=function, bounds=bounds)


def prior(one: Fit) -> float:
    """How likely a curve is before the data are asked, by whether its level drifts."""
    return DRIFTS if SLOPE in one.parameters else 1.0


def drifted(fits: Sequence[Fit], priors: Sequence[float] | None = None) -> dict[str, Quantity]:
    """By how much the level moved, the mean over the curves, as the entry "drift"; empty where none may have moved."""
    if not any(SLOPE in one.parameters for one in fits):
        return {}
    still = Quantity(value=0.0, stderr=0.0)
    return {"drift": average(fits, lambda one: one.parameters.get(SLOPE, still), priors)}


def standing(fits: Sequence[Fit]) -> list[Fit]:
    """Those whose level stands still, all where none does."""
    return [one for one in fits if SLOPE not in one.parameters] or list(fits)


def level(starts: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """The starts of fits whose level stands still."""
    return [dict(one) | {SLOPE: 0.0} for one in starts]
