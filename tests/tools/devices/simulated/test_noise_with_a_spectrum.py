"""1/f noise of f01: every sequence against the filter function of its spectrum, and against sampled phases."""

from dataclasses import replace

import numpy as np
import pytest
from qiskit import QuantumCircuit

from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.couplers import CouplerTruth
from reson.tools.devices.simulated.device import open_chip, open_simulated
from reson.tools.devices.simulated.flicker import INFRARED, ULTRAVIOLET, covariance
from reson.tools.devices.simulated.gates import Idle
from reson.tools.devices.simulated.instructions import to_gate
from reson.tools.devices.simulated.pathways import all_orders, final_populations, windows
from reson.tools.devices.simulated.populations import populations
from reson.tools.devices.simulated.program import read_circuits
from reson.tools.devices.simulated.realism import parts_of
from reson.tools.devices.simulated.superoperators import from_unitaries, superoperators, thermal_state
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth, draw_truth

NOISE = 4e3
"""Hz at 1 Hz."""


@pytest.fixture
def transmon() -> TransmonTruth:
    """Nothing but 1/f noise: no other loss matters within the sequences here."""
    drawn = draw_truth(1, 1).transmons[0]
    return replace(
        drawn,
        t1=1.0,
        t2=2.0,
        thermal_population=1e-9,
        quasi_static=0.0,
        defects=(),
        flicker=NOISE,
        gain=np.pi / (0.05 * area(32e-9)),
        anharmonicity=-30e9,
    )


def _filtered(ends: np.ndarray) -> float:
    """Variance of the phase, from the spectrum and the Fourier transform of the signs between ``ends`` (s)."""
    signs = (-1.0) ** np.arange(len(ends) - 1)
    logs = np.linspace(np.log(INFRARED), np.log(ULTRAVIOLET), 200_001)
    omega = 2 * np.pi * np.exp(logs)
    transform = sum(
        sign * (np.exp(1j * omega * late) - np.exp(1j * omega * early))
        for sign, early, late in zip(signs, ends[:-1], ends[1:], strict=True)
    )
    return (2 * np.pi * NOISE) ** 2 * np.trapezoid(np.abs(transform) ** 2 / omega**2, logs)  # S df = A^2 d log f


def _ends(pulses: int, wait: float) -> np.ndarray:
    """Of the waits of CPMG with some pi pulses: half a spacing first and last; 0 pulses are Ramsey."""
    return wait * np.concatenate([[0.0], (np.arange(pulses) + 0.5) / max(pulses, 1), [1.0]])


def _sequence(pulses: int, wait: float, qubits: int = 1) -> QuantumCircuit:
    """On the first qubit; further ones are played on meanwhile."""
    circuit = QuantumCircuit(qubits, 1)
    for other in range(1, qubits):
        circuit.x(other)
        circuit.x(other)
    circuit.sx(0)
    steps = np.diff(_ends(pulses, wait))
    for index, step in enumerate(steps):
        if index:
            circuit.rz(np.pi / 2, 0)  # about the axis of the state, which no error of the pulse then turns
            circuit.x(0)
            circuit.rz(-np.pi / 2, 0)
        circuit.delay(round(step * 1e9), 0, unit="ns")
    circuit.sx(0)
    circuit.measure(0, 0)
    return circuit


def _contrast(truth: ChipTruth, pulses: int, waits: np.ndarray) -> np.ndarray:
    """What the noise leaves of |2 P(1) - 1| after each of the waits."""
    chip = open_simulated(1, len(truth.transmons), {}, 1.7e9).chip
    asked = [one.f01 for one in truth.transmons]
    controls = [
        dict(chip.controls[0], drive_frequency=one.f01, x_amplitude=0.05, sx_amplitude=0.025) for one in truth.transmons
    ]
    program = read_circuits([_sequence(pulses, wait) for wait in waits], controls)
    quiet = replace(truth, transmons=tuple(replace(one, flicker=0.0) for one in truth.transmons))
    noisy, ideal = (
        np.array([2 * found[0, 1] - 1 for _, found in populations(program, one, asked)]) for one in (truth, quiet)
    )
    return noisy / ideal


def test_the_covariance_of_the_phases_is_that_of_the_spectrum():
    for pulses in (0, 1, 2, 5):
        ends = _ends(pulses, 40e-6)
        signs = (-1.0) ** np.arange(pulses + 1)
        found = signs @ covariance(NOISE, ends[:-1], ends[1:]) @ signs
        assert found == pytest.approx(_filtered(ends), rel=2e-3)


@pytest.mark.parametrize("pulses", [0, 1, 2, 3, 8, 64])
def test_ramsey_echo_and_cpmg_are_those_of_one_spectrum(transmon, pulses):
    waits = np.round(np.linspace(2e-6, 60e-6, 8) * (1 + pulses) ** 0.5, 7)
    found = _contrast(ChipTruth(seed=1, transmons=(transmon,)), pulses, waits)
    expected = [np.exp(-_filtered(_ends(pulses, wait)) / 2) for wait in waits]
    assert found == pytest.approx(expected, abs=4e-3)
    assert min(expected) < 0.6 < max(expected)


def test_an_echo_is_gaussian_with_log_two_in_its_exponent(transmon):
    """chi = (2 pi A t)^2 log(2) / 2 (Cywinski et al., eq. 29; Bylander et al.), far from both cuts."""
    waits = np.round(np.geomspace(5e-6, 50e-6, 6), 8)
    chi = -np.log(_contrast(ChipTruth(seed=1, transmons=(transmon,)), 1, waits))
    assert chi == pytest.approx((2 * np.pi * NOISE * waits) ** 2 * np.log(2) / 2, rel=0.02)
    assert np.polyfit(np.log(waits), np.log(chi), 1)[0] == pytest.approx(2.0, abs=0.02)


def test_cpmg_gains_as_the_square_root_of_its_pulses(transmon):
    """T2 grows as N^(alpha / (1 + alpha)) for S ~ 1 / f^alpha (Cywinski et al.; 2/3 for alpha = 2, 1/2 here)."""
    times = []
    for pulses in (2, 4, 8, 16):
        waits = np.round(np.linspace(10e-6, 400e-6, 60), 8)
        found = _contrast(ChipTruth(seed=1, transmons=(transmon,)), pulses, waits)
        times.append(np.interp(-np.exp(-1), -found, waits))
    assert np.polyfit(np.log([2, 4, 8, 16]), np.log(times), 1)[0] == pytest.approx(0.5, abs=0.04)


def test_the_properties_of_the_truth_are_where_the_contrast_is_one_over_e(transmon):
    mixed = replace(transmon, t1=80e-6, t2=90e-6, quasi_static=1e3)
    echo, ramsey = mixed.t2_echo, mixed.t2_star
    assert np.exp(-echo / mixed.t2 - _filtered(_ends(1, echo)) / 2) == pytest.approx(np.exp(-1), rel=2e-3)
    slow = (2 * np.pi * 1e3 * ramsey) ** 2
    left = np.exp(-ramsey / mixed.t2 - (_filtered(_ends(0, ramsey)) + slow) / 2)
    assert left == pytest.approx(np.exp(-1), rel=2e-3)
    assert ramsey < echo < mixed.t2
    for echoes in (2, 8):
        train = mixed.t2_train(echoes)
        left = np.exp(-train / mixed.t2 - _filtered(_ends(echoes, train)) / 2)
        assert left == pytest.approx(np.exp(-1), rel=2e-3)
        assert echo < train < mixed.t2


def _sampled(gates: list, transmon: TransmonTruth, frequency: float, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard error of the final populations over drawn phases, each shot evolved by itself."""
    rng = np.random.default_rng(5)
    spans = windows(gates)
    phases = rng.multivariate_normal(
        np.zeros(len(spans.starts)), covariance(transmon.flicker, spans.starts, spans.ends), samples
    )
    phases += np.pi * transmon.parity_split * np.outer(rng.choice([-1, 1], samples), spans.ends - spans.starts)
    table = superoperators(gates, transmon, frequency)
    state = np.tile(thermal_state(transmon), (samples, 1))
    waits = iter(phases.T)
    for gate, matrix in zip(gates, table, strict=True):
        state = state @ matrix.T
        if isinstance(gate, Idle):
            unitary = np.exp(-1j * next(waits)[:, None] * np.arange(4))[..., None] * np.eye(4)
            state = np.einsum("nij,nj->ni", from_unitaries(unitary), state)
    return state[:, :4].mean(axis=0), state[:, :4].std(axis=0) / samples**0.5


def test_pathways_average_any_pulses_as_drawn_phases_do(transmon):
    """Wrong angles, detuned, with relaxation and levels above 1: nothing is assumed of the pulses."""
    noisy = replace(transmon, t1=50e-6, t2=60e-6, thermal_population=0.03, anharmonicity=-250e6, parity_split=9e3)
    controls = dict(open_simulated(1, 1, {}, 1.7e9).chip.controls[0], drive_frequency=noisy.f01)
    rng = np.random.default_rng(3)
    for waits in (1, 2, 4, 6):
        gates = []
        for _ in range(waits):
            gates.append(to_gate("drive", [rng.uniform(0.02, 0.06), 0.0, 2e6, 32e-9], "", controls))
            gates.append(to_gate("rz", [rng.uniform(-3, 3)], "", controls))
            gates.append(to_gate("delay", [round(rng.uniform(2e3, 2e4))], "ns", controls))
        gates.append(to_gate("drive", [0.03, 0.0, 0.0, 32e-9], "", controls))
        table = superoperators(gates, noisy, noisy.f01 + 0.2e6)
        found = final_populations(gates, table, thermal_state(noisy), noisy)
        assert found is not None
        expected, error = _sampled(gates, noisy, noisy.f01 + 0.2e6, 40_000)
        assert found == pytest.approx(expected, abs=5 * error.max() + 5e-4)


@pytest.mark.parametrize("pulses", [0, 1])
def test_a_qubit_with_a_neighbour_has_the_same_noise(transmon, pulses):
    """Measured beside a neighbour that is coupled: the spectrum is that of the qubit by itself."""
    other = replace(transmon, f01=transmon.f01 + 200e6, flicker=0.0)
    pair = ChipTruth(seed=1, transmons=(transmon, other), couplers=(CouplerTruth((0, 1), zz=40e3),))
    waits = np.round(np.linspace(4e-6, 60e-6, 5), 7)
    asked = [transmon.f01, other.f01]
    chip = open_simulated(1, 2, {}, 1.7e9).chip
    controls = [dict(chip.controls[0], drive_frequency=one, x_amplitude=0.05, sx_amplitude=0.025) for one in asked]
    program = read_circuits([_sequence(pulses, wait, qubits=2) for wait in waits], controls)
    quiet = replace(pair, transmons=(replace(transmon, flicker=0.0), other))
    found = [np.array([2 * one[0, 1] - 1 for _, one in populations(program, truth, asked)]) for truth in (pair, quiet)]
    alone = _contrast(ChipTruth(seed=1, transmons=(transmon,)), pulses, waits)
    assert found[0] / found[1] == pytest.approx(alone, abs=5e-3)


def test_all_pathways_without_their_mirror_images_are_counted_down_to_no_wait():
    for waits in range(4):
        orders = all_orders(waits)
        assert orders.shape == ((3**waits + 1) // 2, waits)
        assert len(np.unique(np.abs(orders @ 3.0 ** np.arange(waits)))) == len(orders)  # no two mirror each other


def test_a_chip_with_crossed_lines_and_neighbours_runs_every_kind_of_circuit():
    """Circuits with no wait, with one, and with more waits than pathways are followed for, in groups; with nothing at
    all before the readout, with a wait alone, and with a pulse on a neighbour alone.
    """
    chip = ChipDescription(seed=11, qubits=3, realism=parts_of("fridge"), coupling=((0, 1), (1, 2)))
    device = open_chip(chip, 1.7e9)
    assert device.chip.truth.drive_lines is not None
    circuits = [*(_long(waits) for waits in (0, 1, 2, 5)), *(_short(what) for what in ("", "delay", "x"))]
    program = read_circuits(circuits, device.chip.controls)
    for _, found in device.chip.populations(program, device.chip.truth_now()):
        assert found.sum(axis=1) == pytest.approx(np.ones(3))


def _long(waits: int) -> QuantumCircuit:
    circuit = QuantumCircuit(3, 3)
    circuit.sx([0, 1, 2])
    for _ in range(waits):
        circuit.delay(20, [0, 1, 2], unit="us")
        circuit.x([0, 1, 2])
    circuit.measure([0, 1, 2], [0, 1, 2])
    return circuit


def _short(what: str) -> QuantumCircuit:
    circuit = QuantumCircuit(3, 3)
    if what == "delay":
        circuit.delay(20, [0, 1, 2], unit="us")
    if what == "x":
        circuit.x(2)
    circuit.measure([0, 1, 2], [0, 1, 2])
    return circuit
