"""The pictures that the eyes are trained on, and the model that ships: a file that is sound, on 200 fresh pictures."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import pytest

from reson.agent.reading.picture.eyes import WEIGHTS
from reson.agent.reading.picture.labels import FAMILIES, FITS, STATUSES, outcome_of
from reson.agent.reading.picture.pixels import HEIGHT, WIDTH, pixels
from reson.evals.eyes.dataset import Pictures, draw
from reson.evals.eyes.families.clouds import readout
from reson.evals.eyes.families.maps import qubit_flux
from reson.evals.eyes.measuring import Seen, calibration_error, foreign_told, seen, seen_in_gallery, shares, table
from reson.evals.eyes.pictures import MAKERS, make, sheet_of
from reson.evals.eyes.raster import draw_sheet
from reson.evals.eyes.style import style_of
from reson.prompts.criteria import load_criteria
from reson.records import GOOD, Status

FRESH = 910_000
"""A seed of no training, calibration or measuring."""


@pytest.fixture(scope="module")
def fresh() -> Pictures:
    return draw(200, FRESH)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_status_of_a_family_is_drawn_and_labelled(family: str) -> None:
    for number, status in enumerate(FAMILIES[family]):
        one = make(np.random.default_rng([FRESH, number]), family=family, status=str(status))
        assert status in one.label and sum(one.label.values()) == pytest.approx(1)
        assert one.fit in FITS and (one.fit != "reliable" or max(one.label, key=one.label.__getitem__) in GOOD)
        assert pixels(one.picture).shape == (HEIGHT, WIDTH, 3)


def test_a_curve_on_a_map_can_be_seen() -> None:
    """The same map without it differs in many pixels where the model looks."""
    changed = []
    for number in range(60):
        rng = np.random.default_rng([FRESH, number])
        sheet, style = sheet_of(rng, ("qubit_flux", "coupler_flux")[number % 2], "FIT_POOR"), style_of(rng)
        if sheet.panels[0].grid is None:
            continue
        bare = replace(sheet, panels=[replace(one, over=[]) for one in sheet.panels])
        drawn = [pixels(draw_sheet(np.random.default_rng(number), one, style)).astype(float) for one in (sheet, bare)]
        changed.append(int((np.abs(drawn[0] - drawn[1]).sum(-1) > 60).sum()))
    assert len(changed) > 40 and min(changed) > 80


def test_an_arc_without_a_curve_is_open_whatever_it_was_drawn_for() -> None:
    drawn = [
        qubit_flux(np.random.default_rng([FRESH, n]), code) for n in range(60) for code in ("SUCCESS", "FIT_FAILED")
    ]
    bare = [one.label for one in drawn if not one.drawn]
    assert len(bare) > 5 and all(label == bare[0] for label in bare)


def test_clouds_have_a_fit_where_circles_are_drawn_and_only_there() -> None:
    for n in range(60):
        sheet = readout(np.random.default_rng([FRESH, n]), str(FAMILIES["readout"][n % 5]))
        assert sheet.drawn == any(one.circles for one in sheet.panels)


def test_the_gallery_is_read_with_its_pairs() -> None:
    assert len(seen_in_gallery()) > 90


def test_families_codes_and_criteria_are_one_vocabulary() -> None:
    assert set(MAKERS) == set(FAMILIES)
    for family, codes in FAMILIES.items():
        assert set(codes) <= set(load_criteria()[family]), family
        assert codes[0] in GOOD and outcome_of(family, codes[0]) == "expected"


def test_a_picture_follows_from_its_seed_and_number() -> None:
    one, two = draw(3, 5), draw(2, 5)
    assert np.array_equal(one.pixels[:2], two.pixels) and np.array_equal(one.status[:2], two.status)


def test_the_file_is_small(fresh: Pictures) -> None:
    weights = files("reson.agent.reading.picture").joinpath(WEIGHTS).read_bytes()
    assert len(weights) < 5_000_000


def test_the_model_reads_fresh_pictures_far_better_than_chance(fresh: Pictures) -> None:
    """A floor for a broken file, not its worth: that is in docs/eyes.md."""
    found = shares(seen(fresh), lambda one: "all")["all"]
    floors = {"success or failure": 0.65, "status": 0.5, "outcome": 0.55, "fit": 0.5}
    assert {name: share.value for name, share in found.items() if (share.value or 0) < floors[name]} == {}


def test_what_is_no_plot_is_never_a_sure_success() -> None:
    told = foreign_told(draw(40, FRESH, lambda rng: make(rng, family="foreign")))
    assert told.hits >= told.total - 1


def test_labels_are_weights_over_the_vocabulary(fresh: Pictures) -> None:
    assert fresh.status.shape == (200, len(STATUSES))
    assert np.allclose(fresh.status.sum(1)[fresh.kind < len(FAMILIES)], 1)


def look_at(status: str, said: str, sure: float, fit: str = "") -> Seen:
    reading = SimpleNamespace(status=Status(said), outcome=outcome_of("t1", Status(said)), reliability="reliable")
    return Seen("t1", Status(status), fit, "drawn", SimpleNamespace(reading=reading, statuses={said: sure}, unsure=""))  # pyright: ignore[reportArgumentType]


def test_readings_are_counted_by_hand() -> None:
    """Right at 0.95 and 0.55, wrong at 0.55: the gaps are 0.05 of one in three and 0.05 of two in three."""
    some = [
        look_at("SUCCESS", "SUCCESS", 0.95, "reliable"),
        look_at("NO_SIGNAL", "NO_SIGNAL", 0.55, "no_fit"),
        look_at("NO_SIGNAL", "WINDOW_TOO_SHORT", 0.55),
    ]
    assert calibration_error(some) == pytest.approx(0.05)
    assert [one.right["success or failure"] for one in some] == [True, True, True]
    assert [one.right["status"] for one in some] == [True, True, False]
    assert [one.right.get("fit") for one in some] == [True, False, None]
    all_of_them = shares(some, lambda one: one.family)["all"]
    assert str(all_of_them["status"]).startswith("2 of 3 (66.7 %")
    assert str(all_of_them["fit"]).startswith("1 of 2 ")
    line = table(shares(some, lambda one: one.family))[-1]
    assert line.startswith("| all | 3 | 100.0 (44 to 100) | 66.7 (21 to 94) |")
    unknown = [one for one in some if "fit" not in one.right]
    assert table(shares(unknown, lambda one: one.family))[-1].endswith("| - |")


def test_a_reading_that_is_wrong_about_success_is_wrong_about_it() -> None:
    assert look_at("SUCCESS", "NO_SIGNAL", 0.9).right["success or failure"] is False
    assert look_at("NO_SIGNAL", "SUCCESS", 0.9).right["success or failure"] is False
