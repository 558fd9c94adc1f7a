"""A picture as the model takes it: colours, squeezed to a fixed size whatever its own shape."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from reson.errors import OperatorError

WIDTH, HEIGHT = 160, 112
LARGEST = 40_000_000
"""Pixels of a picture that is opened at all; 8,000 x 5,000 is a poster."""
REMEDY = "give a PNG, JPEG or WebP file of one plot"


def small(picture: Image.Image) -> Image.Image:
    """The whole picture in ``WIDTH`` x ``HEIGHT`` pixels: plots keep their meaning when they are stretched."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        paper = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    picture = picture.convert("RGB")
    how = Image.Resampling.BOX if picture.width >= WIDTH and picture.height >= HEIGHT else Image.Resampling.BILINEAR
    return picture.resize((WIDTH, HEIGHT), how)


def pixels(picture: Image.Image) -> np.ndarray:
    """(HEIGHT, WIDTH, 3), 0 to 255."""
    return np.asarray(small(picture), dtype=np.uint8)


def load(data: bytes, name: str) -> np.ndarray:
    """A picture file as ``pixels``. Raises ``OperatorError`` for what is none, is broken, or is absurdly large."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > LARGEST:
                raise OperatorError(f"{name} has {picture.width} x {picture.height} pixels", REMEDY)
            picture.draft("RGB", (4 * WIDTH, 4 * HEIGHT))
            return pixels(picture)
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise OperatorError(f"{name} is no picture that can be read", REMEDY) from error


def load_files(paths: Iterable[Path]) -> np.ndarray:
    """(n, HEIGHT, WIDTH, 3), as the model takes them. Raises ``OperatorError``."""
    return np.stack([load(path.read_bytes(), path.name) for path in paths])
