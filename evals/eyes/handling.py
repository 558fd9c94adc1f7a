"""What happens to a picture between the plotting program and the reader: screenshots, JPEG, photographs, scaling."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from reson.evals.eyes.families.common import Rng, between, chance, pick


def handled(rng: Rng, page: Image.Image) -> Image.Image:
    if chance(rng, 0.12):
        page = _screenshot(rng, page)
    if chance(rng, 0.06):
        page = _photograph(rng, page)
    if chance(rng, 0.1):
        page = _cropped(rng, page)
    if chance(rng, 0.03):
        page = ImageOps.grayscale(page).convert("RGB")
    if chance(rng, 0.04):
        page = ImageOps.invert(page)
    if chance(rng, 0.12):
        small = between(rng, 0.35, 0.8)
        page = page.resize((int(page.width * small), int(page.height * small)), Image.Resampling.BILINEAR)
    if chance(rng, 0.2):
        stream = io.BytesIO()
        page.save(stream, format="jpeg", quality=int(rng.integers(20, 90)))
        page = Image.open(stream)
    if chance(rng, 0.08):
        page = ImageEnhance.Contrast(page).enhance(between(rng, 0.5, 1.4))
    return page


def _screenshot(rng: Rng, page: Image.Image) -> Image.Image:
    """The plot as a part of a window: margins, a title bar, buttons, text beside it."""
    left, top, right, bottom = (int(between(rng, 0, 0.22) * page.width) for _ in range(4))
    colour = pick(rng, ((240, 240, 240), (255, 255, 255), (45, 45, 48), (212, 208, 200)))
    whole = Image.new("RGB", (page.width + left + right, page.height + top + bottom), colour)
    whole.paste(page, (left, top))
    draw = ImageDraw.Draw(whole)
    if chance(rng, 0.6):
        draw.rectangle(
            (0, 0, whole.width, max(6, top // 3)), fill=pick(rng, ((60, 90, 160), (200, 200, 200), (30, 30, 30)))
        )
    for _ in range(int(rng.integers(0, 6))):
        x, y = between(rng, 0, whole.width), whole.height - between(rng, 0, max(bottom, 1))
        draw.text((x, y), pick(rng, ("Run", "Stop", "In [12]:", "save", "x=0.31", "plot(df)")), fill=(120, 120, 120))
    return whole


def _photograph(rng: Rng, page: Image.Image) -> Image.Image:
    page.thumbnail((360, 360))
    turned = page.rotate(
        between(rng, -5, 5), Image.Resampling.BILINEAR, expand=True, fillcolor=tuple(rng.integers(0, 256, 3).tolist())
    )
    light = np.linspace(between(rng, 0.55, 1.0), between(rng, 0.55, 1.0), turned.width)[None, :, None]
    pixels = np.asarray(turned) * light + rng.normal(0, between(rng, 0, 9), (turned.height, turned.width, 1))
    page = Image.fromarray(np.uint8(np.clip(pixels, 0, 255)))
    return page.filter(ImageFilter.GaussianBlur(between(rng, 0, 1.2)))


def _cropped(rng: Rng, page: Image.Image) -> Image.Image:
    """Only the middle: axis labels cut off."""
    left, top = between(rng, 0, 0.12) * page.width, between(rng, 0, 0.08) * page.height
    right, bottom = page.width * (1 - between(rng, 0, 0.05)), page.height * (1 - between(rng, 0, 0.14))
    return page.crop((int(left), int(top), int(right), int(bottom)))
