"""Plots of known state: points with noise around a clean curve, and the curve that is drawn through them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reson.tools.experiments.experiment import Analysis, Axis, Series

NOISE = 0.015


def series(name: str, x: np.ndarray, clean: Callable[[np.ndarray], np.ndarray], seed: int, curve: str) -> Series:
    """Points of ``clean`` with noise; ``curve``: the right one, a flat one that misses, or none."""
    rng, fine = np.random.default_rng(seed), np.linspace(x[0], x[-1], 401)
    drawn = {"right": clean(fine), "flat": np.full(401, float(clean(x).mean())), "none": None}[curve]
    return Series(
        name=name,
        x=tuple(x),
        y=tuple(clean(x) + rng.normal(0, NOISE, len(x))),
        y_err=(NOISE,) * len(x),
        fit_x=tuple(fine) if drawn is not None else (),
        fit_y=tuple(drawn) if drawn is not None else (),
    )


def plot(experiment: str, *parts: Series, points: dict | None = None) -> Analysis:
    axis = Axis(label="x", unit="")
    return Analysis(
        experiment=experiment, qubit=0, series=parts, x_axis=axis, y_axis=axis, quantities={}, points=points or {}
    )
