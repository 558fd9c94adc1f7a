"""The hidden truth of a simulated chip, drawn from a seed. Only the chip itself, evals and tests may read it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.couplers import CouplerTruth
from reson.tools.devices.simulated.flicker import covariance
from reson.tools.devices.simulated.noise import with_noise
from reson.tools.devices.simulated.resonators import ResonatorTruth, draw_resonator
from reson.tools.devices.simulated.telegraph import DefectTruth

LEVELS = 4
"""Levels of a transmon. Against nine levels the populations after a 32 ns pulse at full scale move by 2e-5 at most."""

DESIGN_DURATION = 32e-9
DESIGN_AMPLITUDE = 0.35
DESIGN_ANHARMONICITY = -300e6
DESIGN_GAIN = math.pi / (DESIGN_AMPLITUDE * area(DESIGN_DURATION))
"""Rabi rate in rad/s per unit amplitude that the wiring list promises."""


@dataclass(frozen=True)
class TransmonTruth:
    """One transmon, in SI units. ``t2`` is the 0-1 coherence time, at most 2 ``t1``."""

    f01: float
    anharmonicity: float
    t1: float
    t2: float
    gain: float
    """Rabi rate in rad/s of a resonant drive of amplitude 1."""
    thermal_population: float
    """Share of level 1 in levels 0 and 1 at rest; higher levels follow the same Boltzmann factor."""
    design_error: float
    """How far the design frequency lies above the true one at time 0, Hz."""
    resonator: ResonatorTruth
    carrier_offset: float = 0.0
    """Played carrier minus the one asked for, Hz."""
    mirror: float | None = None
    """Local oscillator in Hz about which the carrier is mirrored; None: the right sideband is played."""
    clip: float = 1.0
    """Largest envelope amplitude that the generator plays."""
    spurious: float = 0.0
    """Amplitude, relative to each pulse, of an unwanted tone that is shifted from it by the anharmonicity."""
    quasi_static: float = 0.0
    """Standard deviation of slow frequency noise in Hz: it dephases as a Gaussian, and an echo refocuses it."""
    compression: float = math.inf
    """Amplitude that the drive line approaches, softly; infinite for a linear one, see ``lines``."""
    defects: tuple[DefectTruth, ...] = ()
    reset_error: float = 0.0
    """Population that a reset within a circuit leaves in level 1 beyond the thermal one."""
    remembers: bool = False
    """Whether a shot begins with what the one before has left, see ``memory``."""
    flicker: float = 0.0
    """1/f noise of f01: square root in Hz of its power spectral density at 1 Hz, see ``flicker``."""
    parity_split: float = 0.0
    """Hz between the frequencies of the two charge parities, of which f01 is the mean; see ``charge``."""
    parity_bend: float = 0.0
    """Hz between their anharmonicities."""
    dispersion: tuple[float, float] = (0.0, 0.0)
    """Hz by which f01 and f12 lie higher at an offset charge of half a pair than at none, see ``charge``."""
    t1_wander: float = 0.0
    """Standard deviation of log T1 over days, with a 1/f tail; 0: the drift of every chip, see ``drift``."""

    @property
    def t2_star(self) -> float:
        """Ramsey time in seconds at which t / t2 + (2 pi quasi_static t)^2 / 2 = 1: the contrast has fallen to 1/e.

        1/f noise adds to the square what it has gathered by then; the beat of the charge parities is no decay.
        """
        slow = (2 * math.pi * self.quasi_static * self.t2) ** 2
        alone = self.t2 * 2 / (1 + math.sqrt(1 + 2 * slow))
        return alone if not self.flicker else self._contrast_falls(alone, (0.0, 1.0))

    @property
    def t2_echo(self) -> float:
        """Time in seconds of an echo of ideal pulses at which its contrast has fallen to 1/e."""
        return self.t2_train(1)

    def t2_train(self, echoes: int) -> float:
        """The same under a train of so many echoes, half a wait before the first and after the last."""
        if not self.flicker:
            return self.t2
        return self._contrast_falls(self.t2, (0.0, *((np.arange(echoes) + 0.5) / echoes).tolist(), 1.0))

    def _contrast_falls(self, longest: float, ends: tuple[float, ...]) -> float:
        """Time in s up to ``longest`` at which the contrast has fallen to 1/e, given the shares of the time between
        which the phase counts forwards and backwards in turns.
        """
        from scipy.optimize import root_scalar  # a second of start-up, also where the chip is only described

        signs, bounds = (-1.0) ** np.arange(len(ends) - 1), np.array(ends)

        def left(time: float) -> float:
            spread = float(signs @ covariance(self.flicker, time * bounds[:-1], time * bounds[1:]) @ signs)
            turned = 2 * math.pi * self.quasi_static * time * float(signs @ np.diff(bounds))
            return 1 - time / self.t2 - (spread + turned**2) / 2

        return float(root_scalar(left, bracket=(1e-9, longest)).root)

    @property
    def boltzmann(self) -> float:
        """Population ratio of neighbouring levels at rest."""
        return self.thermal_population / (1 - self.thermal_population)

    @property
    def down_rate(self) -> float:
        """Rate 1 -> 0 in 1/s. With the rate 0 -> 1 it adds up to 1/T1, as of a two-level system in a bath."""
        return 1 / (self.t1 * (1 + self.boltzmann))

    @property
    def up_rate(self) -> float:
        """Rate 0 -> 1 in 1/s, by detailed balance."""
        return self.down_rate * self.boltzmann

    @property
    def dephasing_rate(self) -> float:
        """Pure dephasing of the 0-1 coherence in 1/s."""
        return max(0.0, 1 / self.t2 - 1 / (2 * self.t1))


@dataclass(frozen=True)
class ChipTruth:
    seed: int
    transmons: tuple[TransmonTruth, ...]
    couplers: tuple[CouplerTruth, ...] = ()
    drive_lines: tuple[int, ...] | None = None
    """Which qubit really gets the pulses meant for each; None: each its own."""


def draw_truth(seed: int, n_qubits: int) -> ChipTruth:
    """Draw a chip; a qubit's values do not depend on how many qubits there are."""
    transmons = (
        with_noise(_draw_transmon(np.random.default_rng([seed, qubit]), seed, qubit), seed, qubit)
        for qubit in range(n_qubits)
    )
    return ChipTruth(seed=seed, transmons=tuple(transmons))


def each_changed(
    truth: ChipTruth, change: Callable[[TransmonTruth, np.random.Generator], TransmonTruth], *stream: int
) -> ChipTruth:
    """Every qubit changed with a random stream of its own, that of the chip's seed, its number and ``stream``."""
    rngs = [np.random.default_rng([truth.seed, qubit, *stream]) for qubit in range(len(truth.transmons))]
    return replace(truth, transmons=tuple(map(change, truth.transmons, rngs)))


def _draw_transmon(rng: np.random.Generator, seed: int, qubit: int) -> TransmonTruth:
    t1 = float(np.clip(90e-6 * math.exp(rng.normal(0, 0.35)), 35e-6, 200e-6))
    f01, anharmonicity = rng.uniform(4.6e9, 5.4e9), rng.normal(DESIGN_ANHARMONICITY, 10e6)
    return TransmonTruth(
        f01=f01,
        anharmonicity=anharmonicity,
        t1=t1,
        t2=min(2 * t1, rng.uniform(0.5, 1.3) * t1),
        gain=DESIGN_GAIN / rng.uniform(0.75, 1.25),
        thermal_population=rng.uniform(0.003, 0.02),
        design_error=rng.normal(0, 3e6),
        resonator=draw_resonator(seed, qubit, f01, anharmonicity),
    )
