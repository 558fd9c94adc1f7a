"""T1rho against the chip's truth. Its fast noise is white, so that T1rho is the T2 of an echo at any rate of the lock;
its slow noise acts in waits only, and a lock of 200 kHz and more would take it away as well.
"""

from __future__ import annotations

import numpy as np
import pytest

from reson.records import Verdict

from .trying import as_noise, attempt


@pytest.mark.parametrize("rate", [3e5, 2e6, 1e7])
def test_t1_rho_is_right_within_its_errors_at_any_rate(rate: float) -> None:
    tried = [attempt("spin_locking", seed, {"rate": rate}) for seed in range(11, 17)]
    assert all(done.verdict is Verdict.ACCEPT for done in tried), [done.reasons for done in tried]
    pulls = [done.pull("t1_rho", done.truth.t2) for done in tried]
    assert max(map(abs, pulls)) < 4
    assert abs(np.mean(pulls)) < 1.5


@pytest.mark.parametrize("detuned", [-40e3, 40e3])
def test_a_lock_holds_against_a_detuning(detuned: float) -> None:
    """Pulses of whole turns would add up what it does while they rise and fall."""
    done = attempt("spin_locking", 6, {"rate": 1e6}, detuned=detuned)
    assert done.verdict is Verdict.ACCEPT, done.reasons
    assert done.analysis.quantities["contrast"].value > 0.45
    assert abs(done.pull("t1_rho", done.truth.t2)) < 4


def test_a_lock_need_not_make_exact_half_turns() -> None:
    done = attempt("spin_locking", 6, wrong={"x_amplitude": 1.1})
    assert done.verdict is Verdict.ACCEPT, done.reasons
    assert abs(done.pull("t1_rho", done.truth.t2)) < 4


def test_slow_noise_is_taken_away() -> None:
    done = attempt("spin_locking", 6, {"shots": 4000})
    found = done.analysis.quantities["t1_rho"]
    assert found.stderr is not None
    assert done.truth.t2_star + 2 * found.stderr < found.value < 2 * done.truth.t1


@pytest.mark.parametrize(("given", "faults"), [({"max_delay": 12e-6}, {}), ({}, {"q0": "dead_drive_line"})])
def test_what_shows_no_decay_is_not_accepted(given: dict[str, float], faults: dict[str, str]) -> None:
    assert attempt("spin_locking", 6, given, faults=faults).verdict is not Verdict.ACCEPT


def test_noise_is_rejected() -> None:
    assert as_noise(attempt("spin_locking", 6), np.random.default_rng(1)).verdict is Verdict.REJECT
