"""A row of the catalogue behind the fence: data that breaks an analysis gives an analysis that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Change, Check
from reson.tools.data import Analysis, Axis, Fault, Past, RawData, Series, Values
from reson.tools.experiments.experiment import Experiment
from reson.tools.fence import attempt, each, failed, with_faults
from reson.tools.verdicts.checks import off_bounds
from reson.tools.verdicts.data_checks import broken, data_checks, unusable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def fenced(row: Experiment) -> Experiment:
    """The same row; its analysis never raises and carries the checks of the raw data, which count first. To its
    own checks come those that no experiment may forget.
    """

    def analyse(raw: RawData) -> Analysis:
        return analyse_many([raw])[0]

    def analyse_many(data: Sequence[RawData]) -> list[Analysis]:
        seen = [attempt("analyse", lambda raw=raw: data_checks(raw, row.decay_from, row.two_states)) for raw in data]
        usable = [place for place, one in enumerate(seen) if not isinstance(one, Fault) and not broken(one)]
        found = each("analyse", row.analyses, [data[place] for place in usable])
        made = dict(zip(usable, found, strict=True))
        return [_whole(raw, seen[place], made.get(place)) for place, raw in enumerate(data)]

    def draw(analysis: Analysis) -> Figure:
        return _draw_bare(row, analysis) if unusable(analysis) else row.draw(analysis)

    def draw_many(analyses: Sequence[Analysis]) -> list[bytes]:
        from reson.tools.figures.style import png

        if any(unusable(one) for one in analyses):
            return [png(draw(one)) for one in analyses]
        return row.pictures(analyses)

    def propose(analysis: Analysis, values: Values) -> list[Change]:
        return [] if unusable(analysis) else row.propose(analysis, values)

    def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
        found = [*(failed(fault) for fault in analysis.faults), *analysis.data_checks]
        if unusable(analysis):
            return found
        return [*found, *row.check(analysis, parameters, history), *off_bounds(analysis)]

    return replace(
        row,
        analyse=analyse,
        analyse_many=analyse_many,
        figure=draw,
        draw_many=draw_many,
        proposes=propose,
        check=check,
    )


def drawn(row: Experiment, analyses: Sequence[Analysis]) -> list[tuple[Analysis, bytes]]:
    """Each analysis with its picture as PNG; where it cannot be drawn, with that fault and a picture that says so."""
    from reson.tools.figures.style import empty, png

    return [
        (with_faults(analysis, [picture]), png(empty(row.title, analysis.component)))
        if isinstance(picture, Fault)
        else (analysis, picture)
        for analysis, picture in zip(analyses, each("draw", row.pictures, analyses), strict=True)
    ]


def _whole(raw: RawData, seen: tuple[Check, ...] | Fault, found: Analysis | Fault | None) -> Analysis:
    """The analysis with the checks of its raw data; where there is none, the data as it came and why."""
    checks, faults = ((), (seen,)) if isinstance(seen, Fault) else (seen, ())
    if isinstance(found, Analysis):
        return found.model_copy(update={"data_checks": checks})
    points = attempt("analyse", lambda: _points(raw))
    bare = Analysis(
        experiment=raw.experiment,
        component=raw.component,
        series=() if isinstance(points, Fault) else points,
        x_axis=Axis(label="Swept value", unit=""),
        y_axis=Axis(label="Data as it came", unit=""),
        quantities={},
        data_checks=checks,
        faults=faults if found is None else (*faults, found),
    )
    return bare.model_copy(update={"error": unusable(bare)})


def _points(raw: RawData) -> tuple[Series, ...]:
    x = np.array([float(circuit.get("xval", place)) for place, circuit in enumerate(raw.circuits)])
    if "counts" in raw.arrays:
        counts = raw.arrays["counts"]
        values = {"not 0": 1 - counts[:, 0] / np.maximum(counts.sum(axis=1), 1)}
    elif "p1" in raw.arrays:
        values = {"P(1)": raw.arrays["p1"]}
    else:
        mean = raw.arrays["iq"].mean(axis=1) if "iq" in raw.arrays else raw.arrays["iq_mean"]
        values = {"I": np.real(mean), "Q": np.imag(mean)}
    drawn = []
    for name, y in values.items():
        usable = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        order = usable[np.argsort(x[usable], kind="stable")]
        drawn.append(
            Series(name=name, x=tuple(x[order].tolist()), y=tuple(y[order].tolist()), y_err=(0.0,) * len(order))
        )
    return tuple(drawn)


def _draw_bare(row: Experiment, analysis: Analysis) -> Figure:
    from reson.tools.figures.curves import draw_curves
    from reson.tools.figures.style import empty

    drawn = attempt("draw", lambda: draw_curves(analysis, row.title)) if analysis.series else None
    return empty(row.title, analysis.component) if drawn is None or isinstance(drawn, Fault) else drawn
