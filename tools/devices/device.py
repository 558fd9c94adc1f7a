"""The port between Reson and whatever runs circuits: a Qiskit backend with controls, limits and a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from reson.records import Finite, Json, Record
from reson.tools.quantities import PARAMETERS

if TYPE_CHECKING:
    from threading import Event

    # qiskit takes over a second to import; the port itself needs none of it
    from qiskit.primitives import BaseSamplerV2
    from qiskit.providers import BackendV2

    from reson.tools.devices.published import Published

Controls = Mapping[str, Mapping[str, float]]
"""component ("q3") -> control name -> value in SI units."""


class DeviceLimits(Record):
    """What one job may ask for, and what one shot costs beside the circuit itself."""

    max_shots: int
    max_circuits: int
    reset_time: Finite
    """Seconds between shots, reset included."""
    readout_time: Finite
    """Seconds of one readout."""
    integration_start: Finite | None = None
    """Seconds from the start of the readout tone to that of the integration; None: not known, and found by the fits."""
    passive_reset: bool | None = None
    """Whether nothing but T1 brings a qubit back to 0 between shots; None: not known."""


class Device(Protocol):
    """What the rest of Reson may know of a device. Hidden truth is no part of it."""

    name: str
    kind: str
    """"simulated", "fake", "ibm", ...: the policy can decide by it."""
    qubits: tuple[int, ...]
    backend: BackendV2
    limits: DeviceLimits

    def sampler(self) -> BaseSamplerV2: ...

    def design_controls(self) -> dict[str, dict[str, float]]:
        """Start values as the designer and the wiring list give them: all that is known of a cold chip."""
        ...

    def controls(self) -> dict[str, dict[str, float]]:
        """The control values in force: what the last ``load`` left, or the design's before the first."""
        ...

    def load(self, controls: Controls) -> None:
        """Make these the control values of all following jobs. Raises ``ToolError`` (bad_arguments) out of bounds."""
        ...

    def now(self) -> datetime:
        """Time of the device's clock (UTC): simulated time on a simulated chip, wall time elsewhere."""
        ...


@runtime_checkable
class Resting(Protocol):
    """A device whose clock is its own: it can be let run on to a time."""

    def rest_until(self, time: datetime) -> None: ...


def coupling_of(device: Device) -> tuple[tuple[int, int], ...]:
    """Pairs of qubits that must not be measured at the same time unless an experiment says so: neighbours with an
    always-on coupling. None where qubits are independent, or where the provider cancels what they do to each other.
    """
    return getattr(device, "coupling", ())


def bounds_of(device: Device) -> Mapping[str, tuple[float, float]]:
    """control -> (lowest, highest) that this hardware may be driven at, where it allows less than Reson would."""
    return getattr(device, "bounds", {})


def why_not_set(device: Device, component: str, control: str, value: float) -> str | None:
    """None where the device would take the value; else why not, before it is written anywhere."""
    ask = getattr(device, "why_not_set", None)
    return ask(component, control, value) if ask and PARAMETERS[control].control else None


def only_waiting_alone(device: Device) -> bool:
    """Whether neighbours take turns only where they wait: a provider that publishes the coupling has calibrated and
    benchmarked the pulses with it.
    """
    return getattr(device, "calibrated_beside", False)


class Standing(Record):
    """How an account and its device stand at the provider, as far as that is told."""

    plan: str = ""
    instance: str = ""
    pending: int | None = None
    """Jobs that wait for the device."""
    least_busy: str = ""
    """Address of the device of the account for which the fewest wait."""
    fewest: int | None = None
    """Jobs that wait for that one."""


@runtime_checkable
class Timed(Protocol):
    """A device that is not busy from the call to the data: a queue lies between, or it is computed."""

    def taken(self) -> tuple[float, float] | None:
        """When the jobs of the last measurement were on the device, seconds since the Unix epoch; None where that is
        not told.
        """
        ...


@runtime_checkable
class Remote(Timed, Protocol):
    """A device behind a queue, whose use is counted: it must know whose job it has, and when the data is safe."""

    def attend(self, run_id: str, stop: Event, tell: Callable[[str, Json], None]) -> None:
        """From now on jobs belong to this run, stop with it, and are told of."""
        ...

    def recorded(self) -> None:
        """The data of the last measurement is on record: its jobs need not be found again."""
        ...

    def refresh(self) -> None:
        """Read anew what the provider publishes, where what was read is old."""
        ...

    def over_budget(self, seconds: float, job: str = "") -> str | None:
        """Why a measurement of so many seconds may not be sent; None where the budget covers it.

        ``job``: its name; where it was sent ahead it is counted already.
        """
        ...

    def send_ahead(self, job: str, measure: Callable[[], object]) -> bool:
        """Whether the job that ``measure`` would wait for was sent now, or is at the service already."""
        ...

    def let_go(self) -> None:
        """What was sent ahead and has not been asked for is not wanted any more."""
        ...

    def remaining(self) -> float | None:
        """Quantum seconds that the account has left; None where that is not told."""
        ...

    def allowance(self) -> float | None:
        """Quantum seconds of the account for one period of its plan; None where that is not told."""
        ...

    def standing(self) -> Standing:
        """Plan, instance and queue; asks the service anew."""
        ...

    def close(self) -> None:
        """The run has ended, whatever its ending: nothing that costs stays open."""
        ...


def neighbours_of(qubit: int, coupling: Sequence[tuple[int, int]]) -> list[int]:
    """The neighbours of a qubit by their numbers, given all pairs."""
    return sorted(low if high == qubit else high for low, high in coupling if qubit in (low, high))


def published_of(device: Device) -> Published | None:
    """What the provider of this device publishes about it; None for a chip of one's own."""
    return getattr(device, "published", None)
