"""A noise model as a device of the lab: a copy of a provider's device (kind fake) or a plain one (kind aer)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from qiskit.primitives import BackendSamplerV2
from qiskit.providers import BackendV2

from reson.tools.devices.device import Controls, DeviceLimits
from reson.tools.devices.fixed import FixedControls
from reson.tools.devices.local.backend import NoisyBackend
from reson.tools.devices.local.noise import NoisySimulators
from reson.tools.devices.published import Published, published

if TYPE_CHECKING:
    from qiskit.transpiler import Target
    from qiskit_aer.noise import NoiseModel

LIMITS = DeviceLimits(max_shots=100_000, max_circuits=300, reset_time=250e-6, readout_time=1.5e-6, passive_reset=False)
"""Of IBM's devices: 300 circuits in a job and 250 us between shots, so that budgets mean the same."""


class NoisyDevice(FixedControls):
    """``reson.tools.devices.device.Device`` over a noise model that is computed here."""

    limits = LIMITS

    def __init__(self, kind: str, name: str, backend: NoisyBackend, told: Published) -> None:
        self.kind = kind
        self.name = name
        self.published = told
        self.qubits = tuple(qubit for qubit, known in told.qubits.items() if known.works)
        self._backend: NoisyBackend = backend
        self.backend: BackendV2 = backend
        self._loaded = 0.0, 0.0

    def load(self, controls: Controls) -> None:
        super().load(controls)
        self._loaded = self.now().timestamp(), self._backend.charged

    def taken(self) -> tuple[float, float] | None:
        """As long as the device itself would have been busy; how long the noise model is computed says nothing."""
        began, before = self._loaded
        seconds = self._backend.charged - before
        return (began, began + seconds) if seconds else None

    def sampler(self) -> BackendSamplerV2:
        return BackendSamplerV2(backend=self._backend)


def noisy_device(
    kind: str,
    name: str,
    model: BackendV2,
    seed: int | None = None,
    noise_of: Callable[[Target, Sequence[int]], NoiseModel] | None = None,
) -> NoisyDevice:
    """The device whose target, and by default whose noise, is that of ``model``."""
    target = cast("Target", model.target)  # the base class leaves its properties without types
    told = published(model, name)
    simulators = NoisySimulators(target, noise_of, told.confusion())
    backend = NoisyBackend(name, target, simulators, LIMITS, seed, told.zz())
    return NoisyDevice(kind, name, backend, told)
