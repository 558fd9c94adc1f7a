"""What one pulse moves, from several in a row: also where whole nanoseconds step over the wait that adds them up."""

from __future__ import annotations

import numpy as np
import pytest

from reson.tools.experiments.fits.in_step import moved, share_of_one

NUMBER, WAITS, ERROR = 11, np.arange(18) * 1e-9, 4e-3


def turned(share: float, phase: float) -> float:
    """Share that pulses move which turn two states into each other, multiplied out."""
    angle = np.arcsin(np.sqrt(share))
    pulse = np.array([[np.cos(angle), -1j * np.sin(angle)], [-1j * np.sin(angle), np.cos(angle)]])
    waited = np.diag(np.exp([-0.5j * phase, 0.5j * phase])) @ pulse
    return float(abs(np.linalg.matrix_power(waited, NUMBER)[1, 0]) ** 2)


@pytest.mark.parametrize("share", [1e-5, 1e-3, 1e-2])
@pytest.mark.parametrize("phase", [0.0, 0.3, 2.0, np.pi])
def test_pulses_in_a_row_are_turns_of_two_levels(share: float, phase: float) -> None:
    found = float(moved(np.array(share), np.array(phase), NUMBER))
    assert found == pytest.approx(turned(share, phase), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("beat", [84e6, 100e6, 125e6, 160e6])
@pytest.mark.parametrize("start", [0.0, 0.25, 0.39, 2.0])
def test_the_share_is_found_wherever_the_waits_fall(beat: float, start: float) -> None:
    """At 125 MHz there are eight phases only, and what is seen at the best of them may be a seventh of the peak."""
    rng = np.random.default_rng([int(beat), int(100 * start)])
    lost = moved(np.array(1e-3), 2 * np.pi * beat * WAITS + start, NUMBER) + 0.05 + rng.normal(0, ERROR, len(WAITS))
    found = share_of_one(WAITS, lost, ERROR, np.array([beat]), NUMBER)
    assert found.value > 6e-4
    assert abs(found.value - 1e-3) < 4 * (found.stderr or 0.0)


def test_noise_is_no_swap() -> None:
    rng = np.random.default_rng(5)
    found = [share_of_one(WAITS, rng.normal(0, ERROR, 18), ERROR, np.array([117e6]), NUMBER).value for _ in range(50)]
    assert np.quantile(found, 0.9) < 1e-4
