"""The shapes of data: what an experiment brings home, and what its analysis says of it. Values, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import Field, ModelWrapValidatorHandler, model_validator

from reson.components import Component, as_qubit
from reson.older_records import derived, with_component, with_limits, with_pairs
from reson.records import Check, Confidence, Finite, Quantity, Record

Values = Mapping[str, float]
"""Parameter name -> value in SI units."""
CONTRAST = "contrast"
"""Name of the series that says with how much contrast the phases of the others were read."""


@dataclass(frozen=True)
class RawData:
    """What one experiment on one component brought home, before any analysis.

    ``arrays`` holds one of: ``counts`` int (circuits, 2); ``p1`` and ``p1_stderr`` float (circuits,) where somebody
    else counted; ``iq`` complex64 (circuits, shots) in arbitrary units; ``iq_mean`` complex (circuits,) with
    ``iq_stderr`` float (circuits, 2) for the I and Q parts.
    ``circuits`` holds the metadata of each circuit (x value, series, ...) as JSON.
    """

    experiment: str
    component: Component
    parameters: dict[str, float]
    controls: dict[str, float]
    """Control values that the device had when the data was taken."""
    shots: int
    circuits: list[dict[str, Any]]
    arrays: dict[str, np.ndarray]
    started: float
    """Device clock, seconds since the Unix epoch."""
    ended: float

    @property
    def qubit(self) -> int:
        """Number of the qubit. Raises ``ToolError`` (bad_arguments) for the data of a pair."""
        return as_qubit(self.component).number


def of_probability(raw: RawData) -> bool:
    """Whether the data are of 0 and 1, counted by us or by somebody else, and not of a signal."""
    return "counts" in raw.arrays or "p1" in raw.arrays


class Series(Record):
    """One curve of a plot: measured points and, where a fit came out, the fitted curve."""

    name: str
    x: tuple[Finite, ...]
    y: tuple[Finite, ...]
    y_err: tuple[Finite, ...]
    fit_x: tuple[Finite, ...] = ()
    fit_y: tuple[Finite, ...] = ()
    held: tuple[str, ...] = ()
    """Parameters of the fitted curve that lie at a bound, as in "depth = 1.2"."""


class Axis(Record):
    label: str
    unit: str
    """SI unit; the drawing chooses the prefix."""
    limits: tuple[Finite, Finite] | None = None
    """Range that is drawn whatever the data, so that noise on a flat line looks like it; None: as the data want it."""

    @model_validator(mode="wrap")
    @classmethod
    def _with_limits(cls, fields: Any, made: ModelWrapValidatorHandler[Axis]) -> Axis:
        return derived(made, fields, with_limits, "limits")


def probability(label: str, low: float = -0.05) -> Axis:
    return Axis(label=label, unit="", limits=(low, 1.05))


P1 = probability("P(1)")
SURVIVAL = probability("P(survival)", low=0.4)


class Map(Record):
    """A measured quantity over two swept values: ``z[row][column]`` at ``y[row]`` and ``x[column]``, in SI units."""

    name: str
    x: tuple[Finite, ...]
    y: tuple[Finite, ...]
    z: tuple[tuple[Finite, ...], ...]


class Fault(Record):
    """Our own code failed on the data of one qubit: that qubit is rejected, and the traceback is kept for a person."""

    where: str
    """What was at work: analyse, draw, read, check or propose."""
    error: str
    """The exception in one line."""
    traceback: str


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
    component: str = ""
    """Whose measurement it is."""
    data_checks: tuple[Check, ...] = ()
    """Checks that only the raw data can answer, made while it was at hand; they count with those of the experiment."""
    faults: tuple[Fault, ...] = ()
    """Where our own code failed on this data; each rejects."""

    @model_validator(mode="before")
    @classmethod
    def _with_component(cls, fields: Any) -> Any:
        return with_pairs(with_component(fields))


class Past(Record):
    """Last accepted value of a quantity of this component, for the comparison with history."""

    value: Finite
    stderr: Finite | None
    confidence: Confidence = None
    """Where the value is an upper limit."""
    age: Finite
    """Seconds."""
