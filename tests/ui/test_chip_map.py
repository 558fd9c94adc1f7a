"""Neighbours stand beside each other, and a line between two qubits shows what was measured of just these two."""

from __future__ import annotations

import math
from functools import partial
from itertools import combinations
from typing import Any, cast

import pandas as pd
import pytest

from reson.agent.config import Goals
from reson.records import Quantity
from reson.tools.devices.published import Published, PublishedPair
from reson.tools.devices.simulated.layouts import LAYOUTS
from reson.tools.store.table import ParameterRow
from reson.ui.chip_map import METRICS, _colour
from reson.ui.coupling_map import Known, positions, published_errors
from reson.ui.coupling_map import of_pairs as of_pairs_on_record
from reson.ui.pair_lines import of_pairs

FALCON = (
    "0-1 1-2 2-3 1-4 3-5 4-7 5-8 6-7 8-9 7-10 8-11 10-12 12-13 13-14 11-14 12-15 14-16 15-18 16-19 17-18 19-20 "
    "18-21 19-22 21-23 23-24 24-25 22-25 25-26"
)
"""The coupling map of IBM's 27-qubit processors, whose numbers go column by column."""
RING = ((0, 1), (1, 2), (2, 3), (3, 4), (0, 4))


def falcon():
    return tuple((int(low), int(high)) for low, high in (pair.split("-") for pair in FALCON.split()))


@pytest.mark.parametrize(
    ("pairs", "number"),
    [(LAYOUTS["line"](5), 5), (LAYOUTS["square"](20), 20), (falcon(), 27)]
    + [(LAYOUTS["heavy_hex"](number), number) for number in (12, 27, 127)],
)
def test_on_a_lattice_just_the_neighbours_are_one_step_apart(pairs, number):
    places = positions(range(number), pairs)
    assert len(places) == number
    bonds = {(low, high) for low, high in combinations(range(number), 2) if math.dist(places[low], places[high]) == 1}
    assert bonds >= set(pairs)
    assert min(math.dist(places[low], places[high]) for low, high in combinations(range(number), 2)) == 1
    width, height = (max(place[axis] for place in places.values()) for axis in (0, 1))
    assert width >= height


@pytest.mark.parametrize(
    ("name", "expected"),
    [("T1", (15e-6,)), ("Readout", (0.95, 1.0)), ("Error over limit", (1.0, 1.5)), ("T2 echo", ())],
)
def test_the_scale_of_colours_reaches_to_goal_and_limit(name, expected):
    metric = METRICS[name]
    assert metric.anchors(Goals()) == expected
    frame = pd.DataFrame({"value": [60e-6, 61e-6]})
    shown = _colour(name, metric, frame, metric.anchors(Goals()))
    scale, factor = cast(Any, shown.to_dict())["scale"]["domain"], 1e6 if metric.unit == "s" else 1.0
    low, high = min([60e-6, *expected]), max([61e-6, *expected])
    assert scale == pytest.approx([low * factor, high * factor])


def test_what_is_no_lattice_has_its_neighbours_nearest_and_the_others_below():
    places = positions(range(8), RING)
    links = [math.dist(places[low], places[high]) for low, high in RING]
    across = [
        math.dist(places[low], places[high]) for low, high in combinations(range(5), 2) if (low, high) not in RING
    ]
    assert max(links) < 1.2 * min(links) and max(links) < min(across)
    assert min(places[qubit][1] for qubit in (5, 6, 7)) > max(places[qubit][1] for qubit in range(5))
    assert len(set(positions(range(20), ()).values())) == 20


def row(component, parameter, value, at):
    return ParameterRow(
        id=f"{component}.{parameter}",
        sequence=1,
        device="simulated",
        component=component,
        parameter=parameter,
        value=value,
        stderr=1e3,
        unit="Hz",
        valid_from=at,
        recorded_wall=at,
        superseded_by=None,
        measurement_id="m",
        approval_id=None,
        verdict=None,
        author="reson",
        reason="",
    )


def test_a_pair_has_what_was_measured_under_its_own_name_with_the_measurement():
    row_of = partial(row, at=3600.0)
    designed = row_of("q1-q2", "cz_error", 2e-3).model_copy(update={"measurement_id": None})
    table = {"q0-q1": {"cz_error": row_of("q0-q1", "cz_error", 1.2e-3)}, "q1-q2": {"cz_error": designed}}
    found = of_pairs_on_record(table, ((0, 1), (1, 2), (1, 5)), "cz_error", 7200.0)
    assert list(found) == [(0, 1)], "a design value is no measurement"
    assert (found[0, 1].of.value, found[0, 1].age_hours, found[0, 1].measurement_id) == (1.2e-3, 1, "m")


def test_broken_gates_of_a_provider_have_no_error_to_show():
    pairs = (
        PublishedPair(qubits=(1, 0), gate="cz", error=4e-3, length=None),
        PublishedPair(qubits=(1, 2), gate="cz", error=1.0, length=None),
    )
    told = Published(device="d", calibrated=None, qubits={}, pairs=pairs)
    assert {pair: one.of.value for pair, one in published_errors(told).items()} == {(0, 1): 4e-3}
    assert published_errors(None) == {}


def test_a_line_shows_its_value_in_the_unit_of_the_legend_with_its_sign():
    import altair as alt

    known = {(0, 1): Known(Quantity(value=-45e3, stderr=1e3, unit="Hz"), 2.0)}
    places = positions(range(3), LAYOUTS["line"](3))
    layers = of_pairs(places, LAYOUTS["line"](3), "ZZ", known, True, lambda name: alt.X(name), lambda name: alt.Y(name))
    spec = alt.layer(*layers).to_dict()
    thin, thick = (spec["datasets"][layers[place].to_dict()["data"]["name"]] for place in (0, 1))
    assert len(thin) == 2 and [(one["label"], one["size"]) for one in thick] == [("-45", 45.0)]
    assert "|ZZ| (kHz)" in str(spec) and "2 h ago" in str(spec)
