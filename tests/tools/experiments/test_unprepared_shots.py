"""Shots of 1 that were never prepared say nothing of the readout: memory, failed resets, too little of a turn."""

from __future__ import annotations

import numpy as np
import pytest

from reson.components import Qubit
from reson.evals.verdicts.measuring import compared
from reson.records import CheckCode, Verdict
from reson.tools.data import Past, RawData
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.fits.clouds import discriminate, rotated
from reson.tools.experiments.fits.preparation import unprepared_and_fidelity
from reson.tools.verdicts.judge import judge

SHOTS = 5000
KAPPA_TIME = 0.15
"""Share of the readout in which the field rings up, and a jump leaves no signal yet."""


def clouds(apart: float, lost: float, lives: float, hot: float, rng: np.random.Generator, shots: int) -> np.ndarray:
    """Shots of 0 and 1 (2, shots): centres ``apart`` widths from each other, T1 of ``lives`` readouts."""
    begins = rng.random((2, shots)) < np.array([[hot], [1 - hot - lost]])
    leaves = rng.exponential(lives, (2, shots))
    seen = np.clip((leaves - KAPPA_TIME) / (1 - KAPPA_TIME), 0, 1)
    noise = rng.standard_normal((2, shots, 2)).view(complex)[..., 0]
    return (3 + 2j) + np.exp(0.7j) * (apart * np.where(begins, seen, 0) + noise)


def fidelity(iq: np.ndarray, angle: float, threshold: float) -> float:
    above = (rotated(iq, angle) > threshold).mean(axis=1)
    return float(1 - (above[0] + 1 - above[1]) / 2)


@pytest.mark.parametrize("lives", [200.0, 60.0, 15.0])
@pytest.mark.parametrize("apart", [3.5, 5.0, 6.5])
@pytest.mark.parametrize("hot", [0.0, 0.02])
def test_fidelity_is_that_of_perfectly_prepared_states(apart: float, lives: float, hot: float) -> None:
    pulls = []
    for number, lost in enumerate((0.0, 0.03, 0.1, 0.2, 0.35)):
        rng = np.random.default_rng([number, int(10 * apart), int(lives), int(100 * hot)])
        iq = clouds(apart, lost, lives, hot, rng, SHOTS)
        found = discriminate(iq)
        unprepared, told = unprepared_and_fidelity(iq, found)
        perfect = clouds(apart, 0.0, lives, hot, np.random.default_rng(1), 100_000)
        assert told.stderr is not None
        assert told.stderr < 0.008
        assert unprepared.stderr is not None
        pulls.append((told.value - fidelity(perfect, found.angle, found.threshold)) / told.stderr)
        assert abs(unprepared.value - lost) < 4 * unprepared.stderr
    assert np.abs(pulls).max() < 3.5
    assert abs(np.mean(pulls)) < 2.0


@pytest.mark.parametrize(("apart", "least"), [(2.5, 0.3), (4.0, 0.5), (5.5, 0.5)])
def test_errors_are_what_the_values_scatter_by(apart: float, least: float) -> None:
    """At most: where the clouds overlap, the decomposition stops before it follows all of the noise."""
    found = [clouds(apart, 0.1, 60.0, 0.02, np.random.default_rng([7, n]), 2000) for n in range(60)]
    values = [unprepared_and_fidelity(iq, discriminate(iq)) for iq in found]
    for one in zip(*values, strict=True):
        spread = np.std([quantity.value for quantity in one])
        assert least < spread / np.median([quantity.stderr or 0.0 for quantity in one]) < 1.3


@pytest.mark.parametrize("seed", [300, 305, 313, 322])
def test_on_a_chip_whose_shots_remember_no_wrong_fidelity_is_written(seed: int) -> None:
    """4 to 9 % of it were missing. With an X pulse that was calibrated anew meanwhile it is accepted."""
    measured = compared("readout", 0, seed, "fridge")
    assert measured.played is not None
    analysis = measured.played.analysis
    value = measured.values["assignment_fidelity"]
    assert value.right, value
    missing = analysis.quantities["assignment_fidelity"].value - analysis.quantities["fidelity_as_prepared"].value
    assert missing > 0.03
    anew = {"x_amplitude": Past(value=0.1, stderr=None, age=60.0)}
    before = {"preparation_error": Past(value=0.1, stderr=None, age=600.0)}
    for history, verdict in (({}, Verdict.REVIEW), (anew | before, Verdict.ACCEPT)):
        assert judge(get("readout").check(analysis, measured.arguments, history)).verdict == verdict


def test_a_0_that_was_never_prepared_is_not_passed_over() -> None:
    """As where the circuits take turns and what is left of 1 is found by 0."""
    rng = np.random.default_rng(3)
    iq = clouds(5.0, 0.0, 60.0, 0.01, rng, SHOTS)
    iq[0] = clouds(5.0, 0.0, 60.0, 0.12, rng, SHOTS)[0]
    raw = RawData("readout", Qubit(0), {"shots": SHOTS}, {}, SHOTS, [{}, {}], {"iq": iq}, 0.0, 1.0)
    checks = get("readout").check(get("readout").analyse(raw), raw.parameters, {})
    assert judge(checks).verdict == Verdict.REVIEW
    assert [check.code for check in checks if not check.passed] == [CheckCode.NOT_PREPARED]
