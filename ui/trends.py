"""Values over the device's clock: one parameter with its errors, and what is proposed for it."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from reson.records import Change
from reson.tools.figures.style import label, prefix
from reson.tools.store.table import ParameterRow
from reson.ui import palette
from reson.ui.special_plots import AnyChart

KINDS = ("design", "measured", "proposed")
HEIGHT = 190


def of_value(past: list[ParameterRow], change: Change | None = None, asked: float = 0.0) -> AnyChart:
    """Versions of one value, oldest first; a proposed change stands at the moment it was ``asked`` (device clock)."""
    scale, unit = prefix(np.array([row.value for row in past]), past[-1].unit)
    rows = [
        _point(row.valid_from, row.value, row.stderr, "measured" if row.measurement_id else "design", row.author)
        for row in past
    ]
    if change is not None:
        rows.append(_point(asked, change.new, change.stderr, "proposed", ""))
    frame = pd.DataFrame(rows)
    frame[["value", "err"]] *= scale
    frame = frame.assign(low=frame.value - frame.err, high=frame.value + frame.err)
    return _layers(frame, label(past[-1].parameter, unit)).properties(height=HEIGHT)


def _point(at: float, value: float, stderr: float | None, kind: str, by: str) -> dict[str, object]:
    return {"at": pd.Timestamp(at, unit="s", tz="UTC"), "value": value, "err": stderr or 0.0, "kind": kind, "by": by}


def time_axis(frame: pd.DataFrame) -> alt.X:
    """The device's clock (UTC): days where the data spans more than two, else hours."""
    days = (frame["at"].max() - frame["at"].min()).total_seconds() > 2 * 86400
    axis = alt.Axis(format="%d %b" if days else "%H:%M", tickCount=5, labelOverlap=True, grid=False)
    return alt.X("at:T", title=None, axis=axis, scale=alt.Scale(type="utc", padding=12))


def _layers(frame: pd.DataFrame, title: str) -> AnyChart:
    hues = palette.colours()
    x, y = time_axis(frame), alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4))
    colour = alt.Color("kind:N", scale=alt.Scale(domain=KINDS, range=["#8a949d", hues[0], hues[1]]), legend=None)
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=KINDS, range=["square", "circle", "diamond"]), legend=None)
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
