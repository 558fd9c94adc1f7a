"""Pictures and labels as arrays, for training and for measuring; each from a seed of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from reson.agent.reading.picture.labels import FITS, KINDS, STATUSES
from reson.agent.reading.picture.pixels import HEIGHT, WIDTH, pixels
from reson.evals.eyes.families.common import Rng
from reson.evals.eyes.pictures import Labelled, make

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


def draw(count: int, seed: int, made: Make = make) -> Pictures:
    """``count`` pictures; the number of each is in its random stream, so that any of them can be drawn alone."""
    shown = np.zeros((count, HEIGHT, WIDTH, 3), np.uint8)
    kind, fit = np.zeros(count, np.int64), np.zeros(count, np.int64)
    status, look = np.zeros((count, len(STATUSES)), np.float32), np.zeros(count, "<U12")
    for n in range(count):
        one = made(np.random.default_rng([seed, n]))
        shown[n], kind[n], look[n] = pixels(one.picture), KINDS.index(one.family), one.look
        fit[n] = [str(fit) for fit in FITS].index(one.fit)
        for code, weight in one.label.items():
            status[n, [str(status) for status in STATUSES].index(code)] = weight
    return Pictures(shown, kind, status, fit, look)
