"""What a flux pulse on a tunable coupler does to its qubits: propagation, and the channel with the coupler traced out.

Within a step the coupler's frequency stands still. Step propagators are tabulated over coupler frequencies; what lies
between two entries is made up by half a turn of the coupler before the step and half after, to third order in the
step. The coupler's relaxation makes these steps contract, and its jumps c are put between the pieces of the pulse.

The channel is that relative to idle evolution: half of the idle one is taken off before the pulse and half after, in
the basis of the dressed states. Whoever uses it lets both qubits idle meanwhile, with decoherence and static ZZ: the
symmetric splitting, below 4 % of the incoherent part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from reson.tools.devices.simulated.flux_line import STEP
from reson.tools.devices.simulated.three_modes import (
    BLOCKS,
    IN_COUPLER,
    PLACE,
    STATES,
    Modes,
    dressed_basis,
    hamiltonians,
    lowered_coupler,
)
from reson.tools.devices.simulated.tunable import TunableTruth

TABLE_POINTS = 1024
LEVELS = 3
"""Levels of each qubit that a flux pulse finds and leaves."""
_PIECE = 16
"""Steps of a piece of an edge; the coupler may jump between two pieces."""
_FLAT_PIECE, _MOST_FLAT = 100, 24
"""Steps of a piece of a flat, and the most pieces that it has."""

_INPUTS = [PLACE[first, second, 0] for first in range(LEVELS) for second in range(LEVELS)]
_LOWER = lowered_coupler()


@dataclass(frozen=True)
class Propagation:
    """One pulse: Kraus operators on two qubits (of LEVELS levels, the first one slow) and what else matters of it."""

    kraus: np.ndarray
    """Shape (operators, LEVELS^2, LEVELS^2); the first one is that of a coupler which neither jumps nor stays."""
    slopes: np.ndarray
    """rad by which each state turns for one flux quantum more of static flux, beyond idling, shape (LEVELS^2,)."""
    coupler_time: np.ndarray
    """Seconds times mean excitation that the coupler holds for each initial state, shape (LEVELS^2,)."""


def propagated(coupler: TunableTruth, pulse: np.ndarray, edges: int) -> Propagation:
    """A pulse on top of the coupler's static flux, in flux quanta at the middles of steps of ``STEP``.

    It moves during the first and the last half of ``edges`` steps; what is between is taken as flat, in pieces.
    """
    flux = coupler.flux
    pieces, lengths, middles = _pieces(coupler, flux + pulse, edges)
    energies, dressed = dressed_basis(coupler.modes, float(coupler.frequency(flux)))
    seconds = len(pulse) * STEP
    states = [dressed[:, _INPUTS].astype(complex)]
    for piece in pieces:
        states.append(piece @ states[-1])
    seen, losses = dressed.T.astype(complex), coupler.loss(coupler.frequency(middles))
    jumps: list[np.ndarray] = []
    for index in range(len(pieces) - 1, 0, -1):
        seen = seen @ pieces[index]
        likely = (lengths[index - 1] * losses[index - 1] + lengths[index] * losses[index]) / 2
        jumps.append(math.sqrt(likely) * seen @ _LOWER @ states[index])
    operators = np.stack([dressed.T @ states[-1], *jumps])
    half = np.exp(1j * math.pi * energies[_INPUTS] * seconds)
    kraus = [half[:, None] * part * half for part in _by_coupler(operators)]
    held = np.array([IN_COUPLER @ np.abs(state) ** 2 for state in states])
    held = (held[1:] + held[:-1]) / 2
    excess = held * coupler.slope(middles)[:, None] - held[0] * float(coupler.slope(flux))
    return Propagation(_trace_preserving(np.concatenate(kraus)), -2 * math.pi * lengths @ excess, lengths @ held)


def superoperator(found: Propagation, noise: float) -> np.ndarray:
    """The channel on entries of density operators, first qubit's (row by row) and then the second's.

    Shape (LEVELS^4, LEVELS^4). ``noise`` is the spread of the static flux over the shots, averaged over as a Gaussian.
    """
    size = LEVELS**2
    spread = np.subtract.outer(found.slopes, found.slopes) * noise
    flat = found.kraus.reshape(len(found.kraus), -1)
    outer = (flat.T @ flat.conj()).reshape(size, size, size, size)  # ket out, ket in, bra out, bra in
    outer = outer.transpose(0, 2, 1, 3) * np.exp(-(spread**2) / 2)[:, :, None, None]
    qubits = outer.reshape((LEVELS,) * 8)
    return qubits.transpose(0, 2, 1, 3, 4, 6, 5, 7).reshape(size**2, size**2)


def _pieces(coupler: TunableTruth, flux: np.ndarray, edges: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(propagators, lengths in s, mean fluxes) of pieces of the pulse, earliest first."""
    rise, flat, fall = np.split(flux, [edges // 2, len(flux) - (edges - edges // 2)])
    parts = [_moving(coupler, rise), *_standing(coupler, flat), _moving(coupler, fall)]
    return tuple(np.concatenate(one) for one in zip(*parts, strict=True))  # pyright: ignore[reportReturnType]


def _moving(coupler: TunableTruth, flux: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An edge, step by step from the table."""
    low, high = float(coupler.frequency(0.5)), float(coupler.frequency(0.0))
    grid = np.linspace(low, high, TABLE_POINTS)
    frequencies = coupler.frequency(flux)
    places = np.rint(np.interp(frequencies, grid, np.arange(TABLE_POINTS))).astype(int)
    turned = np.exp(-(2j * math.pi * (frequencies - grid[places]) + coupler.loss(frequencies) / 2) * STEP / 2)
    number = math.ceil(len(flux) / _PIECE)
    result = np.zeros((number, len(STATES), len(STATES)), dtype=complex)
    for block, table in zip(BLOCKS, _table(coupler.modes, low, high), strict=True):
        turns = turned[:, None] ** IN_COUPLER[block]
        size = block.stop - block.start
        factors = np.tile(np.eye(size, dtype=complex), (number * _PIECE, 1, 1))
        factors[: len(flux)] = turns[:, :, None] * table[places] * turns[:, None, :]
        result[:, block, block] = _products(factors.reshape(number, _PIECE, size, size))
    starts = np.arange(0, len(flux), _PIECE)
    steps = np.diff(starts, append=len(flux))
    return result, steps * STEP, np.add.reduceat(flux, starts) / steps


def _standing(coupler: TunableTruth, flux: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The flat of a pulse, in pieces at their mean flux."""
    if not len(flux):
        return []
    parts = np.array_split(flux, min(math.ceil(len(flux) / _FLAT_PIECE), _MOST_FLAT))
    seconds = np.array([len(part) * STEP for part in parts])
    means = np.array([part.mean() for part in parts])
    frequencies = coupler.frequency(means)
    result = np.zeros((len(parts), len(STATES), len(STATES)), dtype=complex)
    for number, block in enumerate(BLOCKS):
        loss = 1j / (4 * math.pi) * coupler.loss(frequencies)[:, None, None] * np.diag(IN_COUPLER[block])
        energies, vectors = np.linalg.eig(hamiltonians(coupler.modes, frequencies, number) - loss)
        turned = np.exp(-2j * math.pi * seconds[:, None] * energies)
        result[:, block, block] = (vectors * turned[:, None, :]) @ np.linalg.inv(vectors)
    return [(result, seconds, means)]


@lru_cache(maxsize=64)
def _table(modes: Modes, low: float, high: float) -> tuple[np.ndarray, ...]:
    """Propagators of one step over coupler frequencies, block by block: (TABLE_POINTS, states, states)."""
    coupler = np.linspace(low, high, TABLE_POINTS)
    table = []
    for number in range(len(BLOCKS)):
        energies, vectors = np.linalg.eigh(hamiltonians(modes, coupler, number))
        turned = np.exp(-2j * math.pi * STEP * energies)
        table.append((vectors * turned[:, None, :]) @ vectors.swapaxes(-1, -2))
    return tuple(table)


def _products(factors: np.ndarray) -> np.ndarray:
    """Time-ordered products over axis 1, shape (pieces, states, states)."""
    while factors.shape[1] > 1:
        odd = factors[:, factors.shape[1] - 1 :] if factors.shape[1] % 2 else factors[:, :0]
        even = factors[:, : factors.shape[1] // 2 * 2]
        factors = np.concatenate([even[:, 1::2] @ even[:, 0::2], odd], axis=1)
    return factors[:, 0]


def _by_coupler(operators: np.ndarray) -> list[np.ndarray]:
    """Operators (n, STATES, inputs) sorted by the coupler's final excitation, each (n, LEVELS^2, LEVELS^2)."""
    found = []
    for excited in range(LEVELS):
        part = np.zeros((len(operators), LEVELS**2, LEVELS**2), dtype=complex)
        for place, index in enumerate(_INPUTS):
            first, second, _ = STATES[index]
            if (first, second, excited) in PLACE:
                part[:, place] = operators[:, PLACE[first, second, excited]]
        found.append(part)
    return found


def _trace_preserving(kraus: np.ndarray) -> np.ndarray:
    """With the operator that completes them: what leaves the kept levels stays in its initial state, dephased."""
    energies, vectors = np.linalg.eigh(np.eye(LEVELS**2) - _weight(kraus))
    completing = (vectors * np.sqrt(np.clip(energies, 0, None))) @ vectors.conj().T
    kraus = np.concatenate([kraus, completing[None]])
    weights, vectors = np.linalg.eigh(_weight(kraus))
    return kraus @ ((vectors / np.sqrt(weights)) @ vectors.conj().T)


def _weight(kraus: np.ndarray) -> np.ndarray:
    return np.einsum("nij,nik->jk", kraus.conj(), kraus)
