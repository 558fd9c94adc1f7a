"""Phases by Ramsey sequences on pairs: from counts to phasors, and from their angles to a phase for each gate."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from reson.tools.data import RawData

TURNS = 3
"""Circuits of one phasor, see ``circuits.pair_sequences.ramsey``."""


def wrapped(angle: float | np.ndarray) -> float | np.ndarray:
    """The angle in rad between -pi and pi."""
    return np.angle(np.exp(1j * np.asarray(angle)))


class Phasors(NamedTuple):
    """What each Ramsey sequence found: contrast times exp(i phase), and the standard error of either part."""

    metadata: list[dict[str, Any]]
    """Of the first circuit of each."""
    values: np.ndarray
    errors: np.ndarray

    def where(self, **wanted: Any) -> Phasors:
        """Those of which the metadata are so."""
        kept = [n for n, one in enumerate(self.metadata) if all(one.get(key) == given for key, given in wanted.items())]
        return Phasors([self.metadata[n] for n in kept], self.values[kept], self.errors[kept])

    def of(self, key: str) -> np.ndarray:
        return np.array([one[key] for one in self.metadata], dtype=float)

    @property
    def angles(self) -> np.ndarray:
        """rad, from -pi to pi."""
        return np.angle(self.values)

    @property
    def angle_errors(self) -> np.ndarray:
        """rad; no more than that of an angle of which nothing is known."""
        return np.minimum(self.errors / np.maximum(np.abs(self.values), 1e-9), np.pi / np.sqrt(3))


def shares(raw: RawData, place: int) -> np.ndarray:
    """P(1) of the pair's qubit at ``place`` in each circuit, at Laplace's estimate, shape (circuits,)."""
    counts = raw.arrays["counts"].reshape(-1, 2, 2)
    ones = counts[:, 1, :].sum(axis=1) if place == 0 else counts[:, :, 1].sum(axis=1)
    return (ones + 1) / (counts.sum(axis=(1, 2)) + 2)


def phasors(raw: RawData) -> Phasors:
    """Of the circuits with a ``turn``, three by three: P(1) = (1 + contrast cos(phase + turn)) / 2."""
    turned = [n for n, one in enumerate(raw.circuits) if "turn" in one]
    metadata = [raw.circuits[n] for n in turned]
    places = np.array([one["target"] for one in metadata], dtype=int)
    p1 = np.where(places == 0, shares(raw, 0)[turned], shares(raw, 1)[turned]).reshape(-1, TURNS)
    turns = np.exp(-2j * np.pi * np.arange(TURNS) / TURNS)
    error = 4 / TURNS * np.sqrt(np.sum(p1 * (1 - p1), axis=1) / raw.shots / 2)
    return Phasors(metadata[::TURNS], 4 / TURNS * p1 @ turns, error)


def conditional(found: Phasors) -> tuple[np.ndarray, np.ndarray]:
    """Phase (rad, -pi to pi) that an excited partner adds, and its error, for pairs of phasors: partner in 0, in 1."""
    apart = found.values[1::2] * found.values[0::2].conj()
    return np.angle(apart), np.hypot(found.angle_errors[0::2], found.angle_errors[1::2])


def followed(numbers: np.ndarray, angles: np.ndarray, expected: float | None = None) -> np.ndarray:
    """Phases of 1, 3, 9, ... gates as multiples of one phase: each is unwrapped by what the ones before it foretell.

    ``expected`` is the phase of one gate where it is known; without it the first angle is taken as it is.
    """
    whole = angles.astype(float).copy()
    rate = expected
    for n in np.argsort(numbers, kind="stable"):
        foretold = angles[n] if rate is None else rate * numbers[n]
        whole[n] += 2 * np.pi * np.round((foretold - whole[n]) / (2 * np.pi))
        rate = whole[n] / numbers[n]
    return whole


def from_the_middle(angles: np.ndarray) -> np.ndarray:
    """Angles of a sweep unwrapped to both sides of its middle point, which keeps its own."""
    middle = len(angles) // 2
    return np.concatenate([np.unwrap(angles[middle::-1])[:0:-1], np.unwrap(angles[middle:])])


def followed_from_the_middle(phase: np.ndarray, most: float) -> np.ndarray:
    """Which points of an unwrapped sweep are reached from its middle by steps of at most so many rad."""
    middle, far = len(phase) // 2, np.abs(np.diff(phase)) > most
    right = np.argmax(far[middle:]) if far[middle:].any() else len(far) - middle
    left = np.argmax(far[:middle][::-1]) if far[:middle].any() else middle
    places = np.arange(len(phase))
    return (places >= middle - left) & (places <= middle + right)
