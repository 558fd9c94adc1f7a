"""A trace over time above its spectrum, and a quantity that wanders in time beside its histogram."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reson.tools.data import Analysis, Series
from reson.tools.figures import style
from reson.tools.spectrum import amplitude_spectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BINS = 20
CROWDED = 150
"""Points from which they would hide a curve behind them."""
LONG = 300.0
"""Seconds from which a trace is drawn over minutes."""


def draw_trace_and_spectrum(analysis: Analysis, title: str) -> Figure:
    """The first series over time, and below it its amplitude spectrum with that of the fitted curve."""
    figure, above = style.new_figure(style.title_of(title, analysis.component))
    grid = figure.add_gridspec(2, 1, height_ratios=(3, 2))
    above.set_subplotspec(grid[0])
    trace = analysis.series[0]
    scale, unit = style.prefix(np.array(trace.x), analysis.x_axis.unit)
    _points(above, trace, scale, 1.0)
    above.set_ylim(-0.05, 1.05)
    above.set_xlabel(style.label(analysis.x_axis.label, unit), fontsize=11)
    above.set_ylabel(analysis.y_axis.label, fontsize=11)
    _draw_spectrum(figure.add_subplot(grid[1]), trace)
    return figure


def _draw_spectrum(axes: Axes, trace: Series) -> None:
    x, y = np.array(trace.x), np.array(trace.y)
    frequency, amplitude = amplitude_spectrum(x, y)
    scale, unit = style.prefix(frequency, "Hz")
    axes.fill_between(frequency * scale, amplitude, color=style.COLOURS[0], alpha=0.35, linewidth=0)
    axes.plot(frequency * scale, amplitude, "-", color=style.COLOURS[0], linewidth=1.2)
    if trace.fit_x:
        fitted = amplitude_spectrum(x, np.interp(x, trace.fit_x, trace.fit_y))[1]
        axes.plot(frequency * scale, fitted, "--", color=style.COLOURS[1], linewidth=1.4)
    axes.set_xlim(0, frequency[-1] * scale)
    axes.set_ylim(0, None)
    axes.set_xlabel(style.label("Frequency", unit), fontsize=11)
    axes.set_ylabel("Amplitude", fontsize=11)
    style.dress(axes)


def draw_wandering(analysis: Analysis, title: str) -> Figure:
    """The first series over time, with its typical value as a line; at its side how often each value occurs."""
    figure, axes = style.new_figure(style.title_of(title, analysis.component))
    grid = figure.add_gridspec(1, 2, width_ratios=(4, 1))
    axes.set_subplotspec(grid[0])
    trace = analysis.series[0]
    minutes = analysis.x_axis.unit == "s" and trace.x[-1] > LONG
    x_scale, x_unit = (1 / 60, "min") if minutes else style.prefix(np.array(trace.x), analysis.x_axis.unit)
    y_scale, y_unit = style.prefix(np.array(trace.y), analysis.y_axis.unit)
    _points(axes, trace, x_scale, y_scale)
    top = 1.1 * float(np.max(np.array(trace.y) + np.array(trace.y_err))) * y_scale
    axes.set_ylim(0, top)
    axes.set_xlabel(style.label(analysis.x_axis.label, x_unit), fontsize=11)
    axes.set_ylabel(style.label(analysis.y_axis.label, y_unit), fontsize=11)
    beside = figure.add_subplot(grid[1], sharey=axes)
    values = np.array(trace.y) * y_scale
    beside.hist(values, bins=BINS, orientation="horizontal", color=style.COLOURS[0], alpha=0.6)
    beside.tick_params(labelleft=False)
    beside.set_xlabel("Count", fontsize=11)
    style.dress(beside)
    return figure


def _points(axes: Axes, part: Series, x_scale: float, y_scale: float) -> None:
    x, y, error = (np.array(values) for values in (part.x, part.y, part.y_err))
    if part.fit_x:
        curve = np.array(part.fit_x) * x_scale, np.array(part.fit_y) * y_scale
        axes.plot(*curve, "-", color=style.COLOURS[1], linewidth=1.5, alpha=0.9, zorder=4 if len(x) > CROWDED else 2)
    axes.errorbar(
        x * x_scale,
        y * y_scale,
        yerr=error * y_scale,
        fmt="o",
        color=style.COLOURS[0],
        markersize=4,
        markeredgecolor="white",
        markeredgewidth=0.4,
        elinewidth=0.9,
        zorder=3,
    )
