"""Interactive plots from the ``Analysis`` that the static figure is drawn from: same points, fits, units, colours."""

from __future__ import annotations

import altair as alt
import streamlit as st

from reson.tools.data import Analysis
from reson.tools.verdicts.data_checks import unusable
from reson.ui.curve_plots import of_curves
from reson.ui.map_plots import of_map
from reson.ui.special_plots import SPECIAL, AnyChart

HEIGHT, LEGEND = 330, 80
"""Pixels, of a plot and of the scale of colours above a map."""


def draw(chart: AnyChart, key: str) -> None:
    """Put a chart on the page, as wide as its place."""
    st.altair_chart(chart, width="stretch", key=key)


def of_analysis(analysis: Analysis) -> AnyChart:
    """Points with errors and fits over the swept value; coloured maps of two; of what is neither its own plot."""
    if analysis.maps:
        maps = [of_map(analysis, part) for part in analysis.maps]
        return maps[0].properties(height=HEIGHT + LEGEND) if len(maps) == 1 else alt.hconcat(*maps)
    special = None if unusable(analysis) else SPECIAL.get(analysis.experiment)
    return of_curves(analysis).properties(height=HEIGHT) if special is None else special(analysis)
