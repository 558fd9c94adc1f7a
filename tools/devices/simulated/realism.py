"""How near a simulated chip comes to one in a fridge: parts of reality that a chip file switches on.

``"clean"`` is the chip of the physics tests: no part. ``"fridge"`` is all of them. Each part draws from a random stream
of its own, so that no other value moves, and says in its module where its magnitudes are from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from reson.errors import OperatorError
from reson.tools.devices.simulated.charge import with_dispersion
from reson.tools.devices.simulated.fabrication import as_fabricated
from reson.tools.devices.simulated.feedline import with_feedlines
from reson.tools.devices.simulated.flicker import AMPLITUDE
from reson.tools.devices.simulated.lines import with_real_lines
from reson.tools.devices.simulated.memory import with_memory
from reson.tools.devices.simulated.noise import with_frequent_defects
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth, each_changed

CLEAN, FRIDGE = "clean", "fridge"

WHITE_T2 = (0.8, 2.2)
"""Range of T2 over T1 without 1/f noise, at most 2: echoes are then anything from exponential to Gaussian."""
T1_WANDER = (0.15, 0.25)
"""Range of the standard deviation of log T1 over days (Burnett et al., npj Quantum Inf. 5, 54 (2019))."""

_STREAM = 0x5265616C


@dataclass(frozen=True)
class Part:
    what: str
    """What it brings, in one clause."""
    drawn: Callable[[ChipTruth], ChipTruth]
    """The chip with it."""
    fitted: bool = False
    """Whether it follows from the values that a chip file gives; the others are what the file then replaces."""


def _flicker(truth: ChipTruth) -> ChipTruth:
    def noisy(transmon: TransmonTruth, rng: np.random.Generator) -> TransmonTruth:
        amplitude = float(np.exp(rng.uniform(*np.log(AMPLITUDE))))
        t2 = transmon.t1 * min(2.0, rng.uniform(*WHITE_T2))
        return replace(transmon, flicker=amplitude, quasi_static=0.0, t2=t2)

    return each_changed(truth, noisy, 0, _STREAM)


def _wandering_t1(truth: ChipTruth) -> ChipTruth:
    def wandering(transmon: TransmonTruth, rng: np.random.Generator) -> TransmonTruth:
        return with_frequent_defects(replace(transmon, t1_wander=rng.uniform(*T1_WANDER)), rng)

    return each_changed(truth, wandering, 1, _STREAM)


def _parity(truth: ChipTruth) -> ChipTruth:
    return replace(truth, transmons=tuple(map(with_dispersion, truth.transmons)))


PARTS: dict[str, Part] = {
    "flicker": Part("1/f noise of the qubits' frequencies, from which Ramsey, echo and CPMG follow", _flicker),
    "wandering_t1": Part("T1 that wanders by 15 to 25 %, and slow defects in most qubits", _wandering_t1),
    "memory": Part("shots that remember the one before where the rest is short, resets that fail", with_memory),
    "parity": Part(
        "charge parities from each qubit's own E_J / E_C, and an offset charge that jumps", _parity, fitted=True
    ),
    "feedline": Part(
        "feedlines with a slope, a hump, a standing wave, the dips of other resonators and spurious modes",
        with_feedlines,
        fitted=True,
    ),
    "lines": Part(
        "drive and readout that compress, a digitiser that clips, hum, oscillators that lock anew",
        with_real_lines,
        fitted=True,
    ),
    "fabrication": Part("qubits, resonators and wiring as far from their design as a fab leaves them", as_fabricated),
}


def parts_of(realism: str | Collection[str]) -> tuple[str, ...]:
    """The parts that a chip file asks for, in the order of ``PARTS``. Raises ``OperatorError`` for unknown ones."""
    if realism == CLEAN:
        return ()
    if realism == FRIDGE:
        return tuple(PARTS)
    asked = (realism,) if isinstance(realism, str) else realism
    for one in asked:
        if one not in PARTS:
            raise OperatorError(
                f"{one!r} is no known realism.",
                f"Use {CLEAN!r}, {FRIDGE!r}, or a list of its parts: {', '.join(PARTS)}.",
            )
    return tuple(name for name in PARTS if name in asked)


def with_parts(truth: ChipTruth, parts: Collection[str], *, fitted: bool) -> ChipTruth:
    """The chip with those of the parts that are drawn before a file's values hold, or with those that follow from
    them (``fitted``).
    """
    for part in map(PARTS.__getitem__, parts):
        if part.fitted == fitted:
            truth = part.drawn(truth)
    return truth
