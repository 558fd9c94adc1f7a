"""Pulses against theory and against QuTiP."""

from dataclasses import replace

import numpy as np
import pytest
import qutip
from qiskit.circuit.library import RZGate, SXGate, XGate

from reson.tools.devices.envelope import area, envelope, envelope_derivative
from reson.tools.devices.simulated.propagation import Pulse, unitary_paths
from reson.tools.devices.simulated.superoperators import (
    Idle,
    Rz,
    from_unitaries,
    superoperators,
    thermal_state,
    to_density,
    to_vector,
)
from reson.tools.devices.simulated.truth import LEVELS

DRIVE_FREQUENCY = 5e9 - 0.7e6


def _populations_of_qutip(pulse: Pulse, transmon, start: int, levels: int) -> np.ndarray:
    """Independent of the engine: QuTiP's operators, its master equation solver, and more levels. Time in ns."""
    lowering, number = qutip.destroy(levels), qutip.num(levels)
    detuning = (transmon.f01 - DRIVE_FREQUENCY - pulse.dfreq) * 1e-9
    static = 2 * np.pi * (detuning * number + transmon.anharmonicity * 1e-9 / 2 * number * (number - 1))
    rate, duration = transmon.gain * 1e-9 * pulse.amp, pulse.duration * 1e9
    in_phase = rate / 2 * (lowering + lowering.dag())
    quadrature = rate / 2 * 1j * (lowering.dag() - lowering)
    hamiltonian = [
        static,
        [in_phase, lambda t: envelope(t, duration)],
        [quadrature, lambda t: pulse.beta * 1e9 * envelope_derivative(t, duration)],
    ]
    down = 1 / (transmon.t1 * 1e9 * (1 + transmon.boltzmann))
    dephasing = 1 / (transmon.t2 * 1e9) - 1 / (2 * transmon.t1 * 1e9)
    jumps = [
        np.sqrt(down) * lowering,
        np.sqrt(down * transmon.boltzmann) * lowering.dag(),
        np.sqrt(2 * dephasing) * number,
    ]
    options = {"atol": 1e-10, "rtol": 1e-9, "nsteps": 100_000, "max_step": 1.0}
    state = qutip.fock_dm(levels, start)
    return np.real(qutip.mesolve(hamiltonian, state, [0, duration], jumps, options=options).states[-1].diag())


@pytest.mark.parametrize(
    ("pulse", "t1"),
    [
        (Pulse(0.3, 0.0, 0.0, 32e-9), 20e-6),
        (Pulse(0.3, 0.27e-9, 0.0, 32e-9), 2e-6),
        (Pulse(0.15, 0.27e-9, 0.0, 32e-9), 90e-6),
        (Pulse(1.0, 0.3e-9, 0.0, 32e-9), 20e-6),
        (Pulse(-0.7, 0.5e-9, 4e6, 20e-9), 20e-6),
        (Pulse(0.05, 0.0, 1e6, 400e-9), 2e-6),
        (Pulse(0.35, 0.0, -300e6, 32e-9), 20e-6),
    ],
)
@pytest.mark.parametrize("start", [0, 1])
def test_populations_after_a_pulse_agree_with_qutip_with_more_levels(pulse, t1, start, transmon):
    transmon = replace(transmon, t1=t1, t2=0.8 * t1)
    played = superoperators([pulse], transmon, DRIVE_FREQUENCY)[0]
    ours = (played @ to_vector(np.diag(np.eye(LEVELS)[start]).astype(complex)))[:LEVELS]
    reference = _populations_of_qutip(pulse, transmon, start, levels=7)
    assert ours == pytest.approx(reference[:LEVELS], abs=1e-4)


def test_rabi_rate_is_gain_times_area(transmon):
    """Slow and weak, where the two-level formula holds: P(1) = sin^2(amp gain area / 2)."""
    quiet = replace(transmon, t1=1.0, t2=1.0, thermal_population=0.0)
    amps = np.linspace(0, 0.03, 13)
    pulses = [Pulse(amp, 0.0, 0.0, 1e-6) for amp in amps]
    excited = superoperators(pulses, quiet, quiet.f01)[:, 1, 0]
    expected = np.sin(amps * quiet.gain * area(1e-6) / 2) ** 2
    assert excited == pytest.approx(expected, abs=2e-3)
    assert expected.max() > 0.99


def _leakage(betas: np.ndarray) -> np.ndarray:
    """Out of the qubit by a 16 ns X pulse, without decoherence."""
    gain = np.pi / area(16e-9)
    pulses = [Pulse(1.0, beta, 0.0, 16e-9) for beta in betas]
    unitaries = unitary_paths(pulses, 256, 1, 0.0, -300e6, gain)[:, 0, -1]
    return (np.abs(unitaries[:, 2:, :2]) ** 2).sum(axis=(1, 2)) / 2


def test_leakage_falls_at_least_tenfold_at_one_over_the_anharmonicity():
    """The spectrum of g + i beta dg/dt vanishes at the 1-2 transition for beta = 1 / |alpha| (Motzoi et al., PRL 103,
    110501 (2009); Chen et al., PRL 116, 020501 (2016))."""
    theory = 1 / (2 * np.pi * 300e6)
    betas = np.linspace(0, 2, 41) * theory
    leakage = _leakage(betas)
    assert betas[leakage.argmin()] == pytest.approx(theory, rel=0.06)
    assert leakage.min() * 10 < leakage[0]


def test_phase_error_vanishes_at_half_of_one_over_the_anharmonicity():
    """With the drive at f01 the AC Stark phase of an X pulse vanishes for beta = 1 / (2 |alpha|) (Chen et al., 2016):
    a pulse and its opposite, which turn the qubit forth and back, then leave no phase."""
    theory = 1 / (4 * np.pi * 300e6)
    betas = np.linspace(0, 2, 41) * theory
    gain = np.pi / (2 * area(32e-9))
    forth, back = (
        unitary_paths([Pulse(sign, beta, 0.0, 32e-9) for beta in betas], 128, 1, 0.0, -300e6, gain)[:, 0, -1]
        for sign in (1.0, -1.0)
    )
    closed = back @ forth
    phase = np.angle(closed[:, 1, 1] / closed[:, 0, 0])
    zero = np.interp(0, phase, betas) if phase[0] < phase[-1] else np.interp(0, phase[::-1], betas[::-1])
    assert zero == pytest.approx(theory, rel=0.05)
    assert abs(phase[0]) > 0.01


def test_every_gate_keeps_the_trace_and_is_completely_positive(transmon):
    gates = [Pulse(0.3, 0.27e-9, 0.0, 32e-9), Pulse(1.0, 0.0, 5e6, 400e-9), Idle(50_000_000), Rz(1.0)]
    units = np.eye(LEVELS**2, dtype=complex).reshape(LEVELS, LEVELS, LEVELS, LEVELS)
    for played in superoperators(gates, replace(transmon, t1=2e-6, t2=1e-6), DRIVE_FREQUENCY):
        assert played[:LEVELS].sum(axis=0) == pytest.approx(np.eye(LEVELS**2)[:LEVELS].sum(axis=0), abs=1e-10)
        images = np.array([[_apply(played, units[i, j]) for j in range(LEVELS)] for i in range(LEVELS)])
        choi = images.transpose(0, 2, 1, 3).reshape(LEVELS**2, LEVELS**2)
        assert np.linalg.eigvalsh(choi).min() >= -1e-9


def _apply(played: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Complex-linear extension of a real superoperator to matrices that are not Hermitian."""
    real, imaginary = (matrix + matrix.conj().T) / 2, (matrix - matrix.conj().T) / 2j
    return to_density(played @ to_vector(real)) + 1j * to_density(played @ to_vector(imaginary))


def test_gates_follow_qiskits_conventions(transmon):
    """RZ, SX and X of Qiskit act on the qubit's two levels as the chip's gates do, to the pulse's own error."""
    still = replace(transmon, t1=1.0, t2=1.0, thermal_population=0.0)
    amp = np.pi / (still.gain * area(100e-9))
    beta = 1 / (4 * np.pi * 300e6)
    gates = [Rz(0.7), Pulse(amp / 2, beta, 0.0, 100e-9), Pulse(amp, beta, 0.0, 100e-9)]
    ideals = [gate.to_matrix() for gate in (RZGate(0.7), SXGate(), XGate())]
    state = np.array([0.6, 0.48 + 0.64j])
    prepared = np.zeros((LEVELS, LEVELS), dtype=complex)
    prepared[:2, :2] = np.outer(state, state.conj())
    for played, ideal in zip(superoperators(gates, still, still.f01), ideals, strict=True):
        found = to_density(played @ to_vector(prepared))[:2, :2]
        wanted = np.outer(ideal @ state, (ideal @ state).conj())
        assert found == pytest.approx(wanted, abs=3e-3)


def test_steps_are_of_fourth_order_and_fine_enough(transmon):
    pulses = [Pulse(amp, 0.3e-9, 2e6, 32e-9) for amp in (0.3, 1.0)]
    coarse, fine, finest = (
        unitary_paths(pulses, steps, 1, 1e6, transmon.anharmonicity, transmon.gain)[:, 0, -1]
        for steps in (64, 128, 1024)
    )
    assert np.abs(np.abs(coarse) ** 2 - np.abs(finest) ** 2).max() < 1e-5
    assert np.abs(fine - finest).max() < np.abs(coarse - finest).max() / 10


def test_a_carrier_offset_is_a_detuning_and_a_frame_turn(transmon):
    """A pulse driven df above the frame is one played in a frame df higher, turned back by df times its length."""
    pulse, df = Pulse(0.2, 0.1e-9, 3e6, 40e-9), 3e6
    offset = superoperators([pulse], transmon, transmon.f01)[0]
    retuned = superoperators([pulse._replace(dfreq=0.0)], transmon, transmon.f01 + df)[0]
    turn = from_unitaries(np.diag(np.exp(-2j * np.pi * df * pulse.duration * np.arange(LEVELS))))
    assert offset == pytest.approx(turn @ retuned, abs=1e-12)


def test_rest_keeps_the_thermal_state(transmon):
    rest = thermal_state(transmon)
    assert superoperators([Idle(100_000_000)], transmon, DRIVE_FREQUENCY)[0] @ rest == pytest.approx(rest, abs=1e-10)
    assert rest[1] / (rest[0] + rest[1]) == pytest.approx(transmon.thermal_population)
