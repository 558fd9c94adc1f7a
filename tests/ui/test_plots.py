"""The interactive plot and the static figure show the same numbers; a part of a sweep is really that part."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

from reson.agent.config import Goals
from reson.records import Quantity
from reson.tools.allxy_pairs import IDEAL
from reson.tools.data import P1, Analysis, Axis, Map, Series
from reson.tools.experiments.catalogue import CATALOGUE, EXPERIMENTS, get
from reson.tools.figures.curves import fitted_curve
from reson.tools.part_of_sweep import keep, swept
from reson.tools.points import measured_points
from reson.tools.store.measurements import list_measurements, load_analysis, load_raw
from reson.tools.store.store import open_store
from reson.tools.store.table import ParameterRow
from reson.ui import plots
from reson.ui.curve_plots import residuals, used_share
from reson.ui.one_measurement import HARDLY, marks_of
from reson.ui.overlay import laid_over
from reson.ui.phrases import esc, tag
from reson.ui.special_plots import SPECIAL
from reson.ui.trends import jumps
from tests.tools.experiments.pairs.test_bell_state import played


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


def _decays(*, window: float, t1: float = 1.0, y_err: float = 0.01) -> Analysis:
    at = np.linspace(0, window, 41)
    fine = np.linspace(0, window, 400)
    part = Series(
        name="a",
        x=tuple(at.tolist()),
        y=tuple((np.exp(-at / t1) + 0.02 * np.cos(40 * at)).tolist()),
        y_err=(y_err,) * len(at),
        fit_x=tuple(fine.tolist()),
        fit_y=tuple(np.exp(-fine / t1).tolist()),
    )
    return Analysis(
        experiment="t1",
        series=(part,),
        x_axis=Axis(label="Delay", unit="s"),
        y_axis=P1,
        quantities={"t1": Quantity(value=t1, stderr=0.02, unit="s")},
    )


def test_what_a_fit_leaves_is_drawn_in_standard_errors():
    analysis = _decays(window=4.0)
    chart = residuals(analysis)
    assert chart is not None
    spec = chart.to_dict()
    drawn = next(rows for rows in spec["datasets"].values() if "sigma" in rows[0])
    at = np.array(analysis.series[0].x)
    assert [row["sigma"] for row in drawn] == pytest.approx(2 * np.cos(40 * at), abs=1e-3)
    assert (
        residuals(analysis.model_copy(update={"series": (analysis.series[0].model_copy(update={"fit_x": ()}),)}))
        is None
    )


@pytest.mark.parametrize(
    ("window", "hardly"), [(1, False), (4, False), (10, False), (20, False), (30, True), (100, True)]
)
def test_a_sweep_that_the_curve_hardly_uses_is_known(window, hardly):
    """Nine tenths of an exponential decay lie within ln(10) = 2.3 of its times."""
    share = used_share(_decays(window=float(window)))
    assert (share < HARDLY) == hardly
    assert share == pytest.approx(min(1.0, 2.303 / window), rel=0.15) or window == 1


def test_what_was_found_and_its_goal_stand_on_the_swept_axis():
    goals = Goals(t1=0.5)
    assert [(mark.at, mark.goal) for mark in marks_of("t1", _decays(window=4.0), goals)] == [(1.0, False), (0.5, True)]
    assert marks_of("t1", _decays(window=0.4), goals) == []
    benchmark = _decays(window=4.0).model_copy(
        update={
            "experiment": "standard_rb",
            "x_axis": Axis(label="Cliffords", unit=""),
            "quantities": {"error_per_gate": Quantity(value=1.0, unit="")},
        }
    )
    assert marks_of("standard_rb", benchmark, goals) == []
    spec = plots.of_analysis(_decays(window=4.0), marks_of("t1", _decays(window=4.0), goals)).to_dict()
    assert "T1 1.000(20) s" in str(spec) and "T1 500 ms" in str(spec)


@pytest.mark.parametrize("period", [2.0, 4.0, 3.3, 50.0])
def test_between_counts_no_curve_is_drawn(period):
    fine = np.linspace(0.0, 24.0, 24 * 16 + 1)
    part = Series(
        name="a",
        x=tuple(map(float, range(25))),
        y=(0.5,) * 25,
        y_err=(0.01,) * 25,
        fit_x=tuple(fine.tolist()),
        fit_y=tuple(np.cos(2 * np.pi * fine / period).tolist()),
    )
    counted = Analysis(
        experiment="fine_x_amplitude", series=(part,), x_axis=Axis(label="Number", unit=""), y_axis=P1, quantities={}
    )
    x, y = fitted_curve(counted, part)
    assert x.tolist() == list(range(25)) and y == pytest.approx(np.cos(2 * np.pi * np.arange(25) / period), abs=1e-2)
    swept = part.model_copy(update={"x": tuple(0.5 + one for one in part.x)})
    assert len(fitted_curve(counted.model_copy(update={"series": (swept,)}), swept)[0]) == len(fine)
    benchmark = part.model_copy(update={"fit_x": tuple((100 * fine).tolist())})
    assert len(fitted_curve(counted.model_copy(update={"series": (benchmark,)}), benchmark)[0]) == len(fine)


def test_chosen_measurements_are_laid_over_each_other_by_name():
    one, other = _decays(window=4.0), _decays(window=8.0, t1=2.0)
    together = laid_over([one, other], ["night-0001-0001-q0", "night-0002-0001-q0"])
    assert together is not None
    assert [(part.name, part.x) for part in together.series] == [
        ("night-0001-0001-q0", one.series[0].x),
        ("night-0002-0001-q0", other.series[0].x),
    ]
    assert laid_over([one.model_copy(update={"experiment": "readout"})], ["a"]) is None
    assert laid_over([], []) is None


def _version(value: float, stderr: float = 0.1, measured: bool = True) -> ParameterRow:
    return ParameterRow.model_construct(value=value, stderr=stderr, measurement_id="m" if measured else None)


@pytest.mark.parametrize(
    ("values", "jumped"),
    [
        ((), []),
        ((1.0, 1.2, 9.0), []),
        ((1.0, 1.2, 0.9, 1.1, 1.0, 9.0, 9.1), [5]),
        ((1.0, 1.2, 0.9, 1.1, 1.0, 1.3), []),
        ((1.0, 3.0, 5.0, 7.0, 9.0, 11.0), []),
        ((5.0, 5.0, 5.0, 5.0, 5.0, 5.2), []),
        ((1.0, 1.2, 1.1, 9.0, 1.2, 1.1), [3, 4]),
    ],
)
def test_a_jump_is_far_more_than_what_is_usual_and_than_its_error(values, jumped):
    assert jumps([_version(one) for one in values]) == jumped
    assert jumps([_version(100.0, measured=False), *map(_version, values)]) == [index + 1 for index in jumped]


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
    drawers = {name: drawn_by(one) for name, one in EXPERIMENTS.items()}
    assert len(drawers) > 30 and drawers["punch_out"] == {"maps"}
    curves = {"curves", "stacked"}  # over their contrast, of pairs
    assert {name for name, used in drawers.items() if used - {*curves, "maps", "style"}} == set(SPECIAL)


def test_a_bell_state_has_every_expectation_value_and_element_of_the_figure():
    analysis = get("bell_state").analyse(played(shots=1000))
    spec = plots.of_analysis(analysis).to_dict()
    rows = [row for dataset in spec["datasets"].values() for row in dataset]
    measured, _, real, imaginary, _ = analysis.series
    assert [row["y"] for row in rows if row.get("series") == measured.name] == list(measured.y)
    values = [row["value"] for row in rows if "value" in row]
    assert values[:32] == [*real.y, *imaginary.y]


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
