"""Lines and electronics of a fridge chip: against integrals of the pulses, and against what the signal must show."""

from dataclasses import replace

import numpy as np
import pytest
from qiskit import QuantumCircuit
from scipy.integrate import quad

from reson.tools.devices.envelope import envelope
from reson.tools.devices.simulated.backend import SimulatedBackend
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import open_chip
from reson.tools.devices.simulated.lines import HUM, JUMP, MAINS, ONE_DB, digitised, oscillator_phase
from reson.tools.devices.simulated.propagation import Pulse, unitary_paths
from reson.tools.devices.simulated.truth import draw_truth

START = 1.7e9


def test_a_line_has_lost_one_decibel_where_it_says():
    assert 20 * np.log10(np.sqrt(1 + ONE_DB**2)) == pytest.approx(1.0)


@pytest.mark.parametrize("amplitude", [0.1, 0.5, 1.0])
def test_a_compressed_pulse_turns_by_the_area_that_is_left(amplitude):
    """A resonant two-level system: the angle is the integral of what is played."""
    gain, most, duration = 2e8, 1.2, 32e-9
    path = unitary_paths([Pulse(amplitude, 0.0, 0.0, duration)], 256, 1, 0.0, -30e12, gain, compression=most)
    excited = abs(path[0, 0, -1][1, 0]) ** 2

    def played(time: float) -> float:
        asked = amplitude * float(envelope(np.array([time]), duration)[0])
        return asked / np.sqrt(1 + (asked / most) ** 2)

    area = quad(played, 0, duration, points=[duration / 2])[0]
    assert excited == pytest.approx(np.sin(gain * area / 2) ** 2, abs=2e-3)


def test_the_plane_jumps_some_times_a_night_for_all_qubits_of_a_feedline():
    one = open_chip(ChipDescription(seed=1, qubits=2, realism=("lines",)), START).chip.truth.transmons[0]
    hours = START + 3600.0 * np.arange(400)
    phases = np.array([oscillator_phase(one, 1, 0, time) for time in hours])
    assert np.abs(phases).max() <= JUMP
    assert phases.std() == pytest.approx(JUMP / np.sqrt(3), rel=0.15)
    jumps = np.count_nonzero(np.diff(phases))
    assert jumps == pytest.approx(400 * (1 - np.exp(-1 / 4)), abs=30)
    assert np.array_equal(phases, [oscillator_phase(one, 1, 5, time) for time in hours])
    assert oscillator_phase(draw_truth(1, 1).transmons[0], 1, 0, START) == 0.0


def test_hum_stands_at_the_frequency_of_the_mains():
    device = open_chip(ChipDescription(seed=2, qubits=1, realism=("lines",)), START)
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    backend = SimulatedBackend(device.name, device.chip)
    job = backend.run(circuit, shots=40_000, meas_level=1, meas_return="single")
    signal = np.asarray(job.result().get_memory())[:, 0]
    period = device.limits.reset_time + device.limits.readout_time
    times = period * np.arange(len(signal))
    still = signal - signal.mean()

    def at(frequency: float) -> float:
        return float(np.abs(np.mean(still * np.exp(2j * np.pi * frequency * times))))

    noise = device.chip.truth.transmons[0].resonator.noise
    size = abs(device.chip.truth.transmons[0].resonator.hum)
    assert HUM[0] * noise <= size <= HUM[1] * noise
    assert at(MAINS) == pytest.approx(size / 2, abs=5 * noise / np.sqrt(len(signal)))
    assert at(MAINS + 13) < 5 * noise / np.sqrt(len(signal))


def test_a_digitiser_clips_each_quadrature_and_a_clean_one_touches_nothing():
    drawn = draw_truth(1, 1).transmons[0]
    signal = np.array([[[30 + 2j], [-3 - 40j]]])
    assert digitised(signal, [drawn], START, 1e-3) is signal
    small = replace(drawn, resonator=replace(drawn.resonator, digitiser=20.0))
    assert digitised(signal, [small], START, 1e-3)[0, :, 0] == pytest.approx([20 + 2j, -3 - 20j])


def test_a_pi_pulse_stays_in_reach_of_every_line():
    """Compression makes a pulse need more amplitude; with the wiring in order full scale must still turn by pi."""
    for seed in range(20):
        for one in open_chip(ChipDescription(seed=seed, qubits=3, realism=("lines",)), START).chip.truth.transmons:
            path = unitary_paths(
                [Pulse(amp, 0.0, 0.0, 32e-9) for amp in np.linspace(0.2, 0.8, 61)],
                64,
                1,
                0.0,
                one.anharmonicity,
                one.gain,
                compression=one.compression,
            )
            assert np.max(np.abs(path[:, 0, -1, 1, 0]) ** 2) > 0.98
