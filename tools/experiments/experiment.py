"""What an experiment is: one catalogue row and its functions over saved data (acquire, analyse, check; draw and propose
where the usual ones do not serve).

The row is the single source of the command line, the approval gate, the model's tool schema and the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from reson.components import Component, Pair, Qubit, parse
from reson.errors import ToolError, ToolErrorKind
from reson.records import Change, Check, Effect
from reson.tools.data import Analysis, Past, RawData, Values
from reson.tools.experiments.proposals import changes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device


@dataclass(frozen=True)
class Parameter:
    """One argument of an experiment. ``default`` None: taken from the parameter table by ``Experiment.defaults``."""

    name: str
    unit: str
    low: float
    high: float
    description: str
    default: float | None = None
    integer: bool = False
    shared: bool = False
    """Must be equal for qubits that are measured together: it sets the number of circuits or shots."""
    drives: str = ""
    """The control that it stands in for, whose limits on the device bind it too."""


@dataclass(frozen=True)
class Experiment:
    """One row of the catalogue."""

    name: str
    title: str
    measures: str
    family: str
    """Family of plot reading (a key of the shared vocabulary), e.g. "rabi"."""
    effect: Effect
    parameters: tuple[Parameter, ...]
    needs: tuple[str, ...]
    """Parameters of the table that must have been calibrated before."""
    calibrates: tuple[str, ...]
    """Parameters of the table that an accepted measurement may change."""
    defaults: Callable[[Values], dict[str, float]]
    """(control and recorded values of the qubit) -> values for the parameters whose default is None."""
    device_seconds: Callable[[Values, Device], float]
    """(parameters, device) -> expected device time, seconds."""
    acquire: Callable[[Device, Mapping[Any, Values]], dict[Any, RawData]]
    """(device, target -> parameters) -> target -> data: a qubit is named by its number, a pair by its name (``Pair``).
    Those given together run in one parallel job. Outside the experiments one calls ``measure``."""
    analyse: Callable[[RawData], Analysis]
    check: Callable[[Analysis, Values, Mapping[str, Past]], list[Check]]
    """(analysis, parameters of the measurement, history by quantity) -> numeric checks."""
    figure: str | Callable[[Analysis], Figure] = ""
    """Title of the picture of its curves, where it is another than the row's; or what draws another picture."""
    proposes: Callable[[Analysis, Values], list[Change]] | None = None
    """What ``propose`` does, where that is more than to take over the quantities that it calibrates."""
    valid_hours: float = field(default=24.0)
    """How long an accepted result stays good without a further check."""
    targets: Literal["qubit", "pair"] = "qubit"
    """What it measures, and what its parameters of the table belong to."""
    analyse_many: Callable[[Sequence[RawData]], list[Analysis]] | None = None
    """``analyse`` for all qubits of a job at once, with the same results; None where it takes them one by one."""
    together: bool = False
    """Whether neighbours on a coupled chip may be measured at once: what they do to each other is what is measured."""
    decay_from: int | None = None
    """Of a plain decay over ``max_delay``: the state that its shortest wait ends in. How it is read, what a file of
    one holds and when the readout looks turned round follow from it."""
    two_states: bool = False
    """Whether all its circuits end in a mixture of the same two states: then averaged IQ lies on one line."""
    waits: bool = False
    """Whether its qubit waits in a superposition: a coupled neighbour's state is then in its phase."""
    plays_on: Callable[[int, Values, Sequence[tuple[int, int]]], Collection[int]] = lambda *_: ()
    """(qubit, parameters, pairs of neighbours) -> further qubits that the measurement plays on."""
    gates: tuple[str, ...] = ()
    """Names of gates of which the device must have one; empty where the usual pulses of one qubit suffice."""
    draw_many: Callable[[Sequence[Analysis]], list[bytes]] | None = None
    """What ``pictures`` does for all qubits of a job; None where it follows from ``figure``."""

    def measure(self, device: Device, requests: Mapping[str, Values]) -> dict[Component, RawData]:
        """The data of each component, all measured together.

        Raises ``ToolError``: bad_arguments for a component that is not of the kind that the experiment measures, and
        what ``acquire`` raises.
        """
        components = {name: self.target(name) for name in requests}
        keys = {name: one.number if isinstance(one, Qubit) else one for name, one in components.items()}
        found = self.acquire(device, {keys[name]: values for name, values in requests.items()})
        return {one: found[keys[name]] for name, one in components.items()}

    def target(self, name: str) -> Component:
        """The component of this name. Raises ``ToolError`` (bad_arguments) where the experiment measures none such."""
        component = parse(name)
        if not isinstance(component, Qubit if self.targets == "qubit" else Pair):
            raise _refuse(f"{self.name} measures a {self.targets}, and {name} is none")
        return component

    def analyses(self, data: Sequence[RawData]) -> list[Analysis]:
        """The analysis of each qubit's data. A failed fit keeps its data and says why."""
        return self.analyse_many(data) if self.analyse_many else [self.analyse(one) for one in data]

    def draw(self, analysis: Analysis) -> Figure:
        if callable(self.figure):
            return self.figure(analysis)
        from reson.tools.figures.curves import draw_curves

        return draw_curves(analysis, self.figure or self.title)

    def pictures(self, analyses: Sequence[Analysis]) -> list[bytes]:
        """The figure of each analysis as PNG."""
        from reson.tools.figures.curves import curve_pictures
        from reson.tools.figures.style import png

        if self.draw_many is not None:
            return self.draw_many(analyses)
        if callable(self.figure):
            return [png(self.draw(one)) for one in analyses]
        return curve_pictures(analyses, self.figure or self.title)

    def propose(self, analysis: Analysis, values: Values) -> list[Change]:
        """Changes to be judged and approved before anything is written; ``values``: controls when it was measured."""
        if self.proposes is not None:
            return self.proposes(analysis, values)
        return changes(analysis, values, *self.calibrates)

    def arguments(
        self, given: Mapping[str, Any], known: Values, bounds: Mapping[str, tuple[float, float]] | None = None
    ) -> dict[str, float]:
        """Complete and validate arguments: given values, adaptive defaults, bounds.

        ``bounds``: control -> what the device allows; defaults keep to it, and a given value beyond it is refused.
        Raises ``ToolError``: bad_arguments for an unknown name, a wrong type, NaN, or a value out of bounds;
        not_allowed where the defaults follow from a parameter that is not known.
        """
        specs = {parameter.name: parameter for parameter in self.parameters}
        unknown = sorted(set(given) - set(specs))
        if unknown:
            raise _refuse(f"{self.name} has no parameter {', '.join(unknown)}; it has {', '.join(specs)}")
        fixed = {name: spec.default for name, spec in specs.items() if spec.default is not None}
        try:
            adaptive = self.defaults(known)
        except KeyError as lacking:  # what a provider need not publish, or nobody has measured yet
            message = f"{self.name} needs the {lacking.args[0]} of the qubit, which is not known"
            raise ToolError(ToolErrorKind.NOT_ALLOWED, message) from None
        wanted = self.held(fixed | adaptive, bounds or {}) | dict(given)
        return {name: _checked(spec, wanted[name], bounds or {}) for name, spec in specs.items()}

    def held(self, wanted: Values, bounds: Mapping[str, tuple[float, float]]) -> dict[str, float]:
        """Arguments, each that drives something as near to what is wanted as ``bounds`` (see ``arguments``) allow."""
        drives = {spec.name: bounds[spec.drives] for spec in self.parameters if spec.drives in bounds}
        return {
            name: min(max(value, drives[name][0]), drives[name][1]) if name in drives else value
            for name, value in wanted.items()
        }


def _checked(spec: Parameter, value: Any, bounds: Mapping[str, tuple[float, float]]) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _refuse(f"{spec.name} must be a number{f' in {spec.unit}' if spec.unit else ''}, not {value!r}")
    allowed = f"{spec.low:g} to {spec.high:g} {spec.unit}".strip()
    if not spec.low <= value <= spec.high:  # also catches NaN
        raise _refuse(f"{spec.name} = {str(value)[:24]} {spec.unit} is outside {allowed}".replace("  ", " "))
    lowest, highest = bounds.get(spec.drives, (value, value))
    if not lowest <= value <= highest:
        raise _refuse(f"{spec.name} = {value:g} is outside what the device allows, {lowest:g} to {highest:g}")
    if spec.integer and value != int(value):
        raise _refuse(f"{spec.name} must be a whole number from {allowed}, not {value!r}")
    return int(value) if spec.integer else float(value)


def _refuse(message: str) -> ToolError:
    return ToolError(ToolErrorKind.BAD_ARGUMENTS, message)
