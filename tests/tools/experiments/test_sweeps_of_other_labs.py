"""Sweeps as other laboratories make them, and as the public traces of docs/own-data.md are: a Rabi sweep through zero,
resonators far narrower than those that read a qubit, steps that are finer about the middle.
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


def judged(raw: RawData) -> tuple[Analysis, Verdict]:
    row = get(raw.experiment)
    analysis = row.analyse(raw)
    return analysis, judge(row.check(analysis, raw.parameters, {})).verdict


@pytest.mark.parametrize("ends", [(-1.0, 1.0), (-0.4, 1.0), (-1.0, 0.5), (0.0, 1.0)])
@pytest.mark.parametrize(("points", "turns"), [(41, 1.0), (41, 2.3), (81, 4.0)])
def test_a_rabi_sweep_through_zero(ends: tuple[float, float], points: int, turns: float) -> None:
    """``turns`` up to amplitude 1, where the line compresses by some per cent, of either sign."""
    pi, compressed = 0.5 / turns, 0.02 / turns**2
    for seed in range(2):
        rng, x = np.random.default_rng(seed), np.linspace(*ends, points)
        soft = np.sqrt((1 + compressed) ** 2 - 1)
        angle = np.pi * x / pi * np.sqrt(1 + soft**2) / np.sqrt(1 + (soft * x / pi) ** 2)
        y = 4e-6 * (1 - np.cos(angle)) + 4e-7 * rng.standard_normal(points)
        noise = 4e-7 * rng.standard_normal(points)
        arrays = {"iq_mean": y + 1j * noise, "iq_stderr": np.full((points, 2), 4e-7)}
        given = {"max_amplitude": float(np.abs(x).max()), "points": float(points), "shots": 500.0}
        raw = RawData("rabi", Qubit(0), given, CONTROLS, 500, [{"xval": float(a)} for a in x], arrays, 0.0, 1.0)
        analysis, verdict = judged(raw)
        found = analysis.quantities["x_amplitude"]
        assert verdict is not Verdict.REJECT
        assert abs(found.value - pi) < max(4 * (found.stderr or 0.0), 0.01 * pi)


@pytest.mark.parametrize("width", [4e3, 15e3, 120e3])
@pytest.mark.parametrize("steps", [(12, 201), (40, 601)])
@pytest.mark.parametrize("phases", [True, False])
@pytest.mark.parametrize("finer", [False, True])
def test_a_resonator_of_high_quality(width: float, steps: tuple[int, int], phases: bool, finer: bool) -> None:
    """Seen by a network analyser over ``steps`` of its widths; asymmetric, on a feedline with a delay."""
    (widths, points), rng = steps, np.random.default_rng(7)
    place, half = 0.07 * width * widths, widths * width / 2
    x = np.linspace(-half, half, points)
    if finer:
        x = np.unique(np.concatenate([np.linspace(-half, half, 21), place + np.linspace(-3, 3, points) * width]))
        x = x[np.abs(x) <= half]
    field = 0.6 * np.exp(0.3j) / (1 + 2j * (x - place) / width)
    z = np.exp(-2j * np.pi * 40e-9 * x + 1j) * (1 - field) * 0.02
    noise = 1e-4 * rng.standard_normal((len(x), 2)).view(complex)[:, 0]
    seen = z + noise if phases else np.abs(z + noise).astype(complex)
    circuits = [{"xval": float(f), "readout_time": 1.0, "integration_start": 10.0} for f in x]
    arrays = {"iq_mean": seen, "iq_stderr": np.full((len(x), 2), 1e-4)}
    given = {"span": 2 * half, "points": float(len(x)), "shots": 1.0, "amplitude": 0.1}
    controls = CONTROLS | {"readout_frequency": 6e9, "readout_amplitude": 0.1}
    raw = RawData("resonator_spectroscopy", Qubit(0), given, controls, 1, circuits, arrays, 0.0, 1.0)
    analysis, verdict = judged(raw)
    assert verdict is Verdict.ACCEPT
    assert abs(analysis.quantities["offset"].value - place) < 0.1 * width
    assert analysis.quantities["resonator_linewidth"].value == pytest.approx(width, rel=0.1)
