"""The same sheets drawn by matplotlib, in its own styles: slow, and the real thing."""

from __future__ import annotations

import io

import numpy as np
from matplotlib import rc_context, style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.typing import ColorType
from PIL import Image

from reson.agent.reading.picture.labels import FAMILIES
from reson.evals.eyes.families.common import Rng, between, chance, pick
from reson.evals.eyes.handling import handled
from reson.evals.eyes.pictures import Labelled, any_status, fit_of, sheet_of
from reson.evals.eyes.raster import on_map
from reson.evals.eyes.sheet import Panel, Sheet
from reson.evals.eyes.style import MAPS, Colour, told_apart

STYLES = ("default", "classic", "ggplot", "bmh", "fivethirtyeight", "seaborn-v0_8", "seaborn-v0_8-whitegrid",
          "seaborn-v0_8-ticks", "dark_background", "grayscale", "Solarize_Light2", "tableau-colorblind10", "fast",
          "seaborn-v0_8-poster", "petroff10")  # fmt: skip


def make_by_matplotlib(rng: Rng) -> Labelled:
    family = str(pick(rng, tuple(FAMILIES)))
    sheet = sheet_of(rng, family, any_status(rng, family))
    name = str(pick(rng, STYLES))
    return Labelled(handled(rng, drawn(rng, sheet, name)), family, sheet.label, fit_of(sheet), f"mpl:{name}"[:12])


def drawn(rng: Rng, sheet: Sheet, name: str) -> Image.Image:
    count = len(sheet.panels)
    with style.context([] if name == "petroff10" else name), rc_context({"font.size": between(rng, 7, 13)}):
        wide = between(rng, 4, 7) * (1.5 if count > 1 else 1)
        figure = Figure((wide, wide / between(rng, 1.15, 1.8)), dpi=between(rng, 60, 100))
        FigureCanvasAgg(figure)
        axes = figure.subplots(1, count, squeeze=False)[0]
        for panel, one in zip(axes, sheet.panels, strict=True):
            _panel(rng, figure, panel, one)
        if chance(rng, 0.7):
            figure.tight_layout()
        stream = io.BytesIO()
        figure.savefig(stream, format="png")
    return Image.open(stream).convert("RGB")


def _panel(rng: Rng, figure: Figure, axes, one: Panel) -> None:
    if one.grid is not None:
        cmap = pick(rng, MAPS) if chance(rng, 0.6) else "viridis"
        shown = axes.imshow(one.grid, origin="lower", aspect="auto", extent=(0, 1, 0, 1), cmap=cmap,
                            interpolation=pick(rng, ("nearest", "nearest", "bilinear")))  # fmt: skip
        if chance(rng, 0.6):
            figure.colorbar(shown, ax=axes)
        for number, (x, y) in enumerate(one.over):
            dots = (one.dots and number == len(one.over) - 1) or len(x) < 60
            colour = _hex(on_map(rng, one.grid, cmap, clipped=False))
            axes.plot(x, y, "o" if dots else pick(rng, ("-", "--")), color=colour, ms=3, lw=between(rng, 1.3, 2.5))
        axes.set(xlim=(0, 1), ylim=(0, 1))
    if one.grid is None:
        for x, y in one.over:
            axes.plot(x, y, "k--", lw=1)
    fmt = pick(rng, ("o", "o", ".", "-", "o-", "s", "x", "+-"))
    for trace in one.traces:
        shape = {None: fmt, True: "-", False: "o"}[trace.joined]
        same = len(one.traces) > 1 or (chance(rng, 0.2) and shape in ("o", ".", "s", "x"))
        if same and trace.fit is not None:  # a line through the points would be taken for the curve
            shape = "o"
        [line] = axes.plot(trace.x, trace.y, shape, ms=between(rng, 2, 6), label="data")
        if trace.err is not None:
            axes.errorbar(trace.x, trace.y, trace.err, fmt="none", ecolor=line.get_color(), lw=0.8)
        if trace.fit is not None:
            colour = line.get_color() if same else _other(rng, line.get_color(), axes.get_facecolor())
            axes.plot(*trace.fit, pick(rng, ("-", "-", "--")), color=colour, label="fit", lw=between(rng, 0.8, 2.5))
            low, high = np.ptp(trace.y), np.ptp(trace.fit[1])
            if high > 3 * low > 0:
                axes.set_ylim(trace.y.min() - low, trace.y.max() + low)
    for cloud in one.clouds:
        axes.plot(cloud.x, cloud.y, ".", ms=between(rng, 1, 4), alpha=between(rng, 0.3, 1))
    for x, y, r in one.circles:
        turn = np.linspace(0, 2 * np.pi, 50)
        axes.plot(x + r * np.cos(turn), y + r * np.sin(turn), "k-", lw=1)
    if one.bars is not None:
        for heights in np.atleast_2d(one.bars[1]):
            axes.bar(one.bars[0][:-1], heights, np.diff(one.bars[0]), align="edge", alpha=between(rng, 0.5, 1))
    for mark in one.marks:
        axes.axvline(mark, ls="--", color="grey")
    if one.x_range:
        axes.set_xlim(one.x_range)
    if one.y_range:
        axes.set_ylim(one.y_range)
    axes.set(
        xlabel=one.words[0],
        ylabel=one.words[1],
        xscale="log" if one.x_log else "linear",
        yscale="log" if one.y_log else "linear",
        title=pick(rng, ("", "Q3", "run 17", "qubit 2, T = 12 mK")),
    )
    if chance(rng, 0.3) and one.traces:
        axes.legend()


def _other(rng: Rng, data: ColorType, ground: ColorType) -> str:
    """A colour for the curve that stands out from its points and from the ground."""
    wanted = _whole(str(pick(rng, ("r", "k", "C1", "C3"))))
    return _hex(told_apart(rng, wanted, [_whole(data), _whole(ground)]))


def _whole(colour: ColorType) -> Colour:
    red, green, blue = (round(255 * part) for part in to_rgb(colour))
    return red, green, blue


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
