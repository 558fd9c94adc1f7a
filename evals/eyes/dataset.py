"""Pictures and labels as arrays, for training and for measuring; each from a seed of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

import numpy as np

from reson.agent.reading.picture.labels import FITS, KINDS, STATUSES
from reson.agent.reading.picture.pixels import pixels
from reson.evals.eyes.families.common import Rng
from reson.evals.eyes.pictures import Labelled, make
from reson.records import FitReliability

Make = Callable[[Rng], Labelled]


@dataclass
class Pictures:
    pixels: np.ndarray
    """(n, HEIGHT, WIDTH, 3), 0 to 255."""
    kind: np.ndarray
    """(n,), index into ``KINDS``."""
    status: np.ndarray
    """(n, statuses): weights, which are all 0 for what is foreign."""
    fit: np.ndarray
    """(n,), index into ``FITS``."""
    look: np.ndarray
    """(n,), names of styles."""

    def __len__(self) -> int:
        return len(self.kind)

    def part(self, which: np.ndarray) -> Pictures:
        return Pictures(*(getattr(self, one.name)[which] for one in fields(self)))


def joined(parts: list[Pictures]) -> Pictures:
    return Pictures(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Pictures)))


def draw(count: int, seed: int, made: Make = make, first: int = 0) -> Pictures:
    """``count`` pictures from the ``first``; each number is in its random stream, so that any can be drawn alone."""
    return collected(made(np.random.default_rng([seed, first + n])) for n in range(count))


def collected(some: Iterable[Labelled]) -> Pictures:
    rows = [
        (pixels(one.picture), KINDS.index(one.family), _weights(one), FITS.index(FitReliability(one.fit)), one.look)
        for one in some
    ]
    shown, kind, status, fit, look = zip(*rows, strict=True)
    return Pictures(np.array(shown), np.array(kind), np.array(status), np.array(fit), np.array(look, "<U12"))


def _weights(one: Labelled) -> np.ndarray:
    """Of each of ``STATUSES``."""
    return np.array([one.label.get(str(status), 0.0) for status in STATUSES], np.float32)
