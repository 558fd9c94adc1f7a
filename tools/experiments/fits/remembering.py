"""Fits of curves whose shots may remember each other (``memory``): a curve that is bent where it excites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from reson.tools.experiments.fits.batch_fitting import Points, fit_many
from reson.tools.experiments.fits.curve_models import CurveModel, Parameters
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.memory import MEMORY, remembered
from reson.tools.experiments.fits.model_average import likeliest

LEAST_SWING = 1e-6
MISSED = 2.5
"""Reduced chi2 from which a curve that forgets would be put to review."""


def remembering(model: CurveModel) -> CurveModel:
    """``model`` with the share that is remembered free, "memory"; "base" and "amp" are middle and swing of 0 and 1."""

    def function(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
        swing = p["amp"] + LEAST_SWING
        excited = (model.function(x, part, p) - p["base"]) / swing + 0.5
        return p["base"] + swing * (remembered(excited, p["memory"]) - 0.5)

    return replace(model, free=(*model.free, "memory"), function=function, bounds={**model.bounds, "memory": MEMORY})


def of_superposition(model: CurveModel, begins: int) -> CurveModel:
    """``model`` of a superposition whose shots remember a given share, "memory"; it runs from the state ``begins`` to
    the middle, "base", and "amp" is the distance of the two.

    What turns 0 into a share (1 + v) / 2 of 1 is seen as (1 - k) v / (1 + k v) in place of v.
    """
    side = 1 if begins else -1

    def function(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
        swing, kept = p["amp"] + LEAST_SWING, p["memory"]
        seen = (model.function(x, part, p) - p["base"]) / swing
        return p["base"] + swing * (1 - kept) * seen / (1 + side * kept * seen)

    return replace(model, constants=(*model.constants, "memory"), function=function)


def fit_superpositions(
    model: CurveModel,
    points: Sequence[Points],
    starts: Sequence[Mapping[str, float]],
    x_unit: float,
    memory: Sequence[float],
    begins: int,
    constants: Sequence[Mapping[str, float]] | None = None,
) -> list[Fit]:
    """``fit_many`` of ``of_superposition`` with the share that each qubit's shots remember; plain where none do."""
    if not any(memory):
        return fit_many(model, points, starts, x_unit, constants)
    given = [dict(one) | {"memory": kept} for one, kept in zip(constants or [{}] * len(points), memory, strict=True)]
    return fit_many(of_superposition(model, begins), points, starts, x_unit, given)


def fit_remembering(
    model: CurveModel,
    points: Sequence[Points],
    starts: Sequence[Mapping[str, float]],
    constants: Sequence[Mapping[str, float]],
) -> list[Fit]:
    """``fit_many``; for a qubit whose curve misses its points the likelier of that and of shots that remember."""
    found = fit_many(model, points, starts, constants=constants)
    missed = [at for at, one in enumerate(found) if (one.reduced_chi2 or 0.0) > MISSED]
    again = fit_many(
        remembering(model),
        [points[at] for at in missed],
        [{**starts[at], "memory": 0.1} for at in missed],
        constants=[constants[at] for at in missed],
    )
    for at, one in zip(missed, again, strict=True):
        found[at] = likeliest((found[at], one)) if one.error is None else found[at]
    return found


def memory_of(result: Fit) -> float:
    """The share that its shots remember; 0 of a curve whose shots forget."""
    return result["memory"].value if "memory" in result.parameters else 0.0
