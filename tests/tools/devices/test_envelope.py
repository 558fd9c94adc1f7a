import numpy as np
import pytest

from reson.tools.devices.envelope import area, envelope, envelope_derivative, integral_of_square, peak_derivative

TIMES = np.linspace(0, 32e-9, 20_001)


def test_envelope_is_one_in_the_middle_and_zero_at_both_ends():
    assert envelope(np.array([0.0, 16e-9, 32e-9]), 32e-9) == pytest.approx([0, 1, 0], abs=1e-12)


def test_integrals_agree_with_numerical_integration():
    values = envelope(TIMES, 32e-9)
    assert area(32e-9) == pytest.approx(np.trapezoid(values, TIMES), rel=1e-7)
    assert integral_of_square(32e-9) == pytest.approx(np.trapezoid(values**2, TIMES), rel=1e-7)


def test_derivative_and_its_peak_agree_with_finite_differences():
    slope = np.gradient(envelope(TIMES, 32e-9), TIMES)
    assert envelope_derivative(TIMES, 32e-9)[1:-1] == pytest.approx(slope[1:-1], abs=1e-4 * peak_derivative(32e-9))
    assert peak_derivative(32e-9) == pytest.approx(np.abs(slope).max(), rel=1e-4)
