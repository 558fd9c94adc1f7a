"""What a shot remembers of the one before: where the rest is short against T1, its qubit has not come back to 0.

A circuit's shots follow each other. Its populations are linear in what is left over in level 1 when a shot begins, and
what is left over is what the readout found, relaxed over the rest: a fixed point, the same for all shots but the first
few. Levels above 1 come down by steps at twice and three times the rate (ladder operators), so that one that is in 2
has 2 exp(-t / T1) - exp(-2 t / T1) of a chance not to be in 0 after a rest t.

An active reset fails in some per cent of the shots (Magnard et al., PRL 121, 060502 (2018); Zhou et al., PRX Quantum 2,
040320 (2021)), where it was not tuned for this qubit.

Left out: what a readout itself changes, what is heated to 2 during the rest (3e-3 for a qubit with 2 % of 1 at rest),
and qubits that are evolved together with others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reson.tools.devices.simulated.superoperators import thermal_state
from reson.tools.devices.simulated.truth import LEVELS, ChipTruth, TransmonTruth, each_changed

RESET_ERROR = (0.01, 0.05)
"""Range of the population that a reset within a circuit leaves in level 1."""

_STREAM = 0x4D656D6F


def with_memory(truth: ChipTruth) -> ChipTruth:
    """The chip with shots that remember and resets that fail, from a random stream of its own."""
    return each_changed(
        truth, lambda one, rng: replace(one, remembers=True, reset_error=rng.uniform(*RESET_ERROR)), _STREAM
    )


def remembered(rested: np.ndarray, excited: np.ndarray, transmons: Sequence[TransmonTruth], rest: float) -> np.ndarray:
    """Populations (rows, LEVELS) of shots that follow each other after a rest in s.

    ``rested`` are those of a shot that begins at rest, ``excited`` of one that begins in level 1.
    """
    kept = np.exp(-rest / np.array([one.t1 for one in transmons]))
    left = np.zeros((len(transmons), LEVELS))  # of each level, the chance not to be in 0 after the rest
    for level in range(1, LEVELS):
        left[:, level] = 1 - (1 - kept) ** level
    thermal = np.array([thermal_state(one)[:LEVELS] for one in transmons])
    slope = excited - rested
    start, grows = (left * (rested - thermal)).sum(axis=1), (left * slope).sum(axis=1)
    share = np.clip(start / (1 - grows), 0, 1)
    return rested + share[:, None] * slope
