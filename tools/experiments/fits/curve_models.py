"""The curves that are fitted for all qubits of a job at once; Qiskit Experiments has the same ones for one qubit.

Each takes complex parameters (``least_squares`` needs that), of shape (qubits, 1) against x of shape (qubits, points).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reson.tools.experiments.fits.memory import relaxed

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class CurveModel:
    """``function(x, part, parameters)`` gives y; ``part`` says which series each point belongs to.

    ``series`` maps the name that a series has in the circuits' metadata to the name in the plot; where there is only
    one, the metadata need not name it. ``constants`` are parameters that are given for each qubit and not fitted.
    """

    free: tuple[str, ...]
    function: Callable[[np.ndarray, np.ndarray, Parameters], np.ndarray]
    series: Mapping[str, str]
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    constants: tuple[str, ...] = ()
    capped: bool = True
    """Whether no point weighs more than nine tenths of its series, as in a curve analysis of Qiskit Experiments. The
    errors of the parameters then come out too large where the most exact points, next to 0 and 1, tell the most."""


def _decay(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    return p["amp"] * np.exp(-x / p["tau"]) + p["base"]


def _remembered_decay(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    return p["amp"] * relaxed(np.exp(-x / p["tau"]), np.exp(-p["rest"] / p["tau"])) + p["base"]


def _rabi(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    turns = p["freq"] * x
    return p["base"] + p["amp"] * np.cos(2 * np.pi * turns * (1 - p["slowing"] * (2 * turns) ** 2))


def _ramsey(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    angle = 2 * np.pi * p["freq"] * x + p["phase"] - np.pi / 2 * part
    return p["amp"] * np.exp(-x / p["tau"]) * np.cos(angle) + p["base"]


def _envelope(x: np.ndarray, p: Parameters) -> np.ndarray:
    """1/e at tau, whatever the exponential ``share``; the rest is Gaussian."""
    lives = x / p["tau"]
    share = p.get("share", 0.0)
    return np.exp(-share * lives - (1 - share) * lives**2)


def _shaped_decay(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    return p["amp"] * _envelope(x, p) + p["base"]


def _shaped_ramsey(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    angle = 2 * np.pi * p["freq"] * x + p["phase"] - np.pi / 2 * part
    return p["amp"] * _envelope(x, p) * np.cos(angle) + p["base"]


def _beating_ramsey(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    angle = 2 * np.pi * p["freq"] * x + p["phase"] - np.pi / 2 * part
    return p["amp"] * _envelope(x, p) * np.cos(np.pi * p["gap"] * x) * np.cos(angle) + p["base"]


def _benchmarking(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    return p["a"] * np.exp(x * np.log(p["alpha"])) + p["b"]


def _fine_angle(x: np.ndarray, part: np.ndarray, p: Parameters) -> np.ndarray:
    angle = (p["d_theta"] + p["angle_per_gate"]) * x - p["phase_offset"]
    return p["amp"] / 2 * np.where(part == 0, 2 * x - 1, np.cos(angle)) + p["base"]


TIMES = (0.0, 1e6)
"""Decay times in units of x (microseconds): where no decay is seen, a fit would run to infinity."""

DECAY = CurveModel(("amp", "tau", "base"), _decay, {"data": "exp_decay"}, {"tau": TIMES})
"""amp * exp(-x / tau) + base: ``T1Analysis``."""

REMEMBERED_DECAY = CurveModel(DECAY.free, _remembered_decay, DECAY.series, DECAY.bounds, ("rest",))
"""The same of T1 itself, where a qubit relaxes for ``rest`` between shots and nothing else brings it back to 0."""

_HEIGHTS = {"amp": (0.0, 2.0), "base": (-1.0, 2.0)}
"""Wider than any probability: of averaged IQ the range that was seen counts as one, and a curve may reach beyond it."""

ECHO_DECAY = CurveModel(("amp", "tau", "base"), _decay, {"data": "exp_decay"}, _HEIGHTS | {"tau": TIMES})
"""The same within bounds, as of ``T2HahnAnalysis``, for averaged IQ too."""

_ECHO_BOUNDS = _HEIGHTS | {"tau": TIMES, "share": (0, 1)}
SLOW_DECAY = CurveModel(("amp", "tau", "base"), _shaped_decay, {"data": "exp_decay"}, _ECHO_BOUNDS)
"""amp * exp(-(x / tau)^2) + base: dephasing by slow noise."""

MIXED_DECAY = CurveModel(("amp", "tau", "base", "share"), _shaped_decay, {"data": "exp_decay"}, _ECHO_BOUNDS)
"""amp * exp(-share x / tau - (1 - share) (x / tau)^2) + base."""

RABI = CurveModel(("freq", "amp", "base"), _rabi, {"data": "cos"}, {"freq": (0, np.inf)}, ("slowing",))
"""base + amp * cos(angle), angle = 2 pi freq x (1 - slowing (2 freq x)^2).

No amplitude is no rotation, so there is no free phase as in ``OscillationAnalysis``. The third level slows the rotation
at large amplitude: ``slowing`` is by how much at a pi pulse, relative.
"""

RAMSEY = CurveModel(
    ("amp", "tau", "freq", "phase", "base"),
    _ramsey,
    {"X": "X", "Y": "Y"},
    _HEIGHTS | {"tau": TIMES, "phase": (-np.pi, np.pi)},
)
"""``RamseyXYAnalysis``: cosine and sine of one oscillation that decays."""

_QUADRATURES = {"X": "X", "Y": "Y"}
_RAMSEY_BOUNDS = dict(RAMSEY.bounds) | {"share": (0, 1), "gap": (0, np.inf)}
RAMSEY_SLOW = CurveModel(RAMSEY.free, _shaped_ramsey, _QUADRATURES, _RAMSEY_BOUNDS)
RAMSEY_MIXED = CurveModel((*RAMSEY.free, "share"), _shaped_ramsey, _QUADRATURES, _RAMSEY_BOUNDS)
RAMSEY_BEAT = CurveModel((*RAMSEY.free, "gap"), _beating_ramsey, _QUADRATURES, _RAMSEY_BOUNDS, ("share",))
"""Two lines of equal strength, ``gap`` apart, about the middle ``freq``: charge parity, which jumps between shots."""
RAMSEY_BEAT_MIXED = CurveModel((*RAMSEY.free, "gap", "share"), _beating_ramsey, _QUADRATURES, _RAMSEY_BOUNDS)
RAMSEY_GIVEN_BEAT = CurveModel((*RAMSEY.free, "share"), _beating_ramsey, _QUADRATURES, _RAMSEY_BOUNDS, ("gap",))

BENCHMARKING = CurveModel(("a", "alpha"), _benchmarking, {"data": "rb_decay"}, {"a": (0, 1), "alpha": (0, 1)}, ("b",))
"""a * alpha^x + b: ``RBAnalysis``."""
BENCHMARKING_TO_ONE_STATE = CurveModel(
    ("a", "alpha", "b"), _benchmarking, {"data": "rb_decay"}, {"a": (0, 1), "alpha": (0, 1), "b": (0, 1)}
)
"""The same of sequences that all end in one state: an uneven readout moves the floor ``b`` off one half."""

_GATES = {"spam-cal": "spam cal.", "1": "fine amp."}
_LIMITS = _HEIGHTS | {"d_theta": (-0.8 * np.pi, 0.8 * np.pi)}

FINE_ANGLE = CurveModel(("amp", "d_theta", "base"), _fine_angle, _GATES, _LIMITS, ("angle_per_gate", "phase_offset"))
"""``FineAmplitudeAnalysis``: amp / 2 * cos((d_theta + angle_per_gate) x - phase_offset) + base."""

MOST_OFFSET = 0.6
"""Largest error, in rad, of the gate before the repeated ones."""


def fine_angle_after_a_gate(phase_offset: float) -> CurveModel:
    """``FINE_ANGLE`` with the ``phase_offset`` fitted too, near its nominal value.

    A gate before the repeated ones has an error of its own, which otherwise would be taken for theirs.
    """
    near = {"phase_offset": (phase_offset - MOST_OFFSET, phase_offset + MOST_OFFSET)}
    return CurveModel(
        ("amp", "d_theta", "base", "phase_offset"), _fine_angle, _GATES, _LIMITS | near, ("angle_per_gate",)
    )
