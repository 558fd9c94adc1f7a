"""One style for all figures: the same size, colours, units and title, whoever looks, a person or a model.

A figure never shows a fitted number, a verdict or a status: a reader has to find those in the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from reson.wording import PREFIXES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 6.4, 4.8, 100
"""Inches and dots per inch: 640 x 480 pixels."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Okabe and Ito's palette, told apart by colour-blind readers."""

INK, GRID = "#222222", "#DDDDDD"
TITLE = {"fontsize": 13, "color": INK}
LEGEND = {"fontsize": 10, "frameon": False, "loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.2}
"""Above the axes, where no data can hide behind it."""
MARKERS = ("o", "s", "^", "D", "v", "P")

ARBITRARY = "arb. units"


def new_figure(title: str) -> tuple[Figure, Axes]:
    """An empty figure with one set of axes, without pyplot and its global state."""
    figure, panels = new_panels(title, 1)
    return figure, panels[0]


def bare_figure(title: str) -> Figure:
    """A figure of the usual size with its title and no axes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    figure.suptitle(title, **TITLE)
    return figure


def new_panels(title: str, columns: int) -> tuple[Figure, list[Axes]]:
    """An empty figure with sets of axes side by side, all with the same scales."""
    figure = bare_figure(title)
    panels = figure.subplots(1, columns, sharex=True, sharey=True, squeeze=False)[0].tolist()
    for axes in panels:
        dress(axes)
    return figure, panels


def dress(axes: Axes) -> None:
    """Grid, ticks and spines of one set of axes."""
    axes.grid(True, color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=10, colors=INK)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK)


def title_of(name: str, component: str) -> str:
    return f"{name} · {component}" if component else name


def prefix(values: np.ndarray, unit: str) -> tuple[float, str]:
    """(factor to multiply with, unit with its SI prefix) that make the largest of ``values`` readable."""
    largest = float(np.max(np.abs(values), initial=0.0))
    if not unit or largest == 0.0:
        return 1.0, unit
    exponent = int(np.clip(3 * np.floor(np.log10(largest) / 3 + 1e-9), min(PREFIXES), max(PREFIXES)))
    return 10.0**-exponent, PREFIXES[exponent] + unit


def readable(values: np.ndarray, label: str, unit: str) -> tuple[float, str]:
    """(factor to multiply with, label with its unit) of an axis of values as they are measured.

    A unit gets its SI prefix. Arbitrary units have none: far from one they get a power of ten, so that no tick is as
    long as a word.
    """
    if unit:
        factor, prefixed = prefix(values, unit)
        return factor, f"{label} ({prefixed})"
    largest = float(np.max(np.abs(values), initial=0.0))
    if ARBITRARY not in label or largest == 0.0 or 1e-2 <= largest < 1e4:
        return 1.0, label
    exponent = int(3 * np.floor(np.log10(largest) / 3 + 1e-9))
    return 10.0**-exponent, label.replace(ARBITRARY, f"$10^{{{exponent}}}$ {ARBITRARY}")


def label(text: str, unit: str) -> str:
    return f"{text} ({unit})" if unit else text


def png(figure: Figure) -> bytes:
    """The figure as PNG, byte for byte the same each time: no date and no software name inside."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from reson.tools.figures.raster import encode

    canvas = cast(FigureCanvasAgg, figure.canvas)
    canvas.draw()
    return encode(np.asarray(canvas.buffer_rgba()))


def empty(title: str, component: str) -> Figure:
    """A figure that says that there is none."""
    figure, axes = new_figure(title_of(title, component))
    axes.set_axis_off()
    axes.text(0.5, 0.5, "This data could not be drawn.", ha="center", color=INK, fontsize=12)
    return figure
