"""What a wrong DRAG coefficient does to a pi pulse, for the rough and the fine experiment alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reson.records import Check, Quantity, Verdict
from reson.tools.data import Analysis
from reson.tools.devices.envelope import area, envelope
from reson.tools.verdicts import checks

STEPS = 2001
STEADY = 3e3
"""Hz: how well a drive frequency is known when DRAG is calibrated, and how far it wanders until then."""


def phase_rate(duration: float) -> float:
    """Angle error of one pi pulse per second of error in beta, rad/s.

    In the frame that follows the rotation theta(t) = integral of Omega, a quadrature ``d_beta * dOmega/dt`` turns the
    qubit about Y at the rate d_beta * dOmega/dt * cos(theta). Integrated by parts over a pulse that is zero at both
    ends this is d_beta times the integral of Omega^2 sin(theta); with the plain integral of Omega^2 (Chen et al.,
    arXiv 1504.06597, where theta is small) the correction would be about a fifth too small.
    """
    time, rate, angle = _rotation(duration)
    return float(np.trapezoid(rate**2 * np.sin(angle), time))


def beta_of_detuning(duration: float) -> float:
    """Seconds by which the best beta seems to move per Hz of detuning.

    In the same frame a detuned drive turns the qubit about the same axis at the rate 2 pi detuning sin(theta).
    """
    time, _, angle = _rotation(duration)
    return float(2 * np.pi * np.trapezoid(np.sin(angle), time)) / phase_rate(duration)


def with_unsteady_frequency(beta: Quantity, duration: float, witness: Mapping[str, Quantity]) -> Quantity:
    """Its error widened by what a drive off resonance does to it: known to ``STEADY``, or as far off as was witnessed.

    ``witness`` may have the "detuning", which counts as far as it exceeds its own error. A qubit that a fast defect
    splits is off for a share of the shots, wherever the drive is.
    """
    if beta.stderr is None:
        return beta
    seen = witness.get("detuning")
    off = max(STEADY, abs(seen.value) - (seen.stderr or 0.0)) if seen else STEADY
    return beta.model_copy(update={"stderr": float(np.hypot(beta.stderr, off * beta_of_detuning(duration)))})


def over_theory(beta: Quantity, anharmonicity: float) -> Quantity:
    """Beta in units of theory's."""
    scale = abs(design_beta(anharmonicity))
    return Quantity(value=beta.value / scale, stderr=beta.stderr and beta.stderr / scale)


def near_theory(analysis: Analysis) -> Check:
    """The curves repeat in beta, and a detuned drive moves them: far from theory another dip was taken for the dip.

    The band leaves room for an anharmonicity a third off its design and for pulses distorted on their way.
    """
    found = analysis.quantities["over_theory"]
    return checks.within("drag_beta over theory", found.value, 0.5, 1.6, severity=Verdict.REVIEW)


def _rotation(duration: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times in s, Rabi rate in rad/s and angle turned so far in rad of a pi pulse, all of shape (STEPS,)."""
    time = np.linspace(0.0, duration, STEPS)
    rate = np.pi / area(duration) * envelope(time, duration)
    step = time[1] - time[0]
    return time, rate, np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2) * step])


def design_beta(anharmonicity: float) -> float:
    """Theory's beta without phase error, seconds: 1 / (2 |anharmonicity|) in angular units (Motzoi et al. 2009)."""
    return -1 / (2 * 2 * np.pi * anharmonicity)
