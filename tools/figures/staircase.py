"""The staircase of AllXY: points with errors over named pairs of pulses, and the ideal steps behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reson.tools.allxy_pairs import PAIRS
from reson.tools.data import Analysis
from reson.tools.figures import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_staircase(analysis: Analysis, title: str) -> Figure:
    """The first series as points with its fitted bends, the second as steps."""
    figure, axes = style.new_figure(style.title_of(title, analysis.component))
    points, stairs = analysis.series
    edges = [x - 0.5 for x in stairs.x] + [stairs.x[-1] + 0.5]
    axes.stairs(stairs.y, edges, baseline=None, color="#999999", linewidth=1.4, label=stairs.name, zorder=1)
    axes.plot(points.fit_x, points.fit_y, "-", color=style.COLOURS[1], linewidth=1.3, alpha=0.8, zorder=2)
    axes.errorbar(
        points.x,
        points.y,
        yerr=points.y_err,
        fmt="o",
        color=style.COLOURS[0],
        markersize=5,
        markeredgecolor="white",
        markeredgewidth=0.4,
        elinewidth=0.9,
        label=points.name,
        zorder=3,
    )
    axes.set_xticks(range(len(PAIRS)), PAIRS, fontsize=9)
    axes.set_xlabel(analysis.x_axis.label, fontsize=11)
    axes.set_ylabel(analysis.y_axis.label, fontsize=11)
    axes.set_ylim(-0.05, 1.05)
    axes.legend(**style.LEGEND, ncols=2)
    return figure
