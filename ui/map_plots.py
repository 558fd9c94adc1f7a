"""Maps: what was measured over two swept values, as coloured rectangles."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from reson.tools.data import Analysis, Map
from reson.tools.figures.style import COLOURS, label, prefix


def of_map(analysis: Analysis, part: Map) -> alt.LayerChart | alt.FacetChart:
    """Each measured point as a rectangle that reaches half-way to its neighbours."""
    assert analysis.z_axis is not None, "an analysis with maps says what their colour is"
    (x_scale, x_unit), (y_scale, y_unit) = (
        prefix(np.array(values), axis.unit) for values, axis in ((part.x, analysis.x_axis), (part.y, analysis.y_axis))
    )
    z_scale, z_unit = prefix(np.array(part.z), analysis.z_axis.unit)
    x_edges, y_edges = _edges(np.array(part.x) * x_scale), _edges(np.array(part.y) * y_scale)
    columns, rows = np.meshgrid(np.arange(len(part.x)), np.arange(len(part.y)))
    frame = pd.DataFrame(
        {
            "x": x_edges[columns.ravel()],
            "x2": x_edges[columns.ravel() + 1],
            "y": y_edges[rows.ravel()],
            "y2": y_edges[rows.ravel() + 1],
            "z": np.array(part.z).ravel() * z_scale,
        }
    )
    names = [label(axis.label, unit) for axis, unit in ((analysis.x_axis, x_unit), (analysis.y_axis, y_unit))]
    tight = alt.Scale(zero=False, nice=False)
    x, y = alt.X("x:Q", title=names[0], scale=tight), alt.Y("y:Q", title=names[1], scale=tight)
    scale = alt.Scale(scheme="viridis", zero=False)
    legend = alt.Legend(title=label(analysis.z_axis.label, z_unit), orient="top", gradientLength=240, titleLimit=400)
    shade = alt.Color("z:Q", scale=scale, legend=legend)
    layers = [alt.Chart(frame, title=part.name).mark_rect().encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=shade)]
    for line in analysis.series:
        points = pd.DataFrame({"x": np.array(line.x) * x_scale, "y": np.array(line.y) * y_scale})
        layers.append(alt.Chart(points).mark_point(filled=True, size=20, color=COLOURS[1], clip=True).encode(x=x, y=y))
    return alt.layer(*layers)


def _edges(centres: np.ndarray) -> np.ndarray:
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])
