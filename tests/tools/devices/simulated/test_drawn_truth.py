"""The hidden truth: ranges, faults, independence from the number of qubits."""

import numpy as np
import pytest

from reson.errors import OperatorError
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.devices.simulated.truth import DESIGN_GAIN, draw_truth


def test_values_lie_where_a_chip_has_them():
    drawn = [transmon for seed in range(40) for transmon in draw_truth(seed, 5).transmons]
    assert all(4.6e9 <= transmon.f01 <= 5.4e9 for transmon in drawn)
    assert all(35e-6 <= transmon.t1 <= 200e-6 for transmon in drawn)
    assert all(transmon.t2 <= 2 * transmon.t1 for transmon in drawn)
    assert all(0.8 <= transmon.gain / DESIGN_GAIN <= 1.34 for transmon in drawn)
    assert np.median([transmon.t1 for transmon in drawn]) == pytest.approx(90e-6, rel=0.15)
    assert np.std([transmon.design_error for transmon in drawn]) == pytest.approx(3e6, rel=0.2)


def test_a_qubit_does_not_depend_on_its_neighbours():
    assert draw_truth(3, 9).transmons[:5] == draw_truth(3, 5).transmons


@pytest.mark.parametrize(
    ("seed", "n_qubits", "clock"), [(-1, 5, 1e9), (1, 0, 1e9), (1, 5, -1.0), (1, 5, float("nan")), (1, 5, 1e12)]
)
def test_a_chip_that_cannot_be_is_the_operators_to_mend(seed, n_qubits, clock):
    with pytest.raises(OperatorError):
        open_simulated(seed, n_qubits, {}, clock)


def test_design_controls_are_near_but_not_at_the_truth():
    device = open_simulated(5, 5, {}, 1.7e9)
    design = device.design_controls()
    assert list(design) == ["q0", "q1", "q2", "q3", "q4"]
    for values, truth in zip(design.values(), device.chip.truth.transmons, strict=True):
        assert values["drive_frequency"] - truth.f01 == pytest.approx(truth.design_error)
        assert abs(truth.design_error) > 1e3
        assert values["x_amplitude"] == 2 * values["sx_amplitude"] == 0.35
