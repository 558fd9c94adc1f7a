"""Readout against the distributions it is drawn from."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from reson.evals.best_readout import best_readout
from reson.tools.devices.simulated.readout import draw_levels, integrate, readout_of
from reson.tools.devices.simulated.resonators import READOUT_TIME, pulls
from reson.tools.devices.simulated.ring_up import Tone, ground_frequency, pointer_states
from reson.tools.devices.simulated.truth import LEVELS, draw_truth

SHOTS = 100_000


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.fixture
def weak(transmon):
    """Read out with hardly a photon, by an amplifier that never saturates: the resonator is linear."""
    resonator = replace(transmon.resonator, saturation=1e9, photons=1e-3)
    return replace(transmon, t1=1e6, t2=1e6, thermal_population=1e-12, resonator=resonator)


def tone_of(transmon) -> Tone:
    return Tone(ground_frequency(transmon) - 0.4e6, 0.025)


def test_levels_are_drawn_with_their_populations(rng):
    populations = np.array([[0.5, 0.3, 0.15, 0.05], [0, 1.0, 0, 0]])
    levels = draw_levels(populations, SHOTS, rng)
    shares = np.stack([(levels == level).mean(axis=1) for level in range(4)], axis=1)
    assert shares == pytest.approx(populations, abs=5 * math.sqrt(0.25 / SHOTS))


def test_a_level_that_lasts_gives_a_gaussian_cloud_at_its_pointer_state(rng, weak):
    signal = integrate(readout_of([weak], [tone_of(weak)]), np.full((1, SHOTS), 2), 1, rng)[0, :, 0]
    centre = pointer_states(weak, *tone_of(weak))[0][2]
    assert signal.mean() == pytest.approx(centre, abs=6 / math.sqrt(SHOTS))
    assert [np.real(signal).std(), np.imag(signal).std()] == pytest.approx([1, 1], abs=0.02)
    assert abs(np.mean((signal - centre) ** 2)) < 0.03  # I and Q are independent and equal


def moments(transmon, tone: Tone, level: int) -> complex:
    """Mean integrated signal of a linear resonator whose qubit jumps, from the equations of p_j and <b>_j.

    With W the rates among levels: dp/dt = W p and d<b>_j/dt = sum W_jk <b>_k - rate_j <b>_j + kappa / 2 p_j.
    """
    truth = transmon.resonator
    jumps = np.zeros((LEVELS, LEVELS))
    for upper in range(1, LEVELS):
        jumps[upper - 1, upper] = transmon.down_rate * upper
        jumps[upper, upper - 1] = transmon.up_rate * upper
    jumps -= np.diag(jumps.sum(axis=0))
    detuning = truth.bare - transmon.f01
    pulled = [float(pulls(detuning, transmon.anharmonicity, truth.coupling, j, np.array(0.0))) for j in range(LEVELS)]
    rate = math.pi * truth.kappa + 2j * math.pi * (truth.bare + np.array(pulled) - tone.frequency)

    def slope(_time: float, state: np.ndarray) -> np.ndarray:
        share, field = state[:LEVELS], state[LEVELS : 2 * LEVELS]
        moved = jumps @ field - rate * field + math.pi * truth.kappa * share
        return np.concatenate([jumps @ share, moved, [field.sum()]])

    start = np.zeros(2 * LEVELS + 1, dtype=complex)
    start[level] = 1
    end = solve_ivp(slope, (0, READOUT_TIME), start, rtol=1e-9, atol=1e-12).y[-1, -1] / READOUT_TIME
    signal = truth.gain * tone.amplitude * (1 - truth.depth * np.exp(1j * truth.asymmetry) * end)
    return complex(signal * np.exp(1j * truth.phase))


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(("t1", "thermal"), [(1e-6, 1e-12), (1e-6, 0.3), (0.2e-6, 0.1)])
def test_mean_signal_of_a_jumping_qubit_agrees_with_the_equations_of_the_moments(rng, weak, level, t1, thermal):
    restless = replace(weak, t1=t1, t2=t1, thermal_population=thermal)
    tone = tone_of(weak)
    signal = integrate(readout_of([restless], [tone]), np.full((1, SHOTS), level), 1, rng)[0, :, 0]
    assert abs(signal.mean() - moments(restless, tone, level)) < 0.03


def test_a_jump_in_a_strongly_driven_resonator_is_right_to_first_order(rng, transmon):
    """Photon numbers at which the pull has begun to fade: mean over decay times of the nonlinear equation itself."""
    falling = replace(transmon, t1=0.7e-6, t2=0.7e-6, thermal_population=1e-12)
    tone = Tone(ground_frequency(falling) - 0.4e6, 0.03)
    truth = falling.resonator
    photons = np.arange(0.0, 400.0)
    detuning = truth.bare - falling.f01
    pulled = [pulls(detuning, falling.anharmonicity, truth.coupling, j, photons) for j in (0, 1)]

    def integral(jump: float) -> complex:
        def slope(time: float, state: np.ndarray) -> np.ndarray:
            here = np.interp(truth.photons * tone.amplitude**2 * abs(state[0]) ** 2, photons, pulled[int(time < jump)])
            rate = math.pi * truth.kappa + 2j * math.pi * (truth.bare + here - tone.frequency)
            out = truth.gain * tone.amplitude * (1 - truth.depth * np.exp(1j * truth.asymmetry) * state[0])
            passed = out / math.sqrt(1 + abs(out) ** 2 / truth.saturation**2)
            return np.array([math.pi * truth.kappa - rate * state[0], passed])

        end = solve_ivp(slope, (0, READOUT_TIME), np.zeros(2, dtype=complex), max_step=5e-9).y[1, -1]
        return complex(end / READOUT_TIME * np.exp(1j * truth.phase))

    readout = replace(readout_of([falling], [tone]), up=np.zeros((1, LEVELS)))
    rate = float(readout.down[0, 1])
    times = np.linspace(0, READOUT_TIME, 41)
    density = rate * np.exp(-rate * times)
    expected = np.trapezoid([integral(time) * share for time, share in zip(times, density, strict=True)], times)
    expected += integral(READOUT_TIME) * math.exp(-rate * READOUT_TIME)
    signal = integrate(readout, np.full((1, SHOTS), 1), 1, rng)[0, :, 0]
    assert abs(signal.mean() - expected) < 0.04


def test_a_trace_ends_at_the_iq_point_and_its_noise_grows_linearly(rng, weak):
    readout = readout_of([weak], [tone_of(weak)])
    traces = integrate(readout, np.ones((1, 20_000), dtype=int), 50, rng)[0]
    assert traces.mean(axis=0)[-1] == pytest.approx(pointer_states(weak, *tone_of(weak))[0][1], abs=0.05)
    steps = np.arange(1, 51) / 50
    assert np.real(traces).var(axis=0) == pytest.approx(steps, rel=0.06)


def test_jumps_within_a_trace_add_up_to_the_same_point(rng, weak):
    """The integral step by step and the integral at once: the same jumps give the same end."""
    restless = replace(weak, t1=0.3e-6, t2=0.3e-6, thermal_population=0.2)
    quiet = replace(restless, resonator=replace(restless.resonator, noise=0.0))
    readout, levels = readout_of([quiet], [tone_of(weak)]), np.ones((1, 500), dtype=int)
    whole = integrate(readout, levels, 1, np.random.default_rng(5))[0, :, -1]
    steps = integrate(readout, levels, 50, np.random.default_rng(5))[0]
    assert steps[:, -1] == pytest.approx(whole, abs=1e-9)
    assert np.abs(np.diff(steps, axis=1)).max() < 0.05 * np.abs(whole).max()


@pytest.mark.parametrize("seed", range(4))
def test_a_calibrated_readout_assigns_as_healthy_ones_do(seed, rng):
    """0.965 to 0.993, for perfectly prepared states, thermal population and decay included."""
    for truth in draw_truth(seed, 4).transmons:
        controls = best_readout(truth)
        readout = readout_of([truth], [Tone(controls["readout_frequency"], controls["readout_amplitude"])])
        turn = np.exp(-1j * controls["readout_angle"])
        ones = [
            np.mean(
                np.real(integrate(readout, np.full((1, 20_000), level), 1, rng) * turn) > controls["readout_threshold"]
            )
            for level in (0, 1)
        ]
        assert 0.965 < 1 - (ones[0] + 1 - ones[1]) / 2 - truth.thermal_population < 0.995


def test_neighbours_on_the_feedline_leak_into_each_other_only_when_both_are_read(device):
    from qiskit import QuantumCircuit

    def mean(qubits: list[int]) -> complex:
        circuit = QuantumCircuit(5, len(qubits))
        circuit.measure(qubits, range(len(qubits)))
        memory = device.backend.run(circuit, shots=20_000, meas_level=1).result().get_memory()
        return complex(memory[:, 0].mean())

    alone, neighbour = mean([1]), mean([0])
    truth = device.chip.truth_now().transmons
    leak = truth[1].resonator.crosstalk[0] * neighbour
    assert abs(mean([1, 0]) - alone - leak) < 0.03
    assert abs(leak) > 0.02
    assert abs(mean([1, 4]) - alone) < 0.03
