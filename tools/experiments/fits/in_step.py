"""What one flux pulse moves between two states, from how much several in a row do at different waits between them.

Pulses that exchange two states are turns of a two-level system: with a share p of one pulse and an angle phi of the
states' phase from one pulse to the next, n pulses move

    p sin^2(n theta) / sin^2(theta),   cos(theta) = sqrt(1 - p) cos(phi / 2)

which is n^2 p where they are in step. That happens within a narrow range of phi, which a sweep of the wait by whole
nanoseconds may step over: the states' beat is known, and a curve through all waits finds the height of what was missed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from reson.records import Quantity

LARGEST, STEPS = 0.12, 121
"""Amplitude (the root of p) up to which is looked, a share of 1.4 %, and in how many steps."""
ANGLES = 48


def moved(share: np.ndarray, phase: np.ndarray, number: int) -> np.ndarray:
    """Share that ``number`` pulses of a ``share`` each move, ``phase`` (rad) of the beat apart."""
    cosine = np.sqrt(1 - share) * np.cos(phase / 2)
    sine = np.sqrt(np.maximum(1 - cosine**2, 1e-12))
    return share * (np.sin(number * np.arccos(np.clip(cosine, -1.0, 1.0))) / sine) ** 2


def share_of_one(waits: np.ndarray, lost: np.ndarray, error: float, beats: np.ndarray, number: int) -> Quantity:
    """Share of one pulse with its error, from what ``number`` of them lose at each wait (s), each known to ``error``.

    ``beats``: Hz, those that the two states may have. What is lost at every wait alike is left out. Of the shares that
    fit as well as the best within a standard error it is the least: a peak between two waits is not made of noise.
    """
    shares, shapes = _shapes(tuple(waits.tolist()), tuple(np.atleast_1d(beats).tolist()), number)
    left = lost - shapes
    left -= left.mean(axis=-1, keepdims=True)
    chi2 = np.einsum("basw,basw->bas", left, left).min(axis=(0, 1)) / error**2
    best = int(np.argmin(chi2))
    inside = np.flatnonzero(chi2 - chi2[best] <= 1.0)
    spread = max(shares[inside[-1]] - shares[best], shares[best] - shares[inside[0]], np.diff(shares)[best - 1])
    return Quantity(value=float(shares[inside[0]]), stderr=float(spread))


@lru_cache(maxsize=4)
def _shapes(waits: tuple[float, ...], beats: tuple[float, ...], number: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares (STEPS,), and what they move: (beats, ANGLES, STEPS, waits)."""
    shares = np.linspace(0.0, LARGEST, STEPS) ** 2
    turned = 2 * np.pi * np.multiply.outer(beats, waits)
    start = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
    phase = start[None, :, None, None] + turned[:, None, None, :]
    return shares, moved(shares[:, None], phase, number)
