"""The 21 pairs of AllXY, what they should read, and what small errors of the pulses make of them.

The pairs and their staircase are those of M. Reed's thesis (Yale 2013, section 5.2): pairs that end in 0, on the
equator, and in 1. Which steps are bent, and how, tells an error of the amplitude from one of frequency or of DRAG.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from reson.tools.devices.envelope import area, envelope, envelope_derivative

ROWS = ("II XX YY XY YX", "xI yI xy yx xY yX Xy Yx xX Xx yY Yy", "XI YI xx yy")
"""The pairs that end in 0, on the equator, and in 1."""
PAIRS = tuple(pair for row in ROWS for pair in row.split())
"""First pulse first; X and Y turn by pi, x and y by pi / 2, I waits as long as a pulse lasts."""
IDEAL = np.array([end for end, row in zip((0.0, 0.5, 1.0), ROWS, strict=True) for _ in row.split()])
ERRORS = ("amplitude", "detuning", "drag")
UNITS = (0.01, 100e3, 0.02e-9)
"""Size of each error for which the bends are computed: relative, Hz, s of the DRAG coefficient."""
_STEPS = 400
_PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


@lru_cache(maxsize=16)
def syndromes(duration: float) -> np.ndarray:
    """Change of P(1) of each pair for one unit of each of ``ERRORS``, shape (21, 3); pulses last ``duration`` seconds.

    Derivatives at the ideal pulse of a two-level qubit, from the envelope that the lab plays.
    """
    columns = []
    for place, size in enumerate(UNITS):
        ahead, behind = (populations(duration, *(sign * size * np.eye(3)[place])) for sign in (1, -1))
        columns.append((ahead - behind) / 2)
    return np.stack(columns, axis=1)


def populations(duration: float, amplitude: float, detuning: float, drag: float) -> np.ndarray:
    """P(1) of each pair, shape (21,), with pulses wrong by these errors in the units of ``ERRORS``."""
    gates = {
        "I": _propagator(duration, 0.0, 0.0, detuning, 0.0),
        "X": _propagator(duration, np.pi * (1 + amplitude), 0.0, detuning, drag),
        "Y": _propagator(duration, np.pi * (1 + amplitude), np.pi / 2, detuning, drag),
        "x": _propagator(duration, np.pi / 2 * (1 + amplitude), 0.0, detuning, drag),
        "y": _propagator(duration, np.pi / 2 * (1 + amplitude), np.pi / 2, detuning, drag),
    }
    return np.array([abs((gates[second] @ gates[first])[1, 0]) ** 2 for first, second in PAIRS])


def _propagator(duration: float, angle: float, phase: float, detuning: float, drag: float) -> np.ndarray:
    """A pulse on a two-level qubit, shape (2, 2), in the frame of the drive."""
    step = duration / _STEPS
    time = (np.arange(_STEPS) + 0.5) * step
    rate = angle / area(duration) * (envelope(time, duration) + 1j * drag * envelope_derivative(time, duration))
    turned = rate * np.exp(1j * phase)
    # a qubit above the drive has the Hamiltonian detuning * n, n being the number of excitations
    axis = np.stack([turned.real, turned.imag, np.full(_STEPS, -2 * np.pi * detuning)], axis=1) * step
    length = np.linalg.norm(axis, axis=1)
    unit = axis / np.where(length > 0, length, 1.0)[:, None]
    factors = np.cos(length / 2)[:, None, None] * np.eye(2) - 1j * np.sin(length / 2)[:, None, None] * np.einsum(
        "nk,kij->nij", unit, _PAULI
    )
    product = np.eye(2, dtype=complex)
    for factor in factors:
        product = factor @ product
    return product
