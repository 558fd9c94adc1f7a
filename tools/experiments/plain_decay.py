"""The analysis of a plain exponential decay: of a population, or of what a drive holds."""

from __future__ import annotations

from collections.abc import Sequence

from reson.tools.data import Analysis, Axis, RawData
from reson.tools.experiments.fits.batch_fitting import fit_many, points_of
from reson.tools.experiments.fits.curve_models import DECAY
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.processing import axis_of, excitation
from reson.tools.experiments.fits.starts import decay_start

US = 1e-6


def plain_decays(data: Sequence[RawData], name: str, along: str) -> list[Analysis]:
    """Decays that begin in 1, fitted at once; ``name``: of the decay time, ``along``: label of the horizontal axis."""
    points = [points_of(raw, DECAY, US, excitation(raw, begins=1)) for raw in data]
    results = fit_many(DECAY, points, [decay_start(one.x, one.y) for one in points], US)
    return [_analysis(raw, result, name, along) for raw, result in zip(data, results, strict=True)]


def _analysis(raw: RawData, result: Fit, name: str, along: str) -> Analysis:
    quantities = {}
    if result.error is None:
        quantities = {name: result.scaled("tau", US, "s"), "contrast": result["amp"], "floor": result["base"]}
    return Analysis(
        experiment=raw.experiment,
        component=raw.component,
        series=result.series,
        x_axis=Axis(label=along, unit="s"),
        y_axis=axis_of(raw),
        quantities=quantities,
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )
