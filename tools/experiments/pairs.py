"""What all rows about one pair of qubits share: where their measurements come from, and how they are put down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Pair, Qubit
from reson.records import Check, CheckCode, Effect, Quantity, Verdict
from reson.tools.data import CONTRAST, Analysis, Axis, Past, RawData, Series, Values
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

FULL_CONTRAST, LEAST_CONTRAST = 0.6, 0.25
"""Of Ramsey sequences on two sound qubits, and below which nothing can be told."""
SLOPES = (20.0, 160.0)
"""rad of conditional phase per relative amplitude, of CZ pulses on usual couplers."""
GAP = 64e-9
"""Seconds between gates in a row: in a circuit, too, pulses of single qubits lie between, and the line settles."""
FLUX = ("coupler_flux",)
"""What a device must be able to play."""


def row(
    name: str,
    title: str,
    measures: str,
    parameters: tuple[Parameter, ...],
    needs: tuple[str, ...],
    calibrates: tuple[str, ...],
    device_seconds: Callable[[Values, Device], float],
    acquire: Callable[[Device, Mapping[Pair, Values]], dict[Pair, RawData]],
    analyse: Callable[[RawData], Analysis],
    check: Callable[[Analysis, Values, Mapping[str, Past]], list[Check]],
    valid_hours: float,
    defaults: Callable[[Values], dict[str, float]] = lambda values: {},
    stacked: bool = True,
    figure: Callable[[Analysis], Figure] | None = None,
    gates: tuple[str, ...] = FLUX,
    waits: bool = False,
) -> Experiment:
    """A row of the catalogue about a pair; ``stacked``: it is drawn as curves over their contrast, unless ``figure``
    draws it.
    """

    def draw(analysis: Analysis) -> Figure:
        from reson.tools.figures.stacked import draw_stacked

        return draw_stacked(analysis, title)

    return Experiment(
        name=name,
        title=title,
        measures=measures,
        family=name,
        effect=Effect.MEASURES,
        targets="pair",
        parameters=parameters,
        needs=needs,
        calibrates=calibrates,
        defaults=defaults,
        device_seconds=device_seconds,
        acquire=acquire,
        analyse=analyse,
        figure=figure or (draw if stacked else ""),
        check=check,
        valid_hours=valid_hours,
        gates=gates,
        waits=waits,
    )


def analysis(
    raw: RawData,
    series: tuple[Series, ...],
    x_axis: Axis,
    y_axis: Axis,
    quantities: Mapping[str, Quantity],
    error: str | None = None,
    reduced_chi2: float | None = None,
) -> Analysis:
    return Analysis(
        experiment=raw.experiment,
        component=raw.component,
        series=series,
        x_axis=x_axis,
        y_axis=y_axis,
        quantities={} if error else dict(quantities),
        error=error,
        reduced_chi2=None if error else reduced_chi2,
    )


def contrast_of(analysis: Analysis) -> float:
    """The upper half's median: what a phase is seen with where nothing is lost."""
    contrast = next(part for part in analysis.series if part.name == CONTRAST)
    return float(np.quantile(contrast.y, 0.75)) if contrast.y else 0.0


def has_contrast(analysis: Analysis) -> Check:
    """The phases are seen at all."""
    return checks.within("contrast", contrast_of(analysis), LEAST_CONTRAST, 1.1, code=CheckCode.NO_SIGNAL)


def full_contrast(analysis: Analysis) -> Check:
    """They are seen as well as on sound qubits."""
    return checks.within("contrast", contrast_of(analysis), FULL_CONTRAST, 1.1, severity=Verdict.REVIEW)


def interacts(phase: Series) -> Check:
    """The phase moves by more than noise: the flux pulse does something."""
    seen = checks.signal(phase, "interaction")
    return seen if seen.passed else seen.model_copy(update={"code": CheckCode.NO_INTERACTION})


def names(raw: RawData) -> tuple[str, str]:
    """Of the first and of the second qubit."""
    first, second = raw.component.qubits()
    return Qubit(first), Qubit(second)
