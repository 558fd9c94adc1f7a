"""Maps: what is drawn is what was measured, in readable units, and an analysis without a map is refused."""

from __future__ import annotations

import numpy as np
import pytest

from reson.components import Qubit
from reson.tools.data import P1, Analysis, Axis, Map, Series
from reson.tools.figures.maps import draw_maps
from reson.tools.figures.style import png

FREQUENCIES = np.linspace(-10e6, 10e6, 41)
AMPLITUDES = np.geomspace(0.01, 0.5, 12)


def analysis(maps: int) -> Analysis:
    z = 1 / (1 + (FREQUENCIES / 2e6 - 3 * AMPLITUDES[:, None]) ** 2)
    rows = tuple(tuple(float(value) for value in row) for row in z)
    part = Map(name="signal", x=tuple(FREQUENCIES.tolist()), y=tuple(AMPLITUDES.tolist()), z=rows)
    ridge = Series(name="line", x=tuple((6e6 * AMPLITUDES).tolist()), y=tuple(AMPLITUDES.tolist()), y_err=(0.0,) * 12)
    return Analysis(
        experiment="qubit_power_map",
        component=Qubit(3),
        series=(ridge,),
        x_axis=Axis(label="Drive detuning", unit="Hz"),
        y_axis=Axis(label="Drive amplitude", unit=""),
        z_axis=P1,
        maps=(part,) * maps,
        quantities={},
    )


@pytest.mark.parametrize("maps", [1, 2])
def test_the_colours_are_the_measured_values(maps: int) -> None:
    figure = draw_maps(analysis(maps), "Power map")
    meshes = [axes.collections[0] for axes in figure.axes[:maps]]
    for mesh in meshes:
        values = np.asarray(mesh.get_array()).reshape(12, 41)
        assert np.allclose(values, analysis(maps).maps[0].z)
    assert figure.axes[0].get_xlabel() == "Drive detuning (MHz)"
    assert png(figure).startswith(b"\x89PNG")


def test_without_a_map_nothing_is_drawn() -> None:
    with pytest.raises(ValueError, match="holds no map"):
        draw_maps(analysis(1).model_copy(update={"maps": ()}), "Power map")
