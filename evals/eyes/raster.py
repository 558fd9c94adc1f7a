"""Draws a sheet with Pillow, some hundred a second: enough of a plotting program for pictures of 160 pixels."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from reson.evals.eyes.families.common import Rng, between, chance, pick
from reson.evals.eyes.sheet import Panel, Sheet, Trace
from reson.evals.eyes.style import Style

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""
TITLES = ("Qubit {n}", "q{n} - chip A", "Measurement {n}", "run_{n}", "2024-03-{n} scan", "Q{n}: result", "#{n}",
          "T = 12 mK, Q{n}", "calibration {n}")  # fmt: skip
NOTES = ("f = {a:.3f}", "tau = {a:.2f} us", "A = {a:.2e}", "chi2 = {a:.2f}", "R2 = {a:.3f}", "pi = {a:.4f}")


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    found = ImageFont.load_default(size=max(size, 5))
    assert isinstance(found, ImageFont.FreeTypeFont), "Pillow is built with FreeType"
    return found


@cache
def colours_of(name: str) -> np.ndarray:
    from matplotlib import colormaps

    return (255 * np.asarray(colormaps[name](np.linspace(0, 1, 256)))[:, :3]).astype(np.uint8)


def draw_sheet(rng: Rng, sheet: Sheet, style: Style) -> Image.Image:
    count = len(sheet.panels)
    width = int(rng.integers(380, 600))
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
        place = (np.asarray(x) - self.x[0]) / (self.x[1] - self.x[0])
        return self.box[0] + np.clip(place, -3, 4) * (self.box[2] - self.box[0])

    def up(self, y: np.ndarray) -> np.ndarray:
        y = np.log10(np.clip(y, 1e-12, None)) if self.y_log else y
        place = (np.asarray(y) - self.y[0]) / (self.y[1] - self.y[0])
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
        edges, heights = axes.across(one.bars[0]), axes.up(one.bars[1])
        for left, right, top in zip(edges[:-1], edges[1:], heights, strict=True):
            if layer.height > top:
                area.rectangle((left, top, max(right - 1, left), layer.height), fill=style.colours[0])
    radius = max(0.7, style.marker_size * width / 100)
    for number, cloud in enumerate(one.clouds):
        small = min(radius, 30 / np.sqrt(len(cloud.x)) * unit + 0.5)
        _markers(area, axes.across(cloud.x), axes.up(cloud.y), style.colours[number % len(style.colours)], small, "o")
    below = chance(rng, 0.3)
    for number, trace in enumerate(one.traces):
        colour = style.colours[number % len(style.colours)]
        if below:
            _fit(area, trace, style, axes, unit, number, len(one.traces))
        _trace(area, trace, style, axes, colour, radius, unit)
        if not below:
            _fit(area, trace, style, axes, unit, number, len(one.traces))
    over = (
        style.fit_colour
        if one.grid is None
        else pick(rng, ((255, 255, 255), (255, 0, 0), (0, 0, 0), (255, 165, 0), (0, 255, 255)))
    )
    for number, (x, y) in enumerate(one.over):
        across, up = axes.across(x), axes.up(y)
        if (one.dots and number == len(one.over) - 1) or 2 < len(x) < 60:
            _markers(area, across, up, over, max(radius * 0.7, 1), "o")
        else:
            _polyline(area, across, up, over, style.fit_width * unit, style.fit_dash or chance(rng, 0.3))
    for x, y, r in one.circles:
        turn = np.linspace(0, 2 * np.pi, 40)
        _polyline(area, axes.across(x + r * np.cos(turn)), axes.up(y + r * np.sin(turn)), style.ink, 1.3 * unit, False)
    for mark in one.marks:
        at = float(axes.across(np.array(mark)))
        _polyline(area, np.array([at, at]), np.array([0, layer.height]), style.fit_colour, 1.2 * unit, chance(rng, 0.7))


def _map(layer: Image.Image, grid: np.ndarray, style: Style) -> None:
    low, high = np.percentile(grid, (1, 99)) if grid.size > 400 else (grid.min(), grid.max())
    level = (255 * np.clip((grid - low) / (high - low + 1e-12), 0, 1)).astype(np.uint8)
    picture = Image.fromarray(colours_of(style.cmap)[level[::-1]])
    layer.paste(picture.resize(layer.size, Image.Resampling.NEAREST))


def _trace(
    area: ImageDraw.ImageDraw,
    one: Trace,
    style: Style,
    axes: Axes,
    colour: tuple[int, int, int],
    radius: float,
    unit: float,
) -> None:
    x, y = axes.across(one.x), axes.up(one.y)
    joined = style.joined if one.joined is None else one.joined
    if joined:
        _polyline(area, x, y, colour, style.line_width * unit, False)
    if one.err is not None:
        reach = np.abs(axes.up(one.y + one.err) - axes.up(one.y))
        for at, centre, half in zip(x.tolist(), y.tolist(), reach.tolist(), strict=True):
            area.line((at, centre - half, at, centre + half), fill=colour, width=max(1, round(0.9 * unit)))
    if (style.points and len(x) < 300) or not joined:
        crowd = min(radius, 2.2 * (axes.box[2] - axes.box[0]) / max(len(x), 1) + 0.6)
        _markers(area, x, y, colour, crowd, style.marker)


def _fit(area: ImageDraw.ImageDraw, one: Trace, style: Style, axes: Axes, unit: float, number: int, of: int) -> None:
    if one.fit is not None:
        colour = style.fit_colour if of == 1 else style.colours[number % len(style.colours)]
        _polyline(area, axes.across(one.fit[0]), axes.up(one.fit[1]), colour, style.fit_width * unit, style.fit_dash)


def _polyline(
    area: ImageDraw.ImageDraw, x: np.ndarray, y: np.ndarray, colour: tuple[int, int, int], width: float, dash: bool
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


def _markers(
    area: ImageDraw.ImageDraw, x: np.ndarray, y: np.ndarray, colour: tuple[int, int, int], r: float, shape: str
) -> None:
    for at, high in zip(x.tolist(), y.tolist(), strict=True):
        if shape in "o.":
            small = r * 0.6 if shape == "." else r
            area.ellipse((at - small, high - small, at + small, high + small), fill=colour)
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
    draw, text = ImageDraw.Draw(page), font(round(size))
    left, top, right, bottom = box
    if style.frame == "box" or one.grid is not None:
        draw.rectangle(box, outline=style.ink)
    elif style.frame == "L":
        draw.line((left, top, left, bottom, right, bottom), fill=style.ink)
    long = -size / 4 if style.ticks_in else size / 4
    small = font(round(size * 0.85))
    start, step = between(rng, -5, 50), pick(rng, (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50))
    for number, part in enumerate(np.linspace(between(rng, 0, 0.12), between(rng, 0.9, 1), int(rng.integers(3, 8)))):
        at, high = left + part * (right - left), bottom - part * (bottom - top)
        draw.line((at, bottom, at, bottom + long), fill=style.ink)
        draw.line((left, high, left - long, high), fill=style.ink)
        draw.text((at, bottom + size * 0.35), f"{start + number * step:g}"[:5], fill=style.ink, font=small, anchor="ma")
        draw.text((left - size * 0.4, high), f"{start + number * step:g}"[:5], fill=style.ink, font=small, anchor="rm")
    if chance(rng, 0.92):
        draw.text(((left + right) / 2, bottom + size * 1.3), one.words[0], fill=style.ink, font=text, anchor="ma")
        label = Image.new("RGB", (max(1, int(text.getlength(one.words[1]))), max(1, int(size * 1.3))), style.paper)
        ImageDraw.Draw(label).text((0, 0), one.words[1], fill=style.ink, font=text)
        label = label.rotate(90, expand=True)
        page.paste(label, (max(0, int(left - size * 3.4)), int((top + bottom - label.height) / 2)))
    if style.title:
        title = pick(rng, TITLES).format(n=int(rng.integers(40)))
        draw.text(((left + right) / 2, top - size * 0.3), title, fill=style.ink, font=text, anchor="mb")
    if style.legend and one.grid is None:
        _legend(rng, draw, one, style, box, small, size)
    if style.note and one.grid is None:
        note = "\n".join(pick(rng, NOTES).format(a=rng.normal(0, 5)) for _ in range(int(rng.integers(1, 4))))
        place = (left + between(rng, 0.05, 0.6) * (right - left), top + between(rng, 0.03, 0.6) * (bottom - top))
        draw.text(place, note, fill=style.ink, font=small)
    if style.colourbar and one.grid is not None:
        bar = Image.fromarray(colours_of(style.cmap)[::-1][:, None, :]).resize(
            (max(3, int(size * 0.7)), int(bottom - top))
        )
        page.paste(bar, (int(right + size * 0.5), int(top)))


def _legend(
    rng: Rng, draw: ImageDraw.ImageDraw, one: Panel, style: Style, box: Box, text: ImageFont.FreeTypeFont, size: float
) -> None:
    rows = [("data", style.colours[0]), ("fit", style.fit_colour)][: 2 if one.traces and one.traces[0].fit else 1]
    wide, tall = size * 3.6, size * 1.1 * len(rows) + size * 0.4
    left = box[0] + size * 0.4 if chance(rng, 0.4) else box[2] - wide - size * 0.4
    top = box[1] + size * 0.4 if chance(rng, 0.7) else box[3] - tall - size * 0.4
    draw.rectangle((left, top, left + wide, top + tall), fill=style.plot, outline=style.grid_colour)
    for number, (word, colour) in enumerate(rows):
        high = top + size * (0.7 + 1.1 * number)
        draw.line((left + size * 0.2, high, left + size * 1.2, high), fill=colour, width=2)
        draw.text((left + size * 1.5, high), word, fill=style.ink, font=text, anchor="lm")
