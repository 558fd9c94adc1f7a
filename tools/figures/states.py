"""States by tomography: expectation values as bars, the ideal ones as outlines, and the density matrix, of one qubit as
bars, of two as coloured squares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reson.tools.data import Analysis, Series
from reson.tools.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

PANELS = (
    ("Expectation value", ("X", "Y", "Z")),
    ("Density matrix element", ("ρ₀₀", "ρ₁₁", "Re ρ₀₁", "Im ρ₀₁")),
)
PAULIS = tuple(first + second for first in "IXYZ" for second in "IXYZ")[1:]
HALF = 0.5
"""Largest element of the density matrix of a Bell state."""


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


MATRIX_PANELS = ("Re ρ, measured", "Im ρ, measured", "Re ρ, ideal")
STATES = ("00", "01", "10", "11")
BORDERS = (0.5, 1.5, 2.5)


def draw_two_qubit_state(analysis: Analysis, title: str) -> Figure:
    """The series: expectation values measured and ideal, then the matrices of ``MATRIX_PANELS`` row by row."""
    figure = style.bare_figure(style.title_of(title, analysis.component))
    grid = figure.add_gridspec(2, 3, height_ratios=(1.0, 1.15))
    upper = figure.add_subplot(grid[0, :])
    style.dress(upper)
    measured, ideal, *matrices = analysis.series
    _draw_bars(upper, measured, ideal, PAULIS)
    upper.set_ylabel("Expectation value", fontsize=11)
    upper.legend(**style.LEGEND, ncols=2)
    squares = [figure.add_subplot(grid[1, column]) for column in range(3)]
    shown = [
        _draw_matrix(axes, part, label) for axes, part, label in zip(squares, matrices, MATRIX_PANELS, strict=True)
    ]
    figure.colorbar(shown[0], ax=squares, ticks=(-HALF, 0.0, HALF), shrink=0.75)
    return figure


def _draw_matrix(axes: Axes, part: Series, label: str) -> AxesImage:
    axes.set_title(label, fontsize=11, color=style.INK)
    axes.set_xticks(range(4), STATES)
    axes.set_yticks(range(4), STATES)
    axes.set_xticks(BORDERS, minor=True)
    axes.set_yticks(BORDERS, minor=True)
    axes.grid(True, which="minor", color=style.GRID, linewidth=0.7)
    axes.tick_params(which="both", labelsize=10, colors=style.INK, length=0)
    return axes.imshow(np.reshape(part.y, (4, 4)), cmap="RdBu_r", vmin=-HALF, vmax=HALF)
