"""What a wrong DRAG coefficient does to a pi pulse, for the rough and the fine experiment alike."""

from __future__ import annotations

import numpy as np

from reson.tools.devices.envelope import area, envelope

STEPS = 2001


def phase_rate(duration: float) -> float:
    """Angle error of one pi pulse per second of error in beta, rad/s.

    In the frame that follows the rotation theta(t) = integral of Omega, a quadrature ``d_beta * dOmega/dt`` turns the
    qubit about Y at the rate d_beta * dOmega/dt * cos(theta). Integrated by parts over a pulse that is zero at both
    ends this is d_beta times the integral of Omega^2 sin(theta); with the plain integral of Omega^2 (Chen et al.,
    arXiv 1504.06597, where theta is small) the correction would be about a fifth too small.
    """
    time = np.linspace(0.0, duration, STEPS)
    rate = np.pi / area(duration) * envelope(time, duration)
    step = time[1] - time[0]
    angle = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2) * step])
    return float(np.trapezoid(rate**2 * np.sin(angle), time))


def design_beta(anharmonicity: float) -> float:
    """Theory's beta without phase error, seconds: 1 / (2 |anharmonicity|) in angular units (Motzoi et al. 2009)."""
    return -1 / (2 * 2 * np.pi * anharmonicity)
