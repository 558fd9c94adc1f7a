"""Two-level defects that come and go: random telegraph noise as a pure function of (seed, time).

A defect is redrawn, coupled or not, at the events of a Poisson process, so that its state is a two-state Markov process
with an exponential memory. The last event before a time is found by going back through cells of time whose random
numbers come from a counter-based generator: whatever was asked before, after a restart too, the answer is the same.

Magnitudes. Slow defects: T1 falls by factors of several when a defect crosses the qubit, for minutes to hours (Klimov
et al., PRL 121, 090502 (2018); Schloer et al., PRL 123, 190502 (2019); Burnett et al., npj Quantum Inf. 5, 54 (2019)).
Fast ones: two Ramsey frequencies, tens to hundreds of kilohertz apart, that swap within milliseconds, by a defect or by
charge parity (Riste et al., Nat. Commun. 4, 1913 (2013); Schloer et al., above).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SLOWEST_MIXTURE = 5.0
"""Seconds of memory below which a defect changes many times within a measurement: its two states are a mixture."""

_STREAM = 2**64 - 3
"""Second half of the generator's key: no start time of a job gets so large."""
_LONGEST_SEARCH = 64
"""Cells without an event after which the search ends: that happens once in e^64 times."""


@dataclass(frozen=True)
class DefectTruth:
    """A two-level system beside a transmon, in SI units."""

    pull: float
    """Hz by which f01 moves while the defect is coupled."""
    loss: float
    """Relaxation rate in 1/s that it adds meanwhile."""
    share: float
    """Share of the time for which it is coupled."""
    memory: float
    """Correlation time in seconds."""
    bend: float = 0.0
    """Hz by which the anharmonicity moves while it is coupled."""
    is_parity: bool = False
    """Whether it stands for the charge parity of the transmon."""

    @property
    def is_fast(self) -> bool:
        return self.memory < SLOWEST_MIXTURE


def is_coupled(seed: int, qubit: int, index: int, defect: DefectTruth, time: float) -> bool:
    """Whether the defect (number ``index`` of this qubit) is coupled at a time in seconds since the epoch."""
    return last_draw(seed, qubit, index, defect.memory, time) < defect.share


def last_draw(seed: int, qubit: int, index: int, memory: float, time: float) -> float:
    """The number from 0 to 1 drawn at the last event before a time, of a Poisson process with an event each ``memory``
    seconds in the mean.
    """
    last = math.floor(time / memory)
    for cell in range(last, max(last - _LONGEST_SEARCH, -1), -1):
        rng = _cell(seed, qubit, index, cell)
        events = (cell + rng.random(rng.poisson(1.0))) * memory
        draws = rng.random(len(events))
        past = np.flatnonzero(events <= time)
        if past.size:
            return float(draws[past[np.argmax(events[past])]])
    return float(_cell(seed, qubit, index, last + 1).random())


def _cell(seed: int, qubit: int, index: int, cell: int) -> np.random.Generator:
    key = np.array([seed, _STREAM], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=[0, cell, index, qubit]))
