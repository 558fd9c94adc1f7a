"""A resonator on a feedline as labs have them: settled or not, bent by cables, with or without phases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.fits.resonator_dip import transmission
from reson.tools.store.raw import unpack_raw
from reson.tools.verdicts.judge import judge

CASES = Path(__file__).parent / "cases"
ROW = get("resonator_spectroscopy")
SETTLED = float("inf")
SPAN, F0 = 12.0, 0.7
"""MHz."""

FEEDLINES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "flat": lambda x: np.ones_like(x, dtype=complex),
    "slope": lambda x: 1 + 0.04 * x,
    "steep slope": lambda x: 1 + 0.08 * x,
    "hump": lambda x: 0.7 + 0.6 * np.exp(-(((x - 2) / 3) ** 2)),
    "standing wave": lambda x: 1 + 0.2 * np.cos(2 * np.pi * x / 9 + 1),
    "short standing wave": lambda x: 1 + 0.15 * np.exp(2j * np.pi * x / 6),
    "long cable": lambda x: np.exp(2j * np.pi * x * 0.12),
    "long cable and slope": lambda x: (1 + 0.05 * x) * np.exp(-2j * np.pi * x * 0.3),
}


def measured(
    feedline: Callable[[np.ndarray], np.ndarray],
    kappa: float,
    seed: int,
    start: float = 0.0,
    declared: float | None = None,
    turned: bool = False,
    scrambled: bool = False,
    noise: float = 0.01,
    place: float = F0,
) -> RawData:
    """``start`` in us; ``turned``: phases fall where others grow; ``scrambled``: every point has a phase of its own."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-SPAN / 2, SPAN / 2, 121)
    z = feedline(x) * transmission(x, place, kappa, 0.8, 0.2, 1.0, start) * np.exp(1j)
    z = z.conj() if turned else z
    z = z * np.exp(2j * np.pi * rng.random(len(x))) if scrambled else z
    z = z + noise * rng.standard_normal((len(x), 2)).view(complex)[:, 0]
    circuits = [{"xval": float(f) * 1e6, "readout_time": 1e-6} for f in x]
    if declared is not None:
        circuits = [one | {"integration_start": declared} for one in circuits]
    controls = {"readout_frequency": 7e9, "readout_amplitude": 0.2}
    parameters = {"span": SPAN * 1e6, "points": 121, "shots": 500, "amplitude": 0.2}
    arrays = {"iq_mean": z, "iq_stderr": np.full((len(x), 2), noise)}
    return RawData("resonator_spectroscopy", Qubit(0), parameters, controls, 500, circuits, arrays, 0.0, 1.0)


def judged(raw: RawData) -> tuple[Analysis, Verdict]:
    analysis = ROW.analyse(raw)
    return analysis, judge(ROW.check(analysis, raw.parameters, {})).verdict


def pull(analysis: Analysis, true: float) -> float:
    found = analysis.quantities["resonator_linewidth"]
    assert found.stderr
    return (found.value - true) / found.stderr


@pytest.mark.parametrize("feedline", FEEDLINES)
@pytest.mark.parametrize("kappa", [0.5, 1.0, 1.6])
def test_the_dip_is_found_within_a_tenth_of_its_linewidth_or_not_accepted(feedline: str, kappa: float) -> None:
    accepted = 0
    for seed, start in ((0, 0.0), (1, SETTLED)):
        analysis, verdict = judged(measured(FEEDLINES[feedline], kappa, seed, start, turned=bool(seed)))
        if verdict is Verdict.ACCEPT:
            accepted += 1
            assert abs(analysis.quantities["offset"].value / 1e6 - F0) < 0.1 * kappa
            assert abs(pull(analysis, kappa * 1e6)) < 4
    assert accepted or feedline != "flat"


@pytest.mark.parametrize("kappa", [0.15, 0.2])
def test_a_dip_in_the_middle_of_the_sweep_is_found_as_any_other(kappa: float) -> None:
    """Where every dip is that was found before: a step of the fit that is relative to 0 is none."""
    for seed in range(3):
        analysis, _ = judged(measured(FEEDLINES["standing wave"], kappa, seed, SETTLED, place=0.0))
        assert analysis.error is None
        assert abs(analysis.quantities["offset"].value / 1e6) < 0.1 * kappa


@pytest.mark.parametrize("case", ["0.4", "0.7"])
def test_a_settled_readout_gives_the_linewidth(case: str) -> None:
    raw = unpack_raw((CASES / f"settled-readout-kappa{case}.npz").read_bytes())
    analysis, verdict = judged(raw)
    assert verdict is Verdict.ACCEPT
    assert abs(pull(analysis, float(case) * 1e6)) < 4
    assert analysis.quantities["resonator_linewidth"].value == pytest.approx(float(case) * 1e6, rel=0.02)


@pytest.mark.parametrize("start", [0.0, SETTLED])
def test_what_a_device_does_not_declare_is_fitted(start: float) -> None:
    for seed in range(3):
        analysis, verdict = judged(measured(FEEDLINES["flat"], 0.6, seed, start))
        assert verdict is Verdict.ACCEPT
        assert abs(pull(analysis, 0.6e6)) < 4


def test_a_wrong_declaration_is_not_accepted_far_off() -> None:
    analysis, verdict = judged(measured(FEEDLINES["flat"], 0.6, 0, SETTLED, declared=0.0))
    assert verdict is not Verdict.ACCEPT or abs(pull(analysis, 0.6e6)) < 4


def test_without_phases_the_magnitude_serves() -> None:
    analysis, verdict = judged(measured(FEEDLINES["flat"], 1.0, 0, scrambled=True))
    assert verdict is Verdict.ACCEPT
    assert abs(pull(analysis, 1e6)) < 4


@pytest.mark.parametrize("feedline", [one for one in FEEDLINES if "cable" not in one])
@pytest.mark.parametrize("kappa", [0.5, 1.0, 1.6])
def test_without_phases_the_power_is_followed_over_a_bent_feedline(feedline: str, kappa: float) -> None:
    for seed, start in ((0, 0.0), (1, SETTLED)):
        analysis, verdict = judged(measured(FEEDLINES[feedline], kappa, seed, start, scrambled=True))
        assert verdict is Verdict.ACCEPT
        assert abs(analysis.quantities["offset"].value / 1e6 - F0) < 0.1 * kappa
        assert abs(pull(analysis, kappa * 1e6)) < 4


def test_a_parameter_at_its_bound_is_named_and_never_accepted() -> None:
    raw = measured(FEEDLINES["flat"], 0.5, 0, SETTLED, declared=0.0, scrambled=True)
    analysis = ROW.analyse(raw)
    judgement = judge(ROW.check(analysis, raw.parameters, {}))
    assert judgement.verdict is not Verdict.ACCEPT
    assert any("at a bound of the fit: depth = 1.2" in reason for reason in judgement.reasons)
