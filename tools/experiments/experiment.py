"""What an experiment is: one catalogue row and four functions over saved data (acquire, analyse, draw, propose).

The row is the single source of the command line, the approval gate, the model's tool schema and the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from reson.errors import ToolError, ToolErrorKind
from reson.records import Change, Check, Effect, Finite, Quantity, Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

Values = Mapping[str, float]
"""Parameter name -> value in SI units."""


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


@dataclass(frozen=True)
class RawData:
    """What one experiment on one qubit brought home, before any analysis.

    ``arrays`` holds one of: ``counts`` int (circuits, 2); ``iq`` complex64 (circuits, shots) in arbitrary units;
    ``iq_mean`` complex (circuits,) with ``iq_stderr`` float (circuits, 2) for the I and Q parts.
    ``circuits`` holds the metadata of each circuit (x value, series, ...) as JSON.
    """

    experiment: str
    qubit: int
    parameters: dict[str, float]
    controls: dict[str, float]
    """Control values that the device had when the data was taken."""
    shots: int
    circuits: list[dict[str, Any]]
    arrays: dict[str, np.ndarray]
    started: float
    """Device clock, seconds since the Unix epoch."""
    ended: float


class Series(Record):
    """One curve of a plot: measured points and, where a fit came out, the fitted curve."""

    name: str
    x: tuple[Finite, ...]
    y: tuple[Finite, ...]
    y_err: tuple[Finite, ...]
    fit_x: tuple[Finite, ...] = ()
    fit_y: tuple[Finite, ...] = ()


class Axis(Record):
    label: str
    unit: str
    """SI unit; the drawing chooses the prefix."""


class Map(Record):
    """A measured quantity over two swept values: ``z[row][column]`` at ``y[row]`` and ``x[column]``, in SI units."""

    name: str
    x: tuple[Finite, ...]
    y: tuple[Finite, ...]
    z: tuple[tuple[Finite, ...], ...]


class Analysis(Record):
    """The analysis of one measurement. A failed fit keeps its data: ``error`` says why and ``quantities`` is empty."""

    experiment: str
    series: tuple[Series, ...]
    x_axis: Axis
    y_axis: Axis
    quantities: dict[str, Quantity]
    reduced_chi2: Finite | None = None
    """Against binomial (or IQ) errors of the mean; None without a fit."""
    maps: tuple[Map, ...] = ()
    """Sweeps of two values, over ``x_axis`` and ``y_axis``; ``z_axis`` is their colour, ``series`` lines on them."""
    z_axis: Axis | None = None
    points: dict[str, tuple[tuple[Finite, Finite], ...]] = Field(default_factory=dict)
    """Scatter clouds for IQ plots: name -> (I, Q) points, thinned for drawing."""
    error: str | None = None
    qubit: int | None = None
    """Whose measurement it is, for the title of the figure."""


class Past(Record):
    """Last accepted value of a quantity of this component, for the comparison with history."""

    value: Finite
    stderr: Finite | None
    age: Finite
    """Seconds."""


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
    acquire: Callable[[Device, Mapping[int, Values]], dict[int, RawData]]
    """(device, qubit -> parameters) -> qubit -> data. Qubits given together run in one parallel job."""
    analyse: Callable[[RawData], Analysis]
    draw: Callable[[Analysis], Figure]
    propose: Callable[[Analysis, Values], list[Change]]
    """(analysis, control values when measured) -> changes, to be judged and approved before anything is written."""
    check: Callable[[Analysis, Values, Mapping[str, Past]], list[Check]]
    """(analysis, parameters of the measurement, history by quantity) -> numeric checks."""
    valid_hours: float = field(default=24.0)
    """How long an accepted result stays good without a further check."""
    analyse_many: Callable[[Sequence[RawData]], list[Analysis]] | None = None
    """``analyse`` for all qubits of a job at once, with the same results; None where it takes them one by one."""
    together: bool = False
    """Whether neighbours on a coupled chip may be measured at once: what they do to each other is what is measured."""
    plays_on: Callable[[int, Values, Sequence[tuple[int, int]]], Collection[int]] = lambda *_: ()
    """(qubit, parameters, pairs of neighbours) -> further qubits that the measurement plays on."""
    gates: tuple[str, ...] = ()
    """Names of gates of which the device must have one; empty where the usual pulses of one qubit suffice."""
    draw_many: Callable[[Sequence[Analysis]], list[bytes]] | None = None
    """``draw`` for all qubits of a job at once, as PNG; None where it draws them one by one."""

    def analyses(self, data: Sequence[RawData]) -> list[Analysis]:
        """The analysis of each qubit's data. A failed fit keeps its data and says why."""
        return self.analyse_many(data) if self.analyse_many else [self.analyse(one) for one in data]

    def pictures(self, analyses: Sequence[Analysis]) -> list[bytes]:
        """The figure of each analysis as PNG."""
        from reson.tools.figures.style import png

        return self.draw_many(analyses) if self.draw_many else [png(self.draw(one)) for one in analyses]

    def arguments(self, given: Mapping[str, Any], known: Values) -> dict[str, float]:
        """Complete and validate arguments: given values, adaptive defaults, bounds.

        Raises ``ToolError`` (bad_arguments) for an unknown name, a wrong type, NaN, or a value out of bounds.
        """
        specs = {parameter.name: parameter for parameter in self.parameters}
        unknown = sorted(set(given) - set(specs))
        if unknown:
            raise _refuse(f"{self.name} has no parameter {', '.join(unknown)}; it has {', '.join(specs)}")
        fixed = {name: spec.default for name, spec in specs.items() if spec.default is not None}
        adaptive = self.defaults(known)
        return {name: _checked(spec, (fixed | adaptive | dict(given))[name]) for name, spec in specs.items()}


def _checked(spec: Parameter, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _refuse(f"{spec.name} must be a number{f' in {spec.unit}' if spec.unit else ''}, not {value!r}")
    allowed = f"{spec.low:g} to {spec.high:g} {spec.unit}".strip()
    if not spec.low <= value <= spec.high:  # also catches NaN
        raise _refuse(f"{spec.name} = {str(value)[:24]} {spec.unit} is outside {allowed}".replace("  ", " "))
    if spec.integer and value != int(value):
        raise _refuse(f"{spec.name} must be a whole number from {allowed}, not {value!r}")
    return int(value) if spec.integer else float(value)


def _refuse(message: str) -> ToolError:
    return ToolError(ToolErrorKind.BAD_ARGUMENTS, message)
