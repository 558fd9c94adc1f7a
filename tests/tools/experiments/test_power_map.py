"""The power map: where the line is at low power, and what high power does to it."""

from __future__ import annotations

import numpy as np
import pytest

from reson.records import Verdict

from .trying import attempt


def test_the_best_power_turns_the_qubit_by_about_pi() -> None:
    from reson.tools.devices.envelope import area
    from reson.tools.experiments.qubit_spectroscopy import LENGTH

    done = attempt("qubit_power_map", 5, detuned=4e6)
    assert done.verdict is Verdict.ACCEPT, done.reasons
    turn = done.analysis.quantities["spectroscopy_amplitude"].value * done.truth.gain * area(LENGTH)
    assert 0.4 * np.pi < turn < 1.3 * np.pi
    (found,) = done.analysis.maps
    z = np.array(found.z)
    assert z.shape == (11, 41)
    # on resonance a stronger pulse turns the qubit on, and at 2 pi leaves it where it was
    middle = z[:, np.argmin(np.abs(np.array(found.x) + 4e6))]
    powers = 10 ** (np.array(found.y) / 20)
    two_pi = np.argmin(np.abs(powers * done.truth.gain * area(LENGTH) - 2 * np.pi))
    assert middle[two_pi] < 0.4 * middle.max()


def test_the_two_photon_line_shows_at_high_power() -> None:
    """Half an anharmonicity below the qubit two photons reach level 2."""
    given = {"span": 24e6, "points": 61, "power_range": 12.0, "rows": 5, "max_amplitude": 0.5}
    weak = {"span": 24e6, "points": 61, "power_range": 12.0, "rows": 5, "max_amplitude": 0.05}
    off = attempt("rabi_time", 5).truth.anharmonicity / 2
    strong, faint = (
        np.array(attempt("qubit_power_map", 5, one, detuned=off).analysis.maps[0].z) for one in (given, weak)
    )
    assert strong.max() > 5 * faint.max()


def test_a_map_without_low_powers_goes_to_review() -> None:
    usual = attempt("qubit_power_map", 5).arguments["max_amplitude"]
    done = attempt("qubit_power_map", 5, {"power_range": 6.0, "rows": 5, "max_amplitude": usual})
    assert done.verdict is not Verdict.ACCEPT


@pytest.mark.parametrize("fault", ["dead_drive_line"])
def test_no_line_keeps_the_map(fault: str) -> None:
    done = attempt("qubit_power_map", 5, faults={"q0": fault})
    assert done.analysis.error == "no line at any power"
    assert len(done.analysis.maps) == 1
