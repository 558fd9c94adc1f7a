"""What a tone meets on a feedline beside the resonator that it is meant for.

- slope, hump: cables, attenuators and amplifiers are not flat; some decibels over a gigahertz, and over the width of a
  filter or an amplifier's hump.
- standing wave: two mismatches with one to three metres of cable in between, a ripple of 30 to 100 MHz, up to 2 dB.
- the dips of the other resonators on the line, with their qubits in 0, and spurious modes of chip and box (Wenner et
  al., Supercond. Sci. Technol. 24, 065001 (2011)): dips that no qubit moves.

The asymmetry of each dip is that of ``ResonatorTruth`` (Khalil et al., J. Appl. Phys. 111, 054510 (2012); Probst et
al., Rev. Sci. Instrum. 86, 024706 (2015)). All of it acts on the way out, on signal and phase; left out are what the
ripple does to the photons that arrive, and the photons that a tone leaves in another's resonator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reson.tools.devices.simulated.resonators import FEEDLINE, Dip, Line
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth

SLOPE = 4.0
"""dB / GHz, up or down."""
HUMP, HUMP_WIDTH = 3.0, (60e6, 300e6)
"""dB up or down, Hz of a standard deviation."""
RIPPLE, RIPPLE_PERIOD = (0.3, 2.0), (30e6, 100e6)
"""dB from mean to crest, Hz."""
MODES = 2
"""Spurious modes of a feedline at most."""
MODE_DEPTH, MODE_KAPPA = (0.1, 0.7), (0.5e6, 20e6)

_STREAM = 0x46656564


def with_feedlines(truth: ChipTruth) -> ChipTruth:
    """The chip with its resonators on feedlines as they are, each drawn from a random stream of its own."""
    transmons: list[TransmonTruth] = []
    for first in range(0, len(truth.transmons), FEEDLINE):
        members = truth.transmons[first : first + FEEDLINE]
        transmons += _on_one(members, np.random.default_rng([truth.seed, first // FEEDLINE, _STREAM]))
    return replace(truth, transmons=tuple(transmons))


def _on_one(members: Sequence[TransmonTruth], rng: np.random.Generator) -> list[TransmonTruth]:
    band = 6.75e9, 7.55e9
    line = Line(
        centre=sum(band) / 2,
        slope=rng.uniform(-SLOPE, SLOPE) / 1e9,
        hump=(rng.uniform(-HUMP, HUMP), rng.uniform(*band), rng.uniform(*HUMP_WIDTH)),
        ripple=(rng.uniform(*RIPPLE), rng.uniform(*RIPPLE_PERIOD), rng.uniform(-math.pi, math.pi)),
    )
    spurious = tuple(
        Dip(
            rng.uniform(*band), math.exp(rng.uniform(*np.log(MODE_KAPPA))), rng.uniform(*MODE_DEPTH), rng.normal(0, 0.3)
        )
        for _ in range(int(rng.integers(0, MODES + 1)))
    )
    dips = [_dip(one) for one in members]
    return [
        replace(
            one,
            resonator=replace(one.resonator, line=replace(line, dips=(*dips[:place], *dips[place + 1 :], *spurious))),
        )
        for place, one in enumerate(members)
    ]


def _dip(transmon: TransmonTruth) -> Dip:
    """A resonator as a tone that is not meant for it sees it: with few photons and the qubit in 0."""
    truth = transmon.resonator
    return Dip(ground_frequency(transmon), truth.kappa, truth.depth, truth.asymmetry)
