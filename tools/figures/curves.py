"""Points with errors over the swept value, and the fitted curve where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reson.tools.experiments.experiment import Analysis, Series
from reson.tools.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_curves(analysis: Analysis, title: str) -> Figure:
    """All series of an analysis on one set of axes; individual sequences, where kept, as faint dots behind."""
    figure, axes = style.new_figure(style.title_of(title, analysis.qubit))
    x_scale, x_unit = style.prefix(np.concatenate([part.x for part in analysis.series]), analysis.x_axis.unit)
    for cloud in analysis.points.values():
        x, y = np.array(cloud).T
        axes.plot(x * x_scale, y, ".", color=style.GRID, markeredgecolor="#BBBBBB", markersize=5, zorder=1)
    for index, part in enumerate(analysis.series):
        _draw_series(axes, part, index, x_scale)
    axes.set_xlabel(style.label(analysis.x_axis.label, x_unit), fontsize=11)
    axes.set_ylabel(style.label(analysis.y_axis.label, analysis.y_axis.unit), fontsize=11)
    if len(analysis.series) > 1:
        axes.legend(**style.LEGEND, ncols=len(analysis.series))
    _natural_range(axes, analysis)
    return figure


def _draw_series(axes: Axes, part: Series, index: int, x_scale: float) -> None:
    colour, marker = style.COLOURS[index % len(style.COLOURS)], style.MARKERS[index % len(style.MARKERS)]
    if part.fit_x:
        axes.plot(np.array(part.fit_x) * x_scale, part.fit_y, "-", color=colour, linewidth=1.6, alpha=0.75, zorder=2)
    axes.errorbar(
        np.array(part.x) * x_scale,
        part.y,
        yerr=part.y_err,
        fmt=marker,
        color=colour,
        markersize=4.5,
        markeredgecolor="white",
        markeredgewidth=0.4,
        elinewidth=0.9,
        capsize=0,
        label=part.name,
        zorder=3,
    )


def _natural_range(axes: Axes, analysis: Analysis) -> None:
    """Probabilities keep their range, so that noise on a flat line looks like it; counts have whole ticks."""
    from matplotlib.ticker import MaxNLocator

    if analysis.y_axis.label.startswith("P("):
        axes.set_ylim(0.4 if analysis.y_axis.label == "P(survival)" else -0.05, 1.05)
    if all(float(x).is_integer() for part in analysis.series for x in part.x):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
