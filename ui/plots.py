"""Interactive plots from the ``Analysis`` that the static figure is drawn from: same points, fits, units, colours."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import streamlit as st

from reson.tools.data import Analysis
from reson.tools.verdicts.data_checks import unusable
from reson.ui.curve_plots import Mark, of_curves, residuals
from reson.ui.map_plots import of_map
from reson.ui.special_plots import SPECIAL, AnyChart

HEIGHT, LEGEND, BELOW = 330, 80, 90
"""Pixels, of a plot, of the scale of colours above a map, and of what a fit leaves."""


def draw(chart: AnyChart, key: str) -> None:
    """Put a chart on the page, as wide as its place."""
    st.altair_chart(chart, width="stretch", key=key)


def show(analysis: Analysis, key: str, marks: Sequence[Mark] = ()) -> None:
    """Put the plot of a measurement on the page, with lines at ``marks`` and below it what the fit leaves."""
    draw(of_analysis(analysis, marks), key)
    below = None if analysis.maps or analysis.experiment in SPECIAL else residuals(analysis)
    if below is not None:
        draw(below.properties(height=BELOW), f"{key}-left")


def of_analysis(analysis: Analysis, marks: Sequence[Mark] = ()) -> AnyChart:
    """Points with errors and fits over the swept value; coloured maps of two; of what is neither its own plot."""
    if analysis.maps:
        maps = [of_map(analysis, part) for part in analysis.maps]
        return maps[0].properties(height=HEIGHT + LEGEND) if len(maps) == 1 else alt.hconcat(*maps)
    special = None if unusable(analysis) else SPECIAL.get(analysis.experiment)
    return of_curves(analysis, marks=marks).properties(height=HEIGHT) if special is None else special(analysis)
