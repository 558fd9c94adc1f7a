"""Points with errors over the swept value, and the fitted curve where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reson.tools.data import Analysis, Series
from reson.tools.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

EDGES = {"left": 0.125, "right": 0.985, "bottom": 0.115, "top": 0.91}
"""Of the axes, in units of the figure: the same in all figures, so that two of them can be compared by eye."""
UNDER_LEGEND = 0.875
"""Top of the axes where a legend lies between them and the title."""
ERROR_LINE = 0.9
"""Points: how thick an error bar is."""
DENSE = 4
"""Points of a fitted curve to a count from which what it does between two counts is left out."""
LABELS = -0.105
"""Place of both axis labels, in units of the axes."""


def draw_curves(analysis: Analysis, title: str) -> Figure:
    """All series of an analysis on one set of axes; individual sequences, where kept, as faint dots behind."""
    analysis = in_readable_units(analysis)
    figure, axes = style.new_figure(style.title_of(title, analysis.component))
    lay_out(figure, axes, legend=len(analysis.series) > 1)
    scale, unit = style.prefix(np.concatenate([part.x for part in analysis.series]), analysis.x_axis.unit)
    for cloud in analysis.points.values():
        x, y = np.array(cloud).T
        draw_cloud(axes, x * scale, y)
    for index, part in enumerate(analysis.series):
        if part.fit_x:
            x, y = fitted_curve(analysis, part)
            draw_line(axes, index, x * scale, y)
        draw_points(axes, index, part, scale)
    axes.set_xlabel(style.label(analysis.x_axis.label, unit), fontsize=11)
    axes.set_ylabel(analysis.y_axis.label, fontsize=11)
    if len(analysis.series) > 1:
        axes.legend(**style.LEGEND, ncols=len(analysis.series))
    limits = analysis.y_axis.limits
    if limits is not None:
        axes.set_ylim(*limits)
    if whole_numbers(analysis):
        from matplotlib.ticker import MaxNLocator

        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def in_readable_units(analysis: Analysis) -> Analysis:
    """The same data with y in a unit in which its ticks are short, and that unit in the label."""
    values = np.concatenate([np.zeros(0), *(part.y for part in analysis.series)])
    factor, label = style.readable(values, analysis.y_axis.label, analysis.y_axis.unit)
    axis = analysis.y_axis.model_copy(update={"label": label, "unit": ""})
    if factor == 1.0:
        return analysis.model_copy(update={"y_axis": axis})
    series = tuple(
        part.model_copy(
            update={name: tuple(factor * y for y in getattr(part, name)) for name in ("y", "y_err", "fit_y")}
        )
        for part in analysis.series
    )
    points = {name: tuple((x, factor * y) for x, y in cloud) for name, cloud in analysis.points.items()}
    return analysis.model_copy(update={"series": series, "points": points, "y_axis": axis})


def curve_pictures(analyses: Sequence[Analysis], title: str) -> list[bytes]:
    """``draw_curves`` of many analyses as PNG: the same figures but for a pixel here and there, twenty times sooner."""
    from reson.tools.figures.curve_sheet import pictures

    return pictures(analyses, title)


def lay_out(figure: Figure, axes: Axes, legend: bool) -> None:
    """Axes and their labels at fixed places; a legend has a line of its own below the title."""
    figure.set_layout_engine(None)
    figure.subplots_adjust(**EDGES | ({"top": UNDER_LEGEND} if legend else {}))
    axes.yaxis.set_label_coords(LABELS, 0.5)
    axes.xaxis.set_label_coords(0.5, LABELS * 0.75)


def draw_cloud(axes: Axes, x: np.ndarray, y: np.ndarray) -> Line2D:
    return axes.plot(x, y, ".", color=style.GRID, markeredgecolor="#BBBBBB", markersize=5, zorder=1)[0]


def draw_line(axes: Axes, index: int, x: np.ndarray, y: np.ndarray) -> Line2D:
    """The fitted curve of series number ``index``."""
    colour = style.COLOURS[index % len(style.COLOURS)]
    return axes.plot(x, y, "-", color=colour, linewidth=1.6, alpha=0.75, zorder=2)[0]


def draw_points(axes: Axes, index: int, part: Series, scale: float) -> ErrorbarContainer:
    """The measured points of series number ``index`` with their errors."""
    return axes.errorbar(
        np.array(part.x) * scale,
        part.y,
        yerr=part.y_err,
        fmt=style.MARKERS[index % len(style.MARKERS)],
        color=style.COLOURS[index % len(style.COLOURS)],
        markersize=4.5,
        markeredgecolor="white",
        markeredgewidth=0.4,
        elinewidth=ERROR_LINE,
        capsize=0,
        label=part.name,
        zorder=3,
    )


def fitted_curve(analysis: Analysis, part: Series) -> tuple[np.ndarray, np.ndarray]:
    """x and y of the fit of a series; of counted things, where it has several points to a count, only at whole numbers:
    between two gates there is nothing, and a curve that swings there tells of nothing.
    """
    x, y = np.array(part.fit_x), np.array(part.fit_y)
    if not whole_numbers(analysis) or len(x) < 4 or x[-1] - x[0] > len(x) / DENSE or np.any(np.diff(x) <= 0):
        return x, y
    from scipy.interpolate import CubicSpline

    counts = np.arange(np.ceil(x[0]), np.floor(x[-1]) + 1)
    return counts, CubicSpline(x, y)(counts)


def whole_numbers(analysis: Analysis) -> bool:
    """Counts have whole ticks."""
    return all(float(x).is_integer() for part in analysis.series for x in part.x)
