"""Points with errors and fits over the swept value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from reson.tools.data import Analysis, Series
from reson.tools.figures.curves import fitted_curve, whole_numbers
from reson.tools.figures.style import label, prefix
from reson.tools.points import measured_points
from reson.tools.verdicts.residuals import weighted_residuals
from reson.ui.palette import colours, ink
from reson.wording import quantity

EXTENT = 34
"""Pixels beside the axes, so that what a fit leaves lies under its points."""
SHAPES = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross"]
SMALL_SHARE, SMALL_CHANGE = 1e-3, 0.02
"""What is left of a 1 after a reset, and a change of an assignment error, that a plot goes down to at least."""


def _scale(analysis: Analysis) -> tuple[float, str]:
    values = np.concatenate([part.x for part in analysis.series]) if analysis.series else np.zeros(1)
    return prefix(values, analysis.x_axis.unit)


class Mark(NamedTuple):
    """A value on the swept axis, SI units."""

    name: str
    at: float
    err: float = 0.0
    goal: bool = False


def of_curves(
    analysis: Analysis, *, histogram: bool = False, marks: Sequence[Mark] = ()
) -> alt.LayerChart | alt.FacetChart:
    """``histogram``: of the shots along the axis of the readout, in place of a swept value."""
    scale, unit = _scale(analysis)
    points = measured_points(analysis)
    points = points.assign(x=points.x * scale, low=points.y - points.y_err, high=points.y + points.y_err)
    if histogram:
        points = points.loc[points.y > 0]
    curves = {part.name: fitted_curve(analysis, part) for part in analysis.series}
    fits = [pd.DataFrame({"series": name, "x": x * scale, "y": y}) for name, (x, y) in curves.items()]
    counted = not histogram and not unit and whole_numbers(analysis)
    ticks = alt.Axis(tickMinStep=1, format=",d") if counted else alt.Axis()
    span_x = alt.Scale(zero=False, nice=False, padding=8)
    x = alt.X("x:Q", title=label(analysis.x_axis.label, unit), axis=ticks, scale=span_x)
    span = _range_of_y(analysis, points, histogram)
    axis = alt.Axis(titleFontSize=12, minExtent=EXTENT)  # the longest title fits beside the lowest plot
    y = alt.Y("y:Q", title=label(analysis.y_axis.label, analysis.y_axis.unit), axis=axis, scale=span)
    names = [part.name for part in analysis.series]
    legend = alt.Legend(title=None, orient="top") if len(names) > 1 else None
    colour = alt.Color("series:N", scale=alt.Scale(domain=names, range=list(colours())), legend=legend)
    shape = alt.Shape("series:N", scale=alt.Scale(domain=names, range=SHAPES))
    tooltip = [
        alt.Tooltip("x:Q", title=label(analysis.x_axis.label, unit), format=".6~g"),
        alt.Tooltip("y:Q", title=analysis.y_axis.label, format=".4~g"),
        alt.Tooltip("y_err:Q", title="standard error", format=".2~g"),
    ]
    base = alt.Chart(points).encode(x=x, color=colour)
    layers: list[alt.Chart] = []
    if analysis.points and not histogram:
        layers.append(_single_sequences(analysis, scale).encode(x=x, y=y))
    layers += [_marked(mark, scale, unit).encode(x=x) for mark in marks]
    if fits:
        line = alt.Chart(pd.concat(fits)).mark_line(strokeWidth=1.8, opacity=0.8, clip=True)
        layers.append(line.encode(x=x, y=y, color=colour))
    if not histogram:
        layers.append(
            base.mark_rule(strokeWidth=1, clip=True).encode(y=alt.Y("low:Q", title="", scale=span), y2="high:Q")
        )
    dots = base.mark_point(filled=True, size=34, opacity=1, clip=True)
    layers.append(dots.encode(y=y, shape=shape.legend(None), tooltip=tooltip))
    chart = alt.layer(*layers)
    return chart if histogram else chart.interactive(bind_y=False)


def _marked(mark: Mark, scale: float, unit: str) -> alt.Chart:
    """A line at the value; its name, with the error, under the pointer."""
    told = f"{mark.name} {quantity(mark.at, mark.err or None, 'Hz' if unit.endswith('Hz') else unit[-1:])}"
    frame = pd.DataFrame({"x": [mark.at * scale], "what": [told]})
    dash, colour = ([2, 3], ink()) if mark.goal else ([6, 3], colours()[1])
    rule = alt.Chart(frame).mark_rule(strokeDash=dash, strokeWidth=1.4, color=colour, opacity=0.8, clip=True)
    return rule.encode(tooltip=alt.Tooltip("what:N", title="goal" if mark.goal else "found"))


def residuals(analysis: Analysis) -> alt.LayerChart | alt.FacetChart | None:
    """Points minus curve, in standard errors of the points; None without a curve or without errors."""
    scale, _ = _scale(analysis)
    frames = [
        pd.DataFrame({"series": part.name, "x": np.array(part.x) * scale, "sigma": left})
        for part in analysis.series
        if (left := _left_over(part)) is not None
    ]
    if not frames:
        return None
    frame = pd.concat(frames)
    widest = max(3.5, 1.1 * float(np.abs(frame["sigma"]).max()))
    names = [part.name for part in analysis.series]
    x = alt.X("x:Q", title=None, axis=alt.Axis(labels=False), scale=alt.Scale(zero=False, nice=False, padding=8))
    span = alt.Scale(domain=[-widest, widest], nice=False)
    y = alt.Y("sigma:Q", title="off by (σ)", scale=span, axis=alt.Axis(tickCount=3, titleFontSize=12, minExtent=EXTENT))
    colour = alt.Color("series:N", scale=alt.Scale(domain=names, range=list(colours())), legend=None)
    band = alt.Chart(pd.DataFrame({"low": [-2.0], "high": [2.0]})).mark_rect(opacity=0.12, color=colours()[0])
    tooltip = alt.Tooltip("sigma:Q", title="standard errors off the curve", format="+.2f")
    return alt.layer(
        band.encode(y=alt.Y("low:Q", scale=span, title="off by (σ)"), y2="high:Q"),
        alt.Chart(frame).mark_point(filled=True, size=22, opacity=1).encode(x=x, y=y, color=colour, tooltip=tooltip),
    )


def _left_over(part: Series) -> np.ndarray | None:
    at = np.array(part.fit_x)
    if len(at) < 4 or np.any(np.diff(at) <= 0) or not np.all(np.array(part.y_err) > 0):
        return None
    return weighted_residuals(part)


def used_share(analysis: Analysis) -> float:
    """The share of the sweep in which nine tenths of all the ups and downs of its curves lie; 1 without a curve."""
    shares = []
    for part in analysis.series:
        at, y = fitted_curve(analysis, part)
        ups = np.abs(np.diff(y))
        if not ups.sum():
            continue
        risen = np.concatenate([[0.0], np.cumsum(ups)]) / ups.sum()
        ends = np.searchsorted(risen, risen + 0.9 - 1e-9)
        widths = [at[end] - at[start] for start, end in enumerate(ends) if end < len(at)]
        shares.append(min(widths) / (max(part.x) - min(part.x)))
    return max(shares, default=1.0)


def _single_sequences(analysis: Analysis, scale: float) -> alt.Chart:
    clouds = np.concatenate([np.array(cloud) for cloud in analysis.points.values()])
    frame = pd.DataFrame({"x": clouds[:, 0] * scale, "y": clouds[:, 1]})
    return alt.Chart(frame).mark_circle(size=18, color="#9a9a9a", opacity=0.45, clip=True)


def _range_of_y(analysis: Analysis, points: pd.DataFrame, histogram: bool) -> alt.Scale:
    """As in the static figure: probabilities keep their range, a histogram of shots is logarithmic."""
    if histogram:
        return alt.Scale(type="log", domain=[float(points.y.min()) / 2, float(points.y.max()) * 1.5])
    positive = [number for part in analysis.series for number in (*part.y, *part.y_err) if number > 0]
    if analysis.experiment == "reset_error" and positive:
        return alt.Scale(type="log", domain=[min(SMALL_SHARE, min(positive) / 2), 1.2], clamp=True)
    if analysis.experiment == "correlated_readout_error" and analysis.error is None:
        return alt.Scale(domain=[min(points.low.min(), -SMALL_CHANGE), max(points.high.max(), SMALL_CHANGE)])
    limits = analysis.y_axis.limits
    return alt.Scale(zero=False) if limits is None else alt.Scale(domain=list(limits), nice=False)
