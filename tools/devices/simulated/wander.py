"""Wandering as a pure function of (seed, time): Ornstein-Uhlenbeck processes, and sums of them with a 1/f tail.

Each process is built by bisection (Levy's construction for an Ornstein-Uhlenbeck bridge): the value in the middle of an
interval, given both ends, is Gaussian with a known mean and variance (Markov property), and its random number comes
from a counter-based generator keyed by (seed, level, place). So any time is reached in some 27 steps, whatever was
asked before, after a restart too; between the points of the finest grid the path is a straight line.

Processes of equal variance whose correlation times lie evenly on a logarithmic scale add up to 1/f noise between the
slowest and the fastest of their rates.
"""

from __future__ import annotations

from functools import partial

import numpy as np

HORIZON = 2.0**33
"""Seconds after the Unix epoch (272 years) within which a chip exists."""
GRID = 64.0
"""Seconds between the points of the finest grid, far below the correlation times of a chip's drift."""
STEP = 4.0
"""Ratio of neighbouring correlation times in a sum with a 1/f tail: its spectrum is 1/f to 5 %."""

_STREAM = 2**64 - 1
"""Second half of the generator's key; jobs use their start time there, which never gets so large."""


def processes(seed: int, n_qubits: int, time: float, correlation_times: np.ndarray, grid: float = GRID) -> np.ndarray:
    """Independent unit-variance Ornstein-Uhlenbeck processes at a time in seconds since the epoch, one for each qubit
    and each correlation time (k,) in s, shape (n_qubits, k); ``grid`` lies between points of the finest grid, s.

    Raises ``ValueError`` outside 0 to ``HORIZON``.
    """
    if not 0 <= time < HORIZON:
        raise ValueError(f"the chip's clock reads {time:g} s, outside 0 to {HORIZON:g} s after the epoch")
    normals = partial(_normals, seed, (n_qubits, len(correlation_times)))
    start, end = 0.0, HORIZON
    left = normals(0, 0)
    memory = np.exp(-HORIZON / correlation_times)
    right = memory * left + np.sqrt(1 - memory**2) * normals(0, 1)
    level, place = 1, 0
    while end - start > grid:
        half = (end - start) / 2
        memory = np.exp(-half / correlation_times)
        spread = np.sqrt((1 - memory**2) / (1 + memory**2))
        middle = memory / (1 + memory**2) * (left + right) + spread * normals(level, place)
        later = time >= start + half
        if later:
            start, left = start + half, middle
        else:
            end, right = start + half, middle
        level, place = level + 1, 2 * place + later
    return left + (right - left) * (time - start) / (end - start)


def flicker_wander(seed: int, n_qubits: int, time: float, fastest: float, slowest: float) -> np.ndarray:
    """Unit-variance fluctuations (n_qubits,) with a 1/f spectrum between correlation times of ``fastest`` and
    ``slowest`` seconds.
    """
    steps = 1 + round(np.log(slowest / fastest) / np.log(STEP))
    times = np.geomspace(fastest, slowest, steps)
    return processes(seed, n_qubits, time, times, grid=min(GRID, fastest / 2)).sum(axis=1) / np.sqrt(steps)


def _normals(seed: int, shape: tuple[int, int], level: int, place: int) -> np.ndarray:
    """Standard normal numbers (qubits, k) of one point; the first qubits' do not depend on how many there are."""
    key = np.array([seed, _STREAM], dtype=np.uint64)
    generator = np.random.Generator(np.random.Philox(key=key, counter=[0, 0, place, level]))
    return generator.standard_normal(shape)
