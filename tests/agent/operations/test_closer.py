"""A closer look at a measurement: drawn anew, its numbers, and all qubits side by side; read from the record only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, start
from reson.agent.operations.listed import OPERATIONS
from reson.agent.operations.lookups import AT_NIGHT, Lookups
from reson.agent.operations.opened import OpenLab, open_for
from reson.errors import ToolError
from reson.records import Json
from reson.tools.data import Analysis, Axis, Map, Series
from reson.tools.figures.anew import Frame, cut, draw_anew, residuals
from reson.tools.store.measurements import get_measurement, list_measurements, load_analysis

EXPERIMENTS = 10


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Lab:
    directory = tmp_path_factory.mktemp("closer") / "lab"
    open_lab(directory, seed=3, qubits=1)
    settings = directory / "lab.toml"
    settings.write_text(settings.read_text().replace("experiments = 2000", f"experiments = {EXPERIMENTS}"))
    lab = open_lab(directory)
    start(lab, Plan(kind="calibrate"), lambda kind, body: None)
    return lab


@pytest.fixture
def at(lab) -> OpenLab:
    return open_for(lab)


def ask(at: OpenLab, name: str, **given: object) -> Json:
    return OPERATIONS[name].in_words(at, given)


def newest(at: OpenLab, experiment: str) -> str:
    return list_measurements(at.store, experiment=experiment)[-1].id


def picture(path: str) -> np.ndarray:
    with Image.open(path) as image:
        assert image.size == (640, 480)
        return np.asarray(image.convert("L"), float)


def test_a_plot_is_drawn_anew_and_each_wish_shows(at):
    identity = newest(at, "rabi")
    wishes: list[Json] = [{}, {"low": 0.1, "high": 0.3}, {"log_x": True}, {"y_high": 0.6}, {"residuals": True}]
    drawn = [picture(ask(at, "draw_anew", measurement_id=identity, **one)["plot"]) for one in wishes]
    for number, one in enumerate(drawn):
        for other in drawn[number + 1 :]:
            assert np.mean(one != other) > 0.005
    assert np.array_equal(drawn[0], picture(ask(at, "draw_anew", measurement_id=identity)["plot"]))


def test_what_cannot_be_drawn_so_is_refused_in_words(at):
    identity = newest(at, "rabi")
    for wish, words in (
        ({"low": 5.0}, "no measured point"),
        ({"low": 0.3, "high": 0.1}, "is empty"),
        ({"low": "2 us"}, "2 us"),
    ):
        with pytest.raises(ToolError, match=words):
            ask(at, "draw_anew", **({"measurement_id": identity} | wish))
    clouds = newest(at, "readout")
    with pytest.raises(ToolError, match="clouds"):
        ask(at, "draw_anew", measurement_id=clouds)


def test_the_numbers_behind_a_plot_are_those_of_the_record(at):
    identity = newest(at, "rabi")
    analysis = load_analysis(at.store, get_measurement(at.store, identity))
    [curve] = ask(at, "raw_numbers", measurement_id=identity, points=7)["curves"].values()
    part = analysis.series[0]
    assert curve["points"] == len(part.x)
    assert curve["highest"] == pytest.approx(max(part.y), rel=1e-3)
    assert curve["highest_at"] == pytest.approx(part.x[int(np.argmax(part.y))], rel=1e-3)
    assert len(curve["x, y, error"]) == 7
    assert curve["x, y, error"][0] == pytest.approx([part.x[0], part.y[0], part.y_err[0]], rel=1e-3)
    half = ask(at, "raw_numbers", measurement_id=identity, points=0, high=(part.x[0] + part.x[-1]) / 2)
    assert next(iter(half["curves"].values()))["points"] < len(part.x)


def test_clouds_of_single_shots_have_centre_and_width(at):
    clouds = ask(at, "raw_numbers", measurement_id=newest(at, "readout"))["clouds"]
    assert len(clouds) == 2
    first, second = clouds.values()
    apart = np.hypot(first["I"]["mean"] - second["I"]["mean"], first["Q"]["mean"] - second["Q"]["mean"])
    assert apart > first["I"]["deviation"] > 0


def test_all_qubits_side_by_side(at):
    told = ask(at, "compare_qubits", experiment="rabi")
    assert set(told) == {"q0"} and told["q0"]["measurement"] == newest(at, "rabi")
    assert ask(at, "compare_qubits", experiment="standard_rb") == {}
    with pytest.raises(ToolError, match="rabbi"):
        ask(at, "compare_qubits", experiment="rabbi")


def test_lessons_of_a_qubit_are_listed(at):
    assert ask(at, "list_lessons", component="q0") == []


def test_every_look_of_the_night_leaves_the_record_as_it_is(lab, at):
    """Pictures are added, by content; no row changes."""
    database = lab.directory / "lab.db"
    before = database.read_bytes()
    lookups, identity = Lookups(at), newest(at, "rabi")
    example = {
        "component": "q0", "measurement_id": identity, "parameter": "drive_frequency", "experiment": "rabi",
    }  # fmt: skip
    for name, row in AT_NIGHT.items():
        given = {one: example[one] for one in row.schema()["required"]}
        found = lookups.look(name, given)
        assert "refused" not in found.text or name == "compare_runs", (name, found.text)
        assert not found.picture or Path(found.picture).is_file()
    assert database.read_bytes() == before


LINE = Series(
    name="a", x=(0.0, 1.0, 2.0, 3.0), y=(0.1, 1.2, 1.9, -3.0), y_err=(0.1,) * 4, fit_x=(0.0, 2.0), fit_y=(0.0, 2.0)
)


def test_residuals_are_in_errors_and_only_where_the_fit_reaches():
    place, left = residuals(LINE)
    assert place.tolist() == [0.0, 1.0, 2.0]
    assert left == pytest.approx([1.0, 2.0, -1.0])


def test_a_logarithm_leaves_out_what_it_cannot_show():
    assert cut(LINE, Frame(log_x=True)).x == (1.0, 2.0, 3.0)
    assert cut(LINE, Frame(log_y=True)).x == (0.0, 1.0, 2.0)


def test_a_map_is_cut_and_has_no_logarithm():
    grid = Map(name="m", x=(0.0, 1.0, 2.0), y=(0.0, 1.0), z=((0.0, 1.0, 2.0), (1.0, 2.0, 3.0)))
    axis = Axis(label="x", unit="Hz")
    analysis = Analysis(experiment="e", series=(), x_axis=axis, y_axis=axis, quantities={}, maps=(grid,), z_axis=axis)
    assert draw_anew(analysis, "t", Frame(x=(0.5, 2.5))).axes
    for frame in (Frame(log_x=True), Frame(residuals=True), Frame(x=(0.5, 1.5))):
        with pytest.raises(ValueError, match="map"):
            draw_anew(analysis, "t", frame)
