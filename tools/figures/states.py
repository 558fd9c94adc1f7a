"""A state by tomography: its expectation values and its density matrix as bars, the ideal ones as outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reson.tools.data import Analysis, Series
from reson.tools.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = (
    ("Expectation value", ("X", "Y", "Z")),
    ("Density matrix element", ("ρ₀₀", "ρ₁₁", "Re ρ₀₁", "Im ρ₀₁")),
)


def draw_state(analysis: Analysis, title: str) -> Figure:
    """The series come in pairs, measured and ideal, one pair for each panel."""
    figure, left = style.new_figure(style.title_of(title, analysis.component))
    grid = figure.add_gridspec(1, 2, width_ratios=[len(names) for _, names in PANELS])
    left.set_subplotspec(grid[0])
    panels = (left, figure.add_subplot(grid[1]))
    for index, (axes, (label, names)) in enumerate(zip(panels, PANELS, strict=True)):
        measured, ideal = analysis.series[2 * index : 2 * index + 2]
        style.dress(axes)
        _draw_bars(axes, measured, ideal, names)
        axes.set_ylabel(label, fontsize=11)
    panels[-1].legend(**style.LEGEND, ncols=2)
    return figure


def _draw_bars(axes: Axes, measured: Series, ideal: Series, names: tuple[str, ...]) -> None:
    place = np.array(measured.x)
    axes.bar(place, measured.y, width=0.6, color=style.COLOURS[0], alpha=0.75, label="measured")
    errors = np.array(measured.y_err)
    if errors.any():
        axes.errorbar(place, measured.y, yerr=errors, fmt="none", ecolor=style.INK, elinewidth=1.2)
    axes.bar(place, ideal.y, width=0.8, fill=False, edgecolor=style.COLOURS[1], linewidth=1.6, label="ideal")
    axes.axhline(0.0, color=style.INK, linewidth=0.9)
    axes.set_xticks(place, names)
    axes.set_ylim(-1.1, 1.1)
