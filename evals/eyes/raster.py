"""Draws a sheet with Pillow, some hundred a second: enough of a plotting program for pictures of 160 pixels."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from reson.evals.eyes.families.common import Rng, between, chance, pick
from reson.evals.eyes.sheet import Panel, Sheet, Trace
from reson.evals.eyes.style import PLAIN, Colour, Style, told_apart

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""
TITLES = ("Qubit {n}", "q{n} - chip A", "Measurement {n}", "run_{n}", "2024-03-{n} scan", "Q{n}: result", "#{n}",
          "T = 12 mK, Q{n}", "calibration {n}")  # fmt: skip
NOTES = ("f = {a:.3f}", "tau = {a:.2f} us", "A = {a:.2e}", "chi2 = {a:.2f}", "R2 = {a:.3f}", "pi = {a:.4f}")


ON_MAP = 220
"""Least distance of a curve's colour from those of the map below it."""


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    found = ImageFont.load_default(size=max(size, 5))
    assert isinstance(found, ImageFont.FreeTypeFont), "Pillow is built with FreeType"
    return found


@cache
def _word(text: str, size: int) -> Image.Image:
    """A mask of written text; the words are few, and writing them is most of the work."""
    left, top, right, bottom = font(size).getbbox(text, anchor="ls")
    page = Image.new("L", (max(1, int(right - left)), max(1, int(bottom - top))))
    ImageDraw.Draw(page).text((-left, -top), text, fill=255, font=font(size), anchor="ls")
    return page


def write(draw: ImageDraw.ImageDraw, x: float, y: float, text: str, size: float, ink: Colour, anchor: str) -> None:
    """One line; ``anchor``: l, m or r across, then a, m or b up, for its top, middle or bottom."""
    if not text.strip():
        return
    mask = _word(text, max(round(size), 5))
    left = x - {"l": 0, "m": mask.width / 2, "r": mask.width}[anchor[0]]
    top = y - {"a": 0, "m": mask.height / 2, "b": mask.height}[anchor[1]]
    draw.bitmap((round(left), round(top)), mask, fill=ink)


@cache
def colours_of(name: str) -> np.ndarray:
    from matplotlib import colormaps

    return (255 * np.asarray(colormaps[name](np.linspace(0, 1, 256)))[:, :3]).astype(np.uint8)


def draw_sheet(rng: Rng, sheet: Sheet, style: Style) -> Image.Image:
    count = len(sheet.panels)
    width = int(rng.integers(300, 540))
    shape = between(rng, 1.05, 1.9)
    stacked = count > 1 and chance(rng, 0.35)
    if count > 1 and not stacked:
        shape *= between(rng, 1.0, 1.6)
    elif stacked:
        shape *= between(rng, 0.6, 0.9)
    height = int(width / shape)
    page = Image.new("RGB", (width, height), style.paper)
    for number, one in enumerate(sheet.panels):
        if stacked:
            cell = (0.0, height * number / count, float(width), height * (number + 1) / count)
        else:
            cell = (width * number / count, 0.0, width * (number + 1) / count, float(height))
        _panel(rng, page, one, style, cell)
    return page


class Axes:
    """Where the data of one panel lie on the page."""

    def __init__(self, box: Box, x: tuple[float, float], y: tuple[float, float], x_log: bool, y_log: bool) -> None:
        self.box, self.x_log, self.y_log = box, x_log, y_log
        self.x, self.y = (np.log10(x) if x_log else np.array(x)), (np.log10(y) if y_log else np.array(y))

    def across(self, x: np.ndarray) -> np.ndarray:
        x = np.log10(np.clip(x, 1e-12, None)) if self.x_log else x
        place = (np.asarray(x) - self.x[0]) / ((self.x[1] - self.x[0]) or 1.0)
        return self.box[0] + np.clip(place, -3, 4) * (self.box[2] - self.box[0])

    def up(self, y: np.ndarray) -> np.ndarray:
        y = np.log10(np.clip(y, 1e-12, None)) if self.y_log else y
        place = (np.asarray(y) - self.y[0]) / ((self.y[1] - self.y[0]) or 1.0)
        return self.box[3] - np.clip(place, -3, 4) * (self.box[3] - self.box[1])


def _panel(rng: Rng, page: Image.Image, one: Panel, style: Style, cell: Box) -> None:
    wide, tall = cell[2] - cell[0], cell[3] - cell[1]
    size = style.font / 100 * page.width
    box = (
        cell[0] + wide * between(rng, 0.03, 0.06) + size * 2.6,
        cell[1] + tall * between(rng, 0.02, 0.05) + size * (1.4 if style.title else 0.2),
        cell[2] - wide * between(rng, 0.02, 0.07) - (size * 3 if style.colourbar and one.grid is not None else 0),
        cell[3] - tall * between(rng, 0.02, 0.05) - size * 2.4,
    )
    axes = Axes(box, *_ranges(one, style), one.x_log, one.y_log)
    layer = page.crop((int(box[0]), int(box[1]), int(box[2]), int(box[3])))
    area = ImageDraw.Draw(layer)
    area.rectangle((0, 0, *layer.size), fill=style.plot)
    axes.box = (0.0, 0.0, float(layer.width), float(layer.height))
    _content(rng, layer, area, one, style, axes, page.width)
    page.paste(layer, (int(box[0]), int(box[1])))
    _frame(rng, page, one, style, box, size)


def _ranges(one: Panel, style: Style) -> tuple[tuple[float, float], tuple[float, float]]:
    if one.grid is not None:
        return (0.0, 1.0), (0.0, 1.0)
    xs = [t.x for t in one.traces] + [c.x for c in one.clouds] + ([one.bars[0]] if one.bars else [])
    ys = [t.y for t in one.traces] + [c.y for c in one.clouds]
    ys += [np.clip(t.fit[1], *_reach(t.y)) for t in one.traces if t.fit is not None]
    ys += [np.array([0.0, float(one.bars[1].max()) * 1.05])] if one.bars else []
    return (
        (None if one.x_log else one.x_range) or _padded(np.concatenate(xs), one.x_log, style.margin),
        (None if one.y_log else one.y_range) or _padded(np.concatenate(ys), one.y_log, style.margin),
    )


def _reach(y: np.ndarray) -> tuple[float, float]:
    """A curve far outside of the data stretches the axis only so far."""
    span = float(np.ptp(y)) + 1e-12
    return float(y.min()) - span, float(y.max()) + span


def _padded(values: np.ndarray, log: bool, margin: float) -> tuple[float, float]:
    if log:
        values = values[values > 0]
        low, high = np.log10(values.min()), np.log10(values.max())
        return 10 ** (low - margin * (high - low)), 10 ** (high + margin * (high - low) + 1e-6)
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    return low - margin * span, high + margin * span


def _content(
    rng: Rng, layer: Image.Image, area: ImageDraw.ImageDraw, one: Panel, style: Style, axes: Axes, width: int
) -> None:
    unit = width / 480
    if one.grid is not None:
        _map(layer, one.grid, style)
    elif style.grid:
        for part in np.linspace(0, 1, int(rng.integers(4, 8)))[1:-1]:
            area.line((part * layer.width, 0, part * layer.width, layer.height), fill=style.grid_colour)
            area.line((0, part * layer.height, layer.width, part * layer.height), fill=style.grid_colour)
    if one.bars is not None:
        _bars(area, axes, one.bars, style, layer.height, unit)
    radius = max(0.7, style.marker_size * width / 100)
    for number, cloud in enumerate(one.clouds):
        small = min(radius, 30 / np.sqrt(len(cloud.x)) * unit + 0.5)
        _markers(area, axes.across(cloud.x), axes.up(cloud.y), style.colours[number % len(style.colours)], small, "o")
    below = chance(rng, 0.3)
    for number, trace in enumerate(one.traces):
        colour = style.colours[number % len(style.colours)]
        curve = style.fit_colour if len(one.traces) == 1 else colour
        beneath = below and len(trace.x) < 60
        if beneath:
            _fit(area, trace, style, axes, unit, curve)
        _trace(area, trace, style, axes, colour, radius, unit, plain=trace.fit is not None and curve == colour)
        if not beneath:
            _fit(area, trace, style, axes, unit, curve)
    over = style.fit_colour if one.grid is None else on_map(rng, one.grid, style.cmap, style.clipped)
    for number, (x, y) in enumerate(one.over):
        across, up = axes.across(x), axes.up(y)
        if (one.dots and number == len(one.over) - 1) or 2 < len(x) < 60:
            dots = over if one.grid is None else on_map(rng, one.grid, style.cmap, style.clipped)
            _markers(area, across, up, dots, max(radius * 0.7, 1), "o")
        else:
            thick = style.fit_width if one.grid is None else max(style.fit_width, 1.8)
            _polyline(area, across, up, over, thick * unit, style.fit_dash or chance(rng, 0.3))
    for x, y, r in one.circles:
        turn = np.linspace(0, 2 * np.pi, 40)
        _polyline(area, axes.across(x + r * np.cos(turn)), axes.up(y + r * np.sin(turn)), style.ink, 1.3 * unit, False)
    for mark in one.marks:
        at = float(axes.across(np.array(mark)))
        _polyline(area, np.array([at, at]), np.array([0, layer.height]), style.fit_colour, 1.2 * unit, chance(rng, 0.7))


def _bars(
    area: ImageDraw.ImageDraw, axes: Axes, bars: tuple[np.ndarray, np.ndarray], style: Style, floor: int, unit: float
) -> None:
    edges = axes.across(bars[0])
    for number, heights in enumerate(np.atleast_2d(bars[1])):
        colour, tops = style.colours[number % len(style.colours)], axes.up(heights)
        if number:  # what lies behind stays in sight
            steps = np.column_stack([np.repeat(edges, 2)[1:-1], np.repeat(tops, 2)])
            area.line(steps.ravel().tolist(), fill=colour, width=max(1, round(1.5 * unit)))
            continue
        for left, right, top in zip(edges[:-1], edges[1:], tops, strict=True):
            if floor > top:
                area.rectangle((left, top, max(right - 1, left), floor), fill=colour)


def on_map(rng: Rng, grid: np.ndarray, cmap: str, clipped: bool) -> Colour:
    """A colour that stands out from the ground of a map and from its ridges."""
    low, high = _limits(grid, clipped)
    levels = (np.percentile(grid, (2, 20, 50, 80, 98)) - low) / (high - low + 1e-12)
    red, green, blue = colours_of(cmap)[(255 * np.clip(levels, 0, 1)).astype(int)].T.tolist()
    return told_apart(rng, pick(rng, PLAIN), list(zip(red, green, blue, strict=True)), ON_MAP)


def _limits(grid: np.ndarray, clipped: bool) -> tuple[float, float]:
    """Where the colours of a map begin and end."""
    low, high = np.percentile(grid, (1, 99)) if grid.size > 400 and clipped else (grid.min(), grid.max())
    return float(low), float(high)


def _map(layer: Image.Image, grid: np.ndarray, style: Style) -> None:
    low, high = _limits(grid, style.clipped)
    level = (255 * np.clip((grid - low) / (high - low + 1e-12), 0, 1)).astype(np.uint8)
    picture = Image.fromarray(colours_of(style.cmap)[level[::-1]])
    layer.paste(picture.resize(layer.size, Image.Resampling.BILINEAR if style.smooth else Image.Resampling.NEAREST))


def _trace(
    area: ImageDraw.ImageDraw,
    one: Trace,
    style: Style,
    axes: Axes,
    colour: Colour,
    radius: float,
    unit: float,
    plain: bool,
) -> None:
    """``plain``: points alone, where a line through them would be taken for the curve."""
    x, y = axes.across(one.x), axes.up(one.y)
    joined = (style.joined if one.joined is None else one.joined) and not plain
    if joined:
        _polyline(area, x, y, colour, style.line_width * unit, False)
    if one.err is not None:
        reach = np.abs(axes.up(one.y + one.err) - axes.up(one.y))
        for at, centre, half in zip(x.tolist(), y.tolist(), reach.tolist(), strict=True):
            area.line((at, centre - half, at, centre + half), fill=colour, width=max(1, round(0.9 * unit)))
    if (style.points and len(x) < 300) or not joined:
        radius *= 0.6 if plain and len(x) > 40 else 1.0
        crowd = min(radius, 2.2 * (axes.box[2] - axes.box[0]) / max(len(x), 1) + 0.6)
        _markers(area, x, y, colour, crowd, style.marker)


def _fit(area: ImageDraw.ImageDraw, one: Trace, style: Style, axes: Axes, unit: float, colour: Colour) -> None:
    if one.fit is not None:
        _polyline(area, axes.across(one.fit[0]), axes.up(one.fit[1]), colour, style.fit_width * unit, style.fit_dash)


def _polyline(
    area: ImageDraw.ImageDraw, x: np.ndarray, y: np.ndarray, colour: Colour, width: float, dash: bool
) -> None:
    thick = max(1, round(width))
    points = np.column_stack([x, y]).ravel().tolist()
    if not dash:
        area.line(points, fill=colour, width=thick, joint="curve" if thick > 2 else None)
        return
    if len(x) < 30:
        where = np.linspace(0, len(x) - 1, 120)
        x, y = np.interp(where, np.arange(len(x)), x), np.interp(where, np.arange(len(x)), y)
    length = np.cumsum(np.hypot(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0])))
    part = (length // (6 * max(1.0, width * 0.6))).astype(int)
    for piece in np.split(np.arange(len(x)), np.flatnonzero(np.diff(part)) + 1):
        if part[piece[0]] % 2 == 0 and len(piece) > 1:
            area.line(np.column_stack([x[piece], y[piece]]).ravel().tolist(), fill=colour, width=thick)


def _markers(area: ImageDraw.ImageDraw, x: np.ndarray, y: np.ndarray, colour: Colour, r: float, shape: str) -> None:
    for at, high in zip(x.tolist(), y.tolist(), strict=True):
        if shape in "o.":
            small = r * 0.6 if shape == "." else r
            area.ellipse((at - small, high - small, at + small, high + small), fill=colour)
        elif shape == "O":
            area.ellipse((at - r, high - r, at + r, high + r), outline=colour, width=max(1, round(r / 3)))
        elif shape == "s":
            area.rectangle((at - r, high - r, at + r, high + r), fill=colour)
        elif shape in "x+":
            a, b = (r, r) if shape == "x" else (r, 0)
            area.line((at - a, high - b, at + a, high + b), fill=colour)
            area.line((at - b, high + a, at + b, high - a), fill=colour)
        elif shape == "^":
            area.polygon((at - r, high + r, at + r, high + r, at, high - r), fill=colour)
        else:
            area.polygon((at - r, high, at, high + r, at + r, high, at, high - r), outline=colour)


def _frame(rng: Rng, page: Image.Image, one: Panel, style: Style, box: Box, size: float) -> None:
    draw = ImageDraw.Draw(page)
    left, top, right, bottom = box
    if style.frame == "box" or one.grid is not None:
        draw.rectangle(box, outline=style.ink)
    elif style.frame == "L":
        draw.line((left, top, left, bottom, right, bottom), fill=style.ink)
    long = -size / 4 if style.ticks_in else size / 4
    small = size * 0.85
    (first, step), (low, rise) = (
        (pick(rng, (-20, -5, -1, 0, 0, 0, 4.8, 12, 50)), pick(rng, (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)))
        for _ in range(2)
    )
    for number, part in enumerate(np.linspace(between(rng, 0, 0.12), between(rng, 0.9, 1), int(rng.integers(3, 8)))):
        at, high = left + part * (right - left), bottom - part * (bottom - top)
        draw.line((at, bottom, at, bottom + long), fill=style.ink)
        draw.line((left, high, left - long, high), fill=style.ink)
        write(draw, at, bottom + size * 0.5, f"{first + number * step:g}"[:5], small, style.ink, "ma")
        write(draw, left - size * 0.4, high, f"{low + number * rise:g}"[:5], small, style.ink, "rm")
    if chance(rng, 0.92):
        write(draw, (left + right) / 2, bottom + size * 1.45, one.words[0], size, style.ink, "ma")
        if one.words[1]:
            label = _word(one.words[1], max(round(size), 5)).transpose(Image.Transpose.ROTATE_90)
            draw.bitmap((max(0, int(left - size * 3.4)), int((top + bottom - label.height) / 2)), label, fill=style.ink)
    if style.title:
        title = pick(rng, TITLES).format(n=int(rng.integers(40)))
        write(draw, (left + right) / 2, top - size * 0.3, title, size, style.ink, "mb")
        if chance(rng, 0.2):  # what was fitted, above the plot
            write(draw, (left + right) / 2, top - size * 1.6, _note(rng), small, style.ink, "mb")
    if style.legend and one.grid is None:
        _legend(rng, draw, one, style, box, small, size)
    if style.note and one.grid is None:
        rows = [_note(rng) for _ in range(int(rng.integers(1, 4)))]
        x, y = left + between(rng, 0.03, 0.65) * (right - left), top + between(rng, 0.03, 0.6) * (bottom - top)
        if chance(rng, 0.4):  # in a box
            wide, tall = size * 0.5 * max(map(len, rows)), size * 1.1 * len(rows)
            draw.rectangle((x - 3, y - 3, x + wide, y + tall), fill=style.plot, outline=style.ink)
        for number, row in enumerate(rows):
            write(draw, x, y + size * 1.1 * number, row, small, style.ink, "la")
    if style.colourbar and one.grid is not None:
        bar = Image.fromarray(colours_of(style.cmap)[::-1][:, None, :]).resize(
            (max(3, int(size * 0.7)), int(bottom - top))
        )
        page.paste(bar, (int(right + size * 0.5), int(top)))


def _note(rng: Rng) -> str:
    return pick(rng, NOTES).format(a=int(rng.integers(-80, 120)) / 8)


def _legend(rng: Rng, draw: ImageDraw.ImageDraw, one: Panel, style: Style, box: Box, small: float, size: float) -> None:
    rows = [("data", style.colours[0]), ("fit", style.fit_colour)][: 2 if one.traces and one.traces[0].fit else 1]
    wide, tall = size * 3.6, size * 1.1 * len(rows) + size * 0.4
    left = box[0] + size * 0.4 if chance(rng, 0.4) else box[2] - wide - size * 0.4
    top = box[1] + size * 0.4 if chance(rng, 0.7) else box[3] - tall - size * 0.4
    draw.rectangle((left, top, left + wide, top + tall), fill=style.plot, outline=style.grid_colour)
    for number, (word, colour) in enumerate(rows):
        high = top + size * (0.7 + 1.1 * number)
        draw.line((left + size * 0.2, high, left + size * 1.2, high), fill=colour, width=2)
        write(draw, left + size * 1.5, high, word, small, style.ink, "lm")
