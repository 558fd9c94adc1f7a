"""Measured curves drawn anew: a part of the axes, logarithmic ones, and what a fit leaves over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reson.tools.data import Analysis, Map, Series
from reson.tools.figures import style
from reson.tools.figures.curves import draw_cloud, draw_line, draw_points, fitted_curve
from reson.tools.figures.maps import draw_maps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EVERYTHING = (-np.inf, np.inf)


@dataclass(frozen=True)
class Frame:
    """What of a picture is drawn, and how; ranges in SI units."""

    x: tuple[float, float] = EVERYTHING
    y: tuple[float, float] = EVERYTHING
    log_x: bool = False
    log_y: bool = False
    residuals: bool = False
    """Below the curves, how far each point lies from its fit, in its own standard errors."""


def draw_anew(analysis: Analysis, title: str, frame: Frame) -> Figure:
    """The curves or maps of an analysis in this frame. Raises ``ValueError`` for what it does not show so."""
    if analysis.maps:
        if frame.log_x or frame.log_y or frame.residuals:
            raise ValueError("a map is drawn with other ends of its axes only")
        return draw_maps(
            analysis.model_copy(update={"maps": tuple(_cut_map(one, frame) for one in analysis.maps)}), title
        )
    shown = [one for part in analysis.series if (one := cut(part, frame)).x]
    if not shown:
        raise ValueError("no measured point of a curve lies in there")
    if frame.residuals and not any(part.fit_x for part in shown):
        raise ValueError("there is no fit, so there are no residuals")
    figure, axes = style.new_figure(style.title_of(title, analysis.component))
    scale, unit = style.prefix(np.concatenate([part.x for part in shown]), analysis.x_axis.unit)
    _draw(axes, analysis, shown, frame, scale)
    lowest = axes
    if frame.residuals:
        grid = figure.add_gridspec(2, 1, height_ratios=(3, 1))
        axes.set_subplotspec(grid[0])
        lowest = figure.add_subplot(grid[1], sharex=axes)
        _draw_residuals(lowest, shown, scale)
    lowest.set_xlabel(style.label(analysis.x_axis.label, unit), fontsize=11)
    axes.set_ylabel(style.label(analysis.y_axis.label, analysis.y_axis.unit), fontsize=11)
    if len(shown) > 1:
        axes.legend(**style.LEGEND, ncols=len(shown))
    return figure


def cut(part: Series, frame: Frame) -> Series:
    """The points of a series that the frame shows, and its fit over the same range of x."""
    x, y = np.array(part.x, float), np.array(part.y, float)
    kept = _within(x, frame.x) & _within(y, frame.y)
    kept &= ~(frame.log_x & (x <= 0)) & ~(frame.log_y & (y <= 0))
    fit_x, fit_y = np.array(part.fit_x, float), np.array(part.fit_y, float)
    drawn = _within(fit_x, frame.x) & ~(frame.log_x & (fit_x <= 0)) & ~(frame.log_y & (fit_y <= 0))
    return part.model_copy(
        update={
            "x": tuple(x[kept].tolist()),
            "y": tuple(y[kept].tolist()),
            "y_err": tuple(np.array(part.y_err, float)[kept].tolist()),
            "fit_x": tuple(fit_x[drawn].tolist()),
            "fit_y": tuple(fit_y[drawn].tolist()),
        }
    )


def residuals(part: Series) -> tuple[np.ndarray, np.ndarray]:
    """(x, distance of each point from the fit in its own standard errors), where the fit reaches and an error is."""
    x, y, error = (np.array(values, float) for values in (part.x, part.y, part.y_err))
    if not part.fit_x:
        return np.zeros(0), np.zeros(0)
    order = np.argsort(part.fit_x)
    fit_x, fit_y = np.array(part.fit_x, float)[order], np.array(part.fit_y, float)[order]
    reached = (x >= fit_x[0]) & (x <= fit_x[-1]) & (error > 0)
    return x[reached], (y[reached] - np.interp(x[reached], fit_x, fit_y)) / error[reached]


def _within(values: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    return (values >= ends[0]) & (values <= ends[1])


def _draw(axes: Axes, analysis: Analysis, shown: list[Series], frame: Frame, scale: float) -> None:
    for cloud in analysis.points.values():
        x, y = np.array(cloud, float).T
        inside = _within(x, frame.x) & _within(y, frame.y)
        draw_cloud(axes, x[inside] * scale, y[inside])
    for index, part in enumerate(shown):
        if part.fit_x:
            x, y = fitted_curve(analysis, part)
            draw_line(axes, index, x * scale, y)
        draw_points(axes, index, part, scale)
    if frame.log_x:
        axes.set_xscale("log")
    if frame.log_y:
        axes.set_yscale("log")
    low, high = frame.y
    axes.set_ylim(low if np.isfinite(low) else None, high if np.isfinite(high) else None)


def _draw_residuals(axes: Axes, shown: list[Series], scale: float) -> None:
    for index, part in enumerate(shown):
        x, left = residuals(part)
        axes.plot(
            x * scale,
            left,
            style.MARKERS[index % len(style.MARKERS)],
            color=style.COLOURS[index % len(style.COLOURS)],
            markersize=4,
        )
    axes.axhline(0.0, color=style.INK, linewidth=0.8)
    axes.set_ylabel("Residual (errors)", fontsize=11)
    style.dress(axes)


def _cut_map(part: Map, frame: Frame) -> Map:
    x, y = np.array(part.x), np.array(part.y)
    columns, rows = np.flatnonzero(_within(x, frame.x)), np.flatnonzero(_within(y, frame.y))
    if len(columns) < 2 or len(rows) < 2:
        raise ValueError("fewer than two rows or columns of the map lie in there")
    z = np.array(part.z)[np.ix_(rows, columns)]
    return Map(name=part.name, x=tuple(x[columns].tolist()), y=tuple(y[rows].tolist()), z=tuple(map(tuple, z.tolist())))
