"""The field in a readout resonator while a tone is played: evolved from vacuum for every level of the qubit.

With b the field in units of its resonant steady state, db/dt = -(kappa / 2 + i (pulled frequency - tone)) b + kappa / 2
and the pull depends on the photons |b|^2: the semiclassical equation of Bishop et al., PRL 105, 100505 (2010). What
comes out of a resonator that hangs on a feedline is 1 - depth * exp(i asymmetry) * b, amplified and compressed.
"""

from __future__ import annotations

import cmath
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from reson.tools.devices.simulated.resonators import READOUT_TIME, pull_table, table_place
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

GRID = 50
"""Intervals of the readout time at whose ends the field is kept."""
_STEPS = 2
"""Steps of the integration in one interval: 10 ns each; halving them moves the field by less than 1e-3."""
_MOST_KNOWN = 4096
AT_ONCE = 2048
"""Tones evolved in one batch: some tens of megabytes."""
_F01_STEP = 0.1e6
"""Hz to which f01 is rounded here, so that its drift does not make the field new: 0.2 kHz of the pull at most."""


class Tone(NamedTuple):
    """What the readout of one qubit plays: frequency in Hz, amplitude in units of full scale."""

    frequency: float
    amplitude: float


@dataclass(frozen=True)
class Field:
    """One qubit's resonator under one tone. Arrays over (LEVELS, GRID + 1 times), without the turn of the plane."""

    signal: np.ndarray
    """Integral of the outgoing signal since the start, over the readout time: its last entry is the pointer state."""
    field: np.ndarray
    """b."""
    decay: np.ndarray
    """Integral of kappa / 2 + i detuning since the start: a field that differs from b approaches it as exp(-decay)."""
    response: np.ndarray
    """Integral, over the readout time, of what a difference of 1 at the start adds to the signal."""
    photons: np.ndarray
    """Mean photon number while the readout lasts, shape (LEVELS,)."""


class Fields:
    """The fields of a chip's resonators, kept as long as nothing that they depend on moves."""

    def __init__(self) -> None:
        self._known: dict[tuple[float, ...], Field] = {}

    def of(self, transmons: Sequence[TransmonTruth], tones: Sequence[Tone]) -> list[Field]:
        """The field of each transmon's resonator under its tone."""
        keys = [_key(transmon, tone) for transmon, tone in zip(transmons, tones, strict=True)]
        missing = list(dict.fromkeys(key for key in keys if key not in self._known))
        if len(self._known) + len(missing) > _MOST_KNOWN:
            self._known = {key: self._known[key] for key in keys if key in self._known}
        for start in range(0, len(missing), AT_ONCE):
            part = missing[start : start + AT_ONCE]
            self._known.update(zip(part, _evolved(np.array(part)), strict=True))
        return [self._known[key] for key in keys]


def pointer_states(transmon: TransmonTruth, frequency: float, amplitude: float) -> tuple[np.ndarray, float]:
    """(centres of the IQ clouds of lasting levels, complex (LEVELS,), and the standard deviation of each quadrature).

    For a tone of ``frequency`` in Hz and ``amplitude`` in units of full scale, without its neighbours' crosstalk.
    """
    (field,) = Fields().of([transmon], [Tone(frequency, amplitude)])
    return field.signal[:, -1] * turn_of(transmon, frequency), transmon.resonator.noise


def turn_of(transmon: TransmonTruth, frequency: float) -> complex:
    """By what the plane is turned for a tone of a frequency in Hz: cables, mixers and the feedline."""
    turn = cmath.exp(1j * transmon.resonator.phase)
    if transmon.resonator.line is None:
        return turn
    passed = transmon.resonator.passes(frequency)
    return turn * passed / abs(passed)


def ground_frequency(transmon: TransmonTruth, level: int = 0) -> float:
    """Frequency in Hz of the resonator, for few photons, with the qubit in a level."""
    truth = transmon.resonator
    table = pull_table(_detuning(transmon), transmon.anharmonicity, truth.coupling, LEVELS)
    return truth.bare + float(table[level, 0])


def _detuning(transmon: TransmonTruth) -> float:
    return transmon.resonator.bare - round(transmon.f01 / _F01_STEP) * _F01_STEP


def _key(transmon: TransmonTruth, tone: Tone) -> tuple[float, ...]:
    truth = transmon.resonator
    arriving = truth.transmission * tone.amplitude
    return (
        _detuning(transmon),
        transmon.anharmonicity,
        truth.coupling,
        tone.frequency - truth.bare,
        truth.kappa,
        truth.depth,
        truth.asymmetry,
        truth.photons * arriving**2,
        truth.gain * arriving * abs(truth.passes(tone.frequency)),
        truth.saturation,
    )


def _evolved(keys: np.ndarray) -> list[Field]:
    """Fields from rows of ``_key``, all together."""
    ladder, (offset, kappa, depth, asymmetry, photons, signal, saturation) = keys[:, :3], keys[:, 3:].T[..., None]
    distinct, which = np.unique(ladder, axis=0, return_inverse=True)
    pulls = _Pulls(np.stack([pull_table(*row, LEVELS) for row in distinct.tolist()]), which.ravel())
    step = READOUT_TIME / GRID / _STEPS
    dip = -depth * np.exp(1j * asymmetry)

    def rate(field: np.ndarray) -> np.ndarray:
        return np.pi * kappa + 2j * np.pi * (pulls.at(photons * np.abs(field) ** 2) - offset)

    field = np.zeros((len(keys), LEVELS), dtype=complex)
    decay, output, response = field.copy(), field.copy(), field.copy()
    energy = np.zeros(field.shape)
    kept: list[tuple[np.ndarray, ...]] = [(output, field, decay, response)]
    for count in range(1, GRID * _STEPS + 1):
        # the middle of the step first, so that the pull is right to second order
        halfway = _relaxed(field, rate(field), np.pi * kappa, step / 2)
        middle = rate(halfway)
        field, before = _relaxed(field, middle, np.pi * kappa, step), field
        mean = (before + 4 * halfway + field) / 6
        outgoing = signal * (1 + dip * mean)
        passed = 1 / np.sqrt(1 + np.abs(outgoing) ** 2 / saturation**2)
        output = output + outgoing * passed * step / READOUT_TIME
        response = response + signal * dip * passed * np.exp(-decay - middle * step / 2) * step / READOUT_TIME
        decay = decay + middle * step
        energy = energy + photons * np.abs(mean) ** 2 * step / READOUT_TIME
        if count % _STEPS == 0:
            kept.append((output, field, decay, response))
    outputs, fields, decays, responses = (np.stack(parts, axis=-1) for parts in zip(*kept, strict=True))
    return [
        Field(signal=one, field=two, decay=three, response=four, photons=five)
        for one, two, three, four, five in zip(outputs, fields, decays, responses, energy, strict=True)
    ]


def _relaxed(field: np.ndarray, rate: np.ndarray, drive: np.ndarray, time: float) -> np.ndarray:
    """The field a time later, at a fixed rate."""
    steady = drive / rate
    return steady + (field - steady) * np.exp(-rate * time)


class _Pulls:
    """Pull by each level at photon numbers (tones, LEVELS), from the table of each tone's resonator."""

    def __init__(self, tables: np.ndarray, which: np.ndarray) -> None:
        self._tables = tables
        self._index = (which[:, None], np.arange(LEVELS))

    def at(self, photons: np.ndarray) -> np.ndarray:
        place = table_place(photons)
        low = np.minimum(place.astype(np.intp), self._tables.shape[-1] - 2)
        left = self._tables[(*self._index, low)]
        return left + (place - low) * (self._tables[(*self._index, low + 1)] - left)
