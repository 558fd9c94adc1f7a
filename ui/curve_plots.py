"""Points with errors and fits over the swept value."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from reson.tools.data import Analysis
from reson.tools.figures.curves import whole_numbers
from reson.tools.figures.style import label, prefix
from reson.tools.points import measured_points
from reson.ui.palette import colours

SHAPES = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross"]
SMALL_SHARE, SMALL_CHANGE = 1e-3, 0.02
"""What is left of a 1 after a reset, and a change of an assignment error, that a plot goes down to at least."""


def _scale(analysis: Analysis) -> tuple[float, str]:
    values = np.concatenate([part.x for part in analysis.series]) if analysis.series else np.zeros(1)
    return prefix(values, analysis.x_axis.unit)


def of_curves(analysis: Analysis, *, histogram: bool = False) -> alt.LayerChart | alt.FacetChart:
    """``histogram``: of the shots along the axis of the readout, in place of a swept value."""
    scale, unit = _scale(analysis)
    points = measured_points(analysis)
    points = points.assign(x=points.x * scale, low=points.y - points.y_err, high=points.y + points.y_err)
    if histogram:
        points = points.loc[points.y > 0]
    fits = [pd.DataFrame({"series": p.name, "x": np.array(p.fit_x) * scale, "y": p.fit_y}) for p in analysis.series]
    counted = not histogram and not unit and whole_numbers(analysis)
    ticks = alt.Axis(tickMinStep=1, format=",d") if counted else alt.Axis()
    span_x = alt.Scale(zero=False, nice=False, padding=8)
    x = alt.X("x:Q", title=label(analysis.x_axis.label, unit), axis=ticks, scale=span_x)
    span = _range_of_y(analysis, points, histogram)
    axis = alt.Axis(titleFontSize=12)  # the longest title fits beside the lowest plot
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
    if fits:
        line = alt.Chart(pd.concat(fits)).mark_line(strokeWidth=1.8, opacity=0.8, clip=True)
        layers.append(line.encode(x=x, y=y, color=colour))
    if not histogram:
        layers.append(
            base.mark_rule(strokeWidth=1, clip=True).encode(y=alt.Y("low:Q", title="", scale=span), y2="high:Q")
        )
    marks = base.mark_point(filled=True, size=34, opacity=1, clip=True)
    layers.append(marks.encode(y=y, shape=shape.legend(None), tooltip=tooltip))
    chart = alt.layer(*layers)
    return chart if histogram else chart.interactive(bind_y=False)


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
