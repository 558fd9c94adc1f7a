"""The circuits of a Bell state's tomography: the state in nine bases, how 00 to 11 are read, what the pulses add to
that, and what heat turns.

A qubit in 1 at rest turns its partner by pi in every CZ: an odd number of them costs the partner's fringe contrast, an
even number gives it back. That tells the heat whatever the readout.
"""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
from qiskit.circuit.library import CZGate, RZGate, SXGate

from reson.tools.experiments.circuits.pair_sequences import BOTH, FIRST, SECOND, PairSequence, Part, ramsey, row

BASES = tuple("".join(both) for both in itertools.product("ZXY", repeat=2))
"""What is measured of the first and of the second qubit, in the order of ``StateTomography`` of Qiskit Experiments."""
PREPARED = ("00", "01", "10", "11")
NUMBERS = (1, 2)
"""CZ gates between the two pulses of a Ramsey sequence."""


def bell_circuits(pulse: float) -> list[PairSequence]:
    """Metadata: ``basis`` of the nine that hold the state, ``prepared`` of the four that show the readout, ``turned``
    of the one in which both qubits are turned by 2 pi, ``number`` of gates of the Ramsey sequences.

    Between two gates these wait for the length of a ``pulse``, in seconds: from the middle of one half pulse to that of
    the other, two gates then take twice as long as one does, and lose as many times what it loses.
    """
    gate = Part(CZGate(), BOTH)
    state = [*_hadamard(*FIRST), *_hadamard(*SECOND), gate, *_hadamard(*SECOND)]
    bases = [PairSequence({"basis": basis}, [*state, *_turned(basis)]) for basis in BASES]
    read = [PairSequence({"prepared": bits}, _flips(bits)) for bits in PREPARED]
    turned = PairSequence({"turned": "11"}, 2 * _flips("11"))
    heat = [
        one
        for target in BOTH
        for number in NUMBERS
        for one in ramsey(target, False, row(gate, number, pulse), {"number": number})
    ]
    played = [*bases, *read, turned, *heat]
    return [PairSequence({"xval": place, **one.metadata}, one.parts) for place, one in enumerate(played)]


def _turned(basis: str) -> list[Part]:
    """What turns X or Y of each qubit to Z, the axis that is read."""
    found = []
    for place, axis in zip(BOTH, basis, strict=True):
        found += {"Z": [], "X": _hadamard(place), "Y": [_half(place)]}[axis]
    return found


def _flips(bits: str) -> list[Part]:
    """1 by two of the pulses that the state is made of: an X pulse that is off says nothing of it."""
    return [_half(place) for place, bit in zip(BOTH, bits, strict=True) if bit == "1" for _ in range(2)]


def _hadamard(place: int) -> list[Part]:
    return [_quarter(place), _half(place), _quarter(place)]


@cache
def _half(place: int) -> Part:
    return Part(SXGate(), (place,))


@cache
def _quarter(place: int) -> Part:
    return Part(RZGate(np.pi / 2), (place,))
