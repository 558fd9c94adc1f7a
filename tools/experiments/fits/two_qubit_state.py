"""A two-qubit state from counts: expectation values without errors of the readout, the density matrix, what is off.

The state is that of the pulses, as in tomography of one qubit: of qubits that begin in 0. A readout that was measured
on qubits as hot as those of the state takes heat out of what is read of one qubit. Of two it takes too much, where a CZ
has put the heat of one into what is read of both: so heat is measured, and put back.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reson.tools.data import RawData
from reson.tools.experiments.fits.phases import Phasors, phasors, wrapped

PAULIS = tuple("".join(both) for both in itertools.product("IXYZ", repeat=2))[1:]
"""Of the first and of the second qubit, without the identity."""
_ONE = {"I": np.eye(2), "X": np.array([[0, 1], [1, 0]]), "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1])}
_MATRICES = np.array([np.kron(_ONE[first], _ONE[second]) for first, second in PAULIS])
BELL = np.outer([1, 0, 0, 1], [1, 0, 0, 1]) / 2
"""Density matrix of (00 + 11) / sqrt(2), rows and columns in the order 00, 01, 10, 11."""
_LAST_GATE = np.kron(np.eye(2), np.array([[1, 1], [1, -1]]) / np.sqrt(2))
"""Hadamard on the second qubit. Before it all four amplitudes are equal, and each phase stands for itself."""
HEATED = {"XX": 1, "ZZ": 0}
"""Expectation values from which the readout takes the heat of this qubit once too often: a CZ makes XX of the first
qubit's Z, ZZ of the second's and YY of both, while each is read through the heat of both."""
USUAL_HEAT = 0.01
"""Share of 1 at rest, where the fringes have no contrast by which to tell it."""
SEEN = 0.25
"""Contrast of the fringes, in units of the readout's, by which heat is told."""
LEAST_CONTRAST = 0.05
ANGLES = ("left_0", "left_1", "phase_error")
RESAMPLED = 200
"""Draws of the counts from which errors are found, which are then known to 5 %."""


@dataclass(frozen=True)
class TwoQubitState:
    expectations: np.ndarray
    """Of ``PAULIS``, shape (15,), without errors of the readout and without heat."""
    contrast: np.ndarray
    """P(1) of each qubit prepared in 1 minus that in 0, shape (2,)."""
    influence: np.ndarray
    """Size of the change of P(1) of each qubit when the other is prepared in 1, in units of its contrast, shape (2,):
    the larger one of that in 0 and that in 1."""
    added: np.ndarray
    """P(1) of each qubit after four quarter turns minus that after none, in units of its contrast, shape (2,)."""
    heat: np.ndarray
    """Share of 1 of each qubit at rest, shape (2,)."""
    repeated: np.ndarray
    """X, Y and Z of the first qubit, then of the second, in each basis of the other, shape (6, 3)."""

    @property
    def density(self) -> np.ndarray:
        """By linear inversion, (4, 4): hermitian, of trace one, and not positive by as much as its noise."""
        return (np.eye(4) + np.tensordot(self.expectations, _MATRICES, 1)) / 4

    def numbers(self) -> dict[str, float]:
        """What is told of the state: its fidelity is linear in what was counted, its concurrence of the nearest
        physical state.
        """
        density = self.density
        of_qubits = {
            "excited": self.heat,
            "contrast": self.contrast,
            "influence": self.influence,
            "added": self.added,
        }
        return {
            "bell_fidelity": float(np.real(np.trace(BELL @ density))),
            "concurrence": concurrence(physical(density)),
            "least_eigenvalue": float(np.linalg.eigvalsh(density)[0]),
            **_phases(density),
            **{f"{name}_{place}": float(values[place]) for name, values in of_qubits.items() for place in (0, 1)},
        }


def state_of(raw: RawData) -> TwoQubitState:
    """From the counts of ``circuits.bell_circuits``."""
    shares = raw.arrays["counts"] / np.maximum(raw.arrays["counts"].sum(axis=1, keepdims=True), 1)
    shares = shares.reshape(-1, 2, 2)
    own = _read(shares, _places(raw, "prepared"))
    levels = own.mean(axis=2)
    contrast = levels[:, 1] - levels[:, 0]
    divisor = np.where(np.abs(contrast) < LEAST_CONTRAST, LEAST_CONTRAST, contrast)
    says = (levels.sum(axis=1)[:, None] - 2 * np.arange(2)) / divisor[:, None]
    heat = _heat(phasors(raw), divisor)
    expectations, repeated = _expectations(shares, _places(raw, "basis"), says)
    for pauli, qubit in HEATED.items():
        expectations[pauli] *= 1 - 2 * heat[qubit]
    return TwoQubitState(
        expectations=np.array([expectations[pauli] for pauli in PAULIS]),
        contrast=contrast,
        influence=np.abs(own[:, :, 1] - own[:, :, 0]).max(axis=1) / np.abs(divisor),
        added=(_ones(shares[_places(raw, "turned")["11"]]) - own[:, 0, 0]) / np.abs(divisor),
        heat=heat,
        repeated=repeated,
    )


def _places(raw: RawData, key: str) -> dict[str, int]:
    return {one[key]: place for place, one in enumerate(raw.circuits) if key in one}


def _read(shares: np.ndarray, prepared: Mapping[str, int]) -> np.ndarray:
    """P(1) of each qubit by its own preparation and by the other's, shape (2, 2, 2)."""
    first, second = _ones(np.array([[shares[prepared[f"{one}{other}"]] for other in (0, 1)] for one in (0, 1)]))
    return np.stack([first, second.T])


def _ones(shares: np.ndarray) -> np.ndarray:
    """P(1) of the first and of the second qubit, from shares (..., 2, 2)."""
    return np.stack([shares[..., 1, :].sum(axis=-1), shares[..., :, 1].sum(axis=-1)])


def _expectations(
    shares: np.ndarray, bases: Mapping[str, int], says: np.ndarray
) -> tuple[dict[str, float], np.ndarray]:
    """Of every Pauli operator, from what each outcome says of Z of each qubit; those of one qubit are seen thrice."""
    found, repeated = {}, []
    for basis, place in bases.items():
        found[basis] = float(says[0] @ shares[place] @ says[1])
    for qubit in (0, 1):
        for axis in "XYZ":
            places = [place for basis, place in bases.items() if basis[qubit] == axis]
            seen = [float(says[qubit] @ shares[place].sum(axis=1 - qubit)) for place in places]
            found[f"{axis}I" if qubit == 0 else f"I{axis}"] = float(np.mean(seen))
            repeated.append(seen)
    return found, np.array(repeated)


def _heat(found: Phasors, contrast: np.ndarray) -> np.ndarray:
    """Share of 1 of each qubit at rest, shape (2,), from the fringes of its partner.

    One CZ turns the partner by pi where the qubit is in 1, and its fringes lose twice that share; two do not. What is
    lost besides is the root of what two gates lose, which take twice as long.
    """
    heat = np.full(2, USUAL_HEAT)
    for target in (0, 1):
        one, two = (
            float(np.abs(found.where(target=target, number=number).values[0]) / abs(contrast[target]))
            for number in (1, 2)
        )
        if min(one, two) > SEEN:
            heat[1 - target] = (1 - one / np.sqrt(two)) / 2
    return heat


def _phases(density: np.ndarray) -> dict[str, float]:
    """rad that the CZ has left on each qubit, by how much its conditional phase misses pi, half of which is in either,
    and how much of the coherence between 00, 01, 10 and 11 is there.
    """
    before = _LAST_GATE @ density @ _LAST_GATE
    first, second = (before[2, 0], before[3, 1]), (before[1, 0], before[3, 2])
    missed = sum(excited * plain.conj() for plain, excited in (first, second))
    return {
        "left_0": float(np.angle(first[0] - first[1])),
        "left_1": float(np.angle(second[0] - second[1])),
        "phase_error": float(np.angle(-missed)),
        "coherence": 4 * float(np.abs(before[np.triu_indices(4, 1)]).mean()),
    }


def expectations_of(density: np.ndarray) -> np.ndarray:
    """Expectation values of ``PAULIS``, shape (15,)."""
    return np.real(np.trace(_MATRICES @ density, axis1=1, axis2=2))


def physical(density: np.ndarray) -> np.ndarray:
    """The nearest density matrix without negative eigenvalues (Smolin et al., PRL 108, 070502)."""
    values, vectors = np.linalg.eigh(density)
    falling = values[::-1]
    surplus = (np.cumsum(falling) - 1) / np.arange(1, len(values) + 1)
    kept = np.maximum(values - surplus[np.flatnonzero(falling > surplus)[-1]], 0.0)
    return (vectors * kept) @ vectors.conj().T


def concurrence(density: np.ndarray) -> float:
    """Of a physical two-qubit state: 0 without entanglement, 1 of a Bell state (Wootters, PRL 80, 2245)."""
    flip = np.kron(_ONE["Y"], _ONE["Y"])
    found = np.sqrt(np.maximum(np.linalg.eigvals(density @ flip @ density.conj() @ flip).real, 0.0))
    return float(max(0.0, 2 * found.max() - found.sum()))


@dataclass(frozen=True)
class Spread:
    """Standard errors of a state, by drawing its counts anew."""

    numbers: dict[str, float]
    expectations: np.ndarray
    repeated: np.ndarray


def spread(raw: RawData, found: TwoQubitState) -> Spread:
    rng = np.random.default_rng(0)
    counts = raw.arrays["counts"]
    shares = (counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True)
    states = [state_of(replace(raw, arrays={"counts": _drawn(rng, counts, shares)})) for _ in range(RESAMPLED)]
    numbers = [state.numbers() for state in states]
    return Spread(
        {name: _error(name, value, [one[name] for one in numbers]) for name, value in found.numbers().items()},
        np.std([state.expectations for state in states], axis=0),
        np.std([state.repeated for state in states], axis=0),
    )


def _drawn(rng: np.random.Generator, counts: np.ndarray, shares: np.ndarray) -> Any:
    return rng.multinomial(counts.sum(axis=1), shares)


def _error(name: str, value: float, drawn: list[float]) -> float:
    apart = np.array(drawn) - value
    return float(np.std(wrapped(apart) if name in ANGLES else apart))
