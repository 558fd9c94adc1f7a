"""Interactive plots from the ``Analysis`` that the static figure is drawn from: same points, fits, units, colours."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from reson.tools.experiments.experiment import Analysis, Map
from reson.tools.figures.style import COLOURS, label, prefix

DARK_COLOURS = ("#56B4E9", "#E69F00", "#2EC49A", "#E3A1C6", "#9AD0F0", "#F0C466")
"""The same hues of Okabe and Ito, light enough for a dark page."""
HEIGHT = 330

AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.HConcatChart


def is_dark() -> bool:
    return st.context.theme.type == "dark"


def colours() -> tuple[str, ...]:
    return DARK_COLOURS if is_dark() else COLOURS


def ink() -> str:
    return "#e3e6e8" if is_dark() else "#1d2329"


def paper() -> str:
    return "#14181b" if is_dark() else "#fdfdfc"


def draw(chart: AnyChart, key: str) -> None:
    """Put a chart on the page, as wide as its place."""
    st.altair_chart(chart, width="stretch", key=key)


def of_analysis(analysis: Analysis) -> AnyChart:
    """Points with errors and fits over the swept value; coloured maps of two swept values; for shots in the IQ plane,
    the clouds beside the histogram.
    """
    if analysis.maps:
        maps = [_map(analysis, part) for part in analysis.maps]
        return maps[0].properties(height=HEIGHT) if len(maps) == 1 else alt.hconcat(*maps)
    clouds = _is_clouds(analysis)
    main = _curves(analysis, histogram=clouds)
    return alt.hconcat(_plane(analysis), main.properties(width=260)) if clouds else main.properties(height=HEIGHT)


def measured_frame(analysis: Analysis) -> pd.DataFrame:
    """Columns series, x, y, y_err, or of a map series, x, y, z: the measured points in SI units."""
    if analysis.maps:
        return pd.concat([_pixels(part) for part in analysis.maps])
    parts = [
        pd.DataFrame({"series": part.name, "x": part.x, "y": part.y, "y_err": part.y_err}) for part in analysis.series
    ]
    return pd.concat(parts) if parts else pd.DataFrame(columns=["series", "x", "y", "y_err"])


def _pixels(part: Map) -> pd.DataFrame:
    x, y = np.meshgrid(part.x, part.y)
    return pd.DataFrame({"series": part.name, "x": x.ravel(), "y": y.ravel(), "z": np.array(part.z).ravel()})


def _map(analysis: Analysis, part: Map) -> alt.LayerChart | alt.FacetChart:
    """Each measured point as a rectangle that reaches half-way to its neighbours."""
    assert analysis.z_axis is not None, "an analysis with maps says what their colour is"
    (x_scale, x_unit), (y_scale, y_unit) = (
        prefix(np.array(values), axis.unit) for values, axis in ((part.x, analysis.x_axis), (part.y, analysis.y_axis))
    )
    z_scale, z_unit = prefix(np.array(part.z), analysis.z_axis.unit)
    x_edges, y_edges = _edges(np.array(part.x) * x_scale), _edges(np.array(part.y) * y_scale)
    columns, rows = np.meshgrid(np.arange(len(part.x)), np.arange(len(part.y)))
    frame = pd.DataFrame(
        {
            "x": x_edges[columns.ravel()],
            "x2": x_edges[columns.ravel() + 1],
            "y": y_edges[rows.ravel()],
            "y2": y_edges[rows.ravel() + 1],
            "z": np.array(part.z).ravel() * z_scale,
        }
    )
    names = [label(axis.label, unit) for axis, unit in ((analysis.x_axis, x_unit), (analysis.y_axis, y_unit))]
    tight = alt.Scale(zero=False, nice=False)
    x, y = alt.X("x:Q", title=names[0], scale=tight), alt.Y("y:Q", title=names[1], scale=tight)
    shade = alt.Color(
        "z:Q",
        scale=alt.Scale(scheme="viridis", zero=False),
        legend=alt.Legend(title=label(analysis.z_axis.label, z_unit)),
    )
    layers = [alt.Chart(frame, title=part.name).mark_rect().encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=shade)]
    for line in analysis.series:
        points = pd.DataFrame({"x": np.array(line.x) * x_scale, "y": np.array(line.y) * y_scale})
        layers.append(alt.Chart(points).mark_point(filled=True, size=20, color=COLOURS[1], clip=True).encode(x=x, y=y))
    return alt.layer(*layers)


def _edges(centres: np.ndarray) -> np.ndarray:
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])


def _is_clouds(analysis: Analysis) -> bool:
    return bool(analysis.points) and analysis.experiment == "readout"


def _scale(analysis: Analysis) -> tuple[float, str]:
    values = np.concatenate([part.x for part in analysis.series]) if analysis.series else np.zeros(1)
    return prefix(values, analysis.x_axis.unit)


def _curves(analysis: Analysis, *, histogram: bool) -> alt.LayerChart | alt.FacetChart:
    scale, unit = _scale(analysis)
    points = measured_frame(analysis)
    points = points.assign(x=points.x * scale, low=points.y - points.y_err, high=points.y + points.y_err)
    if histogram:
        points = points.loc[points.y > 0]
    fits = [pd.DataFrame({"series": p.name, "x": np.array(p.fit_x) * scale, "y": p.fit_y}) for p in analysis.series]
    x = alt.X("x:Q", title=label(analysis.x_axis.label, unit), scale=alt.Scale(zero=False, nice=False, padding=8))
    span = _range_of_y(analysis, points, histogram)
    y = alt.Y("y:Q", title=label(analysis.y_axis.label, analysis.y_axis.unit), scale=span)
    names = [part.name for part in analysis.series]
    legend = alt.Legend(title=None, orient="top") if len(names) > 1 else None
    colour = alt.Color("series:N", scale=alt.Scale(domain=names, range=list(colours())), legend=legend)
    shape = alt.Shape("series:N", scale=alt.Scale(domain=names, range=["circle", "square", "triangle-up", "diamond"]))
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
    if analysis.y_axis.label.startswith("P("):
        return alt.Scale(domain=[0.4 if analysis.y_axis.label == "P(survival)" else -0.05, 1.05], nice=False)
    return alt.Scale(zero=False)


def _plane(analysis: Analysis) -> alt.LayerChart | alt.FacetChart:
    frame = pd.concat(
        [
            pd.DataFrame(np.array(cloud), columns=["I", "Q"]).assign(state=name)
            for name, cloud in analysis.points.items()
        ]
    )
    middle, half = frame[["I", "Q"]].mean(), max(np.ptp(frame.I), np.ptp(frame.Q)) / 2 * 1.05
    names = list(analysis.points)

    def axis(name: str) -> alt.Scale:
        return alt.Scale(domain=[middle[name] - half, middle[name] + half], nice=False)

    dots = (
        alt.Chart(frame)
        .mark_circle(size=9, opacity=0.35, clip=True)
        .encode(
            x=alt.X("I:Q", title="I (arb. units)", scale=axis("I")),
            y=alt.Y("Q:Q", title="Q (arb. units)", scale=axis("Q")),
            color=alt.Color(
                "state:N", scale=alt.Scale(domain=names, range=list(colours())), legend=alt.Legend(title=None)
            ),
        )
    )
    middles = [np.array(cloud).mean(axis=0) for cloud in analysis.points.values()]
    centres = alt.Chart(pd.DataFrame(middles, columns=["I", "Q"]))
    crosses = centres.mark_point(shape="cross", size=130, filled=True, color=ink()).encode(x="I:Q", y="Q:Q")
    return alt.layer(dots, crosses).properties(width=300, height=300)
