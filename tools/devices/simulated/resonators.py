"""The readout resonator of each qubit: what is hidden about it, and how its frequency depends on level and photons.

A resonator hangs on a feedline that it shares with those of its neighbours. A transmon in level j pulls it by the
slope of the dressed energies E_j(N) of the Jaynes-Cummings ladder of a multi-level transmon (Koch et al., PRA 76,
042319 (2007); Boissonneault, Gambetta, Blais, PRL 105, 100504 (2010)), here diagonalised numerically block by block.
The pull fades with the photon number, so that a strong tone finds the bare frequency (Bishop, Ginossar, Girvin, PRL
105, 100505 (2010); Reed et al., PRL 105, 173601 (2010)). Counter-rotating terms are left out.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

READOUT_TIME = 1e-6
"""Seconds for which the tone is played and its transmission integrated."""

FEEDLINE = 8
"""Qubits on one feedline: 0 to 7, 8 to 15 ..."""
DESIGN_READOUT_AMPLITUDE = 0.017
CLEAN_SATURATION = 80.0
"""Signal that the amplifier of a clean chip approaches."""

WELL = 6
"""Levels of the transmon that take part in the pull: about as many as lie within its cosine well."""
FEWEST_PHOTONS = 8.0
"""Photon numbers of the table of pulls are even in log(1 + n / this)."""
MOST_PHOTONS = 1e7
TABLE_POINTS = 129

_STREAM = 0x7265736F
"""Third part of the seed: the other hidden values keep theirs."""
_LOWEST, _SPACING, _SPREAD = 6.83e9, 85e6, 8e6


@dataclass(frozen=True)
class Dip:
    """Something else that takes a tone off the feedline: frequency and linewidth in Hz, depth, asymmetry in rad."""

    frequency: float
    kappa: float
    depth: float
    asymmetry: float


@dataclass(frozen=True)
class Line:
    """How a feedline passes on tones of different frequency, see ``feedline``; Hz and dB."""

    centre: float
    slope: float
    """dB per Hz."""
    hump: tuple[float, float, float]
    """dB, frequency, and standard deviation in Hz."""
    ripple: tuple[float, float, float]
    """dB, period in Hz, phase at the centre in rad."""
    dips: tuple[Dip, ...] = ()

    def passes(self, frequency: float) -> complex:
        """Transmission at a frequency, of what the wiring list promises."""
        hump, peak, width = self.hump
        ripple, period, phase = self.ripple
        away = frequency - self.centre
        level = self.slope * away + hump * math.exp(-(((frequency - peak) / width) ** 2) / 2)
        level += ripple * math.sin(2 * math.pi * away / period + phase)
        found = complex(10 ** (level / 20))
        for one in self.dips:
            detuned = 1 + 2j * (one.frequency - frequency) / one.kappa
            found *= 1 - one.depth * cmath.exp(1j * one.asymmetry) / detuned
        return found


@dataclass(frozen=True)
class ResonatorTruth:
    """One resonator, its feedline and its amplifier chain, in SI units; signals in arbitrary units."""

    bare: float
    """Frequency without the qubit, Hz."""
    kappa: float
    """Energy decay rate over 2 pi, Hz: the linewidth."""
    coupling: float
    """g over 2 pi of the 0-1 transition, Hz."""
    depth: float
    """Share of kappa that goes into the feedline: depth of the dip in transmission."""
    asymmetry: float
    """Angle in rad by which mismatched lines turn the dip."""
    photons: float
    """Photons of a resonant tone at full scale in a resonator whose frequency stood still."""
    gain: float
    """Signal at full scale, off resonance."""
    noise: float
    """Standard deviation of each quadrature of the integrated signal: the amplifier's noise."""
    saturation: float
    """Signal that the amplifier does not exceed."""
    phase: float
    """Turn of the plane by cables and mixers, rad."""
    design_error: float
    """How far the design's readout frequency lies above the resonator with the qubit in 0, Hz."""
    crosstalk: tuple[complex, complex] = (0j, 0j)
    """Share of the signal of the previous and of the next qubit on the feedline that is taken for this qubit's."""
    transmission: float = 1.0
    """Amplitude that the line passes on, of what the wiring list promises; 0 for a broken one."""
    line: Line | None = None
    """The feedline as frequencies see it; None: flat."""
    digitiser: float = math.inf
    """Largest quadrature that the digitiser takes."""
    hum: complex = 0j
    """Amplitude of the mains' hum on the signal, turned as it falls into the plane."""
    jumps: float = 0.0
    """rad by which the plane turns at most when the local oscillator locks anew."""

    def passes(self, frequency: float) -> complex:
        """What the feedline makes of a tone's signal, without this resonator."""
        return 1.0 if self.line is None else self.line.passes(frequency)


def draw_resonator(seed: int, qubit: int, f01: float, anharmonicity: float) -> ResonatorTruth:
    """A resonator as a designer pairs it with this qubit, from a random stream of its own.

    The coupling aims at a shift 2 chi of 0.6 to 1 MHz, the linewidth at 1 to 1.7 times that; at a fifth of the
    critical photon number the clouds of 0 and 1 then lie 4.7 to 5.7 sigma apart.
    """
    rng = np.random.default_rng([seed, qubit, _STREAM])
    bare = _LOWEST + _SPACING * (qubit % FEEDLINE) + rng.uniform(-_SPREAD, _SPREAD)
    detuning = bare - f01
    wanted = rng.uniform(0.6e6, 1.0e6)
    coupling, shift = coupled_for(wanted, detuning, anharmonicity, (60e6, 90e6))
    kappa = float(np.clip(rng.uniform(1.0, 1.7) * shift, 0.8e6, 2e6))
    depth = rng.uniform(0.85, 0.97)
    best_amplitude = rng.uniform(0.020, 0.025)
    apart = depth * dips_apart(shift, kappa)
    place = qubit % FEEDLINE
    leaks = [cmath.rect(rng.uniform(0.003, 0.01), rng.uniform(-math.pi, math.pi)) for _ in range(2)]
    return ResonatorTruth(
        bare=bare,
        kappa=kappa,
        coupling=coupling,
        depth=depth,
        asymmetry=rng.normal(0, 0.15),
        photons=photons_for(best_amplitude, detuning, coupling),
        gain=rng.uniform(4.7, 5.7) / (apart * best_amplitude),
        noise=1.0,
        saturation=CLEAN_SATURATION,
        phase=rng.uniform(-math.pi, math.pi),
        design_error=rng.normal(0, 3e6),
        crosstalk=(leaks[0] if place else 0j, leaks[1] if place < FEEDLINE - 1 else 0j),
    )


def coupled_for(
    wanted: float, detuning: float, anharmonicity: float, reach: tuple[float, float]
) -> tuple[float, float]:
    """(coupling g / 2 pi within ``reach``, shift 2 chi) of a resonator whose designer wants a shift; all in Hz."""
    step = -anharmonicity / (detuning * (detuning - anharmonicity))
    coupling = float(np.clip(math.sqrt(wanted / (2 * step)), *reach))
    return coupling, 2 * coupling**2 * step


def photons_for(best_amplitude: float, detuning: float, coupling: float) -> float:
    """Photons of a tone of amplitude 1, where the best one holds a fifth of the critical number."""
    return 0.2 * critical_photons(detuning, coupling) / best_amplitude**2


def dips_apart(shift: float, kappa: float) -> float:
    """How far the signals of 0 and 1 lie from each other with a tone between them, in units of ``integrated_dip``."""
    return abs(integrated_dip(shift / 2, kappa) - integrated_dip(-shift / 2, kappa))


def critical_photons(detuning: float, coupling: float) -> float:
    """Photon number at which the dispersive approximation ends: (detuning / 2 g)^2."""
    return (detuning / (2 * coupling)) ** 2


def integrated_dip(detuning: float, kappa: float) -> complex:
    """Mean over the readout time of the field in units of its resonant steady state, for a resonator without a ladder.

    ``detuning`` (Hz) is that of the resonator from the tone: the field grows as (1 - exp(-rate t)) kappa / 2 rate.
    """
    rate = math.pi * kappa + 2j * math.pi * detuning
    grown = 1 - (1 - cmath.exp(-rate * READOUT_TIME)) / (rate * READOUT_TIME)
    return math.pi * kappa / rate * grown


@lru_cache(maxsize=4096)
def pull_table(detuning: float, anharmonicity: float, coupling: float, levels: int) -> np.ndarray:
    """Pull of the resonator in Hz by each level, shape (levels, TABLE_POINTS), over photon numbers of ``table_place``.

    ``detuning`` is that of the bare resonator from f01, Hz. A transmon in level j with n photons counts N = n + j
    excitations; adding a photon costs E_j(N + 1) - E_j(N). A block's eigenvalues never cross as N grows (its matrix
    is tridiagonal), so the j-th highest one is level j's at any photon number.
    """
    exact = np.unique(np.rint(_photons_at(np.arange(TABLE_POINTS))))
    even = _photons_at(np.arange(TABLE_POINTS))
    return np.stack(
        [np.interp(even, exact, pulls(detuning, anharmonicity, coupling, level, exact)) for level in range(levels)]
    )


def pulls(detuning: float, anharmonicity: float, coupling: float, level: int, photons: np.ndarray) -> np.ndarray:
    """Pull in Hz by one level at whole photon numbers, same shape as ``photons``."""
    total = photons + level
    rungs = [_ladder(detuning, anharmonicity, coupling, number)[..., level] for number in (total, total + 1)]
    return rungs[1] - rungs[0]


def _ladder(detuning: float, anharmonicity: float, coupling: float, total: np.ndarray) -> np.ndarray:
    """Dressed energies in Hz of ``total`` excitations, less that many resonator quanta, highest first: (..., WELL)."""
    level = np.arange(WELL)
    block = np.zeros((*total.shape, WELL, WELL))
    block[..., level, level] = -level * detuning + anharmonicity / 2 * level * (level - 1)
    exchange = coupling * np.sqrt(level[1:] * np.maximum(total[..., None] - level[:-1], 0))
    block[..., level[1:], level[:-1]] = block[..., level[:-1], level[1:]] = exchange
    return np.linalg.eigvalsh(block)[..., ::-1]


def table_place(photons: np.ndarray) -> np.ndarray:
    """Where in the table of pulls a photon number stands, as a fractional index."""
    return np.log1p(np.minimum(photons, MOST_PHOTONS) / FEWEST_PHOTONS) * _PLACES


_PLACES = (TABLE_POINTS - 1) / math.log1p(MOST_PHOTONS / FEWEST_PHOTONS)


def _photons_at(place: np.ndarray) -> np.ndarray:
    return FEWEST_PHOTONS * np.expm1(place / _PLACES)
