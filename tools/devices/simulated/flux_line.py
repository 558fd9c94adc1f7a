"""The flux line of a tunable coupler: from a programmed bias and pulse to the flux in its loop.

The line has a gain and an offset, and it settles: after a step s of the input the flux is s (1 + a exp(-t / tau)), so
that what a pulse leaves behind reaches into the next one. Fluxes are in units of the flux quantum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

STEP = 0.25e-9
"""Seconds between the samples of a waveform, short against the beats of coupler and qubits."""
ROUNDNESS = 0.12
"""k of the shape h (1 + k) / (h + k) with h = sin^2: round enough to leave coupler and second levels behind."""


@dataclass(frozen=True)
class Tail:
    """One term of the line's step response: relative amplitude, time constant in s."""

    amplitude: float
    time: float


@dataclass(frozen=True)
class FluxLine:
    gain: float = 1.0
    """Flux quanta per unit of bias and pulse amplitude, which the wiring list calls one flux quantum."""
    offset: float = 0.0
    """Flux at zero bias."""
    pulse_gain: float = 1.0
    """What arrives of a pulse, relative to the bias: 1 but for a faulty line."""
    tails: tuple[Tail, ...] = ()
    """At most one of the line's own; what a predistortion leaves may be two."""
    noise: float = 30e-6
    """Standard deviation of 1/f noise within the shots of a job."""

    def flux(self, bias: float) -> float:
        """Static flux."""
        return self.gain * bias + self.offset

    def bias(self, flux: float) -> float:
        """The bias that gives a static flux; no number where the line is dead."""
        return (flux - self.offset) / self.gain if self.gain else math.nan


def steps_of(seconds: float) -> int:
    """Steps of a waveform that lasts so long."""
    return round(seconds / STEP)


def pulse_shape(duration: float, edges: float) -> np.ndarray:
    """The shape of a pulse at the middles of its steps, its peak 1: it rises for half of ``edges`` seconds and falls
    for the other half, and stands still in between.
    """
    steps = steps_of(edges)
    h = np.sin(math.pi * (np.arange(steps) + 0.5) / steps) ** 2
    edge = (1 + ROUNDNESS) * h / (h + ROUNDNESS)
    return np.concatenate([edge[: steps // 2], np.ones(steps_of(duration) - steps), edge[steps // 2 :]])


def settled(pulse: np.ndarray, tails: Sequence[Tail], left: Sequence[float]) -> np.ndarray:
    """The flux of a pulse's samples after the line, beside the static one.

    ``left`` is what earlier pulses left of each tail at the pulse's start.
    """
    found = pulse.copy()
    times = (np.arange(len(pulse)) + 0.5) * STEP
    for tail, before in zip(tails, left, strict=True):
        found += tail.amplitude * _high_pass(pulse, tail.time) + before * np.exp(-times / tail.time)
    return found


def left_behind(pulse: np.ndarray, tail: Tail) -> float:
    """What a pulse that starts and ends at zero leaves of a tail at its end, as flux."""
    ages = (len(pulse) - np.arange(len(pulse)) - 0.5) * STEP
    return -tail.amplitude * float(pulse @ np.exp(-ages / tail.time)) * STEP / tail.time


def corrected(tail: Tail, amplitude: float, time: float) -> tuple[Tail, ...]:
    """The tails of a line whose input is filtered by the inverse of a term: none where the term is the line's own.

    A term (a, tau) is the filter ((1 + a) s tau + 1) / (s tau + 1); what is left is the step response of one such
    filter over another, in partial fractions.
    """
    if not amplitude:
        return (tail,)
    zeros = (-1 / (tail.time * (1 + tail.amplitude)), -1 / time)
    poles = (-1 / tail.time, -1 / (time * (1 + amplitude)))
    if math.isclose(*poles):
        poles = (poles[0], poles[1] * (1 + 1e-6))
    scale = (1 + tail.amplitude) / (1 + amplitude)
    terms = []
    for pole, other in (poles, poles[::-1]):
        left = scale * (pole - zeros[0]) * (pole - zeros[1]) / (pole * (pole - other))
        terms.append(Tail(left, -1 / pole))
    return tuple(terms)


def _high_pass(pulse: np.ndarray, time: float) -> np.ndarray:
    """The samples through s tau / (1 + s tau): what of them is younger than the line's memory."""
    from scipy.signal import lfilter

    kept = math.exp(-STEP / time)
    low_passed = lfilter([(1 - kept) / 2, (1 - kept) / 2], [1, -kept], pulse)
    return pulse - np.asarray(low_passed)
