"""Plots of known state: points with noise around a clean curve, and the curve that is drawn through them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reson.components import Qubit
from reson.tools.data import Analysis, Axis, Series

NOISE = 0.015
PLAIN = Axis(label="x", unit="")


def series(
    name: str,
    x: np.ndarray,
    clean: Callable[[np.ndarray], np.ndarray],
    seed: int,
    curve: str = "right",
    noise: float = NOISE,
) -> Series:
    """Points of ``clean`` with noise; ``curve``: the right one, a flat one that misses, or none."""
    rng, fine = np.random.default_rng(seed), np.linspace(x[0], x[-1], 801)
    drawn = {"right": clean(fine), "flat": np.full(801, float(clean(x).mean())), "none": None}[curve]
    return Series(
        name=name,
        x=tuple(x),
        y=tuple(clean(x) + rng.normal(0, noise, len(x))),
        y_err=(noise,) * len(x),
        fit_x=tuple(fine) if drawn is not None else (),
        fit_y=tuple(drawn) if drawn is not None else (),
    )


def plot(experiment: str, *parts: Series, y_axis: Axis = PLAIN, points: dict | None = None) -> Analysis:
    return Analysis(
        experiment=experiment,
        component=Qubit(0),
        series=parts,
        x_axis=PLAIN,
        y_axis=y_axis,
        quantities={},
        points=points or {},
    )
