"""Readout: levels drawn from populations, jumps while the signal is integrated, Gaussian noise on the IQ plane.

A field that the qubit leaves by a jump relaxes from where it is towards that of the new level, at the new level's
rate. Where the pull depends on the photons this holds to first order in the distance of the two fields. Photons stir
the qubit: evenly in both directions for few of them (Slichter et al., PRL 109, 153601 (2012)), violently as their
number nears the critical one (Sank et al., PRL 117, 190503 (2016)); both grow with the mean number in the readout.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from reson.tools.devices.simulated.program import Measured, Row
from reson.tools.devices.simulated.resonators import FEEDLINE, READOUT_TIME, critical_photons
from reson.tools.devices.simulated.ring_up import AT_ONCE, GRID, Field, Fields, Tone, turn_of
from reson.tools.devices.simulated.truth import LEVELS, TransmonTruth

STIRRING = 3e4
"""Rate in 1/s, between levels 0 and 1 in both directions, by as many photons as are critical; linear in them."""
IONISING = 1e7
"""The same, with the fourth power of the photon number."""
FASTEST = 2e6
"""Photons stir no faster than this, in 1/s: the qubit is scrambled within the readout all the same."""


_SIGNAL, _FIELD, _DECAY, _RESPONSE = range(4)


@dataclass(frozen=True)
class Readout:
    """What readout needs of the measured qubits: arrays over (qubits,) or (qubits, LEVELS)."""

    courses: np.ndarray
    """Signal, field, decay and response of ``ring_up.Field``, shape (qubits, LEVELS, times, 4); the signal and the
    response turned as the plane is."""
    sigma: np.ndarray
    down: np.ndarray
    """Rate n -> n - 1 in 1/s."""
    up: np.ndarray
    """Rate n -> n + 1 in 1/s; zero for the highest level."""
    leaks: tuple[tuple[int, int, complex], ...] = ()
    """(to, from, share): what a qubit's signal takes from another's, by their places among the measured."""


def readout_of(transmons: Sequence[TransmonTruth], tones: Sequence[Tone], fields: Fields | None = None) -> Readout:
    """The readout of transmons that do not hear each other, each with its tone."""
    found = (fields or Fields()).of(transmons, tones)
    rates = [_rates(transmon, field) for transmon, field in zip(transmons, found, strict=True)]
    turns = np.exp(1j * np.array([transmon.resonator.phase for transmon in transmons]))[:, None, None]
    if any(transmon.resonator.line for transmon in transmons):
        turns = np.array([turn_of(transmon, tone.frequency) for transmon, tone in zip(transmons, tones, strict=True)])
        turns = turns[:, None, None]
    courses = (
        turns * np.array([field.signal for field in found]),
        np.array([field.field for field in found]),
        np.array([field.decay for field in found]),
        turns * np.array([field.response for field in found]),
    )
    return Readout(
        courses=np.stack(courses, axis=-1),
        sigma=np.array([transmon.resonator.noise for transmon in transmons]),
        down=np.array([down for down, _ in rates]),
        up=np.array([up for _, up in rates]),
    )


def each_readout(
    circuits: Sequence[Measured],
    transmons: Sequence[TransmonTruth],
    controls: Sequence[Mapping[str, float]],
    fields: Fields,
) -> Iterator[Readout]:
    """The readout of each circuit in turn, by its tones or else the controls of all the chip's qubits."""
    tones = [[_tone(row, controls[row.qubit]) for row in circuit.rows] for circuit in circuits]
    most = max(1, AT_ONCE // max(len(played) for played in tones))
    readout, known = None, None
    for start in range(0, len(circuits), most):
        # as many as are evolved in one batch: later ones are then known
        rows = [row for circuit in circuits[start : start + most] for row in circuit.rows]
        fields.of([transmons[row.qubit] for row in rows], list(chain.from_iterable(tones[start : start + most])))
        for circuit, played in zip(circuits[start : start + most], tones[start : start + most], strict=True):
            if readout is None or known != (circuit.qubits, played):
                known = (circuit.qubits, played)
                alone = readout_of([transmons[qubit] for qubit in circuit.qubits], played, fields)
                readout = replace(alone, leaks=_leaks(circuit.qubits, transmons))
            yield readout


def _tone(row: Row, controls: Mapping[str, float]) -> Tone:
    if row.tone is None:
        return Tone(controls["readout_frequency"], controls["readout_amplitude"])
    offset, amplitude = row.tone
    return Tone(controls["readout_frequency"] + offset, amplitude)


def _leaks(qubits: Sequence[int], transmons: Sequence[TransmonTruth]) -> tuple[tuple[int, int, complex], ...]:
    """Crosstalk among qubits that are measured together (``transmons`` are all of the chip's): next on the feedline."""
    place = {qubit: index for index, qubit in enumerate(qubits)}
    return tuple(
        (place[qubit], place[other], share)
        for qubit in qubits
        for other, share in zip((qubit - 1, qubit + 1), transmons[qubit].resonator.crosstalk, strict=True)
        if other in place and other // FEEDLINE == qubit // FEEDLINE
    )


def _rates(transmon: TransmonTruth, field: Field) -> tuple[np.ndarray, np.ndarray]:
    """Rates down and up of each level in 1/s."""
    levels = np.arange(LEVELS)
    truth = transmon.resonator
    crowd = field.photons / critical_photons(truth.bare - transmon.f01, truth.coupling)
    stirred = np.minimum(STIRRING * crowd + IONISING * crowd**4, FASTEST)
    down = (transmon.down_rate + stirred) * levels
    up = (transmon.up_rate + stirred) * (levels + 1)
    return down, np.where(levels < LEVELS - 1, up, 0.0)


def draw_levels(populations: np.ndarray, shots: int, rng: np.random.Generator) -> np.ndarray:
    """Levels found at the start of readout: populations (qubits, LEVELS) -> int (qubits, shots)."""
    uniform = rng.random((len(populations), shots))
    cumulative = np.cumsum(populations[:, :-1], axis=1)
    return (uniform[..., None] > cumulative[:, None, :]).sum(axis=-1)


def draw_joint_levels(populations: np.ndarray, shots: int, rng: np.random.Generator) -> np.ndarray:
    """Levels of qubits that depend on each other, from the populations of their joint levels: int (qubits, shots)."""
    places = np.searchsorted(np.cumsum(populations.ravel())[:-1], rng.random(shots), side="right")
    return np.array(np.unravel_index(places, populations.shape))


def integrate(readout: Readout, levels: np.ndarray, samples: int, rng: np.random.Generator) -> np.ndarray:
    """The integrated signal at ``samples`` equal steps, over the whole readout time: complex (qubits, shots, samples).

    The last sample is the shot's IQ point: the signal of the visited levels, crosstalk of qubits measured with it, and
    noise of variance sigma^2 in each quadrature, which has grown linearly with time. ``samples`` divides ``GRID``.
    """
    steps = np.arange(1, samples + 1) * (GRID // samples)
    signal = _visited(readout, levels, steps, rng)
    for to, source, share in readout.leaks:
        signal[to] += share * signal[source]
    noise = rng.standard_normal((*levels.shape, samples, 2)).view(complex)[..., 0]
    grown = noise if samples == 1 else noise.cumsum(axis=-1)
    return signal + readout.sigma[:, None, None] / math.sqrt(samples) * grown


def _visited(readout: Readout, levels: np.ndarray, steps: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Time integral of the signal of the levels that the qubit is in; ``steps`` are places on the grid of times."""
    qubits, ends = np.arange(len(levels))[:, None], readout.courses[:, :, steps]
    signal = ends[..., _SIGNAL][qubits, levels]
    down, leaving = READOUT_TIME * readout.down, READOUT_TIME * (readout.down + readout.up)
    time = _waits(leaving[qubits, levels], rng)
    where = np.nonzero(time < 1)
    time, level = time[where], levels[where]
    distance = np.zeros(level.shape, dtype=complex)
    while level.size:
        qubit = where[0]
        falls = rng.random(level.size) * leaving[qubit, level] < down[qubit, level]
        after = np.where(falls, level - 1, level + 1)
        low = np.minimum((time * GRID).astype(np.intp), GRID - 1)
        part = (time * GRID - low)[:, None]
        old, new = (_at(readout.courses, (qubit, one), low, part) for one in (level, after))
        difference = distance * np.exp(-old[:, _DECAY])
        shifted = old[:, _FIELD] + difference - new[:, _FIELD]
        distance = shifted * np.exp(new[:, _DECAY])
        later = _rest(new, ends[qubit, after], distance)
        later -= _rest(old, ends[qubit, level], difference * np.exp(old[:, _DECAY]))
        signal[where] += np.where(steps > time[:, None] * GRID, later, 0)
        time = time + _waits(leaving[qubit, after], rng)
        again = time < 1
        where, time, level, distance = (where[0][again], where[1][again]), time[again], after[again], distance[again]
    return signal


def _at(courses: np.ndarray, of: tuple[np.ndarray, np.ndarray], low: np.ndarray, part: np.ndarray) -> np.ndarray:
    """The courses ``of`` (qubit, level) at times between two places on the grid, shape (shots, 4)."""
    left = courses[(*of, low)]
    return left + part * (courses[(*of, low + 1)] - left)


def _rest(now: np.ndarray, ends: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Signal from a moment (courses ``now``) to each step (``ends``), shape (shots, steps).

    ``scale`` is by how much the field differs there from that of a qubit which was in the level all along, divided by
    how far such a difference has decayed by then.
    """
    left = ends - now[:, None]
    return left[..., _SIGNAL] + scale[:, None] * left[..., _RESPONSE]


def _waits(rates: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Times to the next jump; never (infinity) where the rate is zero."""
    with np.errstate(divide="ignore"):
        return rng.standard_exponential(rates.shape) / rates
