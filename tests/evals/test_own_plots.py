"""Our own test set of plots: what the truth says of each, other labs' styles, and the count of right readings."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from reson.evals.reading.own_plots import QUESTION, Look, Plot, make_plot, plots_of, restyle, run_plots
from reson.tools.data import Analysis, Axis
from reson.tools.experiments.catalogue import get
from reson.tools.figures.style import png


def test_plots_that_support_their_value_and_plots_that_do_not_are_both_found() -> None:
    plots = list(plots_of("t1", 1))
    assert sorted(plot.supports for plot in plots) == [False, True]
    good = next(plot for plot in plots if plot.supports)
    assert good.analysis.quantities["t1"].value > 0


def test_the_same_number_is_the_same_plot() -> None:
    numbers = range(4)
    one, two = ([make_plot("t1", number) for number in numbers] for _ in range(2))
    assert one == two


def test_another_style_changes_the_picture_and_nothing_that_it_says() -> None:
    plot = next(plots_of("rabi", 1))
    usual, other = (get("rabi").draw(plot.analysis) for _ in range(2))
    restyle(other, np.random.default_rng(3))
    assert png(usual) != png(other)
    assert words(usual) == words(other)
    for before, after in zip(usual.axes[0].lines, other.axes[0].lines, strict=True):
        assert np.array_equal(before.get_xydata(), after.get_xydata())


def words(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in (axes.title, axes.xaxis.label, axes.yaxis.label)]


def test_the_offline_reader_is_counted_against_the_truth(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = {"lab": str(tmp_path), "brain": "offline", "each": 2, "only": "t1", "out": str(out), "resume": False}
    assert run_plots(asked, False) == 0
    found = json.loads((out / "results.json").read_text())
    share = found["families"][get("t1").family][QUESTION]
    assert share["total"] == 4 == len(found["rows"])
    assert share["hits"] == sum(row["right"][QUESTION] for row in found["rows"]) >= 3


def test_a_plot_that_nobody_answered_counts_neither_way(tmp_path: Path, monkeypatch) -> None:
    axis = Axis(label="", unit="")
    nothing = Analysis(experiment="t1", series=(), quantities={}, x_axis=axis, y_axis=axis)
    drawn = [(Plot(name, "t1", nothing, supports=True), tmp_path) for name in ("a", "b")]
    monkeypatch.setattr("reson.evals.reading.own_plots._drawn", lambda only, each, place: drawn)
    silent = Look(missing="unreachable: no route")
    monkeypatch.setattr("reson.evals.reading.own_plots._reader", lambda lab, brain: (lambda plot, picture: silent, "m"))
    asked = {"lab": str(tmp_path), "brain": "openai", "each": 1, "only": "t1", "out": str(tmp_path), "resume": False}
    assert run_plots(asked, False) == 1
    found = json.loads((tmp_path / "results.json").read_text())
    assert found["unanswered"] == 2 and found["families"]["all"][QUESTION]["total"] == 0
