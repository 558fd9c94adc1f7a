"""What each experiment ought to have written, by the hidden truth, and how far off the next step can bear it.

Amplitudes and DRAG coefficients are those of the pulse that is best on resonance, found by propagating the true
Hamiltonian: a value that would be best only while the drive is off resonance counts as wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import root_scalar

from reson.evals.truth import true_gate_errors
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.drift import truth_at
from reson.tools.devices.simulated.propagation import Pulse, magnus_steps, unitary_paths
from reson.tools.devices.simulated.readout import integrate, readout_of
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.experiment import RawData

ANGLES = {"x": math.pi, "sx": math.pi / 2}
READOUT_SHOTS = 60_000


@dataclass(frozen=True)
class Need:
    """Deviation from the truth that the next step bears: absolute in SI units, or relative to the true value."""

    tolerance: float
    relative: bool
    reason: str

    def allows(self, deviation: float, truth: float) -> bool:
        return abs(deviation) <= self.tolerance * (abs(truth) if self.relative else 1.0)


_TEN_MRAD = "10 mrad of over-rotation cost a tenth of the coherence limit"
NEEDS: dict[tuple[str, str], Need] = {
    ("qubit_spectroscopy", "drive_frequency"): Need(0.5e6, False, "a tenth of what the coarse Ramsey can resolve"),
    ("rabi", "x_amplitude"): Need(0.03, True, "fine amplitude starts within 5 %; readout loses 0.2 % of fidelity"),
    ("rabi", "sx_amplitude"): Need(0.03, True, "as the X pulse"),
    ("readout", "readout_angle"): Need(0.05, False, "0.1 % of the separation"),
    ("readout", "readout_threshold"): Need(0.3, False, "widths of a cloud: about 0.2 % of fidelity"),
    ("readout", "assignment_fidelity"): Need(0.02, False, "a specification is set in steps of some per cent"),
    ("ramsey_xy", "drive_frequency"): Need(30e3, False, "3 mrad a pulse; moves the DRAG optimum by 0.01 ns"),
    ("ramsey_xy", "t2_star"): Need(0.2, True, "sets the window of the next Ramsey"),
    ("t1", "t1"): Need(0.15, True, "moves the coherence limit by a tenth at most"),
    ("t2_hahn", "t2_echo"): Need(0.15, True, "moves the coherence limit by a tenth"),
    ("rough_drag", "drag_beta"): Need(0.1e-9, False, "within the range of fine DRAG"),
    ("fine_drag", "drag_beta"): Need(0.03e-9, False, "10 mrad a pulse: a tenth of the coherence limit"),
    ("fine_x_amplitude", "x_amplitude"): Need(0.0032, True, _TEN_MRAD),
    ("fine_x_amplitude", "x_angle_error"): Need(0.01, False, _TEN_MRAD),
    ("fine_sx_amplitude", "sx_amplitude"): Need(0.0064, True, _TEN_MRAD),
    ("fine_sx_amplitude", "sx_angle_error"): Need(0.01, False, _TEN_MRAD),
    ("standard_rb", "error_per_gate"): Need(0.2, True, "tells 1.2 from 1.5 times the coherence limit"),
}


@dataclass(frozen=True)
class TrueValue:
    value: float
    stderr: float = 0.0
    """How far the truth itself moved during the measurement, or its own sampling error."""


def true_values(device: SimulatedDevice, raw: RawData, proposed: dict[str, float]) -> dict[str, TrueValue]:
    """The truth of each ``proposed`` parameter of qubit 0 in the middle of the measurement ``raw``.

    ``proposed`` matters where truth depends on it: the assignment fidelity is that of the proposed discrimination.
    """
    begin, middle, end = (
        truth_at(device.chip.truth, time).transmons[0]
        for time in (raw.started, (raw.started + raw.ended) / 2, raw.ended)
    )
    found = {}
    for name in proposed:
        first, value, last = (_value(name, device, raw, proposed, truth) for truth in (begin, middle, end))
        found[name] = TrueValue(value, float(np.hypot(last - first, _sampling(name, value))) / 2)
    return found


def _value(name: str, device: SimulatedDevice, raw: RawData, proposed: dict[str, float], truth: TransmonTruth) -> float:
    beta, duration = raw.controls["drag_beta"], raw.controls["pulse_duration"]
    match name:
        case "drive_frequency":
            return truth.f01
        case "x_amplitude" | "sx_amplitude":
            return best_amplitude(truth, name.removesuffix("_amplitude"), beta, duration)
        case "x_angle_error" | "sx_angle_error":
            gate = name.removesuffix("_angle_error")
            best = best_amplitude(truth, gate, beta, duration)
            return ANGLES[gate] * (raw.controls[f"{gate}_amplitude"] / best - 1) if best < math.inf else -ANGLES[gate]
        case "drag_beta":
            return best_beta(truth, duration)
        case "t1":
            return truth.t1
        case "t2_star" | "t2_echo":
            return truth.t2
        case "readout_angle":
            return float(np.angle(truth.readout.centres[1] - truth.readout.centres[0]))
        case "readout_threshold":
            middle = (truth.readout.centres[0] + truth.readout.centres[1]) / 2
            return float((middle * np.exp(-1j * np.angle(truth.readout.centres[1] - truth.readout.centres[0]))).real)
        case "assignment_fidelity":
            return _fidelity(truth, proposed["readout_angle"], proposed["readout_threshold"])
        case "error_per_gate":
            errors = true_gate_errors(device, 0)
            return 0.8 * errors.sx + 0.2 * errors.x  # of the 20 Cliffords with a pulse 16 take an SX, 4 an X
        case _:
            raise KeyError(f"no truth is known for {name}")


def _sampling(name: str, value: float) -> float:
    return 2 * math.sqrt(value * (1 - value) / READOUT_SHOTS / 2) if name == "assignment_fidelity" else 0.0


def _propagator(truth: TransmonTruth, amplitude: float, beta: float, duration: float) -> np.ndarray:
    """The resonant pulse on the qubit's two levels, shape (2, 2)."""
    pulse = Pulse(amplitude, beta, 0.0, duration)
    steps = magnus_steps(pulse, truth.gain)
    return unitary_paths([pulse], steps, 1, 0.0, truth.anharmonicity, truth.gain)[0, 0, -1, :2, :2]


def _angle(propagator: np.ndarray) -> float:
    """Angle of the rotation in rad, 0 to 2 pi, whatever its axis in the upper half of the X-Z plane."""
    unit = propagator / np.sqrt(np.linalg.det(propagator))
    cosine = np.clip(np.trace(unit).real / 2, -1, 1)
    # the square root of the determinant leaves a sign open; a positive drive turns by -i sin(angle / 2) X
    return float(2 * np.arccos(cosine if unit[1, 0].imag < 0 else -cosine))


def best_amplitude(truth: TransmonTruth, gate: str, beta: float, duration: float) -> float:
    """Amplitude at which the resonant pulse turns by the gate's angle; infinite for a drive that does not arrive."""
    if not truth.gain:
        return math.inf
    linear = ANGLES[gate] / (truth.gain * area(duration))
    return root_scalar(
        lambda amplitude: _angle(_propagator(truth, amplitude, beta, duration)) - ANGLES[gate],
        bracket=(0.8 * linear, 1.2 * linear),
        rtol=1e-7,
    ).root


def best_beta(truth: TransmonTruth, duration: float) -> float:
    """DRAG coefficient in seconds at which the resonant pi pulse has no part along Z."""
    if not truth.gain:
        return math.inf

    def tilt(beta: float) -> float:
        pulse = _propagator(truth, best_amplitude(truth, "x", beta, duration), beta, duration)
        turn = pulse[1, 0] / -1j
        return float((pulse[0, 0] * np.conj(turn)).imag)

    return root_scalar(tilt, bracket=(0.0, -1 / (math.pi * 2 * truth.anharmonicity)), xtol=1e-14).root


def _fidelity(truth: TransmonTruth, angle: float, threshold: float) -> float:
    """1 - (P(1|0) + P(0|1)) / 2 after a perfect X pulse, thermal population and decay included; sampled."""
    rng = np.random.default_rng(1)
    excited = (rng.random((2, READOUT_SHOTS)) < truth.thermal_population).astype(int)
    excited[1] = 1 - excited[1]
    readout = readout_of([truth, truth])
    along = (integrate(readout, excited, 1, rng)[..., 0] * np.exp(-1j * angle)).real
    above = (along > threshold).mean(axis=1)
    return float(1 - (above[0] + 1 - above[1]) / 2)
