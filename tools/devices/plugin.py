"""A lab's own device: whatever an installed package offers under the entry point group ``reson.devices``.

The entry point names a function without arguments that returns an ``Offer``, or a plain ``BackendV2``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, cast

from reson.components import parse, qubits_of
from reson.errors import OperatorError, ToolError, ToolErrorKind
from reson.tools.devices.device import Controls, Device, DeviceLimits
from reson.tools.devices.fixed import FixedControls
from reson.tools.devices.offered import Bounds, edges_of, require_backend, require_shape, require_sound, why_not_played
from reson.tools.devices.order import address
from reson.tools.devices.published import published
from reson.tools.fence import in_words
from reson.tools.quantities import PARAMETERS

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.primitives import BaseSamplerV2
    from qiskit.providers import BackendV2
    from qiskit.transpiler import Target

    from reson.tools.devices.driver import Driver

GROUP = "reson.devices"


@dataclass(frozen=True)
class Offer:
    """What a lab gives. Only ``backend`` is needed; without ``controls`` the device is characterised, not calibrated.

    ``controls``: component ("q0", or "q0-q1" with a flux line for its coupler) -> control -> the value that is known
    before any measurement, in the names and SI units of ``reson.tools.quantities``. ``load`` makes values the ones in
    force, before each job; ``limits`` holds (lowest, highest) of each control that this hardware may be set to, within
    the bounds that Reson keeps anyway.
    """

    backend: BackendV2
    sampler: BaseSamplerV2 | None = None
    """Runs the circuits, counts only, where ``backend`` has no ``run`` of its own."""
    controls: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    load: Callable[[Controls], None] | None = None
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    coupling: Sequence[tuple[int, int]] = ()
    """Neighbours that shift each other's frequency or hear each other's pulses, beside the pairs of ``controls``: they
    are not measured at the same time."""
    counts_only: bool = False
    """The backend returns counts, and no IQ signal at measurement level 1."""
    max_shots: int = 100_000
    max_circuits: int = 300
    reset_time: float = 250e-6
    readout_time: float = 1e-6
    integration_start: float | None = None
    """Seconds from the start of the readout tone to that of the integration; None: not known."""
    passive_reset: bool | None = None
    """Whether nothing but T1 brings a qubit back to 0 between shots; None: not known."""


class PluginDevice:
    """``reson.tools.devices.device.Device`` over an offer with controls."""

    kind = "plugin"
    published = None

    def __init__(self, name: str, offer: Offer, driver: Driver) -> None:
        """Raises ``OperatorError`` for an offer that cannot be used, with what is wrong in it."""
        if offer.load is None:
            raise OperatorError(f"{name} offers controls but no way to load them", "give its Offer a `load` function")
        require_sound(name, offer.controls, offer.limits, offer.coupling)
        require_backend(name, offer.backend, offer.sampler, offer.controls)
        self.name = name
        self.limits = _limits(offer)
        self.counts_only = offer.counts_only
        self.qubits = tuple(qubit.number for qubit in qubits_of(offer.controls))
        self.coupling = edges_of(offer.controls, offer.coupling)
        self.bounds: Bounds = {
            control: (max(low, PARAMETERS[control].low), min(high, PARAMETERS[control].high))
            for control, (low, high) in offer.limits.items()
        }
        self._offer = offer
        self._driver = driver
        self._load = offer.load
        self._controls = self.design_controls()
        self.backend = _backend(name, offer, driver, self._require_playable)

    def sampler(self) -> BaseSamplerV2:
        return _sampler(self._offer, self.backend)

    def design_controls(self) -> dict[str, dict[str, float]]:
        return {parse(name): dict(values) for name, values in self._offer.controls.items()}

    def controls(self) -> dict[str, dict[str, float]]:
        return {name: dict(values) for name, values in self._controls.items()}

    def load(self, controls: Controls) -> None:
        """Nothing is loaded where one of the values is refused.

        Raises ``ToolError``: bad_arguments for such a value; job_failed where the driver fails.
        """
        wanted = self.controls()
        for name, values in controls.items():
            if name not in wanted:
                raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"{self.name} has no {name}")
            for control, value in values.items():
                PARAMETERS[control].require(value)
                if reason := self.why_not_set(name, control, value):
                    raise ToolError(ToolErrorKind.BAD_ARGUMENTS, reason)
                wanted[name][control] = value
        self._driver.call("load", lambda: self._load(wanted))
        self._controls = wanted

    def why_not_set(self, component: str, control: str, value: float) -> str | None:
        """None where this hardware may be set to the value; a control without limits keeps the one it has."""
        offered = self._offer.controls[component].get(control)
        low, high = self.bounds.get(control, (offered, offered))
        if low is None or high is None:
            return f"{self.name} does not offer the control {control} of {component}"
        if low <= value <= high:
            return None
        written = PARAMETERS[control].written
        if control not in self.bounds:
            return f"{control} of {component} stays at {written(low)}: {self.name} gives no limits to move it in"
        return f"{control} = {written(value)} is outside what {self.name} allows: {written(low, high)}"

    def now(self) -> datetime:
        return datetime.now(UTC)

    def _require_playable(self, circuits: Sequence[QuantumCircuit]) -> None:
        if reason := why_not_played(self.name, circuits, self._controls, self.bounds):
            raise ToolError(ToolErrorKind.DEVICE_REFUSED, reason)


class CalibratedPlugin(FixedControls):
    """``reson.tools.devices.device.Device`` over an offer without controls."""

    kind = "plugin"

    def __init__(self, name: str, offer: Offer, driver: Driver) -> None:
        require_backend(name, offer.backend, offer.sampler, {})
        self.name = name
        self.backend = _backend(name, offer, driver, lambda _: None)
        self.limits = _limits(offer)
        self.counts_only = offer.counts_only
        self.published = published(offer.backend, name)
        self.qubits = tuple(qubit for qubit, known in self.published.qubits.items() if known.works)
        self._offer = offer

    def sampler(self) -> BaseSamplerV2:
        return _sampler(self._offer, self.backend)


def plugins() -> dict[str, EntryPoint]:
    """Name -> what is installed under it."""
    return {one.name: one for one in entry_points(group=GROUP)}


def open_plugin(name: str) -> Device:
    """Raises ``OperatorError`` where no package offers it, or what it offers is no device."""
    known = plugins()
    if name not in known:
        raise OperatorError(
            f"no installed package offers a device {name!r}",
            f"there are {', '.join(sorted(known))}" if known else "docs/devices.md shows how to write one",
        )
    from reson.tools.devices.driver import Driver

    driver = Driver(address("plugin", name))
    offer = _offer_of(known[name], driver)
    require_shape(address("plugin", name), offer)
    opened = PluginDevice if offer.controls else CalibratedPlugin
    try:
        return driver.call("open", lambda: opened(address("plugin", name), offer, driver))
    except ToolError as error:
        raise OperatorError(
            error.message, "its backend must be a Qiskit BackendV2 with a target: docs/devices.md"
        ) from error


def _offer_of(entry: EntryPoint, driver: Driver) -> Offer:
    """What the entry point gives. Raises ``OperatorError`` where it raises, hangs, or gives something else."""
    from qiskit.providers import BackendV2

    try:
        given: Any = driver.call("open", lambda: entry.load()())
    except ToolError as error:
        raise OperatorError(
            f"the device {entry.name} ({entry.value}) cannot be opened: {in_words(error.__cause__ or error)}",
            "is its rack on and reachable? The entry point must name a function without arguments: docs/devices.md",
        ) from error
    if isinstance(given, BackendV2):
        return Offer(backend=given)
    if not isinstance(given, Offer):
        raise OperatorError(
            f"the device {entry.name} ({entry.value}) offers a {type(given).__name__}",
            "it must return an Offer or a BackendV2: docs/devices.md",
        )
    return given


def _backend(name: str, offer: Offer, driver: Driver, require: Callable[[Sequence[QuantumCircuit]], None]) -> BackendV2:
    from reson.tools.devices.driver import DrivenBackend

    backend = offer.backend
    if offer.sampler is not None:
        from reson.tools.devices.sampled import SampledBackend

        target = cast("Target", offer.backend.target)
        backend = SampledBackend(name, target, offer.sampler, offer.max_circuits)
    return DrivenBackend(driver, backend, offer.reset_time + offer.readout_time, require)


def _limits(offer: Offer) -> DeviceLimits:
    return DeviceLimits(
        max_shots=offer.max_shots,
        max_circuits=offer.max_circuits,
        reset_time=offer.reset_time,
        readout_time=offer.readout_time,
        integration_start=offer.integration_start,
        passive_reset=offer.passive_reset,
    )


def _sampler(offer: Offer, backend: BackendV2) -> BaseSamplerV2:
    if offer.sampler is not None:
        return offer.sampler
    from qiskit.primitives import BackendSamplerV2

    return BackendSamplerV2(backend=backend)
