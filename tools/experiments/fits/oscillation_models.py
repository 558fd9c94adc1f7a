"""Curves of decaying oscillations, and where their fits start: at the best of a grid over frequency and decay.

With frequency and decay given, the rest of a decaying oscillation is linear, so the grid costs one small linear fit a
point; from its best point the least-squares fit has one valley to go down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from reson.tools.experiments.fits.curve_models import TIMES, CurveModel, Parameters

STEPS_PER_CYCLE = 12
DECAYS = (0.0, 0.4, 1.0, 2.5, 6.0)
"""Decay rates of the grid in units of one over the window."""


def _damped_rabi(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    return p["base"] + p["amp"] * np.exp(-p["rate"] * x) * np.cos(2 * np.pi * (p["freq"] * x + p.get("lead", 0.0)))


def _trace(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    lives = x / p["tau"]
    envelope = np.exp(-p["share"] * lives - (1 - p["share"]) * lives**2)
    return p["base"] + p["amp"] * envelope * np.cos(2 * np.pi * p["freq"] * x + p["phi"])


def _two_lines(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    first, second = 2 * np.pi * p["freq"] * x, 2 * np.pi * (p["freq"] + p["gap"]) * x
    one = p["a1"] * np.cos(first) + p["b1"] * np.sin(first)
    other = p["a2"] * np.cos(second) + p["b2"] * np.sin(second)
    return p["base"] + np.exp(-x / p["tau"]) * (one + other)


def _repetitions(x: np.ndarray, part: np.ndarray, p: Parameters, power: int = 1) -> np.ndarray:
    angle = (np.pi / 2 + p["d_theta"]) * x + p["phase"]
    return p["base"] + p["amp"] / 2 * np.exp(-((x / p["tau"]) ** power)) * np.cos(angle)


ANY_PHASE = (-1.5 * np.pi, 1.5 * np.pi)

DAMPED_RABI = CurveModel(
    ("freq", "amp", "base", "rate"), _damped_rabi, {"data": "cos"}, {"freq": (0, np.inf), "rate": (-1e3, 1e6)}
)
"""base + amp exp(-rate x) cos(2 pi freq x): a drive of no length is no rotation, so there is no free phase."""

DAMPED_RABI_WITH_A_LEAD = CurveModel(
    ("freq", "amp", "base", "rate", "lead"),
    _damped_rabi,
    {"data": "cos"},
    {"freq": (0, np.inf), "rate": (-1e3, 1e6), "lead": (-0.1, 0.1)},
)
"""The same with what a pulse of no length would turn, in turns: edges that last longer or shorter than they are set."""

_TRACE_BOUNDS = {"amp": (0, 2), "tau": TIMES, "freq": (0, np.inf), "phi": ANY_PHASE, "base": (-1, 2), "share": (0, 1)}
RAMSEY_TRACE = CurveModel(
    ("amp", "tau", "freq", "phi", "base", "share"), _trace, {"data": "fringes"}, _TRACE_BOUNDS, capped=False
)
"""base + amp exp(-share x / tau - (1 - share) (x / tau)^2) cos(2 pi freq x + phi).

``T2RamseyAnalysis`` but for the envelope: fast noise dephases exponentially, slow noise as a Gaussian (Ithier et al.,
PRB 72, 134519 (2005)). Whatever their shares, at ``tau`` the envelope has fallen to 1/e.
"""

RAMSEY_TRACE_OF_ONE_NOISE = CurveModel(
    ("amp", "tau", "freq", "phi", "base"), _trace, {"data": "fringes"}, _TRACE_BOUNDS, ("share",), capped=False
)
"""The same with a given ``share``: where only one kind of noise is seen, the other is no unknown."""

TWO_LINES = CurveModel(
    ("base", "tau", "freq", "gap", "a1", "b1", "a2", "b2"),
    _two_lines,
    {"data": "fringes"},
    {"tau": TIMES},
    capped=False,
)
"""base + exp(-x / tau) (a1 cos(2 pi freq x) + b1 sin(2 pi freq x) + the same with a2, b2 and freq + gap).

Two oscillations that decay alike: what a two-level defect that jumps between two states makes of one line.
"""

FINE_FREQUENCY = CurveModel(
    ("base", "amp", "tau", "d_theta", "phase"),
    _repetitions,
    {"data": "repetitions"},
    {"base": (-1, 2), "amp": (0, 3), "tau": TIMES, "d_theta": (-np.pi / 2, np.pi / 2), "phase": ANY_PHASE},
)
"""base + amp / 2 exp(-x / tau) cos((pi / 2 + d_theta) x + phase) over the number x of repetitions.

The stock ``ErrorAmplificationAnalysis`` knows no decay, and takes the loss of contrast for a misfit.
"""

FINE_FREQUENCY_SLOW = replace(FINE_FREQUENCY, function=partial(_repetitions, power=2))
"""The same where slow noise dephases: exp(-(x / tau)^2)."""


@dataclass(frozen=True)
class Wave:
    """base + exp(-rate x) (cosine cos(2 pi freq x) + sine sin(2 pi freq x)) and the sum of its squared residuals."""

    freq: float
    rate: float
    base: float
    cosine: float
    sine: float
    misses: float

    @property
    def phase(self) -> float:
        return float(np.arctan2(-self.sine, self.cosine))

    @property
    def size(self) -> float:
        return float(np.hypot(self.cosine, self.sine))


def best_wave(x: np.ndarray, y: np.ndarray, cycles: np.ndarray, free_phase: bool = True) -> Wave:
    """The best decaying oscillation with a number of ``cycles`` in the window out of the given ones.

    x and y have shape (points,). Without ``free_phase`` there is no sine: the oscillation starts at an extremum.
    """
    window = float(x.max()) or 1.0
    best = Wave(0.0, 0.0, float(y.mean()), 0.0, 0.0, float(np.sum((y - y.mean()) ** 2)))
    for decay in DECAYS:
        fading = np.exp(-decay * x / window)
        for number in cycles:
            phase = 2 * np.pi * number * x / window
            columns = [np.ones_like(x), fading * np.cos(phase)]
            basis = np.stack([*columns, fading * np.sin(phase)] if free_phase else columns, axis=1)
            found = np.linalg.lstsq(basis, y, rcond=None)[0]
            misses = float(np.sum((y - basis @ found) ** 2))
            if misses < best.misses:
                sine = float(found[2]) if free_phase else 0.0
                best = Wave(number / window, decay / window, float(found[0]), float(found[1]), sine, misses)
    return best


def cycle_grid(points: int, least: float = 0.1) -> np.ndarray:
    """Numbers of cycles in the window from ``least`` to the sampling limit, in steps of a twelfth."""
    return np.arange(least, (points - 1) / 2, 1 / STEPS_PER_CYCLE)


def damped_rabi_start(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    start = best_wave(x, y, cycle_grid(len(x)), free_phase=False)
    return {"freq": start.freq, "amp": start.cosine, "base": start.base, "rate": start.rate}


def trace_start(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    start = best_wave(x, y, cycle_grid(len(x)))
    tau = 1 / max(start.rate, 0.2 / float(x.max()))
    found = {"amp": max(start.size, 1e-3), "tau": tau, "freq": start.freq, "phi": start.phase, "base": start.base}
    return found | {"share": 0.7}


def repetitions_start(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    longest = float(x.max())
    start = best_wave(x, y, np.arange(0.02, 0.48, 1 / STEPS_PER_CYCLE / longest) * longest)
    return {
        "base": start.base,
        "amp": max(2 * start.size, 1e-3),
        "tau": 1 / max(start.rate, 0.2 / longest),
        "d_theta": 2 * np.pi * start.freq - np.pi / 2,
        "phase": start.phase,
    }


def two_lines_start(x: np.ndarray, y: np.ndarray, first: float, tau: float) -> dict[str, float]:
    """Beside a known line the one that brings two lines of decay time ``tau`` closest to the points.

    Frequencies nearer to the first than half of one over the window are left out: they only mend its decay.
    """
    window = float(x.max())
    candidates = cycle_grid(len(x)) / window
    candidates = candidates[np.abs(candidates - first) * window > 0.5]
    best, found = np.inf, {}
    for second in candidates:
        basis = _line_basis(x, (first, float(second)), tau)
        parts = np.linalg.lstsq(basis, y, rcond=None)[0]
        misses = float(np.sum((y - basis @ parts) ** 2))
        if misses < best:
            names = dict(zip(("base", "a1", "b1", "a2", "b2"), map(float, parts), strict=True))
            best, found = misses, names | {"tau": tau, "freq": first, "gap": float(second) - first}
    return found


def _line_basis(x: np.ndarray, lines: Sequence[float], tau: float) -> np.ndarray:
    phases = [2 * np.pi * frequency * x for frequency in lines]
    waves = [np.exp(-x / tau) * wave(phase) for phase in phases for wave in (np.cos, np.sin)]
    return np.stack([np.ones_like(x), *waves], axis=1)
