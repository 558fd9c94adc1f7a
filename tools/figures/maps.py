"""Two-dimensional sweeps as coloured maps, side by side where there are several, with the lines found on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reson.tools.data import Analysis, Map
from reson.tools.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure

COLOUR_MAP = "viridis"
LINE = "#D55E00"


def draw_maps(analysis: Analysis, title: str) -> Figure:
    """All maps of an analysis on one colour scale; its series are drawn on each map as a line, and its fit dashed.

    Raises ``ValueError`` for an analysis without maps.
    """
    if not analysis.maps or analysis.z_axis is None:
        raise ValueError(f"the analysis of {analysis.experiment} holds no map")
    figure, axes = style.new_panels(style.title_of(title, analysis.component), len(analysis.maps))
    lowest = min(min(map(min, part.z)) for part in analysis.maps)
    highest = max(max(map(max, part.z)) for part in analysis.maps)
    z_scale, z_label = style.readable(np.array([lowest, highest]), analysis.z_axis.label, analysis.z_axis.unit)
    mesh: QuadMesh | None = None
    for one, part in zip(axes, analysis.maps, strict=True):
        mesh = _draw_map(one, part, analysis, z_scale, (lowest, highest))
    axes[0].set_ylabel(_label(analysis, "y", np.array(analysis.maps[0].y)), fontsize=11)
    bar = figure.colorbar(mesh, ax=axes, pad=0.02) if mesh is not None else None
    if bar is not None:
        bar.set_label(z_label, fontsize=11)
        bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    return figure


def _draw_map(axes: Axes, part: Map, analysis: Analysis, z_scale: float, limits: tuple[float, float]) -> QuadMesh:
    x, y = np.array(part.x), np.array(part.y)
    x_scale, y_scale = style.prefix(x, analysis.x_axis.unit)[0], style.prefix(y, analysis.y_axis.unit)[0]
    axes.grid(False)
    mesh = axes.pcolormesh(
        x * x_scale,
        y * y_scale,
        np.array(part.z) * z_scale,
        cmap=COLOUR_MAP,
        shading="nearest",
        vmin=limits[0] * z_scale,
        vmax=limits[1] * z_scale,
    )
    for line in analysis.series:
        axes.plot(np.array(line.x) * x_scale, np.array(line.y) * y_scale, ".", color=LINE, markersize=4)
        if line.fit_x:
            axes.plot(np.array(line.fit_x) * x_scale, np.array(line.fit_y) * y_scale, "--", color=LINE, linewidth=1.2)
    if len(analysis.maps) > 1:
        axes.set_title(part.name, fontsize=11, color=style.INK)
    axes.set_xlabel(_label(analysis, "x", x), fontsize=11)
    axes.set_xlim(x.min() * x_scale, x.max() * x_scale)
    axes.set_ylim(y.min() * y_scale, y.max() * y_scale)
    return mesh


def _label(analysis: Analysis, which: str, values: np.ndarray) -> str:
    axis = analysis.x_axis if which == "x" else analysis.y_axis
    return style.label(axis.label, style.prefix(values, axis.unit)[1])
