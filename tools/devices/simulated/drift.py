"""How the hidden parameters wander: processes of ``wander``, a pure function of (seed, time).

Magnitudes: fixed-frequency transmons wander by kilohertz to tens of kilohertz and their T1 by tens of per cent within
hours, driven by two-level defects (Burnett et al., npj Quantum Inf. 5, 54 (2019); Klimov et al., PRL 121, 090502
(2018)); room temperature electronics drift by parts in a thousand over a day. The source of a flux line must do
better: a CZ feels one part in ten thousand of its pulse.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from reson.tools.devices.simulated.charge import charged
from reson.tools.devices.simulated.couplers import CouplerTruth
from reson.tools.devices.simulated.flicker import INFRARED
from reson.tools.devices.simulated.lines import oscillator_phase
from reson.tools.devices.simulated.noise import settled
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth
from reson.tools.devices.simulated.wander import flicker_wander, processes

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
_T1_STREAM = 0x54314F66
_F01_STREAM = 0x46303166
"""The same for what wanders with a 1/f tail."""
T1_TIMES = (60.0, 86400.0)
"""Seconds between which the 1/f tail of T1 lies: minutes to a day (Burnett et al.)."""
F01_TIMES = (1 / (2 * math.pi * INFRARED), 6 * 3600.0)
"""The same for f01: from where its noise within a shot ends to its slowest drift."""


def fluctuations(seed: int, n_qubits: int, time: float) -> np.ndarray:
    """Unit-variance stationary fluctuations of (f01, log T1, gain) at a time in seconds since the epoch.

    Shape (n_qubits, 3). Raises ``ValueError`` outside 0 to ``HORIZON``.
    """
    return processes(seed, n_qubits, time, CORRELATION_TIMES)


def truth_at(truth: ChipTruth, time: float) -> ChipTruth:
    """The chip as it is at a time: f01, T1 (with T2 through it, the pure dephasing staying) and gain moved, slow
    defects coupled or not.
    """
    moves = fluctuations(truth.seed, len(truth.transmons), time)
    turns = READOUT_PHASE_SIGMA * fluctuations(truth.seed ^ _READOUT_STREAM, len(truth.transmons), time)[:, 2]
    turns += [oscillator_phase(one, truth.seed, qubit, time) for qubit, one in enumerate(truth.transmons)]
    moved = (_moved(*pair) for pair in zip(truth.transmons, moves, turns.tolist(), strict=True))
    now = tuple(
        charged(settled(transmon, truth.seed, qubit, time), truth.seed, qubit, time)
        for qubit, transmon in enumerate(_wandered(truth.seed, list(moved), time))
    )
    return replace(truth, transmons=now, couplers=_couplers_at(truth, time))


def _wandered(seed: int, transmons: list[TransmonTruth], time: float) -> list[TransmonTruth]:
    """With what wanders with a 1/f tail: T1 where it does, and f01 by the part of its 1/f noise that is too slow to
    change within a job.
    """
    if any(one.t1_wander for one in transmons):
        moves = flicker_wander(seed ^ _T1_STREAM, len(transmons), time, *T1_TIMES)
        transmons = [_with_t1(*pair) for pair in zip(transmons, moves.tolist(), strict=True)]
    if any(one.flicker for one in transmons):
        spread = math.sqrt(math.log(F01_TIMES[1] / F01_TIMES[0]))
        moves = spread * flicker_wander(seed ^ _F01_STREAM, len(transmons), time, *F01_TIMES)
        transmons = [
            replace(one, f01=one.f01 + one.flicker * move) for one, move in zip(transmons, moves.tolist(), strict=True)
        ]
    return transmons


def _with_t1(transmon: TransmonTruth, move: float) -> TransmonTruth:
    t1 = transmon.t1 * math.exp(transmon.t1_wander * move)
    return replace(transmon, t1=t1, t2=1 / (1 / (2 * t1) + transmon.dephasing_rate))


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
    t1 = transmon.t1 if transmon.t1_wander else transmon.t1 * math.exp(LOG_T1_SIGMA * move[1])
    return replace(
        transmon,
        f01=transmon.f01 + F01_SIGMA * float(move[0]),
        t1=t1,
        t2=1 / (1 / (2 * t1) + transmon.dephasing_rate),
        gain=transmon.gain * (1 + GAIN_SIGMA * float(move[2])),
        resonator=replace(transmon.resonator, phase=transmon.resonator.phase + turn),
    )
