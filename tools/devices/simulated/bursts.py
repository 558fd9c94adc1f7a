"""Bursts of quasiparticles, as of cosmic rays: for milliseconds every qubit of the chip loses its energy at once.

McEwen et al., Nat. Phys. 18, 107 (2022): errors spread over the whole chip within a millisecond, T1 falls to about
1 us, and the chip recovers within some 25 ms. There a 26-qubit array was struck every ten seconds; smaller and better
shielded chips are struck far more rarely (Vepsalainen et al., Nature 584, 551 (2020)): every ten minutes here. The
recovery, which is exponential, is taken as a step.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth

INTERVAL = 600.0
"""Mean seconds between bursts."""
LENGTH = 25e-3
T1 = 1e-6

_STREAM = 2**64 - 2
"""Second half of the generator's key: no start time of a job gets so large."""


def strikes(seed: int, start: float, end: float) -> np.ndarray:
    """Times (seconds since the epoch) at which bursts begin, between two times: a Poisson process."""
    cells = range(max(0, math.floor(start / INTERVAL)), math.floor(end / INTERVAL) + 1)
    times = np.sort(np.concatenate([_strikes_in(seed, cell) for cell in cells]))
    return times[(times >= start) & (times < end)]


def _strikes_in(seed: int, cell: int) -> np.ndarray:
    key = np.array([seed, _STREAM], dtype=np.uint64)
    rng = np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, cell]))
    return (cell + rng.random(rng.poisson(1.0))) * INTERVAL


def struck_shots(times: np.ndarray, start: float, period: float, shots: int) -> np.ndarray:
    """Which shots of a circuit lie within a burst: bool (shots,), for bursts that begin at ``times``.

    The circuit's first shot begins at ``start`` and the next ones follow every ``period`` seconds.
    """
    if not times.size:
        return np.zeros(shots, dtype=bool)
    moments = (np.arange(shots) * period)[:, None] - (times - start)
    return np.count_nonzero((moments >= 0) & (moments < LENGTH), axis=1) > 0


def in_burst(truth: ChipTruth) -> ChipTruth:
    """The chip during a burst: T1 of 1 us everywhere, the pure dephasing as before."""
    return replace(truth, transmons=tuple(map(_struck, truth.transmons)))


def _struck(transmon: TransmonTruth) -> TransmonTruth:
    t1 = min(transmon.t1, T1)
    return replace(transmon, t1=t1, t2=1 / (1 / (2 * t1) + transmon.dephasing_rate))
