"""The noise of a few qubits of a device, as an Aer simulator of just these: it is built once and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from qiskit.transpiler import Target
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel, ReadoutError

from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.target_backend import TargetBackend

MOST_QUBITS = 10
"""Connected qubits of one circuit: their density matrix has 4 to this power of entries."""


def cut(target: Target, qubits: Sequence[int]) -> Target:
    """The part of a target that lives on ``qubits``, renumbered from 0 in their order, with its error rates."""
    place = {qubit: index for index, qubit in enumerate(qubits)}
    known = target.qubit_properties
    small = Target(
        num_qubits=len(qubits), dt=target.dt, qubit_properties=[known[qubit] for qubit in qubits] if known else None
    )
    for name in target.operation_names:
        operation, everywhere = target.operation_from_name(name), target[name]
        if isinstance(operation, type) or not everywhere or None in everywhere:
            continue  # control flow and ideal gates carry no noise
        here = {tuple(place[q] for q in at): props for at, props in everywhere.items() if set(at) <= place.keys()}
        if here:
            small.add_instruction(operation, here, name=name)
    return small


class NoisySimulators:
    """Qubits -> simulator of these alone. ``noise_of`` makes the noise model of a cut target; ``confusion`` tells of
    qubits P(1|0) and P(0|1), where they are not read equally well in both states."""

    def __init__(
        self,
        target: Target,
        noise_of: Callable[[Target, Sequence[int]], NoiseModel] | None = None,
        confusion: Mapping[int, tuple[float, float]] | None = None,
    ) -> None:
        self._target = target
        self._noise_of = noise_of or partial(published_noise, confusion or {})
        self._kept: dict[tuple[int, ...], AerSimulator] = {}

    def of(self, qubits: tuple[int, ...]) -> AerSimulator:
        """Raises ``ToolError`` (device_refused) for more connected qubits than can be computed."""
        if len(qubits) > MOST_QUBITS:
            raise ToolError(
                ToolErrorKind.DEVICE_REFUSED,
                f"gates connect {len(qubits)} qubits of one circuit; at most {MOST_QUBITS} can be computed here",
            )
        if qubits not in self._kept:
            noise = self._noise_of(cut(self._target, qubits), qubits)
            self._kept[qubits] = AerSimulator(noise_model=noise, method="density_matrix")
        return self._kept[qubits]


def published_noise(confusion: Mapping[int, tuple[float, float]], target: Target, qubits: Sequence[int]) -> NoiseModel:
    """Of the errors and times of a target whose qubits are ``qubits``, in this order; ``confusion`` as above. A qubit
    of whose readout nothing is known is read without error.
    """
    noise = NoiseModel.from_backend(TargetBackend("cut", target), readout_error=False)
    for place, qubit in enumerate(qubits):
        one, zero = confusion.get(qubit) or _symmetric(target, place)
        if one or zero:
            noise.add_readout_error(ReadoutError([[1 - one, one], [zero, 1 - zero]]), [place], warnings=False)
    return noise


def _symmetric(target: Target, place: int) -> tuple[float, float]:
    told = target["measure"].get((place,)) if "measure" in target.operation_names else None
    error = getattr(told, "error", None) or 0.0
    return error, error
