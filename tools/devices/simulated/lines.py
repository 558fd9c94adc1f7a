"""Lines and electronics as they are: what compresses, clips, hums and jumps between generator, chip and digitiser.

- drive: mixers and amplifiers compress softly, x / sqrt(1 + x^2 / c^2) (Rapp's model of first order, Proc. 2nd ESA
  workshop on DSP techniques (1991)), by 1 dB at 0.6 to 1.5 of full scale.
- readout: the amplifier chain compresses the same way at a third to two thirds of what a clean chip's takes; a
  parametric amplifier loses 1 dB at some -100 dBm (Macklin et al., Science 350, 307 (2015)). The digitiser then clips
  each quadrature.
- local oscillators: the plane of a feedline's readout turns by up to 0.3 rad when an oscillator locks anew, some times
  a night; the slow drift in between is that of every chip.
- hum: 50 Hz of the mains on the digitiser's input, a tenth of the noise of one shot.

Left out: tails of the pulses' shape, a readout chain that settles slower than the resonator, and drift within the 20 s
for which the hidden values of a job stand still (1/f noise of f01 has its part below that in every shot).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reson.tools.devices.simulated.resonators import CLEAN_SATURATION, FEEDLINE
from reson.tools.devices.simulated.telegraph import last_draw
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth, each_changed

ONE_DB_AT = (0.6, 1.5)
"""Range of the amplitude, in units of full scale, at which a drive line has lost 1 dB."""
ONE_DB = math.sqrt(10**0.1 - 1)
"""x / c of the compression at which 1 dB is lost: 0.51."""
SATURATION = (0.3, 0.7)
"""Of what a clean chip's amplifier gives."""
RANGE = (0.5, 0.9)
"""Largest quadrature that the digitiser takes, in units of the amplifier's saturation."""
HUM, MAINS = (0.03, 0.15), 50.0
"""Range of the amplitude in units of a shot's noise, and its frequency in Hz."""
JUMP, JUMP_TIME = 0.3, 4 * 3600.0
"""rad at most, and mean seconds between jumps."""

_STREAM = 0x4C696E65
_INDEX = 1 << 33
"""Number of the oscillator among the telegraphs of a qubit."""


def with_real_lines(truth: ChipTruth) -> ChipTruth:
    """The chip behind lines as they are, each qubit's drawn from a random stream of its own."""
    return each_changed(truth, _behind, _STREAM)


def _behind(transmon: TransmonTruth, rng: np.random.Generator) -> TransmonTruth:
    resonator = transmon.resonator
    share = rng.uniform(*SATURATION)
    is_given = resonator.saturation != CLEAN_SATURATION
    saturation = resonator.saturation if is_given else share * resonator.saturation
    resonator = replace(
        resonator,
        saturation=saturation,
        digitiser=saturation * rng.uniform(*RANGE),
        hum=cmath.rect(resonator.noise * rng.uniform(*HUM), rng.uniform(-math.pi, math.pi)),
        jumps=JUMP,
    )
    return replace(transmon, compression=rng.uniform(*ONE_DB_AT) / ONE_DB, resonator=resonator)


def oscillator_phase(transmon: TransmonTruth, seed: int, qubit: int, time: float) -> float:
    """rad by which the readout's oscillator has turned the plane at a time in s: the same for a whole feedline."""
    if not transmon.resonator.jumps:
        return 0.0
    drawn = last_draw(seed, qubit // FEEDLINE * FEEDLINE, _INDEX, JUMP_TIME, time)
    return transmon.resonator.jumps * (2 * drawn - 1)


def digitised(signal: np.ndarray, transmons: Sequence[TransmonTruth], start: float, period: float) -> np.ndarray:
    """The signal (qubits, shots, samples) with hum and clipped, of shots that begin every ``period`` seconds from
    ``start`` on, which counts from the epoch.
    """
    if not any(one.resonator.hum or math.isfinite(one.resonator.digitiser) for one in transmons):
        return signal
    _, shots, samples = signal.shape
    turns = 2 * math.pi * MAINS * (start % 1 + period * np.arange(shots))
    hum = np.array([one.resonator.hum for one in transmons])
    grown = np.arange(1, samples + 1) / samples
    heard = signal + hum[:, None, None] * np.cos(turns)[:, None] * grown
    most = np.array([one.resonator.digitiser for one in transmons])[:, None, None]
    return np.clip(heard.real, -most, most) + 1j * np.clip(heard.imag, -most, most)
