"""The clock, the determinism of shots, scheduling, and the layout of results."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter
from qiskit.circuit.library import IGate, RZGate, SXGate, XGate

from reson.tools.devices.device import Device
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.program import read_circuits
from reson.tools.devices.simulated.propagation import Pulse
from reson.tools.devices.simulated.ring_up import pointer_states
from reson.tools.devices.simulated.superoperators import Idle, superoperators, thermal_state


def _flip(qubits: int = 1, flipped: tuple[int, ...] = (0,)) -> QuantumCircuit:
    circuit = QuantumCircuit(qubits, qubits)
    for qubit in flipped:
        circuit.x(qubit)
    circuit.measure(range(qubits), range(qubits))
    return circuit


def _iq(device: SimulatedDevice, circuits: list[QuantumCircuit]) -> np.ndarray:
    """IQ points (shots, slots) of the first circuit."""
    job: Any = device.backend.run(circuits, shots=500, meas_level=1)  # the base class leaves run() without a type
    return job.result().get_memory(0)


def test_the_clock_moves_by_circuits_times_shots_times_what_a_shot_takes(device):
    before = device.now()
    circuit = _flip()
    circuit.data.insert(0, circuit.data[0])
    device.backend.run([circuit, _flip(flipped=())], shots=1000)
    expected = 1000 * (2 * (250e-6 + 1e-6) + 2 * 32e-9)
    assert (device.now() - before).total_seconds() == pytest.approx(expected, abs=2e-6)


def test_rest_moves_the_clock_forward_only(device):
    later = device.now() + timedelta(hours=3)
    device.rest_until(later)
    assert device.now() == later
    device.rest_until(later - timedelta(hours=1))
    assert device.now() == later
    assert open_simulated(1, 1, {}, 0.0).now() == datetime(1970, 1, 1, tzinfo=UTC)


def test_the_same_job_at_the_same_time_gives_the_same_shots_after_a_restart(device):
    circuits = [_flip(5, (0, 2)), _flip(5, ())]
    device.backend.run(circuits, shots=200)
    controls = device.controls()
    reopened = open_simulated(7, 5, {}, device.now().timestamp())
    reopened.load(controls)
    first, again, other = (_iq(source, circuits) for source in (device, reopened, reopened))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_long_job_sees_the_drift_within(device):
    """Two slices of 20 s: the circuits of the second are played on the chip as it then is."""
    seen = []
    chip = device.chip
    original = chip.outcomes
    chip.outcomes = lambda part, truth: seen.append(truth) or original(part, truth)
    device.backend.run([_flip()] * 6, shots=20_000)
    assert len(seen) == 2
    assert seen[0].transmons[0].f01 != seen[1].transmons[0].f01


def test_bits_come_in_qiskits_order_and_registers(device):
    quantum, low, high = QuantumRegister(3), ClassicalRegister(2, "low"), ClassicalRegister(1, "high")
    circuit = QuantumCircuit(quantum, low, high, metadata={"xval": 3})
    circuit.x(0)
    circuit.x(2)
    circuit.measure(quantum[0], low[0])
    circuit.measure(quantum[1], low[1])
    circuit.measure(quantum[2], high[0])
    result = device.backend.run(circuit, shots=2000, memory=True).result()
    counts = result.get_counts()
    assert max(counts, key=counts.__getitem__) == "1 01"
    assert sum(counts.values()) == len(result.get_memory()) == 2000
    assert result.results[0].header["metadata"] == {"xval": 3}


def test_levels_one_and_two_show_the_same_shots(device):
    start = device.chip.clock
    iq = device.backend.run(_flip(2), shots=500, meas_level=1).result().get_memory()
    device.chip.clock = start
    bits = device.backend.run(_flip(2), shots=500, memory=True).result().get_memory()
    for qubit in (0, 1):
        controls = device.chip.controls[qubit]
        ones = np.real(iq[:, qubit] * np.exp(-1j * controls["readout_angle"])) > controls["readout_threshold"]
        assert [shot[1 - qubit] == "1" for shot in bits] == ones.tolist()


def test_shapes_of_levels_zero_and_one(device):
    circuit = _flip(3)
    shapes = {
        (level, how): np.shape(
            device.backend.run(circuit, shots=20, meas_level=level, meas_return=how).result().data(0)["memory"]
        )
        for level in (0, 1)
        for how in ("single", "avg")
    }
    assert shapes == {
        (0, "single"): (20, 3, 50, 2),
        (0, "avg"): (3, 50, 2),
        (1, "single"): (20, 3, 2),
        (1, "avg"): (3, 2),
    }


def test_qubits_wait_at_a_barrier_as_late_as_possible(device):
    """q1 has 1 us to do before the barrier and q0 one pulse, which comes last; after it q0 waits the 2 us of q1."""
    circuit = QuantumCircuit(2, 2)
    circuit.x(0)
    circuit.delay(1, 1, unit="us")
    circuit.barrier()
    circuit.delay(2000, 1, unit="dt")
    circuit.measure([0, 1], [0, 1])
    program = read_circuits([circuit], device.chip.controls)
    zero, one = program.circuits[0].rows
    first, *rest = [program.gates[code][1] for code in zero.codes]
    assert isinstance(first, Pulse)
    assert rest == [Idle(2_000_000)]
    assert [program.gates[code][1] for code in one.codes] == [Idle(1_000_000), Idle(2_000_000)]
    assert program.circuits[0].duration == pytest.approx(3e-6)


def test_a_qubit_measured_before_a_barrier_does_not_wait_there(device):
    circuit = QuantumCircuit(2, 2)
    circuit.x(0)
    circuit.measure(0, 0)
    circuit.barrier()
    circuit.delay(50, 1, unit="us")
    circuit.measure(1, 1)
    program = read_circuits([circuit], device.chip.controls)
    assert len(program.circuits[0].rows[0].codes) == 1


def test_populations_of_long_random_circuits_do_not_depend_on_the_fusion_of_gates(device):
    """The fast path multiplies pairs of gates first; applying them one by one must give the same."""
    rng = np.random.default_rng(2)
    circuits = []
    for length in (3, 90, 400):
        circuit = QuantumCircuit(2, 2)
        for choice in rng.integers(0, 4, length):
            for qubit in (0, 1):
                circuit.append((SXGate(), XGate(), IGate(), RZGate(0.5))[choice], [qubit])
        circuit.measure([0, 1], [0, 1])
        circuits.append(circuit)
    now = device.chip.truth_now()
    truth = replace(now, transmons=tuple(replace(one, quasi_static=0.0) for one in now.transmons))
    program = read_circuits(circuits, device.chip.controls)
    for circuit, found in device.chip.populations(program, truth):
        for row, populations in zip(circuit.rows, found, strict=True):
            state = thermal_state(truth.transmons[row.qubit])
            frequency = device.chip.controls[row.qubit]["drive_frequency"]
            for code in row.codes:
                state = superoperators([program.gates[code][1]], truth.transmons[row.qubit], frequency)[0] @ state
            assert populations == pytest.approx(state[:4], abs=1e-10)


def test_reset_brings_back_the_thermal_state_but_for_its_error(device):
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.reset(0)
    circuit.measure(0, 0)
    program = read_circuits([circuit], device.chip.controls)
    truth = device.chip.truth_now()
    ((_, populations),) = device.chip.populations(program, truth)
    qubit = truth.transmons[0]
    expected = (1 - qubit.reset_error) * thermal_state(qubit)[1] + qubit.reset_error
    assert qubit.reset_error > 0
    assert populations[0, 1] == pytest.approx(expected)


def test_the_sampler_runs_parameter_sweeps_register_by_register(device):
    quantum, first, second = QuantumRegister(2), ClassicalRegister(1, "first"), ClassicalRegister(1, "second")
    circuit = QuantumCircuit(quantum, first, second)
    angle = Parameter("angle")
    circuit.sx(0)
    circuit.rz(angle, 0)
    circuit.sx(0)
    circuit.measure(0, first[0])
    circuit.measure(1, second[0])
    result = device.sampler().run([(circuit, [[0.0], [np.pi]], 4000)]).result()[0]
    ones = result.data.first.bitcount().mean(axis=-1)
    assert result.data.first.shape == (2,)
    assert ones[0] > 0.93  # two quarter turns make a half turn
    assert ones[1] < 0.07
    assert result.data.second.bitcount().mean() < 0.07


def test_it_is_a_device_of_the_lab():
    lab_device: Device = open_simulated(1, 2, {}, 0.0)
    assert lab_device.qubits == (0, 1)
    assert lab_device.kind == "simulated"
    lab_device.load(lab_device.design_controls())


def test_a_cold_chip_and_a_calibrated_one_differ(calibrate):
    device = open_simulated(7, 1, {}, 1.7e9)
    cold = _iq(device, [_flip()]).mean()
    calibrate(device)
    controls = device.chip.controls[0]
    truth = device.chip.truth_now().transmons[0]
    excited = pointer_states(truth, controls["readout_frequency"], controls["readout_amplitude"])[0][1]
    warm = _iq(device, [_flip()]).mean()
    assert abs(warm - excited) < abs(cold - excited)
    assert abs(warm - excited) < 0.4
