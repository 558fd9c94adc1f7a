"""The memory of a flux line from the phase that a long pulse leaves on a gate which follows it.

After a step the flux is 1 + a exp(-t / tau) times what it should be; a long pulse of amplitude A that has ended w
before leaves -a A exp(-w / tau). Pulses of opposite sign leave opposite shifts: their difference is free of all that
does not change sign.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reson.tools.experiments.fits.lines import linear

TIMES = np.geomspace(15e-9, 1e-6, 100)
"""Time constants that are tried, s."""
USUAL, SPREAD = 100e-9, np.log(2.5)
"""Where lines have theirs, s, and how far off on a logarithmic scale: decides where the data do not."""
FOOT = 0.1
"""Of its edges, the time that a pulse needs to half of its height."""


class Train(NamedTuple):
    """A long pulse, a wait and a gate, again and again; seconds."""

    long: float
    edges: float
    gate: float


class Tail(NamedTuple):
    amplitude: float
    amplitude_error: float
    time: float
    time_error: float
    offsets: np.ndarray
    """rad, of each number of rounds."""
    reduced_chi2: float


def response(waits: np.ndarray, rounds: np.ndarray, time: float, train: Train) -> np.ndarray:
    """Flux at all gates of some rounds together, in units of -a times the long pulse's amplitude: (points,)."""
    foot = FOOT * train.edges
    age = waits + train.gate / 2
    one = np.exp(-(age + foot) / time) - np.exp(-(age + train.long - foot) / time)
    again = np.exp(-(train.long + waits + train.gate) / time)
    total = np.zeros_like(one)
    for earlier in range(int(rounds.max())):
        total += np.maximum(rounds - earlier, 0) * one * again**earlier
    return total


def tail_of(
    waits: np.ndarray,
    rounds: np.ndarray,
    phase: np.ndarray,
    error: np.ndarray,
    scale: float,
    train: Train,
    time: float | None = None,
) -> Tail:
    """The tail behind phases (rad) against the wait; ``scale``: rad for a flux of one amplitude of the long pulses,
    ``time``: where the time constant is known.
    """
    numbers = np.unique(rounds)
    columns = [(rounds == one).astype(float) for one in numbers]
    tried = TIMES if time is None else np.array([time])
    fits = [linear([*columns, -scale * response(waits, rounds, float(one), train)], phase, error) for one in tried]
    freedom = len(phase) - len(columns) - 1
    chi2 = np.array([one.reduced_chi2 for one in fits]) * freedom + (np.log(tried / USUAL) / SPREAD) ** 2
    best = int(np.argmin(chi2))
    found = fits[best]
    near = tried[chi2 < chi2[best] + max(1.0, found.reduced_chi2)]
    return Tail(
        amplitude=float(found.values[-1]),
        amplitude_error=float(found.errors[-1]),
        time=float(tried[best]),
        time_error=float((near.max() - near.min()) / 2) or float(tried[best]) * 0.02,
        offsets=found.values[:-1],
        reduced_chi2=found.reduced_chi2,
    )
