"""Many circuits at once: sequences of indices into one table of superoperators, applied to all states together."""

from __future__ import annotations

import numpy as np

from reson.tools.devices.simulated.superoperators import SIZE

_WORTHWHILE_LENGTH = 16
"""Shorter sequences are applied as they are."""
_LARGEST_TABLE = 2000
"""More gates than these have too many possible pairs to be counted."""


def final_states(sequences: list[np.ndarray], table: np.ndarray, initial: np.ndarray) -> np.ndarray:
    """States after the sequences: ``table`` (gates, SIZE, SIZE), ``initial`` (sequences, SIZE), result like
    ``initial``.

    The first entry of ``table`` must be the identity.
    """
    lengths = np.array([len(sequence) for sequence in sequences])
    order = np.argsort(-lengths, kind="stable")
    codes = np.zeros((len(sequences), lengths.max(initial=0)), dtype=np.intp)
    for row, index in enumerate(order):
        codes[row, : lengths[index]] = sequences[index]
    codes, table = _fused(codes, table)
    states = initial[order, :, None]
    for column, busy in enumerate(np.count_nonzero(codes, axis=0)):
        states[:busy] = table[codes[:busy, column]] @ states[:busy]
    result = np.empty((len(sequences), SIZE))
    result[order] = states[:, :, 0]
    return result


def _fused(codes: np.ndarray, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Replace pairs of gates by their product as long as there are far fewer different pairs than pairs."""
    while codes.shape[1] > _WORTHWHILE_LENGTH and len(table) <= _LARGEST_TABLE:
        if codes.shape[1] % 2:
            codes = np.pad(codes, ((0, 0), (0, 1)))
        pairs = codes[:, 0::2] * len(table) + codes[:, 1::2]
        counts = np.bincount(pairs.ravel(), minlength=1)
        counts[0] += 1  # the identity keeps its place, used or not
        used = np.flatnonzero(counts)
        if len(used) * 4 > np.count_nonzero(pairs):
            break
        renumber = np.zeros(len(counts), dtype=np.intp)
        renumber[used] = np.arange(len(used))
        codes = renumber[pairs]
        table = table[used % len(table)] @ table[used // len(table)]
    return codes, table
