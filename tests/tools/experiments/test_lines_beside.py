"""Every line that stands out of the noise makes a spectrum one of several lines, whatever its share of the tallest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.components import Qubit
from reson.records import Status, Verdict
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import get
from reson.tools.store.raw import unpack_raw
from reson.tools.verdicts.judge import judge

from .fits.synthetic_data import CONTROLS
from .trying import attempt

CASES = Path(__file__).parent / "cases"
NOISE = 0.01
SPECTRA = {"qubit_spectroscopy": 0.0, "ef_spectroscopy": -300e6}


def spectrum(
    name: str, lines: list[tuple[float, float]], seed: int, points: int = 61, slope: float = 0.0, tails: bool = False
) -> RawData:
    """``lines``: place in MHz and height; each 2 MHz wide, Gaussian, or Lorentzian with ``tails``."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-20, 20, points)
    y = slope * x
    for place, height in lines:
        away = (x - place) / (0.85 if not tails else 1.0)
        y = y + height * (1 / (1 + away**2) if tails else np.exp(-(away**2) / 2))
    noise = NOISE * rng.standard_normal((points, 2)).view(complex)[:, 0]
    arrays = {"iq_mean": y * np.exp(0.4j) + noise, "iq_stderr": np.full((points, 2), NOISE)}
    circuits = [{"xval": float(f) * 1e6 + SPECTRA[name]} for f in x]
    parameters = {"span": 40e6, "points": points, "shots": 500, "amplitude": 0.016, "centre": SPECTRA[name]}
    return RawData(name, Qubit(0), parameters, CONTROLS, 500, circuits, arrays, 0.0, 1.0)


def judged(raw: RawData) -> tuple[Status, Verdict]:
    row = get(raw.experiment)
    analysis = row.analyse(raw)
    return read_saved_data(analysis).status, judge(row.check(analysis, raw.parameters, {})).verdict


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("share", [0.1, 0.2, 0.36, 0.9, -0.3])
@pytest.mark.parametrize("place", [-12.0, -4.0])
def test_a_line_of_any_height_counts(name: str, share: float, place: float) -> None:
    status, verdict = judged(spectrum(name, [(3.0, 1.0), (place, share)], 1))
    assert status is Status.MULTIPLE_PEAKS
    assert verdict is not Verdict.ACCEPT


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize(
    ("slope", "tails", "points"), [(0, False, 61), (0.003, False, 61), (0, True, 61), (0, False, 121)]
)
def test_one_line_stays_one(name: str, slope: float, tails: bool, points: int) -> None:
    for seed in range(5):
        status, verdict = judged(spectrum(name, [(3.0, 1.0)], seed, points, slope, tails))
        assert status is not Status.MULTIPLE_PEAKS
        assert verdict is Verdict.ACCEPT or tails or slope


@pytest.mark.parametrize("width", [2.0, 3.0, 5.0])
@pytest.mark.parametrize("place", [-12.0, -6.0, 9.0])
def test_the_wing_of_a_broad_line_is_none(width: float, place: float) -> None:
    """Away from the middle of the sweep a wing looks like a slope of the ground."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x = np.linspace(-20, 20, 61)
        y = 1 / (1 + ((x - place) / width) ** 2)
        noise = NOISE * rng.standard_normal((61, 2)).view(complex)[:, 0]
        arrays = {"iq_mean": y + noise, "iq_stderr": np.full((61, 2), NOISE)}
        circuits = [{"xval": float(f) * 1e6} for f in x]
        parameters = {"span": 40e6, "points": 61.0, "shots": 500.0, "amplitude": 0.016, "centre": 0.0}
        status, _ = judged(
            RawData("qubit_spectroscopy", Qubit(0), parameters, CONTROLS, 500, circuits, arrays, 0.0, 1.0)
        )
        assert status is not Status.MULTIPLE_PEAKS


def test_three_lines() -> None:
    raw = unpack_raw((CASES / "spectroscopy-three-lines.npz").read_bytes())
    assert judged(raw) == (Status.MULTIPLE_PEAKS, Verdict.REVIEW)


def test_a_shorter_pulse_draws_a_wider_line() -> None:
    """So that a wide search in coarse steps does not step over it; it turns as far with more amplitude."""
    widths = {}
    for length, span in ((400e-9, 40e6), (100e-9, 160e6)):
        given = {"length": length, "span": span, "amplitude": 0.35 * 32e-9 / length}
        done = attempt("qubit_spectroscopy", 3, given)
        assert done.verdict is Verdict.ACCEPT and abs(done.pull("drive_frequency", done.truth.f01)) < 4
        widths[length] = done.analysis.quantities["linewidth"].value
    assert widths[100e-9] == pytest.approx(4 * widths[400e-9], rel=0.1)
