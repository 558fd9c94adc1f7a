"""Tunable couplers: a flux-tunable transmon between two neighbours, its hidden truth and where it idles.

Frequency against flux (in flux quanta) of an asymmetric transmon (Koch et al., PRA 76, 042319 (2007)):
wc = (most - ac) (cos^2 pi flux + d^2 sin^2 pi flux)^(1/4) + ac. At the idle flux the static ZZ of the pair is zero,
where there is such a point, and the qubits have their drawn f01.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from reson.tools.devices.simulated.flux_line import FluxLine, Tail, corrected, pulse_shape
from reson.tools.devices.simulated.three_modes import Curve, Modes, curve

if TYPE_CHECKING:  # the truth holds couplers
    from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth

G = (85e6, 105e6)
EXCHANGE = (6.0e6, 7.5e6)
MOST = (6.6e9, 7.0e9)
ASYMMETRY = (0.3, 0.5)
ANHARMONICITY = (-250e6, -150e6)
T1 = (20e-6, 60e-6)
GAIN_SIGMA, OFFSET_SIGMA = 0.04, 0.02
TAIL_AMPLITUDE, TAIL_TIME = (-1e-3, 1e-3), (50e-9, 200e-9)
DESIGN_DURATION = 60e-9
"""Ranges and spreads of what is drawn, in SI units and flux quanta; the length of a CZ by design."""

_CLEARANCE = 0.45e9
"""Hz above the upper qubit from which on an idle point is looked for."""
_IDLE_POINTS = 160
_MIDDLE = Modes(0.0, 0.0, (-300e6, -300e6, sum(ANHARMONICITY) / 2), (sum(G) / 2, sum(G) / 2), sum(EXCHANGE) / 2)
_STREAM = 0x54756E65


@dataclass(frozen=True)
class CouplerDefect:
    """A two-level defect that the coupler meets on its way, in SI units."""

    frequency: float
    coupling: float
    decoherence_rate: float

    def loss(self, frequency: float | np.ndarray) -> np.ndarray:
        """Rate in 1/s at which it takes the coupler's excitation, 2 g^2 Gamma / (Gamma^2 + Delta^2)."""
        detuning = 2 * math.pi * (np.asarray(frequency) - self.frequency)
        strength = 2 * (2 * math.pi * self.coupling) ** 2 * self.decoherence_rate
        return strength / (self.decoherence_rate**2 + detuning**2)


@dataclass(frozen=True)
class TunableTruth:
    """One tunable coupler; the qubits of its pair in the pair's order."""

    modes: Modes
    most: float
    """Frequency at zero flux, Hz."""
    asymmetry: float
    t1: float
    idle: float
    """Flux at which the qubits have their drawn f01."""
    flux: float
    """Static flux."""
    line: FluxLine
    heard: tuple[tuple[tuple[int, int], float], ...] = ()
    """Pairs whose pulses reach this coupler, and the share of their amplitude that does, in flux quanta."""
    defect: CouplerDefect | None = None
    biased_by: tuple[int, int] | None = None
    """The pair whose bias reaches this coupler; None: its own."""

    def loss(self, frequency: float | np.ndarray) -> np.ndarray:
        """Rate in 1/s at which one excitation leaves the coupler at a frequency."""
        rate = np.full(np.shape(frequency), 1 / self.t1)
        return rate if self.defect is None else rate + self.defect.loss(frequency)

    def frequency(self, flux: float | np.ndarray) -> np.ndarray:
        """Hz at a flux."""
        return coupler_frequency(flux, self.most, self.asymmetry, self.modes.anharmonicities[2])

    def slope(self, flux: float | np.ndarray) -> np.ndarray:
        """Hz per flux quantum."""
        small = 1e-6
        return (self.frequency(np.add(flux, small)) - self.frequency(np.subtract(flux, small))) / (2 * small)

    def curve(self) -> Curve:
        """What the idle qubits see, over all frequencies that the coupler can have."""
        return curve(self.modes, float(self.frequency(0.5)), float(self.frequency(0.0)))

    def shifts(self) -> tuple[float, float, float]:
        """(f01 of the first and of the second qubit against the drawn ones, ZZ) in Hz at the static flux."""
        found, idle = (self.curve().at(float(self.frequency(one))) for one in (self.flux, self.idle))
        return found[0] - idle[0], found[1] - idle[1], found[2]


def coupler_frequency(flux: float | np.ndarray, most: float, asymmetry: float, anharmonicity: float) -> np.ndarray:
    """Hz of an asymmetric transmon at a flux in flux quanta, see the module."""
    angle = math.pi * np.asarray(flux)
    junctions = np.cos(angle) ** 2 + asymmetry**2 * np.sin(angle) ** 2
    return (most - anharmonicity) * junctions**0.25 + anharmonicity


def draw_tunable(
    seed: int, edge: tuple[int, int], first: TransmonTruth, second: TransmonTruth, t1: float | None = None
) -> TunableTruth:
    """The coupler of a pair, from a random stream of its own; ``t1`` in s where it is given."""
    rng = np.random.default_rng([seed, *edge, _STREAM])
    couplings = (float(rng.uniform(*G)), float(rng.uniform(*G)))
    exchange, most, asymmetry = rng.uniform(*EXCHANGE), rng.uniform(*MOST), rng.uniform(*ASYMMETRY)
    anharmonicity, drawn_t1 = rng.uniform(*ANHARMONICITY), rng.uniform(*T1)
    tail = Tail(rng.uniform(*TAIL_AMPLITUDE), math.exp(rng.uniform(*np.log(TAIL_TIME))))
    line = FluxLine(1 + rng.normal(0, GAIN_SIGMA), rng.normal(0, OFFSET_SIGMA), tails=(tail,))
    wanted = Modes(
        first.f01, second.f01, (first.anharmonicity, second.anharmonicity, anharmonicity), couplings, exchange
    )
    modes, frequency = dressed_as(wanted, most)
    idle = _flux_of(frequency, most, asymmetry, anharmonicity)
    return TunableTruth(modes, most, asymmetry, drawn_t1 if t1 is None else t1, idle, idle, line)


@lru_cache(maxsize=1024)
def dressed_as(wanted: Modes, most: float) -> tuple[Modes, float]:
    """(modes, coupler frequency) whose qubits have the ``wanted`` frequencies when the coupler idles."""
    modes = wanted
    for _ in range(4):
        idle = _idle_frequency(modes, most)
        first, second, _ = curve(modes, idle, most, 2).at(idle)
        modes = replace(modes, first=modes.first + wanted.first - first, second=modes.second + wanted.second - second)
    return modes, _idle_frequency(modes, most)


def resettled(coupler: TunableTruth, first: float, second: float) -> TunableTruth:
    """The coupler between qubits of other frequencies (Hz), idle."""
    modes, frequency = dressed_as(replace(coupler.modes, first=first, second=second), coupler.most)
    idle = _flux_of(frequency, coupler.most, coupler.asymmetry, modes.anharmonicities[2])
    return replace(coupler, modes=modes, idle=idle, flux=idle)


def _idle_frequency(modes: Modes, most: float) -> float:
    """Hz of the coupler where the ZZ is zero, the highest such point; where there is none, where it is least."""
    low, high = max(modes.first, modes.second) + _CLEARANCE, most - 1e6
    for _ in range(3):
        found = curve(modes, low, high, _IDLE_POINTS)
        crossings = np.flatnonzero(found.zz[1:] * found.zz[:-1] <= 0)
        best = int(crossings[-1]) if crossings.size else int(np.argmin(np.abs(found.zz)))
        low, high = (float(found.coupler[min(max(place, 0), _IDLE_POINTS - 1)]) for place in (best - 1, best + 2))
    return (low + high) / 2


def _flux_of(frequency: float, most: float, asymmetry: float, anharmonicity: float) -> float:
    """Flux between 0 and 1/2 at which the coupler has a frequency."""
    fluxes = np.linspace(0, 0.5, 4096)
    return float(np.interp(-frequency, -coupler_frequency(fluxes, most, asymmetry, anharmonicity), fluxes))


def design_values(first: tuple[float, float], second: tuple[float, float]) -> dict[str, float]:
    """What a designer expects of the coupler's controls, from (f01, anharmonicity) of both qubits by design.

    A coupler in the middle of all ranges on a sound line; the pulse's amplitude is that of an adiabatic pi of
    conditional phase.
    """
    most, asymmetry = sum(MOST) / 2, sum(ASYMMETRY) / 2
    anharmonicities = (first[1], second[1], _MIDDLE.anharmonicities[2])
    wanted = replace(_MIDDLE, first=first[0], second=second[0], anharmonicities=anharmonicities)
    modes, frequency = dressed_as(wanted, most)
    idle = _flux_of(frequency, most, asymmetry, anharmonicities[2])
    coupler = TunableTruth(modes, most, asymmetry, math.inf, idle, idle, FluxLine())
    return {
        "coupler_bias": idle,
        "cz_amplitude": adiabatic_amplitude(coupler, DESIGN_DURATION),
        "cz_duration": DESIGN_DURATION,
        "cz_z_first": 0.0,
        "cz_z_second": 0.0,
        "flux_tail_amplitude": 0.0,
        "flux_tail_time": 100e-9,
    }


def adiabatic_amplitude(coupler: TunableTruth, duration: float) -> float:
    """Flux by which a pulse of ``duration`` seconds must reach from the idle point for a conditional phase of pi."""
    shape, found = pulse_shape(duration, duration), coupler.curve()
    amplitudes = np.linspace(0, 0.5 - coupler.idle, 128)
    zz = np.interp(coupler.frequency(coupler.idle + np.multiply.outer(amplitudes, shape)), found.coupler, found.zz)
    turns = np.maximum.accumulate(np.abs(zz.mean(axis=1))) * duration
    return float(np.interp(0.5, turns, amplitudes))


def controlled(truth: ChipTruth, controls: Mapping[tuple[int, int], Mapping[str, float]]) -> ChipTruth:
    """The chip with its tunable couplers as the controls of each pair have them: f01 and ZZ at their bias, lines with
    their predistortion.
    """
    if not any(one.tunable for one in truth.couplers):
        return truth
    moves = [0.0] * len(truth.transmons)
    couplers = []
    for one in truth.couplers:
        if one.tunable is not None:
            given, line = controls[one.tunable.biased_by or one.qubits], one.tunable.line
            tails = tuple(
                left
                for tail in line.tails
                for left in corrected(tail, given["flux_tail_amplitude"], given["flux_tail_time"])
            )
            flux = line.flux(given["coupler_bias"])
            tunable = replace(one.tunable, flux=flux, line=replace(line, tails=tails))
            first, second, zz = tunable.shifts()
            for qubit, move in zip(one.qubits, (first, second), strict=True):
                moves[qubit] += move
            one = replace(one, zz=zz, tunable=tunable)
        couplers.append(one)
    transmons = [replace(one, f01=one.f01 + move) for one, move in zip(truth.transmons, moves, strict=True)]
    return replace(truth, transmons=tuple(transmons), couplers=tuple(couplers))
