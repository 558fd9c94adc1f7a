"""Plots of results that are no curve: clouds of shots, a staircase, a state, a quantity that wanders, a spectrum."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import altair as alt
import numpy as np
import pandas as pd

from reson.tools.allxy_pairs import PAIRS
from reson.tools.data import Analysis, Series
from reson.tools.figures.states import HALF, MATRIX_PANELS, PANELS, PAULIS, STATES
from reson.tools.figures.style import label, prefix
from reson.tools.spectrum import amplitude_spectrum
from reson.ui.curve_plots import of_curves
from reson.ui.palette import colours, ink

AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.HConcatChart | alt.VConcatChart

SMALLEST_SHARE = 3e-4
"""Of shots, where the logarithmic axis begins."""
BINS = 20
PLANE = 255
"""Pixels: two of that width stand side by side in half a page."""
SQUARE = 110
"""Pixels: of a matrix, of which three stand side by side there."""
LONG = 300.0
"""Seconds from which a time is drawn in minutes."""
GREY = "#8a949d"


def _clouds(analysis: Analysis) -> AnyChart:
    return alt.hconcat(_plane(analysis), of_curves(analysis, histogram=True).properties(width=PLANE - 40, height=PLANE))


def _assignment(analysis: Analysis) -> AnyChart:
    """The clouds beside how many of each preparation were assigned to each state."""
    parts = [_frame(part) for part in analysis.series]
    frame = pd.concat(parts).assign(state=lambda rows: rows.x.astype(int).astype(str))
    frame = frame.assign(floor=SMALLEST_SHARE, low=frame.low.clip(lower=SMALLEST_SHARE))
    scale = alt.Scale(type="log", domain=[SMALLEST_SHARE, 1.3], nice=False)
    colour = alt.Color("series:N", scale=_names(analysis), legend=alt.Legend(title=None, orient="top"))
    place = {"x": alt.X("state:N", title=analysis.x_axis.label, axis=alt.Axis(labelAngle=0)), "xOffset": "series:N"}
    base = alt.Chart(frame).encode(**place)
    bars = base.mark_bar().encode(
        y=alt.Y("floor:Q", title=analysis.y_axis.label, scale=scale), y2="y:Q", color=colour, tooltip=_tooltip("state")
    )
    errors = base.mark_rule(color=ink()).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    return alt.hconcat(_plane(analysis), alt.layer(bars, errors).properties(width=PLANE - 40, height=PLANE))


def _staircase(analysis: Analysis) -> AnyChart:
    """Points over named pairs of pulses, the ideal steps behind them, and the steps as the fitted errors bend them."""
    points, stairs = analysis.series
    frame = _frame(points).assign(pair=PAIRS)
    edges = [x - 0.5 for x in stairs.x] + [stairs.x[-1] + 0.5]
    steps = pd.DataFrame({"x": edges, "y": [*stairs.y, stairs.y[-1]], "series": stairs.name})
    names = ", ".join(f"'{pair}'" for pair in PAIRS)
    axis = alt.Axis(values=list(range(len(PAIRS))), labelExpr=f"[{names}][datum.value]", labelOverlap=False, grid=False)
    x = alt.X("x:Q", title=analysis.x_axis.label, axis=axis, scale=alt.Scale(domain=[edges[0], edges[-1]], nice=False))
    y = alt.Y("y:Q", title=analysis.y_axis.label, scale=alt.Scale(domain=[-0.05, 1.05], nice=False))
    shown = alt.Scale(domain=[points.name, stairs.name], range=[colours()[0], GREY])
    colour = alt.Color("series:N", scale=shown, legend=alt.Legend(title=None, orient="top"))
    bends = pd.DataFrame({"x": points.fit_x, "y": points.fit_y})
    return alt.layer(
        alt.Chart(steps).mark_line(interpolate="step-after", strokeWidth=1.6).encode(x=x, y=y, color=colour),
        alt.Chart(bends).mark_line(strokeWidth=1.4, color=colours()[1], opacity=0.8).encode(x=x, y=y),
        alt.Chart(frame).mark_rule().encode(x=x, y=alt.Y("low:Q", title=""), y2="high:Q", color=colour),
        alt.Chart(frame)
        .mark_point(filled=True, size=40, opacity=1)
        .encode(x=x, y=y, color=colour, tooltip=_tooltip("pair")),
    ).properties(height=330)


def _state(analysis: Analysis) -> AnyChart:
    """Expectation values and the density matrix as bars, the ideal ones as outlines."""
    panels = []
    for index, (title, names) in enumerate(PANELS):
        measured, ideal = analysis.series[2 * index : 2 * index + 2]
        panels.append(_bars(measured, ideal, title, names).properties(width=60 * len(names), height=300))
    return alt.hconcat(*panels).properties(title=_filled_or_outlined())


def _two_qubit_state(analysis: Analysis) -> AnyChart:
    """Expectation values as bars, and below them the density matrix as squares, the ideal one at the right."""
    measured, ideal, *matrices = analysis.series
    above = _bars(measured, ideal, "Expectation value", PAULIS, 14).properties(width=440, height=180)
    squares = [_matrix(part, title) for part, title in zip(matrices, MATRIX_PANELS, strict=True)]
    # in a row of its own, since what stands alone is stretched to the page without its axis
    return alt.vconcat(alt.hconcat(above), alt.hconcat(*squares)).properties(title=_filled_or_outlined())


def _bars(measured: Series, ideal: Series, title: str, names: Sequence[str], width: int = 24) -> AnyChart:
    found, wanted = (_frame(part).assign(name=names) for part in (measured, ideal))
    x = alt.X("name:N", title=None, sort=list(names), axis=alt.Axis(labelAngle=0))
    y = alt.Y("y:Q", title=title, scale=alt.Scale(domain=[-1.1, 1.1], nice=False))
    bars = alt.Chart(found).mark_bar(opacity=0.75, color=colours()[0], width=width)
    outlines = alt.Chart(wanted).mark_bar(filled=False, stroke=colours()[1], strokeWidth=1.8, width=width + 8)
    errors = alt.Chart(found).mark_rule(color=ink(), strokeWidth=1.4)
    return alt.layer(
        bars.encode(x=x, y=y, tooltip=_tooltip("name")),
        outlines.encode(x=x, y=y, tooltip=_tooltip("name")),
        errors.encode(x=x, y=alt.Y("low:Q", title=""), y2="high:Q"),
    )


def _matrix(part: Series, title: str) -> alt.Chart:
    frame = pd.DataFrame({"row": np.repeat(STATES, 4), "column": np.tile(STATES, 4), "value": part.y})
    scale = alt.Scale(scheme="redblue", domain=[-HALF, HALF], reverse=True)
    legend = alt.Legend(orient="bottom", gradientLength=SQUARE, values=[-HALF, 0, HALF])
    axis = alt.Axis(labelAngle=0, labelFlush=False)
    square = alt.Chart(frame).mark_rect(stroke=GREY, strokeWidth=0.5)
    return square.encode(
        x=alt.X("column:N", title=None, sort=list(STATES), axis=axis),
        y=alt.Y("row:N", title=None, sort=list(STATES), axis=axis),
        color=alt.Color("value:Q", title=None, scale=scale, legend=legend),
        tooltip=["row:N", "column:N", alt.Tooltip("value:Q", format=".3f")],
    ).properties(width=SQUARE, height=SQUARE, title=alt.Title(title, fontSize=12, fontWeight="normal"))


def _filled_or_outlined() -> alt.Title:
    return alt.Title("filled: measured; outlined: ideal", fontSize=12, fontWeight="normal", anchor="start")


def _wandering(analysis: Analysis) -> AnyChart:
    """A quantity over time, its typical value as a line; at its side how often each value occurs."""
    if analysis.error is not None:
        return of_curves(analysis).properties(height=330)
    trace = analysis.series[0]
    frame, line, (x_title, y_title) = _in_units(analysis, trace)
    top = 1.1 * float(frame.high.max())
    scale = alt.Scale(domain=[0, top], nice=False)
    x, y = alt.X("x:Q", title=x_title, scale=alt.Scale(nice=False, padding=8)), alt.Y("y:Q", title=y_title, scale=scale)
    number, edges = np.histogram(frame.y, BINS)
    often = pd.DataFrame({"number": number, "y": edges[:-1], "y2": edges[1:]})
    main = alt.layer(
        alt.Chart(line).mark_line(color=colours()[1], strokeWidth=1.6).encode(x=x, y=y),
        *_points(frame, x, y),
    )
    beside = alt.Chart(often).mark_rect(color=colours()[0], opacity=0.6)
    beside = beside.encode(
        x=alt.X("number:Q", title="Count"), x2=alt.datum(0), y=alt.Y("y:Q", title=None, scale=scale), y2="y2:Q"
    )
    return alt.hconcat(main.properties(width=400, height=300), beside.properties(width=90, height=300))


def _trace_and_spectrum(analysis: Analysis) -> AnyChart:
    """The fringes, and below them their amplitude spectrum with that of the fitted curve."""
    above = of_curves(analysis).properties(width=440, height=220)
    trace = analysis.series[0]
    time = np.array(trace.x)
    frequency, amplitude = amplitude_spectrum(time, np.array(trace.y))
    scale, unit = prefix(frequency, "Hz")
    frame = pd.DataFrame({"x": frequency * scale, "y": amplitude})
    x = alt.X("x:Q", title=label("Frequency", unit), scale=alt.Scale(nice=False))
    y = alt.Y("y:Q", title="Amplitude")
    spectrum = [alt.Chart(frame).mark_area(color=colours()[0], opacity=0.35, line=True).encode(x=x, y=y)]
    if trace.fit_x:
        fitted = amplitude_spectrum(time, np.interp(time, trace.fit_x, trace.fit_y))[1]
        curve = alt.Chart(frame.assign(y=fitted)).mark_line(color=colours()[1], strokeDash=[4, 3])
        spectrum.append(curve.encode(x=x, y=y))
    return alt.vconcat(above, alt.layer(*spectrum).properties(width=440, height=130))


SPECIAL: dict[str, Callable[[Analysis], AnyChart]] = {
    "readout": _clouds,
    "three_state_readout": _assignment,
    "allxy": _staircase,
    "state_tomography": _state,
    "bell_state": _two_qubit_state,
    "t1_over_time": _wandering,
    "t2_ramsey": _trace_and_spectrum,
}
"""Experiments whose static figure is neither a curve nor a map."""


def _frame(part: Series) -> pd.DataFrame:
    frame = pd.DataFrame({"series": part.name, "x": part.x, "y": part.y, "y_err": part.y_err})
    return frame.assign(low=frame.y - frame.y_err, high=frame.y + frame.y_err)


def _in_units(analysis: Analysis, part: Series) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, str]]:
    """Points, curve and axis titles in readable units; a long time in minutes, as in the static figure."""
    minutes = analysis.x_axis.unit == "s" and part.x[-1] > LONG
    x_scale, x_unit = (1 / 60, "min") if minutes else prefix(np.array(part.x), analysis.x_axis.unit)
    y_scale, y_unit = prefix(np.array(part.y), analysis.y_axis.unit)
    frame = _frame(part)
    frame["x"] *= x_scale
    frame[["y", "y_err", "low", "high"]] *= y_scale
    line = pd.DataFrame({"x": np.array(part.fit_x) * x_scale, "y": np.array(part.fit_y) * y_scale})
    return frame, line, (label(analysis.x_axis.label, x_unit), label(analysis.y_axis.label, y_unit))


def _points(frame: pd.DataFrame, x: alt.X, y: alt.Y) -> tuple[alt.Chart, alt.Chart]:
    base = alt.Chart(frame).encode(x=x)
    errors = base.mark_rule(color=colours()[0]).encode(y=alt.Y("low:Q", title=""), y2="high:Q")
    marks = base.mark_point(filled=True, size=34, opacity=1, color=colours()[0])
    return errors, marks.encode(y=y, tooltip=_tooltip("x"))


def _tooltip(name: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip(f"{name}:Q", format=".4~g") if name == "x" else alt.Tooltip(f"{name}:N"),
        alt.Tooltip("y:Q", title="value", format=".4~g"),
        alt.Tooltip("y_err:Q", title="standard error", format=".2~g"),
    ]


def _names(analysis: Analysis) -> alt.Scale:
    return alt.Scale(domain=[part.name for part in analysis.series], range=list(colours()))


def _plane(analysis: Analysis) -> alt.LayerChart | alt.FacetChart:
    """Every shot in the IQ plane, and the middle of each cloud."""
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
                "state:N",
                scale=alt.Scale(domain=names, range=list(colours())),
                legend=alt.Legend(title=None, orient="top"),
            ),
        )
    )
    middles = [np.array(cloud).mean(axis=0) for cloud in analysis.points.values()]
    centres = alt.Chart(pd.DataFrame(middles, columns=["I", "Q"]))
    crosses = centres.mark_point(shape="cross", size=130, filled=True, color=ink()).encode(x="I:Q", y="Q:Q")
    return alt.layer(dots, crosses).properties(width=PLANE, height=PLANE)
