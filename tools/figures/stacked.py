"""Curves over the swept value, and their contrast below them on the same scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reson.tools.data import CONTRAST, Analysis
from reson.tools.figures import style
from reson.tools.figures.curves import draw_line, draw_points, in_readable_units, whole_numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHTS = (3, 1)


def draw_stacked(analysis: Analysis, title: str) -> Figure:
    """The series of contrasts in a panel of its own; everything else above it."""
    from matplotlib.ticker import MaxNLocator

    below = [part for part in analysis.series if part.name.startswith(CONTRAST)]
    above = [part for part in analysis.series if part not in below]
    shown = in_readable_units(analysis.model_copy(update={"series": tuple(above)}))
    figure = style.bare_figure(style.title_of(title, analysis.component))
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=HEIGHTS)
    scale, unit = style.prefix(
        np.concatenate([np.zeros(0), *(part.x for part in analysis.series)]), analysis.x_axis.unit
    )
    for axes, parts in ((upper, shown.series), (lower, below)):
        style.dress(axes)
        for index, part in enumerate(parts):
            if part.fit_x:
                draw_line(axes, index, np.array(part.fit_x) * scale, np.array(part.fit_y))
            draw_points(axes, index, part, scale)
    upper.set_ylabel(shown.y_axis.label, fontsize=11)
    lower.set_ylabel("Contrast", fontsize=11)
    lower.set_ylim(-0.05, 1.15)
    lower.set_xlabel(style.label(analysis.x_axis.label, unit), fontsize=11)
    if len(shown.series) > 1:
        upper.legend(**style.LEGEND, ncols=len(shown.series))
    if shown.y_axis.limits is not None:
        upper.set_ylim(*shown.y_axis.limits)
    if whole_numbers(analysis):
        lower.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure
