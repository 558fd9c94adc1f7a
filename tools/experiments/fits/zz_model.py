"""The fringes of a ZZ Ramsey experiment whose neighbour relaxes meanwhile, and where their fit starts.

The neighbour is in 1 for one half of the delay: the second where it starts in 0, the first where it starts in 1, and
then one that has relaxed is in 1 in the second half, after the flip. With half a delay h, the rate g of relaxation and
w = 2 pi zz, the qubit's coherence turns on average, over the time of the jump, by

    a0 = e + g (1 - e) / (g + i w),    a1 = e* + g (1 - e*) / (g - i w) a0,    e = exp(-(g + i w) h).

Without relaxation these are the exp(-+ i w h) of ``ZZRamseyAnalysis``; with it they are not each other's mirror image,
and the stock curves make a coupling of 20 kHz too small by several per cent.
"""

from __future__ import annotations

import numpy as np

from reson.tools.experiments.fits.curve_models import TIMES, CurveModel, Parameters
from reson.tools.experiments.fits.oscillation_models import best_wave


def _fringes(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    """In real numbers throughout: the parameters are complex where the fit differentiates."""
    angle = 2 * np.pi * p["freq"] * x + p["phase"]
    (kept, kept_i), (jumped, jumped_i) = _averaged(p["loss"], 2 * np.pi * p["zz"], (x + p["lag"]) / 2)
    first, first_i = kept + jumped, kept_i + jumped_i
    second = kept + jumped * first + jumped_i * first_i
    second_i = -kept_i + jumped * first_i - jumped_i * first
    signal = np.cos(angle) * np.where(part == 0, first, second) - np.sin(angle) * np.where(part == 0, first_i, second_i)
    return p["base"] - p["amp"] * np.exp(-x / p["tau"]) * signal


_Pair = tuple[np.ndarray, np.ndarray]


def _averaged(loss: np.ndarray, turn: np.ndarray, half: np.ndarray) -> tuple[_Pair, _Pair]:
    """e, of those that do not relax, and g (1 - e) / (g + i w), of those that do: real and imaginary part of each."""
    kept, kept_i = np.exp(-loss * half) * np.cos(turn * half), -np.exp(-loss * half) * np.sin(turn * half)
    scale = loss / (loss**2 + turn**2)
    jumped = scale * ((1 - kept) * loss - kept_i * turn)
    jumped_i = -scale * (kept_i * loss + (1 - kept) * turn)
    return (kept, kept_i), (jumped, jumped_i)


MODEL = CurveModel(
    ("amp", "tau", "freq", "zz", "phase", "base", "loss"),
    _fringes,
    {"0": "neighbour in 0", "1": "neighbour in 1"},
    {"amp": (0, 2), "tau": TIMES, "base": (-1, 2), "phase": (-np.pi, np.pi), "loss": (1e-5, 2.0)},
    ("lag",),
)
"""``loss`` is one over the T1 of the neighbour. ``lag`` is the time for which the coupling acts in the pulses: all of
the X half way and half of each SX; without it large couplings come out too large by several standard errors.
"""


def zz_start(x: np.ndarray, y: np.ndarray, part: np.ndarray) -> dict[str, float]:
    """Each series by itself: the best of a grid over frequency and decay. All arrays have shape (points,)."""
    cycles = np.arange(0.1, np.count_nonzero(part == 0) / 2, 0.1)
    first, second = (best_wave(x[part == n], y[part == n], cycles) for n in (0, 1))
    window = float(x.max())
    return {
        "amp": float(np.clip((first.size + second.size) / 2, 0.01, 0.99)),
        "tau": 1 / max((first.rate + second.rate) / 2, 0.1 / window),
        "freq": (first.freq + second.freq) / 2,
        "zz": second.freq - first.freq,
        "phase": 0.0,
        "base": float(np.clip((first.base + second.base) / 2, 0.01, 0.99)),
        "loss": 0.3 / window,
    }
