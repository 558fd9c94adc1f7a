"""Neighbours on a chip: the always-on ZZ of a pair, and the share of one's pulses that reaches the other.

Two transmons with an exchange coupling J and bare frequencies f1, f2 are no longer independent: in the basis of the
coupled pair each level of the one shifts those of the other. For J far below every distance of levels

    zz = 2 J^2 (alpha1 + alpha2) / ((delta + alpha1) (delta - alpha2)),   delta = f1 - f2

(Ku et al., PRL 125, 200504 (2020), in units of Hz); where 11 meets 02 or 20 that diverges and the pair is diagonalised.
Chips with fixed couplers show tens of kilohertz at J of some 2 MHz (Sheldon et al., PRA 93, 060302 (2016); Ku et al.).
Classical crosstalk of drive lines is -25 to -40 dB between neighbours (Sung et al., PRX 11, 021058 (2021); Heinsoo
et al., PR Applied 10, 034040 (2018)).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reson.tools.devices.simulated.layouts import Edges
from reson.tools.devices.simulated.tunable import TunableTruth, draw_tunable

if TYPE_CHECKING:  # the truth holds couplers
    from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth

EXCHANGE = (1.5e6, 2.5e6)
"""Hz: range of the coupling J."""
CROSSTALK = (-40.0, -25.0)
"""dB: range of the power of a neighbour's pulse."""

FLUX_CROSSTALK = 3e-4
"""Spread of the share of a flux pulse that reaches a coupler next to the one it is meant for."""

_LEVELS = 4
_STREAM = 0x436F7570
_FLUX_STREAM = 0x466C7578


@dataclass(frozen=True)
class CouplerTruth:
    """Two neighbours, in SI units."""

    qubits: tuple[int, int]
    zz: float
    """Hz by which f01 of either moves when the other is in level 1: the energy h zz n1 n2."""
    crosstalk: tuple[complex, complex] = (0.0, 0.0)
    """Share of the first one's pulses that arrives at the second, and of the second's at the first."""
    tunable: TunableTruth | None = None
    """A coupler whose frequency a flux tunes, and the ZZ with it; None: a fixed one."""

    def other(self, qubit: int) -> int:
        """The neighbour of ``qubit``, one of this pair."""
        return self.qubits[1] if qubit == self.qubits[0] else self.qubits[0]

    def share(self, source: int, target: int) -> complex:
        """What of a pulse on ``source`` arrives at ``target``, both of this pair."""
        return self.crosstalk[0] if (source, target) == self.qubits else self.crosstalk[1]


def with_couplers(truth: ChipTruth, edges: Edges) -> ChipTruth:
    """The chip with a coupler drawn for each edge, from a stream of its own: nothing else that is drawn moves."""
    return replace(truth, couplers=tuple(_draw(truth.seed, truth.transmons, edge) for edge in edges))


def with_tunable_couplers(truth: ChipTruth, edges: Edges, t1: Mapping[tuple[int, int], float]) -> ChipTruth:
    """The chip with a tunable coupler drawn for each edge, idle; ``t1`` in s of those that are not to be drawn."""
    coupled = with_couplers(truth, edges)
    couplers = []
    for one in coupled.couplers:
        first, second = (truth.transmons[qubit] for qubit in one.qubits)
        tunable = draw_tunable(truth.seed, one.qubits, first, second, t1.get(one.qubits))
        heard = tuple((edge, _flux_share(truth.seed, one.qubits, edge)) for edge in _beside(one.qubits, edges))
        couplers.append(replace(one, zz=tunable.shifts()[2], tunable=replace(tunable, heard=heard)))
    return replace(truth, couplers=tuple(couplers))


def tunable_of(truth: ChipTruth, pair: tuple[int, int]) -> TunableTruth:
    """The tunable coupler of a pair of neighbours."""
    found = next(one.tunable for one in truth.couplers if one.qubits == pair)
    if found is None:
        raise ValueError(f"the coupler of {pair} is fixed")
    return found


def _flux_share(seed: int, target: tuple[int, int], source: tuple[int, int]) -> float:
    return float(np.random.default_rng([seed, *target, *source, _FLUX_STREAM]).normal(0, FLUX_CROSSTALK))


def _beside(pair: tuple[int, int], edges: Edges) -> list[tuple[int, int]]:
    """Other pairs that share a qubit with this one or have a neighbour of one of its qubits."""
    near = {qubit for edge in edges if set(edge) & set(pair) for qubit in edge}
    return [edge for edge in edges if edge != pair and set(edge) & near]


def _draw(seed: int, transmons: Sequence[TransmonTruth], edge: tuple[int, int]) -> CouplerTruth:
    rng = np.random.default_rng([seed, *edge, _STREAM])
    exchange = rng.uniform(*EXCHANGE)
    shares = 10 ** (rng.uniform(*CROSSTALK, 2) / 20)
    phases = rng.uniform(-math.pi, math.pi, 2)
    first, second = (transmons[qubit] for qubit in edge)
    zz = static_zz(exchange, first.f01, first.anharmonicity, second.f01, second.anharmonicity)
    arriving = (cmath.rect(shares[0], phases[0]), cmath.rect(shares[1], phases[1]))
    return CouplerTruth(qubits=edge, zz=zz, crosstalk=arriving)


def static_zz(exchange: float, f1: float, alpha1: float, f2: float, alpha2: float) -> float:
    """E11 - E10 - E01 + E00 of two transmons coupled by J (a1^dag a2 + a1 a2^dag), all in Hz, by diagonalisation.

    The drawn f01 is taken for the bare one: that changes the result by (J / delta)^2 of itself. At a collision the
    eigenstates with the largest part of the bare ones are meant.
    """
    number = np.arange(_LEVELS)
    lowering = np.diag(np.sqrt(number[1:]), 1)
    ladders = [f * number + alpha / 2 * number * (number - 1) for f, alpha in ((f1, alpha1), (f2, alpha2))]
    bare = np.add.outer(*ladders).ravel()
    hop = np.kron(lowering.T, lowering)
    energies, vectors = np.linalg.eigh(np.diag(bare) + exchange * (hop + hop.T))
    parts = np.abs(vectors.reshape(_LEVELS, _LEVELS, -1)) ** 2
    one_excited = np.argsort(parts[0, 1] + parts[1, 0])[-2:]
    ground, both = np.argmax(parts[0, 0]), np.argmax(parts[1, 1])
    return float(energies[both] - energies[one_excited].sum() + energies[ground])
