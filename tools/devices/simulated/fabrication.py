"""A chip as a fab delivers it: how far it lies from its design.

- f01: 14 to 19 MHz after laser trimming, some 130 MHz before (Hertzberg et al., npj Quantum Inf. 7, 129 (2021); Zhang
  et al., Sci. Adv. 8, eabi6690 (2022)). One spread for each chip, from which its qubits are drawn.
- anharmonicity: -180 to -350 MHz, which is the range of published chips; the charging energy is that of the layout, so
  that qubits of one chip lie within some megahertz of each other.
- wiring: attenuators, filters and cables within 6 dB of the list.
- resonators: within 25 MHz of their design (kinetic inductance and the film's thickness); linewidths from 0.2 to 10 MHz
  (Krantz et al., Appl. Phys. Rev. 6, 021318 (2019); Walter et al., PR Applied 7, 054020 (2017)), with a shift 2 chi of
  the same size as far as the coupling allows.
- crossed readout labels: on a chip in thirty, two neighbours on a feedline have each other's row in the wiring list.

Neighbours whose frequencies collide are left as they fall.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reson.tools.devices.simulated.noise import log_uniform
from reson.tools.devices.simulated.resonators import (
    FEEDLINE,
    ResonatorTruth,
    coupled_for,
    dips_apart,
    draw_resonator,
    photons_for,
)
from reson.tools.devices.simulated.truth import DESIGN_GAIN, ChipTruth, TransmonTruth

F01_SPREAD = (15e6, 130e6)
"""Hz: range of the standard deviation of a chip's design errors."""
ANHARMONICITY = (-350e6, -180e6)
ANHARMONICITY_SPREAD = 5e6
WIRING = 6.0
"""dB."""
RESONATOR_SPREAD = 25e6
KAPPA = (0.2e6, 10e6)
COUPLING = (35e6, 160e6)
"""Hz that a designer can reach for g / 2 pi."""
CROSSED = 1 / 30

_FARTHEST = 2.5
"""Standard deviations of the design error beyond which a qubit does not pass the fab's test."""
_CHIP_STREAM, _STREAM = 0x46616243, 0x46616251


def as_fabricated(truth: ChipTruth) -> ChipTruth:
    """The drawn chip with values that lie as far from the design as those of real ones."""
    rng = np.random.default_rng([truth.seed, _CHIP_STREAM])
    spread = log_uniform(rng, *F01_SPREAD)
    anharmonicity = rng.uniform(*ANHARMONICITY)
    transmons = [
        _fabricated(one, truth.seed, qubit, spread, anharmonicity) for qubit, one in enumerate(truth.transmons)
    ]
    return _with_crossed_labels(replace(truth, transmons=tuple(transmons)), rng)


def _fabricated(transmon: TransmonTruth, seed: int, qubit: int, spread: float, anharmonicity: float) -> TransmonTruth:
    rng = np.random.default_rng([seed, qubit, _STREAM])
    error = float(np.clip(rng.normal(), -_FARTHEST, _FARTHEST)) * spread
    own = float(np.clip(rng.normal(anharmonicity, ANHARMONICITY_SPREAD), *ANHARMONICITY))
    gain = DESIGN_GAIN * 10 ** (rng.uniform(-WIRING, WIRING) / 20)
    resonator = fabricated_resonator(seed, qubit, transmon.f01, own)
    return replace(transmon, design_error=error, anharmonicity=own, gain=gain, resonator=resonator)


def fabricated_resonator(seed: int, qubit: int, f01: float, anharmonicity: float) -> ResonatorTruth:
    """The resonator of a qubit, as ``resonators.draw_resonator`` has it but for frequency, linewidth and coupling.

    The designer aims at a shift 2 chi of the linewidth; the amplifier then tells 0 from 1 by 3.5 to 6 sigma, at a fifth
    of the critical photon number, but for what a slow resonator has not shown after the readout's time.
    """
    designed = draw_resonator(seed, qubit, f01, anharmonicity)
    rng = np.random.default_rng([seed, qubit, _STREAM, 1])
    moved = rng.uniform(-RESONATOR_SPREAD, RESONATOR_SPREAD)
    kappa = log_uniform(rng, *KAPPA)
    bare = designed.bare + moved
    detuning = bare - f01
    coupling, shift = coupled_for(kappa * rng.uniform(0.5, 1.2), detuning, anharmonicity, COUPLING)
    best_amplitude = rng.uniform(0.015, 0.035)
    apart = designed.depth * max(dips_apart(shift, kappa), 0.25)
    return replace(
        designed,
        bare=bare,
        kappa=kappa,
        coupling=coupling,
        photons=photons_for(best_amplitude, detuning, coupling),
        gain=rng.uniform(3.5, 6.0) / (apart * best_amplitude),
        design_error=-moved,
    )


def _with_crossed_labels(truth: ChipTruth, rng: np.random.Generator) -> ChipTruth:
    """Two labels interchanged, seldom. A qubit is called by the resonator that shows it: so its drive line leads to
    the other one, for whose frequency that line was designed.
    """
    happens, place = rng.random() < CROSSED, rng.random()
    neighbours = [one for one in range(len(truth.transmons) - 1) if (one + 1) % FEEDLINE]
    if not happens or not neighbours:
        return truth
    one = neighbours[int(place * len(neighbours))]
    other = one + 1
    transmons, lines = list(truth.transmons), list(range(len(truth.transmons)))
    designed = [transmons[qubit].f01 + transmons[qubit].design_error for qubit in (other, one)]
    for qubit, frequency in zip((one, other), designed, strict=True):
        transmons[qubit] = replace(transmons[qubit], design_error=frequency - transmons[qubit].f01)
    lines[one], lines[other] = other, one
    return replace(truth, transmons=tuple(transmons), drive_lines=tuple(lines))
