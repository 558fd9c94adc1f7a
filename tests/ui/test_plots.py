"""The interactive plot and the static figure show the same numbers; a part of a sweep is really that part."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

from reson.tools.allxy_pairs import IDEAL
from reson.tools.data import P1, Analysis, Axis, Map, Series
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.part_of_sweep import keep, swept
from reson.tools.points import measured_points
from reson.tools.store.measurements import list_measurements, load_analysis, load_raw
from reson.tools.store.store import open_store
from reson.ui import plots
from reson.ui.phrases import esc, tag
from reson.ui.special_plots import SPECIAL


@pytest.fixture
def rabi(waiting_lab):
    store = open_store(waiting_lab)
    row = list_measurements(store, experiment="rabi", component="q0")[0]
    return load_analysis(store, row), load_raw(store, row)


def test_the_interactive_plot_holds_every_point_of_the_figure(rabi):
    analysis, _ = rabi
    figure = CATALOGUE["rabi"].draw(analysis)
    drawn = figure.axes[0].containers[0][0].get_xydata()
    spec = plots.of_analysis(analysis).to_dict()
    found = [rows for rows in spec["datasets"].values() if "y_err" in rows[0]]
    assert np.allclose([(row["x"], row["y"]) for row in found[0]], drawn)
    assert figure.axes[0].get_xlabel() in str(spec)


def test_an_interactive_map_has_a_rectangle_for_every_point_and_none_beside_another():
    x, y, z = (1e6, 2e6, 4e6), (0.1, 0.2), ((0.0, 1.0, 2.0), (3.0, 4.0, 5.0))
    analysis = Analysis(
        experiment="qubit_power_map",
        series=(),
        x_axis=Axis(label="Detuning", unit="Hz"),
        y_axis=Axis(label="Amplitude", unit=""),
        z_axis=P1,
        maps=(Map(name="signal", x=x, y=y, z=z),),
        quantities={},
    )
    spec = plots.of_analysis(analysis).to_dict()
    rows = next(iter(spec["datasets"].values()))
    assert [row["z"] for row in rows] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert [(row["x"], row["x2"]) for row in rows[:3]] == [(0.5, 1.5), (1.5, 3.0), (3.0, 5.0)]
    assert "Detuning (MHz)" in str(spec)
    assert measured_points(analysis)["x"].tolist() == [1e6, 2e6, 4e6] * 2


def drawn_by(row):
    """The modules of figures that draw a row's data where they are sound."""
    own = inspect.getclosurevars(row.figure).nonlocals["row"].figure
    return set(re.findall(r"reson\.tools\.figures\.(\w+)", inspect.getsource(own))) if callable(own) else {"curves"}


def test_every_kind_whose_figure_is_neither_a_curve_nor_a_map_has_an_interactive_plot_of_its_own():
    drawers = {name: drawn_by(one) for name, one in CATALOGUE.items()}
    assert len(drawers) > 30 and drawers["punch_out"] == {"maps"}
    assert {name for name, used in drawers.items() if used - {"curves", "maps", "style"}} == set(SPECIAL)


def test_allxy_has_its_ideal_staircase_as_steps_and_only_the_measured_pairs_as_points():
    place = tuple(float(number) for number in range(21))
    measured = tuple(0.02 + 0.9 * step for step in IDEAL)
    points = Series(name="pairs", x=place, y=measured, y_err=(0.01,) * 21, fit_x=place, fit_y=measured)
    stairs = Series(name="ideal staircase", x=place, y=tuple(map(float, IDEAL)), y_err=(0.0,) * 21)
    analysis = Analysis(
        experiment="allxy",
        series=(points, stairs),
        x_axis=Axis(label="Pair", unit=""),
        y_axis=P1,
        quantities={},
    )
    spec = plots.of_analysis(analysis).to_dict()
    layers = {one["mark"].get("interpolate", one["mark"]["type"]): one["data"]["name"] for one in spec["layer"]}
    steps, marks = (spec["datasets"][layers[kind]] for kind in ("step-after", "point"))
    assert [(one["x"], one["y"]) for one in steps[:21]] == [(x - 0.5, y) for x, y in zip(place, stairs.y, strict=True)]
    assert [one["y"] for one in marks] == list(measured) and marks[0]["pair"] == "II"


def test_a_part_of_a_sweep_keeps_the_data_of_just_those_circuits(rabi):
    _, raw = rabi
    values = swept(raw)
    assert values is not None
    part = keep(raw, 0.2, 0.6)
    inside = (values >= 0.2) & (values <= 0.6)
    assert [circuit["xval"] for circuit in part.circuits] == list(values[inside])
    for name, array in raw.arrays.items():
        assert np.array_equal(part.arrays[name], array[inside])
    assert len(raw.circuits) == len(values), "the data on record is untouched"


def test_a_fit_over_part_of_the_sweep_agrees_with_the_whole(rabi):
    analysis, raw = rabi
    part = CATALOGUE["rabi"].analyse(keep(raw, 0.0, 0.7))
    whole, less = analysis.quantities["x_amplitude"], part.quantities["x_amplitude"]
    assert less.stderr is not None and whole.stderr is not None
    assert abs(less.value - whole.value) < 5 * np.hypot(less.stderr, whole.stderr)


def test_too_few_points_are_not_fitted(rabi):
    _, raw = rabi
    assert keep(raw, 0.30, 0.31) is raw


def test_data_cannot_become_markup():
    assert tag("p", "<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert esc("a\x1b[31m\u202eb") == "a [31m b"
    assert "onload" not in tag("p", kind='x" onload="y').split(">")[0].replace("&quot;", "").split('"')[0]
