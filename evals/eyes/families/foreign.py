"""What is no such plot: blank pages, noise, photographs of nothing, text, bar charts, prices, pies, other sciences."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from reson.evals.eyes.families.common import Rng, between, chance, pick
from reson.evals.eyes.sheet import Panel, Sheet, Trace

WORDS = [
    "status",
    "SUCCESS",
    "ignore",
    "the",
    "rules",
    "accept",
    "fit",
    "reliable",
    "NO_SIGNAL",
    "the",
    "qubit",
    "is",
    "fine",
    "report",
    "results",
    "table",
    "of",
]


def other_field(rng: Rng) -> Sheet:
    """A plot like any other, of something else: a histogram, a trend, steps, growth, many lines."""
    x = np.linspace(0, 1, int(rng.integers(8, 200)))
    kind = int(rng.integers(6))
    if kind == 0:
        heights, edges = np.histogram(rng.gamma(between(rng, 1, 9), 1, 800), bins=int(rng.integers(8, 60)))
        return Sheet("foreign", {}, [Panel(bars=(edges, heights), words=("Age", "Count"))], False)
    if kind == 1:
        y = np.exp(x * between(rng, 1, 5)) * (1 + rng.normal(0, 0.05, len(x)))
    elif kind == 2:
        y = np.cumsum(rng.random(len(x)) < 0.1) + 0.0
    elif kind == 3:
        y = np.abs(np.cumsum(rng.normal(0, 1, len(x)))) * np.abs(rng.normal(0, 1, len(x)))
    elif kind == 4:
        lines = [Trace(x, np.cumsum(rng.normal(0, 1, len(x))), joined=True) for _ in range(int(rng.integers(4, 9)))]
        return Sheet("foreign", {}, [Panel(lines, words=("Year", "Price"))], False)
    else:
        a, b = rng.random(len(x)) ** between(rng, 0.5, 3), rng.random(len(x)) ** between(rng, 0.5, 3)
        return Sheet("foreign", {}, [Panel([Trace(a, b + a, joined=False)], words=("Height", "Weight"))], False)
    return Sheet("foreign", {}, [Panel([Trace(x, y)], words=("Day", "Cases"))], False)


def foreign(rng: Rng) -> Image.Image:
    width, height = int(rng.integers(160, 520)), int(rng.integers(140, 420))
    return pick(rng, (_blank, _noise, _blurs, _blurs, _text, _text, _bars, _shapes, _walk, _pie, _nodes, _waves))(
        rng, width, height
    ).convert("RGB")


def _colour(rng: Rng) -> tuple[int, int, int]:
    return tuple(int(v) for v in rng.integers(0, 256, 3))  # type: ignore[return-value]


def _paper(rng: Rng, width: int, height: int) -> Image.Image:
    colour = (255, 255, 255) if chance(rng, 0.6) else _colour(rng)
    return Image.new("RGB", (width, height), colour)


def _blank(rng: Rng, width: int, height: int) -> Image.Image:
    page = _paper(rng, width, height)
    if chance(rng, 0.4):  # empty axes
        ImageDraw.Draw(page).rectangle((width // 8, height // 10, width * 9 // 10, height * 8 // 9), outline=(0, 0, 0))
    return page


def _noise(rng: Rng, width: int, height: int) -> Image.Image:
    shape = (height, width, 3) if chance(rng, 0.5) else (height, width)
    grains = rng.integers(0, 256, shape, dtype=np.uint8)
    return Image.fromarray(grains).resize((width * 2, height * 2)) if chance(rng, 0.4) else Image.fromarray(grains)


def _blurs(rng: Rng, width: int, height: int) -> Image.Image:
    """Like a photograph: soft things of many colours."""
    page = Image.new("RGB", (width, height), _colour(rng))
    draw = ImageDraw.Draw(page)
    for _ in range(int(rng.integers(3, 40))):
        x, y = between(rng, -0.1, 1) * width, between(rng, -0.1, 1) * height
        box = (x, y, x + between(rng, 0.05, 0.6) * width, y + between(rng, 0.05, 0.6) * height)
        draw.ellipse(box, fill=_colour(rng)) if chance(rng, 0.6) else draw.rectangle(box, fill=_colour(rng))
    page = page.filter(ImageFilter.GaussianBlur(between(rng, 0, 12)))
    grain = rng.normal(0, between(rng, 0, 20), (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(page) + grain, 0, 255).astype(np.uint8))


def _text(rng: Rng, width: int, height: int) -> Image.Image:
    page = _paper(rng, width, height)
    draw, size = ImageDraw.Draw(page), int(rng.integers(9, 32))
    ink = (0, 0, 0) if chance(rng, 0.7) else _colour(rng)
    for y in range(int(rng.integers(2, 40)), height, int(size * 1.4)):
        line = " ".join(pick(rng, WORDS) for _ in range(int(rng.integers(1, 12))))
        draw.text((int(rng.integers(4, 40)), y), line, fill=ink, font_size=size)
        if chance(rng, 0.1):
            break
    return page


def _bars(rng: Rng, width: int, height: int) -> Image.Image:
    page, count = _paper(rng, width, height), int(rng.integers(3, 12))
    draw = ImageDraw.Draw(page)
    for n in range(count):
        left = width * (0.12 + 0.8 * n / count)
        draw.rectangle(
            (left, height * between(rng, 0.1, 0.85), left + width * 0.6 / count, height * 0.88), fill=_colour(rng)
        )
    draw.line((width * 0.1, height * 0.88, width * 0.95, height * 0.88), fill=(0, 0, 0))
    return page


def _shapes(rng: Rng, width: int, height: int) -> Image.Image:
    page = _paper(rng, width, height)
    draw = ImageDraw.Draw(page)
    for _ in range(int(rng.integers(2, 15))):
        corners = [(between(rng, 0, width), between(rng, 0, height)) for _ in range(int(rng.integers(2, 6)))]
        draw.polygon(corners, outline=_colour(rng), fill=_colour(rng) if chance(rng, 0.4) else None)
    return page


def _walk(rng: Rng, width: int, height: int) -> Image.Image:
    """Prices, seismograms, heartbeats: lines in a frame that no such measurement draws."""
    page = _paper(rng, width, height)
    draw = ImageDraw.Draw(page)
    count = int(rng.integers(60, 500))
    for _ in range(int(rng.integers(1, 6))):
        walk = np.cumsum(rng.normal(0, 1, count) * (1 + 2 * (rng.random(count) < 0.02)))
        if chance(rng, 0.3):
            walk = np.where(np.arange(count) % max(count // 8, 2) == 0, 1.0, 0.0) + rng.normal(0, 0.03, count)
        y = height * (0.9 - 0.8 * (walk - walk.min()) / (np.ptp(walk) + 1e-9))
        x = np.linspace(width * 0.1, width * 0.95, count)
        draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=_colour(rng), width=int(rng.integers(1, 3)))
    draw.rectangle((width * 0.1, height * 0.06, width * 0.95, height * 0.92), outline=(0, 0, 0))
    return page


def _pie(rng: Rng, width: int, height: int) -> Image.Image:
    page = _paper(rng, width, height)
    draw, ends = ImageDraw.Draw(page), np.sort(rng.random(int(rng.integers(2, 8)))) * 360
    radius = min(width, height) * 0.4
    box = (width / 2 - radius, height / 2 - radius, width / 2 + radius, height / 2 + radius)
    for start, end in zip(ends, [*ends[1:], ends[0] + 360], strict=True):
        draw.pieslice(box, start, end, fill=_colour(rng))
    return page


def _nodes(rng: Rng, width: int, height: int) -> Image.Image:
    """A circuit, a chip, a flow chart."""
    page = _paper(rng, width, height)
    draw = ImageDraw.Draw(page)
    places = [
        (between(rng, 0.05, 0.9) * width, between(rng, 0.05, 0.9) * height) for _ in range(int(rng.integers(4, 25)))
    ]
    for x, y in places:
        other = pick(rng, places)
        draw.line((x, y, other[0], y, *other), fill=(60, 60, 60), width=2)
    for x, y in places:
        draw.rectangle((x - 12, y - 8, x + 12, y + 8), fill=_colour(rng), outline=(0, 0, 0))
    return page


def _waves(rng: Rng, width: int, height: int) -> Image.Image:
    """Coloured fields: weather, rainbows, interference."""
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    bands = [np.sin(between(rng, 2, 40) * x + between(rng, -40, 40) * y + between(rng, 0, 6)) for _ in range(3)]
    return Image.fromarray(np.uint8(127 + 127 * np.stack(bands, -1)))
