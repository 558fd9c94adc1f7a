"""Every figure has one size and one style, is the same each time, and gives no answer away."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import Quantity
from reson.tools.data import P1, Analysis, Axis, Map, Series
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.figures.style import png, prefix


def analysis(name: str, fitted: bool = True) -> Analysis:
    x = tuple(np.linspace(0, 4e-5, 21)) if name in ("t1", "t2_hahn", "ramsey_xy") else tuple(map(float, range(21)))
    y = tuple(0.5 + 0.4 * np.cos(np.arange(21) / 3))
    curve = {"fit_x": x, "fit_y": y} if fitted else {}
    names = ("X", "Y") if name in ("ramsey_xy", "allxy") else ("first",)
    maps = (Map(name="map", x=x, y=(0.0, 1.0), z=(y, y)),) if name in ("punch_out", "qubit_power_map") else ()
    rng = np.random.default_rng(0)
    cloud = {f"prepared {n}": tuple(map(tuple, rng.normal(2 * n, 1, (60, 2)).tolist())) for n in (0, 1)}
    return Analysis(
        experiment=name,
        component=Qubit(4),
        series=bars() if name == "state_tomography" else tuple(points(n, x, y, **curve) for n in names),
        x_axis=Axis(label="Delay", unit="s" if x[-1] < 1 else ""),
        y_axis=P1,
        maps=maps,
        z_axis=P1 if maps else None,
        quantities={"answer": Quantity(value=0.8642, stderr=0.001)} if fitted else {},
        points=cloud if name == "readout" else {},
        error=None if fitted else "no fit",
    )


def points(
    name: str,
    x: tuple[float, ...],
    y: tuple[float, ...],
    fit_x: tuple[float, ...] = (),
    fit_y: tuple[float, ...] = (),
) -> Series:
    return Series(name=name, x=x, y=y, y_err=(0.02,) * len(x), fit_x=fit_x, fit_y=fit_y)


def bars() -> tuple[Series, ...]:
    """Three expectation values and four elements of a density matrix, measured and ideal."""
    values = (0.1, 0.5, 0.9, 0.3)
    return tuple(
        points(kind, tuple(map(float, range(number))), values[:number])
        for number in (3, 4)
        for kind in ("measured", "ideal")
    )


@pytest.mark.parametrize("name", CATALOGUE)
@pytest.mark.parametrize("fitted", [True, False])
def test_one_size_and_the_same_bytes_each_time(name: str, fitted: bool) -> None:
    first, second = (png(get(name).draw(analysis(name, fitted))) for _ in range(2))
    assert first == second
    assert struct.unpack(">II", first[16:24]) == (640, 480)
    assert b"Software" not in first
    assert b"Date" not in first


@pytest.mark.parametrize("name", CATALOGUE)
def test_no_number_of_the_fit_is_written_in_the_picture(name: str) -> None:
    figure = get(name).draw(analysis(name))
    title = figure.get_suptitle()
    assert title.endswith("q4")
    written = [title]
    for axes in figure.axes:
        assert not axes.texts
        legend = axes.get_legend()
        written += [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
        written += [text.get_text() for text in legend.get_texts()] if legend else []
    assert [text.get_text() for text in figure.texts] == [title]
    assert not any("864" in text or "=" in text or "±" in text for text in written)


def test_a_failed_fit_is_drawn_without_a_curve() -> None:
    figure = get("t1").draw(analysis("t1", fitted=False))
    drawn = [line for line in figure.axes[0].lines if line.get_linestyle() == "-"]
    assert drawn == []
    assert figure.axes[0].containers  # the points are there


@pytest.mark.parametrize(
    ("largest", "unit", "expected"),
    [
        (4e-5, "s", (1e6, "µs")),
        (3e-4, "s", (1e6, "µs")),
        (2e7, "Hz", (1e-6, "MHz")),
        (1e-3, "s", (1e3, "ms")),
        (0.0, "s", (1.0, "s")),
        (40.0, "", (1.0, "")),
    ],
)
def test_units_with_prefixes(largest: float, unit: str, expected: tuple[float, str]) -> None:
    factor, named = prefix(np.array([0.0, -largest]), unit)
    assert factor == pytest.approx(expected[0])
    assert named == expected[1]
