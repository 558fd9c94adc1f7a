"""Figures drawn together look like figures drawn one by one."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from reson.components import Qubit
from reson.tools.data import P1, SURVIVAL, Analysis, Axis, Series
from reson.tools.figures.curve_sheet import pictures
from reson.tools.figures.curves import draw_curves
from reson.tools.figures.raster import encode
from reson.tools.figures.style import png

ALIKE, LOUD, SEEN = 4.0, 3e-3, 100
"""Levels of 255 that a picture may differ on average within blocks of 8 by 8 pixels, the share of its pixels that may
differ clearly, and what is clearly."""


def oscillation(qubit: int, seed: int, top: float = 0.5, height: float = 0.9, fitted: bool = True) -> Analysis:
    rng = np.random.default_rng(seed)
    x, fit_x = np.linspace(0, top, 51), np.linspace(0, top, 401)
    y = height * np.cos(9 * x / top) + height * rng.normal(0, 0.05, 51)
    curve = {"fit_x": tuple(fit_x), "fit_y": tuple(height * np.cos(9 * fit_x / top))} if fitted else {}
    return Analysis(
        experiment="rabi",
        component=Qubit(qubit),
        series=(Series(name="cos", x=tuple(x), y=tuple(y), y_err=(0.05 * height,) * 51, **curve),),
        x_axis=Axis(label="Drive amplitude (full scale)", unit=""),
        y_axis=Axis(label="Readout signal (arb. units)", unit=""),
        quantities={},
    )


def ramsey(qubit: int, window: float) -> Analysis:
    x = np.linspace(0, window, 41)
    waves = {"X": np.cos(30 * x / window), "Y": np.sin(30 * x / window)}
    return Analysis(
        experiment="ramsey_xy",
        component=Qubit(qubit),
        series=tuple(
            Series(
                name=n,
                x=tuple(x),
                y=tuple(0.5 + 0.4 * y),
                y_err=(0.02,) * 41,
                fit_x=tuple(x),
                fit_y=tuple(0.5 + 0.4 * y),
            )
            for n, y in waves.items()
        ),
        x_axis=Axis(label="Delay", unit="s"),
        y_axis=P1,
        quantities={},
    )


def benchmark(qubit: int, longest: int) -> Analysis:
    x = np.rint(np.linspace(1, longest, 5))
    y = 0.5 + 0.47 * np.exp(-x / longest)
    cloud = [(float(m), float(s + d)) for m, s in zip(x, y, strict=True) for d in (-0.02, 0.0, 0.015)]
    return Analysis(
        experiment="standard_rb",
        component=Qubit(qubit),
        series=(Series(name="rb_decay", x=tuple(x), y=tuple(y), y_err=(0.01,) * 5, fit_x=tuple(x), fit_y=tuple(y)),),
        x_axis=Axis(label="Cliffords", unit=""),
        y_axis=SURVIVAL,
        quantities={},
        points={"sequences": tuple(cloud)},
    )


def pixels(picture: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


MANY = {
    "rabi": [oscillation(q, q, top=0.3 + 0.11 * q, height=0.4 + q) for q in range(5)]
    + [oscillation(126, 9, fitted=False)],
    "ramsey": [ramsey(0, 4e-6), ramsey(17, 83e-6), ramsey(4, 1.3e-3)],
    "rb": [benchmark(3, 2000), benchmark(8, 4730)],
}


@pytest.mark.parametrize("name", MANY)
def test_together_they_look_as_they_do_one_by_one(name: str) -> None:
    together = pictures(MANY[name], "Title of this")
    for analysis, picture in zip(MANY[name], together, strict=True):
        apart = np.abs(pixels(picture) - pixels(png(draw_curves(analysis, "Title of this"))))
        assert (apart.max(axis=2) > SEEN).mean() < LOUD
        blocks = apart.mean(axis=2).reshape(60, 8, 80, 8).mean(axis=(1, 3))
        assert np.percentile(blocks, 99.9) < 12 * ALIKE
        assert np.percentile(blocks, 97) < ALIKE


def test_a_picture_does_not_depend_on_what_was_drawn_before() -> None:
    first, second = oscillation(1, 1), oscillation(2, 2, top=0.8, height=3.0)
    assert pictures([first, second, first], "Title")[2] == pictures([first], "Title")[0]
    assert pictures([second, first], "Title")[0] == pictures([second], "Title")[0]


def test_an_axis_with_an_offset_is_drawn_whole() -> None:
    """Where Matplotlib writes an offset beside the axis, no sheet can stamp it."""
    far = oscillation(0, 0, height=1e-7)
    part = far.series[0]
    moved = part.model_copy(update={name: tuple(5 + y for y in getattr(part, name)) for name in ("y", "fit_y")})
    far = far.model_copy(update={"series": (moved,)})
    assert pictures([far], "Title") == [png(draw_curves(far, "Title"))]


def test_ticks_of_a_signal_far_from_one_are_short() -> None:
    """The power of ten, or the prefix of a unit, stands in the label."""
    for unit, label in (("", "Readout signal ($10^{-6}$ arb. units)"), ("V", "Readout signal (arb. units) (µV)")):
        small = oscillation(0, 0, height=3e-5)
        small = small.model_copy(update={"y_axis": small.y_axis.model_copy(update={"unit": unit})})
        axes = draw_curves(small, "Title").axes[0]
        assert axes.get_ylabel() == label
        assert 30 < axes.get_ylim()[1] < 40
        assert pictures([small], "Title")


def test_the_encoder_keeps_every_pixel() -> None:
    page = np.random.default_rng(0).integers(0, 256, (48, 64, 4), dtype=np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode(page)))), page)
