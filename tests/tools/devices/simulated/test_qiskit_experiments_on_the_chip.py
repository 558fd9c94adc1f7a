"""Stock experiments through the backend and the sampler, against the truth."""

import copy

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit_experiments.framework import BatchExperiment, ParallelExperiment
from qiskit_experiments.library import T1, T2Hahn

from reson.tools.devices.simulated.ring_up import pointer_states

DELAYS = np.linspace(0, 300e-6, 31)


def _fitted(data, name: str):
    assert not data.errors()
    frame = data.analysis_results(dataframe=True)
    return frame[frame["name"] == name]["value"].tolist()


def _close(found, truth: float) -> bool:
    return abs(found.n - truth) < max(5 * found.s, 0.1 * truth)


def test_t1_of_qubits_in_parallel_by_backend_run(device):
    experiment = ParallelExperiment([T1([qubit], DELAYS) for qubit in (0, 3)], backend=device.backend)
    data = experiment.run(backend_run=True, shots=1000).block_for_results()
    truth = device.chip.truth_now().transmons
    found = _fitted(data, "T1")
    assert len(found) == 2
    assert all(_close(value, truth[qubit].t1) for value, qubit in zip(found, (0, 3), strict=True))


def test_t1_by_the_sampler(device):
    data = T1([1], DELAYS).run(sampler=device.sampler(), shots=1000).block_for_results()
    (found,) = _fitted(data, "T1")
    assert _close(found, device.chip.truth_now().transmons[1].t1)


def test_a_batch_of_different_experiments(device):
    batch = BatchExperiment([T1([0], DELAYS), T2Hahn([0], DELAYS)], backend=device.backend)
    data = batch.run(backend_run=True, shots=1000).block_for_results()
    truth = device.chip.truth_now().transmons[0]
    assert _close(_fitted(data, "T1")[0], truth.t1)
    assert _close(_fitted(data, "T2")[0], truth.t2)


def test_iq_data_of_qubits_in_parallel(device):
    """Level 1: qiskit-experiments hands each qubit its own IQ points, which lie at its own cloud."""
    experiment = ParallelExperiment(
        [T1([qubit], [1e-9, 2e-9, 3e-9]) for qubit in (0, 1)], backend=device.backend, flatten_results=False
    )
    data = experiment.run(
        analysis=None, backend_run=True, shots=500, meas_level=1, meas_return="single"
    ).block_for_results()
    memory = np.array(data.data()[0]["memory"])
    assert memory.shape == (500, 2, 2)
    for qubit, truth in enumerate(device.chip.truth_now().transmons[:2]):
        mean = complex(*memory[:, qubit].mean(axis=0))
        controls = device.chip.controls[qubit]
        centres, _ = pointer_states(truth, controls["readout_frequency"], controls["readout_amplitude"])
        assert abs(mean - centres[1]) < 0.6


def test_a_copied_backend_is_the_same_chip(device):
    assert copy.deepcopy(device.backend) is device.backend


def test_the_target_follows_the_controls(device):
    device.load({"q1": {"pulse_duration": 40e-9}})
    assert device.backend.target["x"][1,].duration == 40e-9
    assert device.backend.target["sx"][0,].duration == 32e-9
    circuit = QuantumCircuit(2, 1)
    circuit.x(1)
    circuit.measure(1, 0)
    before = device.now()
    device.backend.run(circuit, shots=1000)
    assert (device.now() - before).total_seconds() == pytest.approx(1000 * (251e-6 + 40e-9), abs=2e-6)
