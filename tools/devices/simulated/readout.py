"""Readout: levels drawn from populations, jumps while the signal is integrated, Gaussian noise on the IQ plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

READOUT_TIME = 1e-6
"""Seconds over which the signal is integrated."""


@dataclass(frozen=True)
class Readout:
    """What readout needs of the measured qubits: arrays over (qubits, LEVELS), noise over (qubits,)."""

    centres: np.ndarray
    sigma: np.ndarray
    down: np.ndarray
    """Rate n -> n - 1 in 1/s."""
    up: np.ndarray
    """Rate n -> n + 1 in 1/s; zero for the highest level."""

    def of_qubits(self, qubits: list[int]) -> Readout:
        return Readout(self.centres[qubits], self.sigma[qubits], self.down[qubits], self.up[qubits])


def readout_of(transmons: Sequence[TransmonTruth]) -> Readout:
    levels = np.arange(LEVELS)
    climbing = np.where(levels < LEVELS - 1, levels + 1, 0)
    return Readout(
        centres=np.array([transmon.readout.centres for transmon in transmons]),
        sigma=np.array([transmon.readout.sigma for transmon in transmons]),
        down=np.array([transmon.down_rate * levels for transmon in transmons]),
        up=np.array([transmon.up_rate * climbing for transmon in transmons]),
    )


def draw_levels(populations: np.ndarray, shots: int, rng: np.random.Generator) -> np.ndarray:
    """Levels found at the start of readout: populations (qubits, LEVELS) -> int (qubits, shots)."""
    uniform = rng.random((len(populations), shots))
    cumulative = np.cumsum(populations[:, :-1], axis=1)
    return (uniform[..., None] > cumulative[:, None, :]).sum(axis=-1)


def integrate(readout: Readout, levels: np.ndarray, samples: int, rng: np.random.Generator) -> np.ndarray:
    """The integrated signal at ``samples`` equal steps, over the whole readout time: complex (qubits, shots, samples).

    The last sample is the shot's IQ point: the mean of the visited centres, weighted by time, plus noise of variance
    sigma^2 in each quadrature, which has grown linearly with time.
    """
    steps = np.arange(1, samples + 1) / samples
    signal = _visited(readout, levels, steps, rng)
    noise = rng.standard_normal((*levels.shape, samples, 2)).view(complex)[..., 0].cumsum(axis=-1)
    return signal + readout.sigma[:, None, None] / np.sqrt(samples) * noise


def _visited(readout: Readout, levels: np.ndarray, steps: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Time integral of the centre of the level that the qubit is in; ``steps`` in units of the readout time."""
    qubit = np.broadcast_to(np.arange(len(levels))[:, None], levels.shape)
    signal = readout.centres[qubit, levels][..., None] * steps
    down, leaving = READOUT_TIME * readout.down, READOUT_TIME * (readout.down + readout.up)
    time = _waits(leaving[qubit, levels], rng)
    where = np.nonzero(time < 1)
    time, level = time[where], levels[where]
    while level.size:
        rates = leaving[where[0], level]
        falls = rng.random(level.size) * rates < down[where[0], level]
        after = np.where(falls, level - 1, level + 1)
        change = readout.centres[where[0], after] - readout.centres[where[0], level]
        signal[where] += change[:, None] * np.clip(steps - time[:, None], 0, None)
        time = time + _waits(leaving[where[0], after], rng)
        again = time < 1
        where, time, level = (where[0][again], where[1][again]), time[again], after[again]
    return signal


def _waits(rates: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Times to the next jump; never (infinity) where the rate is zero."""
    with np.errstate(divide="ignore"):
        return rng.standard_exponential(rates.shape) / rates
