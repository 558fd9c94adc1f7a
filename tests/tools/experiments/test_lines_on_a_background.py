"""A line on ground that is not level, or of another shape than a Gaussian, is found within a tenth of its width or is
put to review; the real traces of docs/own-data.md have all of these.
"""

from __future__ import annotations

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

from .fits.synthetic_data import CONTROLS

NOISE, PLACE, WIDTH = 0.02, 3.3e6, 2.4e6
SPECTRA = {"qubit_spectroscopy": 0.0, "ef_spectroscopy": -300e6}


def shape(kind: str, away: np.ndarray) -> np.ndarray:
    """1 at its top; ``away`` in full widths at half maximum."""
    if kind == "gaussian":
        return np.exp(-4 * np.log(2) * away**2)
    if kind == "lorentzian":
        return 1 / (1 + 4 * away**2)
    detuning = 1.5974 * away  # of a pi pulse, by the unitary of two levels
    faster = np.hypot(1, detuning)
    return (np.sin(np.pi / 2 * faster) / faster) ** 2


GROUNDS = {
    "level": lambda u: 0 * u,
    "slope": lambda u: 0.3 * u,
    "steep": lambda u: -0.6 * u,
    "bent": lambda u: 0.25 * u**2 - 0.1 * u,
    "standing wave": lambda u: 0.12 * np.sin(2 * np.pi * u / 3.5 + 0.4),
    "drift": lambda u: 0.2 * np.exp(-(u + 1)),
}


def spectrum(name: str, kind: str, ground: str, seed: int, points: int = 61) -> RawData:
    rng, u = np.random.default_rng(seed), np.linspace(-1, 1, points)
    x = 20e6 * u
    y = shape(kind, (x - PLACE) / WIDTH) + GROUNDS[ground](u)
    noise = NOISE * rng.standard_normal((points, 2)).view(complex)[:, 0]
    arrays = {"iq_mean": 3e-4 * (y * np.exp(0.4j) + noise), "iq_stderr": np.full((points, 2), 3e-4 * NOISE)}
    circuits = [{"xval": float(at) + SPECTRA[name]} for at in x]
    given = {"span": 40e6, "points": points, "shots": 500, "amplitude": 0.016, "centre": SPECTRA[name]}
    return RawData(name, Qubit(0), given, CONTROLS, 500, circuits, arrays, 0.0, 1.0)


def judged(raw: RawData) -> tuple[Analysis, Verdict]:
    row = get(raw.experiment)
    analysis = row.analyse(raw)
    return analysis, judge(row.check(analysis, raw.parameters, {})).verdict


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("kind", ["gaussian", "lorentzian", "rabi"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_line_is_found_within_a_tenth_of_its_width(name: str, kind: str, ground: str) -> None:
    for seed in range(3):
        analysis, verdict = judged(spectrum(name, kind, ground, seed))
        found = analysis.quantities["offset"]
        off = abs(found.value - SPECTRA[name] - PLACE)
        assert verdict is not Verdict.REJECT
        assert off < WIDTH / 10 and off < 4 * (found.stderr or 0.0)
        assert verdict is Verdict.REVIEW or analysis.quantities["linewidth"].value == pytest.approx(WIDTH, rel=0.3)


@pytest.mark.parametrize("ground", GROUNDS)
def test_ground_without_a_line_is_none(ground: str) -> None:
    raw = spectrum("qubit_spectroscopy", "gaussian", ground, 5)
    u = np.linspace(-1, 1, 61)
    line = 3e-4 * shape("gaussian", (20e6 * u - PLACE) / WIDTH) * np.exp(0.4j)
    raw.arrays["iq_mean"] = raw.arrays["iq_mean"] - line
    assert judged(raw)[1] is not Verdict.ACCEPT


def test_a_line_of_a_shape_that_none_has_is_looked_at_and_not_thrown_away() -> None:
    """As on a real chip: a narrow top on a broad foot, with satellites."""
    rng, x = np.random.default_rng(3), np.linspace(-5e6, 5e6, 200)
    foot = 0.25 * shape("gaussian", (x - 0.6e6) / 1.6e6)
    y = shape("gaussian", (x - 0.6e6) / 0.3e6) + foot + 0.25 * shape("gaussian", (x - 1.1e6) / 0.2e6)
    noise = 0.05 * rng.standard_normal((200, 2)).view(complex)[:, 0]
    arrays = {"iq_mean": y + noise, "iq_stderr": np.full((200, 2), 0.05)}
    given = {"span": 10e6, "points": 200, "shots": 500, "amplitude": 0.016, "centre": 0.0}
    circuits = [{"xval": float(at)} for at in x]
    raw = RawData("qubit_spectroscopy", Qubit(0), given, CONTROLS, 500, circuits, arrays, 0.0, 1.0)
    analysis, verdict = judged(raw)
    assert verdict is Verdict.REVIEW and abs(analysis.quantities["offset"].value - 0.6e6) < 0.05e6
