"""How the hidden parameters wander: Ornstein-Uhlenbeck processes that are a pure function of (seed, time).

Each process is built by bisection (Levy's construction for an Ornstein-Uhlenbeck bridge): the value in the middle of an
interval, given both ends, is Gaussian with a known mean and variance (Markov property), and its random number comes
from a counter-based generator keyed by (seed, level, place). So any time is reached in some 27 steps, whatever was
asked before, after a restart too; between the points of the finest grid the path is a straight line.

Magnitudes: fixed-frequency transmons wander by kilohertz to tens of kilohertz and their T1 by tens of per cent within
hours, driven by two-level defects (Burnett et al., npj Quantum Inf. 5, 54 (2019); Klimov et al., PRL 121, 090502
(2018)); room temperature electronics drift by parts in a thousand over a day. The source of a flux line must do
better: a CZ feels one part in ten thousand of its pulse.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from reson.tools.devices.simulated.couplers import CouplerTruth
from reson.tools.devices.simulated.noise import settled
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth

HORIZON = 2.0**33
"""Seconds after the Unix epoch (272 years) within which a chip exists."""
GRID = 64.0
"""Seconds between the points of the finest grid, far below every correlation time."""

F01_SIGMA = 10e3
LOG_T1_SIGMA = 0.1
GAIN_SIGMA = 0.003
READOUT_PHASE_SIGMA = 0.02
"""rad by which the plane of the readout turns as cables and mixers drift: about a degree in half a day."""
FLUX_OFFSET_SIGMA = 20e-6
"""Flux quanta by which the static flux of a line wanders, as fast as f01."""
FLUX_GAIN_SIGMA = 1e-4
"""Relative, as fast as the gain of a drive line."""
CORRELATION_TIMES = np.array([6.0, 2.0, 12.0]) * 3600
"""Of f01, log T1 and gain, in seconds."""

_READOUT_STREAM = 0x52656164
"""Turns the seed into that of the readout's phase, which drifts as slowly as the gain and by itself."""
_FLUX_STREAM = 0x466C7578
"""The same for flux lines."""
_DRIFT_STREAM = 2**64 - 1
"""Second half of the generator's key; jobs use their start time there, which never gets so large."""


def fluctuations(seed: int, n_qubits: int, time: float) -> np.ndarray:
    """Unit-variance stationary fluctuations of (f01, log T1, gain) at a time in seconds since the epoch.

    Shape (n_qubits, 3). Raises ``ValueError`` outside 0 to ``HORIZON``.
    """
    if not 0 <= time < HORIZON:
        raise ValueError(f"the chip's clock reads {time:g} s, outside 0 to {HORIZON:g} s after the epoch")
    start, end = 0.0, HORIZON
    left = _normals(seed, n_qubits, 0, 0)
    memory = np.exp(-HORIZON / CORRELATION_TIMES)
    right = memory * left + np.sqrt(1 - memory**2) * _normals(seed, n_qubits, 0, 1)
    level, place = 1, 0
    while end - start > GRID:
        half = (end - start) / 2
        memory = np.exp(-half / CORRELATION_TIMES)
        spread = np.sqrt((1 - memory**2) / (1 + memory**2))
        middle = memory / (1 + memory**2) * (left + right) + spread * _normals(seed, n_qubits, level, place)
        later = time >= start + half
        if later:
            start, left = start + half, middle
        else:
            end, right = start + half, middle
        level, place = level + 1, 2 * place + later
    return left + (right - left) * (time - start) / GRID


def truth_at(truth: ChipTruth, time: float) -> ChipTruth:
    """The chip as it is at a time: f01, T1 (with T2 through it, the pure dephasing staying) and gain moved, slow
    defects coupled or not.
    """
    moves = fluctuations(truth.seed, len(truth.transmons), time)
    turns = READOUT_PHASE_SIGMA * fluctuations(truth.seed ^ _READOUT_STREAM, len(truth.transmons), time)[:, 2]
    moved = (_moved(*pair) for pair in zip(truth.transmons, moves, turns.tolist(), strict=True))
    now = tuple(settled(transmon, truth.seed, qubit, time) for qubit, transmon in enumerate(moved))
    return replace(truth, transmons=now, couplers=_couplers_at(truth, time))


def _couplers_at(truth: ChipTruth, time: float) -> tuple[CouplerTruth, ...]:
    """The couplers with the flux lines of tunable ones moved."""
    if not any(one.tunable for one in truth.couplers):
        return truth.couplers
    moves = fluctuations(truth.seed ^ _FLUX_STREAM, len(truth.couplers), time)
    return tuple(_line_moved(*pair) for pair in zip(truth.couplers, moves, strict=True))


def _line_moved(coupler: CouplerTruth, move: np.ndarray) -> CouplerTruth:
    if coupler.tunable is None:
        return coupler
    line = coupler.tunable.line
    gain = line.gain * (1 + FLUX_GAIN_SIGMA * float(move[2]))
    line = replace(line, gain=gain, offset=line.offset + FLUX_OFFSET_SIGMA * float(move[0]))
    return replace(coupler, tunable=replace(coupler.tunable, line=line))


def _moved(transmon: TransmonTruth, move: np.ndarray, turn: float) -> TransmonTruth:
    t1 = transmon.t1 * math.exp(LOG_T1_SIGMA * move[1])
    return replace(
        transmon,
        f01=transmon.f01 + F01_SIGMA * float(move[0]),
        t1=t1,
        t2=1 / (1 / (2 * t1) + transmon.dephasing_rate),
        gain=transmon.gain * (1 + GAIN_SIGMA * float(move[2])),
        resonator=replace(transmon.resonator, phase=transmon.resonator.phase + turn),
    )


def _normals(seed: int, n_qubits: int, level: int, place: int) -> np.ndarray:
    """Standard normal numbers (n_qubits, 3) of one point; the first qubits' do not depend on how many there are."""
    key = np.array([seed, _DRIFT_STREAM], dtype=np.uint64)
    generator = np.random.Generator(np.random.Philox(key=key, counter=[0, 0, place, level]))
    return generator.standard_normal((n_qubits, 3))
