"""Unitary evolution of a driven transmon: fourth-order Magnus steps, diagonalised in one batch.

In the frame of the pulse's carrier, with a the lowering operator, n = a^dag a and the detuning f01 - carrier,
H / hbar = 2 pi (detuning n + anharmonicity n (n - 1) / 2) + (Omega(t) a^dag + conj(Omega(t)) a) / 2.
A positive real Omega turns the qubit like Qiskit's RX, a positive imaginary one like RY; the DRAG optimum then has a
positive beta for a negative anharmonicity (Motzoi et al., PRL 103, 110501 (2009)).

A faulty generator plays another pulse than it was asked for: one that clips cuts each quadrature of the envelope at a
level, one with a spur adds to every pulse a copy of itself, shifted by the anharmonicity.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from reson.tools.devices.envelope import envelope, envelope_derivative
from reson.tools.devices.simulated.truth import LEVELS

LOWERING = np.diag(np.sqrt(np.arange(1.0, LEVELS)), 1)
NUMBER = np.arange(LEVELS, dtype=float)

_GAUSS = math.sqrt(3) / 6


class Pulse(NamedTuple):
    """Peak amplitude (1 is full scale), DRAG coefficient in s, carrier offset in Hz, length in s."""

    amp: float
    beta: float
    dfreq: float
    duration: float


def magnus_steps(pulse: Pulse, gain: float, spurious: float = 0.0) -> int:
    """Steps enough for populations to 2e-5, found against finer steps over 8 ns to 20 us and all amplitudes.

    A spurious tone turns against the carrier, which even a gentle pulse must follow.
    """
    if pulse.duration <= 64e-9:
        return 64
    if spurious:
        return math.ceil(pulse.duration / 0.5e-9)
    if gain * abs(pulse.amp) * pulse.duration <= 8:  # a gentle pulse follows its envelope even in long steps
        return 128
    return math.ceil(pulse.duration / (1e-9 if pulse.duration <= 200e-9 else 2e-9))


def unitary_paths(
    pulses: list[Pulse],
    steps: int,
    segments: int,
    frequency_error: float,
    anharmonicity: float,
    gain: float,
    *,
    clip: float = 1.0,
    spurious: float = 0.0,
    compression: float = math.inf,
) -> np.ndarray:
    """Propagators of pulses of one common duration, cut into segments, each in the frame of its own carrier.

    ``frequency_error`` is f01 minus the qubit's drive frequency in Hz, ``gain`` the Rabi rate in rad/s at full scale,
    ``clip`` the largest amplitude of a quadrature, ``spurious`` the relative amplitude of the tone beside each pulse,
    ``compression`` the amplitude that the line approaches.
    Shape (pulses, segments, steps of a segment + 1, LEVELS, LEVELS): within each segment, earliest first, the evolution
    since the segment's start, which is the identity at first.
    """
    duration = pulses[0].duration
    steps = segments * math.ceil(steps / segments)
    step = duration / steps
    starts = np.arange(steps) * step
    detunings = frequency_error - np.array([pulse.dfreq for pulse in pulses])
    levels = 2 * math.pi * (detunings[:, None] * NUMBER + anharmonicity / 2 * NUMBER * (NUMBER - 1))
    early, late = (
        _hamiltonians(
            levels,
            gain
            * _compressed(
                _played(pulses, times, clip, spurious * np.exp(-2j * math.pi * anharmonicity * times)), compression
            ),
        )
        for times in (starts + (0.5 - _GAUSS) * step, starts + (0.5 + _GAUSS) * step)
    )
    # Magnus expansion to fourth order on the two Gauss points (Blanes et al., Phys. Rep. 470, 151 (2009))
    commutator = early @ late - late @ early
    exponent = step / 2 * (early + late) + 1j * math.sqrt(3) / 12 * step**2 * commutator
    phases, vectors = np.linalg.eigh(exponent)
    unitaries = (vectors * np.exp(-1j * phases)[..., None, :]) @ vectors.conj().swapaxes(-1, -2)
    return _running_products(unitaries.reshape(len(pulses), segments, -1, LEVELS, LEVELS))


def _played(pulses: list[Pulse], times: np.ndarray, clip: float, tone: np.ndarray) -> np.ndarray:
    """The complex envelope that leaves the generator, shape (pulses, times); ``tone`` (times,) comes on top of 1."""
    duration = pulses[0].duration
    amps = np.array([pulse.amp for pulse in pulses])[:, None]
    betas = np.array([pulse.beta for pulse in pulses])[:, None]
    asked = amps * (envelope(times, duration) + 1j * betas * envelope_derivative(times, duration))
    clipped = np.clip(asked.real, -clip, clip) + 1j * np.clip(asked.imag, -clip, clip) if clip < 1 else asked
    return clipped * (1 + tone)


def _compressed(envelope: np.ndarray, most: float) -> np.ndarray:
    """The envelope after a line that does not exceed an amplitude."""
    return envelope / np.sqrt(1 + np.abs(envelope) ** 2 / most**2) if math.isfinite(most) else envelope


def _hamiltonians(levels: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """H / hbar in rad/s, shape (pulses, times, LEVELS, LEVELS), of Rabi rates (pulses, times)."""
    static = np.einsum("pi,ij->pij", levels, np.eye(LEVELS))[:, None]
    rates = rates[..., None, None]
    return static + (rates * LOWERING.T + rates.conj() * LOWERING) / 2


def _running_products(factors: np.ndarray) -> np.ndarray:
    """Time-ordered products over axis 2, from none of the factors to all of them."""
    pulses, segments, steps, *square = factors.shape
    products = np.empty((pulses, segments, steps + 1, *square), dtype=complex)
    products[:, :, 0] = np.eye(LEVELS)
    for index in range(steps):
        products[:, :, index + 1] = factors[:, :, index] @ products[:, :, index]
    return products
