"""IQ clouds: every shot in the plane, one colour for each prepared state, with histograms along the rotated axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reson.tools.data import Analysis
from reson.tools.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


PLACES = {"left": 0.115, "right": 0.985, "bottom": 0.145, "top": 0.875, "wspace": 0.33, "width_ratios": (3, 2)}
"""Of the two sets of axes, in units of the figure: to find them anew for each figure takes longer than to draw it."""


def draw_clouds(analysis: Analysis, title: str) -> Figure:
    """The shots in the plane on the left, their distribution along the separating axis on the right."""
    figure, plane, beside = _two_axes(analysis, title)
    _draw_plane(plane, analysis)
    _draw_histograms(beside, analysis)
    return figure


def draw_assignment(analysis: Analysis, title: str) -> Figure:
    """The shots in the plane on the left, on the right how many of each preparation were assigned to each state."""
    figure, plane, beside = _two_axes(analysis, title)
    _draw_plane(plane, analysis)
    _draw_shares(beside, analysis)
    return figure


def _two_axes(analysis: Analysis, title: str) -> tuple[Figure, Axes, Axes]:
    figure = style.bare_figure(style.title_of(title, analysis.component))
    figure.set_layout_engine(None)
    plane, beside = (figure.add_subplot(place) for place in figure.add_gridspec(1, 2, **PLACES))
    style.dress(plane)
    return figure, plane, beside


def _draw_shares(axes: Axes, analysis: Analysis) -> None:
    width = 0.8 / len(analysis.series)
    for index, part in enumerate(analysis.series):
        left = np.array(part.x) + (index - (len(analysis.series) - 1) / 2) * width
        colour = style.COLOURS[index % len(style.COLOURS)]
        axes.bar(left, part.y, width, color=colour, yerr=part.y_err, error_kw={"elinewidth": 0.9})
    # the small shares are the errors of the readout, so they must be seen
    axes.set_yscale("log")
    axes.set_ylim(3e-4, 1.3)
    axes.set_xticks(analysis.series[0].x, [f"{state:.0f}" for state in analysis.series[0].x])
    axes.set_xlabel(analysis.x_axis.label, fontsize=11)
    axes.set_ylabel(analysis.y_axis.label, fontsize=11)
    style.dress(axes)


def _draw_plane(axes: Axes, analysis: Analysis) -> None:
    values = np.concatenate([np.zeros(0), *(np.ravel(cloud) for cloud in analysis.points.values())])
    for index, (name, cloud) in enumerate(analysis.points.items()):
        i, q = style.readable(values, style.ARBITRARY, "")[0] * np.array(cloud).T
        colour = style.COLOURS[index % len(style.COLOURS)]
        axes.plot(i, q, ".", color=colour, markersize=3, alpha=0.35, markeredgewidth=0, label=name)
        axes.plot(i.mean(), q.mean(), "+", color=style.INK, markersize=12, markeredgewidth=1.8, zorder=4)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(style.readable(values, "I (arb. units)", "")[1], fontsize=11)
    axes.set_ylabel(style.readable(values, "Q (arb. units)", "")[1], fontsize=11)
    if not analysis.points:  # a job that brought no shots home
        return
    legend = axes.legend(
        **style.LEGEND, ncols=len(analysis.points), markerscale=3, columnspacing=0.8, handletextpad=0.0
    )
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1.0)


def _draw_histograms(axes: Axes, analysis: Analysis) -> None:
    factor, label = style.readable(
        np.concatenate([part.x for part in analysis.series]), analysis.x_axis.label, analysis.x_axis.unit
    )
    for index, part in enumerate(analysis.series):
        colour = style.COLOURS[index % len(style.COLOURS)]
        axes.stairs(part.y, factor * _edges(np.array(part.x)), color=colour, fill=True, alpha=0.3)
        if part.fit_x:
            axes.plot(factor * np.array(part.fit_x), part.fit_y, "-", color=colour, linewidth=1.6)
    # the tails carry the errors of the readout, so they must be seen
    axes.set_yscale("log")
    floor = min(min(y for y in part.y if y > 0) for part in analysis.series)
    axes.set_ylim(floor / 2, None)
    axes.set_xlabel(label.replace("readout signal ", "signal\n"), fontsize=11)
    axes.set_ylabel(analysis.y_axis.label, fontsize=11)
    style.dress(axes)


def _edges(centres: np.ndarray) -> np.ndarray:
    half = (centres[1] - centres[0]) / 2
    return np.concatenate([[centres[0] - half], centres + half])
