"""How a simulated chip reads perfectly prepared states, by the hidden truth: for evals and tests only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from reson.tools.devices.simulated.lines import digitised
from reson.tools.devices.simulated.readout import integrate, readout_of
from reson.tools.devices.simulated.resonators import FEEDLINE
from reson.tools.devices.simulated.ring_up import Tone
from reson.tools.devices.simulated.truth import TransmonTruth

SHOTS = 100_000
SEED = 1
PERIOD = 251e-6
"""Seconds from one shot to the next: the mains' hum has any phase."""


def read_as_one(
    transmons: Sequence[TransmonTruth], controls: Sequence[Mapping[str, float]], prepared: Sequence[int]
) -> np.ndarray:
    """P(1) of qubits 0, 1, ... measured together, each prepared as ``prepared`` says, shape (qubits,).

    Thermal population, decay during the readout, crosstalk, hum and a digitiser that clips are included,
    errors of pulses are not.
    Sampled with ``SHOTS`` shots.
    """
    rng = np.random.default_rng(SEED)
    thermal = np.array([transmon.thermal_population for transmon in transmons])
    excited = rng.random((len(transmons), SHOTS)) < thermal[:, None]
    levels = np.where(np.array(prepared, dtype=bool)[:, None], ~excited, excited)
    tones = [Tone(one["readout_frequency"], one["readout_amplitude"]) for one in controls]
    readout = replace(readout_of(transmons, tones), leaks=_leaks(transmons))
    signal = digitised(integrate(readout, levels.astype(int), 1, rng), transmons, 0.0, PERIOD)[..., 0]
    angles = np.array([one["readout_angle"] for one in controls])
    thresholds = np.array([one["readout_threshold"] for one in controls])
    along = np.real(signal * np.exp(-1j * angles)[:, None])
    return np.asarray(along > thresholds[:, None]).mean(axis=1)


def largest_crosstalk(transmons: Sequence[TransmonTruth], controls: Sequence[Mapping[str, float]], qubit: int) -> float:
    """Largest change of P(1) of a qubit, prepared in 0 or in 1, with the state of one other of those measured."""
    found = []
    for own in (0, 1):
        for other in range(len(transmons)):
            patterns = [[0] * len(transmons) for _ in range(2)]
            for state, pattern in enumerate(patterns):
                pattern[other], pattern[qubit] = state, own
            if other != qubit:
                without, beside = (read_as_one(transmons, controls, pattern)[qubit] for pattern in patterns)
                found.append(abs(beside - without))
    return float(max(found))


def _leaks(transmons: Sequence[TransmonTruth]) -> tuple[tuple[int, int, complex], ...]:
    """What each qubit hears of its neighbours on the feedline."""
    return tuple(
        (qubit, other, share)
        for qubit, transmon in enumerate(transmons)
        for other, share in zip((qubit - 1, qubit + 1), transmon.resonator.crosstalk, strict=True)
        if 0 <= other < len(transmons) and other // FEEDLINE == qubit // FEEDLINE
    )
