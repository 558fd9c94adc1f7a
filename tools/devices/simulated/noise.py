"""Noise with a memory longer than a circuit: a qubit is a mixture of branches, over which its populations are averaged.

Slow frequency noise (quasi-static: it stands still during one shot and is Gaussian over the shots) shortens the Ramsey
time and is refocused by an echo; white dephasing, the ``t2`` of the truth, is not. A fast two-level defect is there in
a share of the shots. T2* of fixed-frequency transmons lies below T2 echo by tens of per cent, which kilohertz of slow
noise explain (Burnett et al., npj Quantum Inf. 5, 54 (2019); Wang et al., npj Quantum Inf. 8, 3 (2022)).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reson.tools.devices.simulated.flicker import rms_shift
from reson.tools.devices.simulated.telegraph import DefectTruth, is_coupled

if TYPE_CHECKING:  # the truth draws its noise here
    from reson.tools.devices.simulated.truth import TransmonTruth

QUASI_STATIC = (1e3, 3e3)
"""Hz: range of the standard deviation of slow frequency noise."""
RESET_ERROR = (0.001, 0.01)
"""Range of the population that an active reset leaves in level 1 (Magnard et al., PRL 121, 060502 (2018): 0.2 %)."""
SLOW_SHARE, FAST_SHARE = 0.1, 0.03
"""Share of qubits with a slow defect, and with a fast one."""

NEGLIGIBLE_PHASE = 0.02
"""rad of spread below which slow noise changes no population by more than 1e-4."""
_WIDTH = 4.5
"""Standard deviations of slow noise that are covered."""
_CLEARANCE = 4.0
"""Distance, in rad of spread, that keeps the grid's revival of the coherence below e^-8."""
_FORGOTTEN = 10.0
"""T2 times after which no coherence is left to be dephased."""

PARITY_MEMORY = 1e-3
"""Seconds for which a charge parity lasts (Riste et al., Nat. Commun. 4, 1913 (2013)): far beyond a shot."""

_STREAM = 0x4E6F6973
"""Of the generator that draws the noise, so that no other drawn value depends on it."""


def with_noise(transmon: TransmonTruth, seed: int, qubit: int) -> TransmonTruth:
    """The transmon with noise of its own, drawn from a stream of its own."""
    rng = np.random.default_rng([seed, qubit, _STREAM])
    quasi_static, reset_error = rng.uniform(*QUASI_STATIC), rng.uniform(*RESET_ERROR)
    has_slow, has_fast = rng.random(2) < (SLOW_SHARE, FAST_SHARE)
    slow, fast = _draw_slow(transmon, rng), _draw_fast(rng)
    defects = (slow,) * bool(has_slow) + (fast,) * bool(has_fast)
    return replace(transmon, quasi_static=quasi_static, reset_error=reset_error, defects=defects)


def with_frequent_defects(transmon: TransmonTruth, rng: np.random.Generator) -> TransmonTruth:
    """The transmon with one to three slow defects more, as most have over days: weaker than the rare ones, and there
    for minutes to hours (Klimov et al.; Schloer et al., see ``telegraph``).
    """
    found = []
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.2, 0.4, 0.25, 0.15]))):
        loss = (log_uniform(rng, 1.15, 3.0) - 1) / transmon.t1
        share, memory = rng.uniform(0.03, 0.2), log_uniform(rng, 600, 6 * 3600)
        found.append(DefectTruth(pull=rng.normal(0, 3e3), loss=loss, share=share, memory=memory))
    return replace(transmon, defects=(*transmon.defects, *found))


def _draw_slow(transmon: TransmonTruth, rng: np.random.Generator) -> DefectTruth:
    """T1 falls by a factor of 3 to 10, for a quarter of an hour to two hours at a time."""
    loss = (rng.uniform(3, 10) - 1) / transmon.t1
    return DefectTruth(pull=rng.normal(0, 5e3), loss=loss, share=0.15, memory=float(log_uniform(rng, 900, 7200)))


def _draw_fast(rng: np.random.Generator) -> DefectTruth:
    pull = float(rng.choice([-1, 1]) * log_uniform(rng, 20e3, 200e3))
    return DefectTruth(pull=pull, loss=0.0, share=rng.uniform(0.3, 0.5), memory=float(log_uniform(rng, 1e-3, 50e-3)))


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number drawn evenly on a logarithmic scale."""
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def settled(transmon: TransmonTruth, seed: int, qubit: int, time: float) -> TransmonTruth:
    """The transmon at a time: its slow defects coupled or not; the fast ones stay, for ``branches``."""
    if not transmon.defects:
        return transmon
    slow = [
        defect
        for index, defect in enumerate(transmon.defects)
        if not defect.is_fast and is_coupled(seed, qubit, index, defect, time)
    ]
    return replace(_coupled(transmon, slow), defects=tuple(one for one in transmon.defects if one.is_fast))


def branches(transmon: TransmonTruth) -> list[tuple[float, TransmonTruth]]:
    """(share of the shots, transmon) for each combination of its fast defects; one entry where it has none."""
    found = []
    for states in itertools.product((False, True), repeat=len(transmon.defects)):
        pairs = list(zip(transmon.defects, states, strict=True))
        weight = math.prod(defect.share if on else 1 - defect.share for defect, on in pairs)
        found.append((weight, replace(_coupled(transmon, [one for one, on in pairs if on]), defects=())))
    return found


def _coupled(transmon: TransmonTruth, defects: Iterable[DefectTruth]) -> TransmonTruth:
    """With these defects coupled; the pure dephasing stays."""
    defects = list(defects)
    pull, loss = (sum(values) for values in zip((0.0, 0.0), *((one.pull, one.loss) for one in defects), strict=True))
    t1 = 1 / (1 / transmon.t1 + loss)
    t2 = 1 / (1 / (2 * t1) + transmon.dephasing_rate) if loss else transmon.t2
    bend = sum(one.bend for one in defects)
    anharmonicity = transmon.anharmonicity + bend if bend else transmon.anharmonicity
    return replace(
        transmon, f01=transmon.f01 + pull, anharmonicity=anharmonicity, t1=t1 if loss else transmon.t1, t2=t2
    )


def standing_still(transmon: TransmonTruth, waiting: float) -> TransmonTruth:
    """The transmon with noise of f01 that stands still during a shot in place of what has a spectrum: as wide as the
    1/f noise is over a wait of this many seconds, and the charge parities as a fast defect.
    """
    spread = math.hypot(transmon.quasi_static, rms_shift(transmon.flicker, waiting))
    changed = replace(transmon, quasi_static=spread, flicker=0.0)
    return with_parity_as_defect(changed) if transmon.parity_split else changed


def with_parity_as_defect(transmon: TransmonTruth) -> TransmonTruth:
    """The transmon with its two charge parities as two frequencies in all that it does, pulses included."""
    split, bend = transmon.parity_split, transmon.parity_bend
    parity = DefectTruth(pull=split, loss=0.0, share=0.5, memory=PARITY_MEMORY, bend=bend, is_parity=True)
    return replace(
        transmon,
        f01=transmon.f01 - split / 2,
        anharmonicity=transmon.anharmonicity - bend / 2,
        parity_split=0.0,
        parity_bend=0.0,
        defects=(*transmon.defects, parity),
    )


def joint_shifts(transmons: Sequence[TransmonTruth], waiting: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """(shifts of each f01 in Hz, weights), shapes (nodes, qubits) and (nodes,), that average the slow noise of several
    qubits together over waits in seconds.

    A cubature of third degree with two nodes for each noisy qubit, good to 3 % of the contrast up to 1 rad of spread;
    beyond that all combinations of what ``slow_shifts`` takes for each.
    """
    spreads = np.array(
        [
            2 * math.pi * one.quasi_static * min(wait, _FORGOTTEN * one.t2)
            for one, wait in zip(transmons, waiting, strict=True)
        ]
    )
    noisy = np.flatnonzero(spreads >= NEGLIGIBLE_PHASE)
    if not noisy.size:
        return np.zeros((1, len(transmons))), np.ones(1)
    if spreads.max() > 1:
        each = [slow_shifts(one, wait) for one, wait in zip(transmons, waiting, strict=True)]
        shifts = np.stack([one.ravel() for one in np.meshgrid(*(part for part, _ in each), indexing="ij")], axis=-1)
        weights = np.stack([one.ravel() for one in np.meshgrid(*(part for _, part in each), indexing="ij")], axis=-1)
        return shifts, weights.prod(axis=-1)
    shifts = np.zeros((2 * len(noisy), len(transmons)))
    for index, place in enumerate(noisy.tolist()):
        reach = math.sqrt(len(noisy)) * transmons[place].quasi_static
        shifts[2 * index : 2 * index + 2, place] = reach, -reach
    return shifts, np.full(len(shifts), 1 / len(shifts))


def slow_shifts(transmon: TransmonTruth, waiting: float) -> tuple[np.ndarray, np.ndarray]:
    """(shifts of f01 in Hz, weights), both of shape (nodes,), that average slow noise over a wait in seconds.

    One node without shift where the wait is too short to matter. The trapezoidal rule, which is as good as exact for a
    Gaussian: the phase 2 pi shift wait is summed on a grid so fine that the coherence revives only far beyond it.
    """
    spread = 2 * math.pi * transmon.quasi_static * min(waiting, _FORGOTTEN * transmon.t2)
    if spread < NEGLIGIBLE_PHASE:
        return np.zeros(1), np.ones(1)
    nodes = np.linspace(-_WIDTH, _WIDTH, math.ceil(2 * _WIDTH * (spread + _CLEARANCE) / (2 * math.pi)) + 1)
    weights = np.exp(-(nodes**2) / 2)
    return transmon.quasi_static * nodes, weights / weights.sum()
