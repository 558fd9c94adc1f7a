"""A stand-in for a device that takes circuits and runs nothing: it shows what an experiment would send."""

from __future__ import annotations

from typing import Any

from qiskit import QuantumCircuit
from qiskit.result.models import MeasLevel

from reson.tools.devices.device import Device, published_of
from reson.tools.devices.target_backend import TargetBackend
from reson.tools.quantities import PARAMETERS

SOME_CONTROLS = {spec.name: (spec.low + spec.high) / 2 for spec in PARAMETERS.values() if spec.control}
"""Stand in for controls that a device does not tell; nothing is run with them."""


class Reached(Exception):
    """The experiment got as far as sending its circuits."""

    def __init__(self, needs_iq: bool, instructions: frozenset[str]) -> None:
        super().__init__("sent")
        self.needs_iq = needs_iq
        self.instructions = instructions
        """Names of all that the circuits play."""


class ProbeBackend(TargetBackend):
    """The target of a device; ``run`` raises ``Reached``."""

    def run(self, run_input: Any, **options: Any) -> Any:
        circuits = [run_input] if isinstance(run_input, QuantumCircuit) else list(run_input)
        played = frozenset(name for circuit in circuits for name in circuit.count_ops())
        needs_iq = options.get("meas_level", MeasLevel.CLASSIFIED) != MeasLevel.CLASSIFIED
        raise Reached(needs_iq, played - {"barrier"})


class _Probe:
    """The device itself in everything but its backend; controls that its provider keeps to itself are made up."""

    def __init__(self, device: Device) -> None:
        target: Any = device.backend.target
        self._device = device
        self.backend = ProbeBackend("probe", target)

    def controls(self) -> dict[str, dict[str, float]]:
        known = self._device.controls()
        if published_of(self._device) is None:  # a lab of one's own: what it does not offer it does not have
            return known
        return {name: SOME_CONTROLS | values for name, values in known.items()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._device, name)


def probe_of(device: Device) -> Any:
    """A ``Device`` whose jobs go nowhere."""
    return _Probe(device)
