"""A closer look at what was measured: its picture drawn anew, its numbers, and the same of all qubits side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from reson.agent.approvals import parse_value
from reson.agent.operations.measurements import OfMeasurement, short
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, OfAnyComponent, Operation
from reson.errors import ToolError, ToolErrorKind
from reson.records import Effect, Finite, Json
from reson.tools.data import Analysis, RawData, Series
from reson.tools.experiments.catalogue import get
from reson.tools.figures.anew import EVERYTHING, Frame, cut, draw_anew, residuals
from reson.tools.figures.style import png
from reson.tools.store.lessons import list_lessons
from reson.tools.store.measurements import (
    MeasurementRow,
    get_measurement,
    list_measurements,
    load_analysis,
    load_raw,
)
from reson.tools.store.runs import get_run
from reson.wording import moment, quantity

MOST_POINTS = 60
MOST_LESSONS = 20
FEW_CIRCUITS = 4
"""Circuits up to which the shots of each are told as a cloud of their own: those that prepare a state."""


class Closer(OfMeasurement):
    low: Finite | str = ""
    high: Finite | str = ""


class DrawnAnew(Closer):
    y_low: Finite | str = ""
    y_high: Finite | str = ""
    log_x: bool = False
    log_y: bool = False
    residuals: bool = False


class RawNumbers(Closer):
    points: Annotated[int, Field(ge=0, le=MOST_POINTS)] = 20


class OfExperiment(Arguments):
    experiment: str
    run_id: str = ""


def _analysed(at: OpenLab, asked: OfMeasurement) -> tuple[MeasurementRow, Analysis]:
    """Raises ``ToolError`` (bad_arguments) where it was never analysed."""
    row = get_measurement(at.store, asked.measurement_id)
    if not row.analysis_sha:
        raise _bad(f"{row.id} has not been analysed, so there is nothing to draw")
    return row, load_analysis(at.store, row)


def _ends(low: float | str, high: float | str, unit: str) -> tuple[float, float]:
    first = EVERYTHING[0] if low == "" else parse_value(low, unit)
    last = EVERYTHING[1] if high == "" else parse_value(high, unit)
    if first >= last:
        raise _bad(f"the range from {low} to {high} is empty")
    return first, last


def _draw_anew(at: OpenLab, asked: DrawnAnew) -> Json:
    """Raises ``ToolError`` (bad_arguments) for what cannot be drawn so."""
    row, analysis = _analysed(at, asked)
    if _clouds(load_raw(at.store, row)):
        raise _bad(
            f"{row.id} shows clouds of single shots, which are no curve: look_at_plot shows, raw_numbers tells them"
        )
    frame = Frame(
        _ends(asked.low, asked.high, analysis.x_axis.unit),
        _ends(asked.y_low, asked.y_high, analysis.y_axis.unit),
        asked.log_x,
        asked.log_y,
        asked.residuals,
    )
    try:
        picture = png(draw_anew(analysis, get(row.experiment).title, frame))
    except ValueError as error:
        raise _bad(f"{row.id}: {error}") from error
    blobs = at.store.blobs
    return short(row) | {"plot": str(blobs.path(blobs.put(picture, ".png"), ".png"))}


def _raw_numbers(at: OpenLab, asked: RawNumbers) -> Json:
    row, analysis = _analysed(at, asked)
    raw = load_raw(at.store, row)
    frame = Frame(_ends(asked.low, asked.high, analysis.x_axis.unit))
    parts = {part.name: cut(part, frame) for part in analysis.series}
    told: Json = short(row) | {
        "shots": raw.shots,
        "circuits": len(raw.circuits),
        "x_axis": f"{analysis.x_axis.label} in {analysis.x_axis.unit or '1'}",
        "device_had": {name: _short(value) for name, value in raw.controls.items()},
        "curves": {name: _curve(part, asked.points) for name, part in parts.items() if part.x},
        "maps": {one.name: _spread(np.array(one.z)) for one in analysis.maps},
        "clouds": _clouds(raw),
    }
    if analysis.reduced_chi2 is not None:
        told["reduced_chi2"] = _short(analysis.reduced_chi2)
    return {name: one for name, one in told.items() if one not in ({}, "")}


def _curve(part: Series, points: int) -> Json:
    """Statistics of the points of one curve: a scatter of neighbours that is their error is noise and nothing else."""
    x, y, error = (np.array(values, float) for values in (part.x, part.y, part.y_err))
    told: Json = {
        "points": len(x),
        "from": _short(x.min()),
        "to": _short(x.max()),
        **_spread(y),
        "lowest_at": _short(x[y.argmin()]),
        "highest_at": _short(x[y.argmax()]),
        "error_of_a_point": _short(np.median(error)),
    }
    if len(x) > 1:
        in_order = y[np.argsort(x, kind="stable")]
        told["scatter_of_neighbours"] = _short(np.std(np.diff(in_order)) / np.sqrt(2))
    place, left = residuals(part)
    if len(left):
        worst = int(np.abs(left).argmax())
        told["fit"] = {"rms_in_errors": _short(np.sqrt(np.mean(left**2))), "worst_in_errors": _short(left[worst])}
        told["fit"]["worst_at"] = _short(place[worst])
    if part.held:
        told["at_its_bounds"] = list(part.held)
    if points:
        shown = np.unique(np.linspace(0, len(x) - 1, min(points, len(x))).round().astype(int))
        told["x, y, error"] = [[_short(x[n]), _short(y[n]), _short(error[n])] for n in shown]
    return told


def _clouds(raw: RawData) -> Json:
    """Single shots of circuits that prepare a state: where their cloud lies, how wide, and what part is at its ends."""
    shots = raw.arrays.get("iq")
    if shots is None or len(shots) > FEW_CIRCUITS:
        return {}
    return {
        str(circuit.get("series") or circuit.get("xval") or number): {
            part: {**_spread(values), "at_its_ends": _short(_share_at_ends(values))}
            for part, values in (("I", cloud.real), ("Q", cloud.imag))
        }
        for number, (circuit, cloud) in enumerate(zip(raw.circuits, shots, strict=True))
    }


def _share_at_ends(values: np.ndarray) -> float:
    return float(np.mean((values == values.min()) | (values == values.max())))


def _spread(values: np.ndarray) -> Json:
    told = {"lowest": values.min(), "highest": values.max(), "mean": values.mean(), "deviation": values.std()}
    return {name: _short(one) for name, one in told.items()}


def _short(value: Any) -> float:
    return float(f"{float(value):.4g}")


def _compare_qubits(at: OpenLab, asked: OfExperiment) -> dict[str, MeasurementRow]:
    """component -> its newest measurement of the experiment. Raises ``OperatorError`` for an unknown run."""
    get(asked.experiment)
    if asked.run_id:
        get_run(at.store, asked.run_id)
    rows = list_measurements(at.store, run_id=asked.run_id or None, experiment=asked.experiment)
    return {row.component: row for row in rows if row.device == at.device}


def _compared_in_words(at: OpenLab, rows: Mapping[str, MeasurementRow]) -> Json:
    return {
        name: {
            **{key: one for key, one in short(row).items() if key in ("measurement", "verdict", "plot_reads")},
            "when": moment(row.device_started),
            "found": {key: quantity(one.value, one.stderr, one.unit) for key, one in (row.quantities or {}).items()},
        }
        for name, row in sorted(rows.items())
    }


def _lessons(at: OpenLab, asked: OfAnyComponent) -> list[Json]:
    rows = list_lessons(at.store, device=at.device, component=asked.component or None)
    return [
        {
            "of": row.run_id,
            "when": moment(row.recorded_device),
            "on": row.component,
            "says": row.text,
            "rests_on": list(row.evidence or ()),
            "holds": "no" if row.superseded_by or row.contradicted_by else "yes",
        }
        for row in rows[-MOST_LESSONS:]
    ]


def _bad(message: str) -> ToolError:
    return ToolError(ToolErrorKind.BAD_ARGUMENTS, message)


DRAW_ANEW = Operation("draw_anew", Effect.READS, DrawnAnew, _draw_anew, pictured=True)
RAW_NUMBERS = Operation("raw_numbers", Effect.READS, RawNumbers, _raw_numbers)
COMPARE_QUBITS = Operation("compare_qubits", Effect.READS, OfExperiment, _compare_qubits, _compared_in_words)
LIST_LESSONS = Operation("list_lessons", Effect.READS, OfAnyComponent, _lessons)
