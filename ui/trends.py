"""Values over the device's clock: one parameter with its errors, and what is proposed for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import altair as alt
import numpy as np
import pandas as pd

from reson.records import Change
from reson.tools.figures.style import label, prefix
from reson.tools.store.table import ParameterRow
from reson.ui import palette
from reson.ui.special_plots import AnyChart

KINDS = ("design", "measured", "proposed", "upper limit", "proposed limit")
HEIGHT, TICKS = 190, 5
FEWEST, JUMP = 4, 5.0
"""Steps that say what is usual, and times that from which one is a jump."""


def of_value(
    past: list[ParameterRow], change: Change | None = None, asked: float = 0.0, goal: float | None = None
) -> AnyChart:
    """Versions of one value, oldest first, a ring around each jump and a line at the goal; a proposed change stands at
    the moment it was ``asked`` (device clock).
    """
    scale, unit = prefix(np.array([row.value for row in past]), past[-1].unit)
    rows = [_point(row.valid_from, row.value, row.stderr, _kind(row), row.author) for row in past]
    if change is not None:
        kind = "proposed limit" if change.confidence else "proposed"
        rows.append(_point(asked, change.new, change.stderr, kind, ""))
    frame = pd.DataFrame(rows)
    frame[["value", "err"]] *= scale
    frame = frame.assign(low=frame.value - frame.err, high=frame.value + frame.err)
    layers = [_layers(frame, label(past[-1].parameter, unit))]
    if rings := jumps(past):
        layers.append(_ringed(frame.iloc[rings]))
    if goal is not None:
        layers.append(_goal(goal * scale))
    return alt.layer(*layers).properties(height=HEIGHT)


def jumps(past: Sequence[ParameterRow]) -> list[int]:
    """Which versions lie farther from the one before than five times what is usual (the median) and three standard
    deviations; none as long as there are too few to say what is usual.
    """
    steps = [
        (index, one.value - before.value, math.hypot(one.stderr or 0.0, before.stderr or 0.0))
        for index, (before, one) in enumerate(pairwise(past), start=1)
        if before.measurement_id and one.measurement_id and not before.confidence and not one.confidence
    ]
    if len(steps) < FEWEST:
        return []
    usual = median(abs(step) for _, step, _ in steps)
    return [index for index, step, err in steps if abs(step) > max(JUMP * usual, 3 * err)]


def _ringed(frame: pd.DataFrame) -> alt.Chart:
    ring = alt.Chart(frame).mark_point(size=170, strokeWidth=1.8, filled=False, color=palette.colours()[1])
    return ring.encode(x="at:T", y="value:Q", tooltip=alt.Tooltip("value:Q", title="jumped to", format=".6~g"))


def _goal(at: float) -> alt.Chart:
    rule = alt.Chart(pd.DataFrame({"value": [at]})).mark_rule(strokeDash=[2, 3], color=palette.ink(), opacity=0.8)
    return rule.encode(y="value:Q", tooltip=alt.Tooltip("value:Q", title="goal"))


def _kind(row: ParameterRow) -> str:
    if row.confidence:
        return "upper limit"
    return "measured" if row.measurement_id else "design"


def _point(at: float, value: float, stderr: float | None, kind: str, by: str) -> dict[str, object]:
    return {"at": pd.Timestamp(at, unit="s", tz="UTC"), "value": value, "err": stderr or 0.0, "kind": kind, "by": by}


def time_axis(frame: pd.DataFrame) -> alt.X:
    """The device's clock (UTC): days where the data spans more than two, else hours."""
    days = (frame["at"].max() - frame["at"].min()).total_seconds() / 86400
    whole = {"interval": "day", "step": math.ceil(days / TICKS)} if days > 2 else TICKS
    axis = alt.Axis(format="%d %b" if days > 2 else "%H:%M", tickCount=whole, labelOverlap=True, grid=False)
    return alt.X("at:T", title=None, axis=axis, scale=alt.Scale(type="utc", padding=12))


def _layers(frame: pd.DataFrame, title: str) -> AnyChart:
    hues = palette.colours()
    x, y = time_axis(frame), alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4))
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=KINDS, range=["#8a949d", hues[0], hues[1], hues[0], hues[1]]), legend=None
    )
    marks = ["square", "circle", "diamond", "triangle-down", "triangle-down"]
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=KINDS, range=marks), legend=None)
    tooltip = [
        alt.Tooltip("kind:N"),
        alt.Tooltip("value:Q", format=".9~g"),
        alt.Tooltip("err:Q", title="standard error", format=".2~g"),
        alt.Tooltip("utc:N", title="device clock (UTC)"),
        alt.Tooltip("by:N"),
    ]
    frame = frame.assign(utc=frame["at"].dt.strftime("%Y-%m-%d %H:%M"))
    base = alt.Chart(frame)
    measured = base.transform_filter("datum.kind == 'measured'")
    return alt.layer(
        measured.mark_line(strokeWidth=1, opacity=0.5, color=hues[0]).encode(x=x, y=y),
        base.mark_rule().encode(x=x, y=alt.Y("low:Q", title=""), y2="high:Q", color=colour),
        base.mark_point(filled=True, size=44, opacity=1).encode(x=x, y=y, color=colour, shape=shape, tooltip=tooltip),
    )
