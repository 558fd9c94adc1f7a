"""Why an experiment says what it says: which check decides, with what number, from what defaults, by which curve.

One healthy measurement of every experiment is changed in one place at a time. ``deciding_checks.csv`` tells which check
must then fail, with what code and severity, and what its limits are; a line without a change is asked of every
measurement, and cannot fail by one quantity alone. ``error beyond``: the limit is one of the relative error.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reson.tools.data import RawData
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.experiments.pair_catalogue import PAIR_ROWS
from reson.tools.figures.curves import fitted_curve

from .healthy import NAMES, changed, healthy, jumped

with (Path(__file__).parent / "deciding_checks.csv").open() as file:
    TABLE = list(csv.DictReader(file))
NO_NUMBER = {"constant channel", "fitted", "sign"}
"""What is missing is named, and not a number."""


@pytest.mark.parametrize("name", NAMES)
def test_nothing_fails_of_a_healthy_measurement_and_all_is_asked(name: str) -> None:
    checks = healthy(name).checks()
    assert [check.message for check in checks if not check.passed] == []
    asked = {(row["check"], row["severity"]) for row in TABLE if row["experiment"] == name}
    assert {(check.name, str(check.severity)) for check in checks} <= asked
    always = {(row["check"], row["severity"]) for row in TABLE if row["experiment"] == name and not row["change"]}
    assert always <= {(check.name, str(check.severity)) for check in checks}


@pytest.mark.parametrize("name", NAMES)
def test_the_check_that_decides_is_named_with_its_number(name: str) -> None:
    for row in (row for row in TABLE if row["experiment"] == name and row["change"]):
        message = _failed(row)
        assert message is not None, row
        assert row["check"] in NO_NUMBER or re.search(r"\d", message), row
        if row["change"] != "error beyond":
            assert " ".join(row["limit"].split()) in " ".join(message.split()), row


def _failed(row: Mapping[str, str]) -> str | None:
    """What the check of this line says of the changed measurement; None where it does not fail as the line has it."""
    of, name, change = healthy(row["experiment"]), row["quantity"], row["change"]
    if change == "jump":
        found = of.checks(history=jumped(of.analysis, name))
    elif change == "error beyond":
        relative, limit = of.analysis.quantities[name], float(row["limit"])
        to_limit = limit * abs(relative.value) / (relative.stderr or math.nan)
        below, found = (of.checks(changed(of.analysis, name, f"error x {f * to_limit!r}")) for f in (0.99, 1.01))
        assert all(check.passed for check in below if check.name == row["check"]), row
    else:
        found = of.checks(changed(of.analysis, name, change))
    wanted = (row["check"], row["severity"], row["code"])
    these = [check for check in found if (check.name, str(check.severity), str(check.code)) == wanted]
    return next((check.message for check in these if not check.passed), None)


@pytest.mark.parametrize("name", NAMES)
def test_the_drawn_curve_is_the_fitted_one_and_goes_through_the_points(name: str) -> None:
    """Every fitted curve is a line of the figure, and every measured point a marker, up to the units of the axes."""
    analysis = healthy(name).analysis
    figure = get(name).draw(analysis)
    drawn = [np.array(line.get_data(), dtype=float) for axes in figure.axes for line in axes.lines]
    for series in analysis.series:
        if series.fit_x:
            at_counts = fitted_curve(
                analysis, series
            )  # of counted things, which most figures show at whole numbers only
            curves = ((series.fit_x, series.fit_y), tuple(tuple(one.tolist()) for one in at_counts))
            assert any(_same(line, *one) for line in drawn for one in curves), f"{series.name} is drawn otherwise"
    for series in analysis.series:
        if not analysis.maps and series.fit_x and len(series.x) > 3:
            x, y, error = (np.array(part) for part in (series.x, series.y, series.y_err))
            shown = (min(series.fit_x) <= x) & (x <= max(series.fit_x))
            missed = np.interp(x, series.fit_x, series.fit_y) - y
            pulls = (missed / np.hypot(error, 0.02 * np.ptp(series.fit_y)))[shown]
            assert np.sqrt(np.mean(pulls**2)) < 2.0, f"{series.name} misses its points"


def _same(line: np.ndarray, x: tuple[float, ...], y: tuple[float, ...]) -> bool:
    if line.shape[1] != len(x):
        return False
    return all(_in_other_units(drawn, np.array(fitted)) for drawn, fitted in zip(line, (x, y), strict=True))


def _in_other_units(drawn: np.ndarray, fitted: np.ndarray) -> bool:
    """Equal up to one factor, a power of ten."""
    largest = int(np.argmax(np.abs(fitted)))
    if fitted[largest] == 0:
        return not drawn.any()
    factor = drawn[largest] / fitted[largest]
    power = math.log10(factor) if factor > 0 else 0.5
    return abs(power - round(power)) < 1e-6 and np.allclose(drawn, factor * fitted, rtol=1e-6)


KNOWN = {
    "pulse_duration": 32e-9,
    "x_amplitude": 0.2,
    "anharmonicity": -300e6,
    "readout_amplitude": 0.02,
    "t1": 80e-6,
    "t2_star": 30e-6,
    "t2_echo": 60e-6,
}
LIMIT = (3 - 2 * math.exp(-32 / 60e3) - math.exp(-32 / 80e3)) / 6
"""Of coherence, of one pulse."""
CLIFFORD = 2 * 5 / 6 * 1.2 * LIMIT
"""By how much one Clifford of 5/6 pulses, a fifth worse than their limit, shortens the decay."""


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        # a decay is watched over three to four of its times, a fluctuating one over two and a half
        ("t1", {}, {"max_delay": 4 * 80e-6}),
        ("t1", {"t1": 1e-9}, {"max_delay": 1e-6}),
        ("t1", {"t1": 1.0}, {"max_delay": 2e-3}),
        ("t1_over_time", {}, {"max_delay": 2.5 * 80e-6}),
        ("t2_hahn", {}, {"max_delay": 3 * 60e-6}),
        ("cpmg", {}, {"max_delay": 4.5 * 60e-6}),
        ("cpmg", {"t2_cpmg": 100e-6}, {"max_delay": 3 * 100e-6}),
        ("spin_locking", {}, {"max_delay": 3 * 60e-6}),
        ("spin_locking", {"t1_rho": 90e-6}, {"max_delay": 3 * 90e-6}),
        ("t2_ramsey", {}, {"max_delay": 2.5 * 30e-6, "detuning": 10 / 75e-6}),
        ("ramsey_xy", {}, {"max_delay": 2.2 * 30e-6, "detuning": 5 / 66e-6}),
        ("zz_ramsey", {}, {"max_delay": 30e-6, "detuning": 8 / 30e-6}),
        ("zz_ramsey", {"t2_echo": 20e-6}, {"max_delay": 10e-6, "detuning": 8 / 10e-6}),
        ("fine_frequency", {}, {"delay": 30e-6 / 40}),
        # sequences until what is left is exp(-1.2), exp(-1.3) or exp(-1) of the height, by both T1 and T2
        ("standard_rb", {}, {"max_length": 1.2 / CLIFFORD, "coherence_limit": LIMIT}),
        ("standard_rb", {"error_per_gate": 9e-3}, {"max_length": 1.2 / CLIFFORD}),
        ("simultaneous_rb", {"error_per_gate": 2e-4}, {"max_length": 1.2 / CLIFFORD, "isolated_error": 2e-4}),
        ("interleaved_rb_x", {}, {"max_length": 1.3 / CLIFFORD}),
        ("interleaved_rb_sx", {}, {"max_length": 1.3 / CLIFFORD}),
        ("purity_rb", {}, {"max_length": 1.0 / CLIFFORD}),
        ("purity_rb", {"error_per_gate": 1e-3}, {"max_length": 1.0 / (2 * 5 / 6 * 1e-3)}),
        ("leakage_rb", {}, {"max_length": 80e-6 / (5 / 6 * 32e-9), "t1": 80e-6}),
        # the area of a pi pulse is kept; 1.4 periods of a Rabi sweep; level 2 is driven sqrt(2) times as fast
        ("rabi", {}, {"max_amplitude": 2.8 * 0.2}),
        ("rabi", {"x_amplitude": 0.9}, {"max_amplitude": 1.0}),
        ("rabi_time", {}, {"amplitude": 0.2 * 32 / 40}),
        ("qubit_spectroscopy", {}, {"amplitude": 0.2 * 32 / 400}),
        ("qubit_power_map", {}, {"max_amplitude": 8 * 0.2 * 32 / 400}),
        ("ef_spectroscopy", {}, {"amplitude": 0.2 * 32 / 400 / math.sqrt(2), "centre": -300e6}),
        ("ef_rabi", {}, {"max_amplitude": 2.8 * 0.2 / math.sqrt(2)}),
        ("ef_rabi", {"ef_amplitude": 0.1}, {"max_amplitude": 0.28}),
        ("drive_line_map", {}, {"amplitude": 0.2}),
        ("rough_drag", {}, {"centre": 1 / (4 * math.pi * 300e6)}),  # Motzoi, PRL 103, 110501 (2009): -1 / (4 pi alpha)
        ("rough_drag", {"drag_beta": 0.4e-9}, {"centre": 0.4e-9}),
        # a readout: gentle where only its frequency matters, up to three times and down to 0.4 for its power
        ("resonator_spectroscopy", {}, {"span": 30e6, "amplitude": 0.02}),
        ("resonator_spectroscopy", {"resonator_frequency": 7e9}, {"span": 12e6}),
        ("punch_out", {}, {"min_amplitude": 0.25 * 0.02}),
        ("readout_frequency_sweep", {}, {"span": 6e6, "amplitude": 0.6 * 0.02}),
        ("readout_frequency_sweep", {"resonator_linewidth": 2e6}, {"span": 12e6}),
        ("readout_power", {}, {"min_amplitude": 0.4 * 0.02, "max_amplitude": 3 * 0.02}),
        ("state_tomography", {"p1_given_0": 0.01}, {"p1_given_0": 0.01, "p0_given_1": 0.0}),
    ],
)
def test_defaults_are_what_physics_suggests(name: str, known: dict[str, float], expected: dict[str, float]) -> None:
    found = CATALOGUE[name].defaults(KNOWN | known)
    for argument, value in expected.items():
        rounding = 5.1 if argument == "max_length" else 1e-15  # lengths are whole tens
        assert found[argument] == pytest.approx(value, rel=1e-9, abs=rounding), argument


@pytest.mark.parametrize("slower", ["t1", "t2_echo"])
@pytest.mark.parametrize(
    "name", ["standard_rb", "simultaneous_rb", "interleaved_rb_x", "interleaved_rb_sx", "purity_rb"]
)
def test_the_length_of_a_benchmark_follows_both_times(name: str, slower: str) -> None:
    row = CATALOGUE[name]
    assert row.defaults(KNOWN | {slower: 3 * KNOWN[slower]})["max_length"] > 1.2 * row.defaults(KNOWN)["max_length"]


SCATTERS = 12
HONEST = (0.4, 2.4)
"""Reported error over the scatter of the same measurement drawn anew, of so many draws."""
BEYOND_SHOTS = {
    ("punch_out", "punch_out_shift"): "steps of the sweep",
    ("t2_hahn", "echo_exponential_share"): "at its bound",
    ("readout_frequency_sweep", "readout_frequency"): "a share of the linewidth is systematic",
    ("t1", "t1"): "the mean over two curves, of which a draw may choose one",
    ("coupler_arc", "cz_amplitude"): "from the design's capacitances",
    ("coupler_idle", "cz_amplitude"): "from the design's capacitances",
    ("cz_phase", "cz_amplitude"): "least change of the amplitude that a line can be trusted with",
    ("cz_settling", "flux_tail_time"): "a draw may see no tail",
    ("cz_duration", "cz_duration"): "chosen among lengths",
    ("cz_duration", "cz_amplitude"): "chosen among lengths",
    ("leakage_rb", "leakage_per_gate"): "nearly none",
}
"""Written values whose error is not that of their shots, and why."""


def _drawn_anew(raw: RawData, rng: np.random.Generator) -> RawData:
    arrays = dict(raw.arrays)
    if "counts" in arrays:
        arrays["counts"] = np.stack([rng.multinomial(int(one.sum()), one / one.sum()) for one in arrays["counts"]])
    elif "iq" in arrays:
        shots = rng.integers(arrays["iq"].shape[1], size=arrays["iq"].shape)
        arrays["iq"] = np.take_along_axis(arrays["iq"], shots, axis=1)
    else:
        noise = rng.normal(size=arrays["iq_stderr"].shape) * arrays["iq_stderr"]
        arrays["iq_mean"] = arrays["iq_mean"] + noise @ np.array([1, 1j])
    return replace(raw, arrays=arrays)


def test_the_error_of_a_pulse_is_known_as_well_as_that_of_a_clifford() -> None:
    """One is the other over a known number of pulses. Sequences scatter beyond their shots: the test below is wide."""
    found = healthy("standard_rb").analysis.quantities
    pulse, clifford = found["error_per_gate"], found["epc"]
    assert pulse.stderr is not None and clifford.stderr is not None
    assert pulse.value * found["pulses_per_clifford"].value == pytest.approx(clifford.value)
    assert pulse.stderr / pulse.value == pytest.approx(clifford.stderr / clifford.value)


@pytest.mark.parametrize("name", [name for name in NAMES if (CATALOGUE | PAIR_ROWS)[name].calibrates])
def test_the_error_of_what_is_written_is_the_scatter_of_its_shots(name: str) -> None:
    """Ratios, differences and products included: a wrong law of propagation is seen whatever its formula."""
    of, rng = healthy(name), np.random.default_rng(1)
    again = get(name).analyses([_drawn_anew(of.raw, rng) for _ in range(SCATTERS)])
    for quantity in get(name).calibrates:
        one = of.analysis.quantities.get(quantity)
        if one is None or one.stderr is None or (name, quantity) in BEYOND_SHOTS:
            continue
        scatter = np.std([found.quantities[quantity].value for found in again if quantity in found.quantities])
        assert HONEST[0] < one.stderr / scatter < HONEST[1], quantity
