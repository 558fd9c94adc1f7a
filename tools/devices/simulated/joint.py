"""Coupled qubits evolved together: the density operator of a group, gate by gate, with the coupling in between.

A group's state is a tensor with one axis for each qubit, along which run the entries of a density operator, row by row.
A gate is a matrix along one axis, a pulse on a coupler one along two; the latter acts in a frame common to both qubits,
from which theirs have turned away by then. The coupling h zz n1 n2 is diagonal: each entry turns by itself. Gates act
at their middles (second-order splitting): exact for coupling and detuning together; what the coupling does while a
pulse turns or relaxation acts is left out to second order in what it turns within one pulse or one piece of a wait.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reson.tools.devices.simulated.superoperators import SIZE, to_density
from reson.tools.devices.simulated.timeline import Timeline
from reson.tools.devices.simulated.truth import LEVELS

LEVELS_OF_THREE = 3
"""Levels of each of three qubits: the fourth is reached by 1e-5 of the population at most, which is left out."""


def levels_of(qubits: int, pulsed: bool = False) -> int:
    """Levels of each of a group's qubits; ``pulsed`` where one of their couplers is."""
    return LEVELS if qubits < 3 and not pulsed else LEVELS_OF_THREE


def on_entries(matrices: np.ndarray, levels: int) -> np.ndarray:
    """Superoperators (..., SIZE, SIZE) on the entries of density operators of fewer levels, row by row."""
    basis = to_density(np.eye(SIZE)).reshape(SIZE, SIZE).T
    kept = np.add.outer(LEVELS * np.arange(levels), np.arange(levels)).ravel()
    return basis[kept] @ matrices @ basis[kept].conj().T


def coupling_rates(levels: int, qubits: int, pairs: Sequence[tuple[int, int, float]]) -> np.ndarray:
    """rad/s by which each entry of the group's density operator turns: shape (levels^2,) * qubits.

    ``pairs`` are (place, place, zz in Hz).
    """
    number = np.arange(levels)
    ket, bra = np.repeat(number, levels), np.tile(number, levels)
    rates = np.zeros((levels**2,) * qubits)
    for first, second, zz in pairs:
        axes = [[1] * qubits, [1] * qubits]
        axes[0][first] = axes[1][second] = levels**2
        kets, bras = (part.reshape(axes[0]) * part.reshape(axes[1]) for part in (ket, bra))
        rates += 2 * np.pi * zz * (kets - bras)
    return rates


class PairTable(NamedTuple):
    """The pulses on the coupler of two qubits of the group, by their places, the first below the second."""

    places: tuple[int, int]
    matrices: np.ndarray
    """On the entries of both, shape (pulses + 1, entries^2, entries^2), the first one the identity."""


def evolve(
    timelines: Sequence[Timeline],
    tables: Sequence[np.ndarray],
    rates: np.ndarray,
    initial: np.ndarray,
    pairs: Sequence[PairTable] = (),
) -> np.ndarray:
    """States after the timelines, shape (timelines, entries, ...), all from ``initial`` (entries, ...).

    ``tables`` holds for each qubit its events on entries (events + 1, entries, entries), the first one the identity.
    """
    lengths = np.array([len(one.gaps) for one in timelines])
    order = np.argsort(-lengths, kind="stable")
    gaps = np.zeros((len(timelines), lengths.max(initial=0)), dtype=np.int64)
    codes = np.zeros((len(tables), *gaps.shape), dtype=np.intp)
    pulses, ahead = np.zeros((len(pairs), *gaps.shape), dtype=np.intp), np.zeros((len(pairs), *gaps.shape))
    for row, index in enumerate(order):
        gaps[row, : lengths[index]] = timelines[index].gaps
        codes[:, row, : lengths[index]] = timelines[index].codes
        pulses[:, row, : lengths[index]] = timelines[index].pulses
        ahead[:, row, : lengths[index]] = timelines[index].ahead
    different, gap_codes = np.unique(gaps, return_inverse=True)
    turns = np.exp(-1j * np.multiply.outer(different * 0.5e-12, rates))
    states = np.repeat(initial[None].astype(complex), len(timelines), axis=0)
    for column, busy in enumerate((np.arange(gaps.shape[1])[:, None] < lengths).sum(axis=1)):
        now = states[:busy] * turns[gap_codes[:busy, column]]
        for place, table in enumerate(tables):
            played = codes[place, :busy, column]
            if played.any():
                now = _along(table[played], now, place + 1)
        for pair, number, angle in zip(pairs, pulses[:, :busy, column], ahead[:, :busy, column], strict=True):
            if number.any():
                _pulse(pair, number, angle, now)
        states[:busy] = now
    result = np.empty_like(states)
    result[order] = states
    return result


def _along(matrices: np.ndarray, states: np.ndarray, axis: int) -> np.ndarray:
    """Each matrix (n, entries, entries) along one axis of its state (n, entries, ...)."""
    if axis == states.ndim - 1:
        flat = states.reshape(len(states), -1, states.shape[axis])
        return (flat @ matrices.swapaxes(-1, -2)).reshape(states.shape)
    before = int(np.prod(states.shape[1:axis]))
    flat = states.reshape(len(states), before, states.shape[axis], -1)
    return (matrices[:, None] @ flat).reshape(states.shape)


def _pulse(pair: PairTable, numbers: np.ndarray, ahead: np.ndarray, states: np.ndarray) -> None:
    """Each state after its pulse on a pair's coupler, in place; ``ahead`` as in ``PairEvent``."""
    axes = pair.places[0] + 1, pair.places[1] + 1
    entries = states.shape[axes[0]]
    number = np.arange(math.isqrt(entries))
    played = np.flatnonzero(numbers)
    turn = np.exp(1j * np.multiply.outer(np.subtract.outer(number, number).ravel(), ahead[played]))
    turn = turn.reshape(entries, 1, len(played), *[1] * (states.ndim - 3))
    moved = np.moveaxis(states[played], axes, (0, 1)) * turn.conj()
    flat = moved.reshape(entries**2, len(played), -1)
    for pulse in np.unique(numbers[played]):
        chosen = np.flatnonzero(numbers[played] == pulse)
        mine = flat[:, chosen]
        flat[:, chosen] = (pair.matrices[pulse] @ mine.reshape(entries**2, -1)).reshape(mine.shape)
    states[played] = np.moveaxis(flat.reshape(moved.shape) * turn, (0, 1), axes)


def joint_populations(states: np.ndarray, places: Sequence[int], levels: int) -> np.ndarray:
    """Populations of the joint levels of some of a group's qubits, shape (states,) + (levels,) * qubits."""
    diagonal = np.arange(levels) * (levels + 1)
    for axis in range(1, states.ndim):
        states = np.take(states, diagonal, axis=axis)
    others = tuple(axis for axis in range(1, states.ndim) if axis - 1 not in places)
    return np.real(states).sum(axis=others)


def populations_of(states: np.ndarray, place: int, levels: int) -> np.ndarray:
    """Level populations (states, LEVELS) of one qubit of a group, the others traced out."""
    diagonal = np.arange(levels) * (levels + 1)
    for axis in range(1, states.ndim):
        states = np.take(states, diagonal, axis=axis)
    others = tuple(axis for axis in range(1, states.ndim) if axis != place + 1)
    found = np.zeros((len(states), LEVELS))
    found[:, :levels] = np.real(states).sum(axis=others)
    return found
