"""The analyses of a plain exponential decay, of a population or of what a drive holds, and of an echo's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from reson.records import Quantity
from reson.tools.data import Analysis, Axis, RawData, Series, of_probability
from reson.tools.experiments.fits.batch_fitting import Points, fit_many, points_of
from reson.tools.experiments.fits.curve_models import DECAY, REMEMBERED_DECAY, CurveModel
from reson.tools.experiments.fits.decay_shapes import echoes
from reson.tools.experiments.fits.drifting import drifted, drifting, level, prior, standing
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.memory import PASSIVE, T1_MOVED, kept_over_rest
from reson.tools.experiments.fits.model_average import average, likeliest
from reson.tools.experiments.fits.processing import axis_of, excitation
from reson.tools.experiments.fits.remembering import fit_superpositions
from reson.tools.experiments.fits.starts import decay_start

US = 1e-6
REMEMBERS = 0.35
"""How likely it is that nothing but T1 brings a qubit back to 0 between shots, before the data are asked."""


def relaxations(data: Sequence[RawData]) -> list[Analysis]:
    """T1 from decays that begin in 1, fitted at once.

    The circuits tell the ``rest`` between shots: where that is short, T1 may be in what they remember, too. Where the
    device does not tell what resets, T1 is the mean over both, and its error how far they are apart.
    """
    points, starts = _from_one(data)
    rests = [{"rest": float(raw.circuits[0].get("rest", 0.0)) / US} for raw in data]
    told = all(one["rest"] for one in rests)
    models = [way(model) for model in ((DECAY, REMEMBERED_DECAY) if told else (DECAY,)) for way in _ways(data)]
    columns = [fit_many(model, points, starts, US, constants=rests) for model in models]
    return [_relaxation(raw, fits) for raw, *fits in zip(data, *columns, strict=True)]


def _relaxation(raw: RawData, fits: Sequence[Fit]) -> Analysis:
    """Of the curves without and with memory those that the device allows."""
    passive = raw.circuits[0].get(PASSIVE)
    remembers = REMEMBERS if passive is None else float(passive)
    priors = [remembers if "rest" in one.parameters else 1 - remembers for one in fits]
    if not any("rest" in one.parameters for one in fits):
        priors = [1.0] * len(fits)
    kept = [(one, prior) for one, prior in zip(fits, priors, strict=True) if prior]
    return _plain(raw, [one for one, _ in kept], [prior for _, prior in kept], "t1", "Delay")


def locked_decays(data: Sequence[RawData], name: str, along: str) -> list[Analysis]:
    """Decays from 1 to the middle, fitted at once; ``name``: of the decay time, ``along``: label of the horizontal
    axis.
    """
    points, starts = _from_one(data)
    memory = [kept_over_rest(raw) for raw in data]
    columns = [fit_superpositions(way(DECAY), points, starts, US, memory, begins=1) for way in _ways(data)]
    return [_plain(raw, fits, [1.0] * len(fits), name, along) for raw, *fits in zip(data, *columns, strict=True)]


def _from_one(data: Sequence[RawData]) -> tuple[list[Points], list[dict[str, float]]]:
    """Points and starts of decays that begin in 1."""
    points = [points_of(raw, DECAY, US, excitation(raw, begins=1)) for raw in data]
    return points, level([decay_start(one.x, one.y) for one in points])


def _ways(data: Sequence[RawData]) -> tuple[Callable[[CurveModel], CurveModel], ...]:
    """What may be added to a curve: the level of averaged IQ has nothing to hold it."""
    return (_as_it_is,) if all(map(of_probability, data)) else (_as_it_is, drifting)


def _as_it_is(model: CurveModel) -> CurveModel:
    return model


def _plain(raw: RawData, fits: Sequence[Fit], priors: Sequence[float], name: str, along: str) -> Analysis:
    priors = [likely * prior(one) for one, likely in zip(fits, priors, strict=True)]
    best = likeliest(fits, priors)
    quantities = {}
    if best.error is None:
        height = likeliest(standing(fits))
        tau = average(fits, lambda one: one.scaled("tau", US, "s"), priors)
        quantities = {
            name: tau,
            "contrast": (best if height.error else height)["amp"],
            "floor": best["base"],
            **drifted(fits, priors),
        }
    return _analysis(raw, best, quantities, along, axis_of(raw), best.series)


def echo_decays(
    data: Sequence[RawData],
    points: Sequence[Points],
    name: str,
    share: str,
    axis: Callable[[RawData], Axis],
    begins: int,
) -> list[Analysis]:
    """Decays of echoes, fitted at once by the shape that they have; ``name``: of the decay time, ``share``: of how far
    it is exponential, ``axis``: the vertical one, ``begins``: the state that no dephasing leaves.
    """
    starts, found = [decay_start(p.x, p.y) for p in points], []
    memory = [[kept_over_rest(raw, moved) for raw in data] for moved in T1_MOVED]
    for raw, one in zip(data, echoes(points, level(starts), US, memory, begins, _ways(data)), strict=True):
        quantities = {}
        if one.best.error is None:
            quantities = {name: one.quantity("tau", US, "s"), share: one.share}
            still = replace(one, fits=tuple(standing(one.fits)))
            quantities |= {"contrast": still.quantity("amp", 1.0, ""), "floor": still.quantity("base", 1.0, "")}
            quantities |= drifted(one.fits, one.priors)
        series = tuple(s.model_copy(update={"name": one.named}) if s.fit_x else s for s in one.best.series)
        found.append(_analysis(raw, one.best, quantities, "Total delay", axis(raw), series))
    return found


def _analysis(
    raw: RawData, result: Fit, quantities: dict[str, Quantity], along: str, axis: Axis, series: tuple[Series, ...]
) -> Analysis:
    return Analysis(
        experiment=raw.experiment,
        component=raw.component,
        series=series,
        x_axis=Axis(label=along, unit="s"),
        y_axis=axis,
        quantities=quantities,
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )
