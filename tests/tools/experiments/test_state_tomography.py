"""State tomography: against the stock analysis on the same shots, and against the hidden truth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from qiskit.quantum_info import Statevector
from qiskit_experiments.framework import ExperimentData
from qiskit_experiments.library.tomography import StateTomographyAnalysis
from qiskit_experiments.library.tomography.basis import PauliMeasurementBasis

from reson.evals.true_assignment import read_as_one
from reson.evals.true_state import prepared_fidelity
from reson.records import Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.circuits.tomography_circuits import preparation
from reson.tools.experiments.state_tomography import TARGETS, bloch_vector, density, physical
from reson.tools.verdicts.judge import judge

from .tuned import tuned_device

STATES = range(6)


@pytest.fixture(scope="module")
def device() -> SimulatedDevice:
    return tuned_device(41, 1)


def known_errors(device: SimulatedDevice) -> dict[str, float]:
    truth, controls = [device.chip.truth_now().transmons[0]], [device.controls()["q0"]]
    p1 = [float(read_as_one(truth, controls, [state])[0]) for state in (0, 1)]
    return {"p1_given_0": p1[0], "p0_given_1": 1 - p1[1]}


def measure(device: SimulatedDevice, **given: float) -> tuple[RawData, Analysis, Verdict]:
    row = get("state_tomography")
    arguments = row.arguments(given, device.controls()["q0"])
    raw = row.acquire(device, {0: arguments})[0]
    analysis = row.analyse(raw)
    return raw, analysis, judge(row.check(analysis, arguments, {})).verdict


@pytest.mark.parametrize("state", STATES)
def test_targets_are_what_the_circuits_prepare(state: int) -> None:
    rho = np.outer(amplitudes := Statevector(preparation(state)).data, amplitudes.conj())
    assert density(TARGETS[state]) == pytest.approx(
        np.array([rho[0, 0].real, rho[1, 1].real, rho[0, 1].real, rho[0, 1].imag])
    )


@pytest.mark.parametrize("state", STATES)
def test_fidelity_against_the_truth(device: SimulatedDevice, state: int) -> None:
    _, analysis, verdict = measure(device, state=state, shots=10_000, **known_errors(device))
    assert verdict is Verdict.ACCEPT
    found = analysis.quantities["state_fidelity"]
    assert found.stderr and abs(found.value - prepared_fidelity(device, 0, state)) < 4 * found.stderr


def test_the_stock_analysis_finds_the_same_state(device: SimulatedDevice) -> None:
    """Without mitigation, on the same counts."""
    raw, analysis, _ = measure(device, state=4)
    data = ExperimentData()
    counts = raw.arrays["counts"]
    data.metadata.update(physical_qubits=[0], m_qubits=[0])
    rows: list[dict[str, Any]] = [
        {"counts": {"0": int(zeros), "1": int(ones)}, "metadata": meta, "shots": raw.shots}
        for (zeros, ones), meta in zip(counts, raw.circuits, strict=True)
        if "m_idx" in meta
    ]
    data.add_data(rows)
    stock = StateTomographyAnalysis()
    stock.set_options(measurement_basis=PauliMeasurementBasis(), measurement_qubits=(0,), plot=False)
    stock.set_options(target=Statevector(preparation(4)))
    stock.run(data).block_for_results()
    table: Any = data.analysis_results("state", dataframe=True)
    rho = np.asarray(table.iloc[0].value.data)
    mine = analysis.series[2].y
    assert mine == pytest.approx((rho[0, 0].real, rho[1, 1].real, rho[0, 1].real, rho[0, 1].imag), abs=2e-3)


def test_assignment_errors_are_taken_out_exactly_and_states_are_physical() -> None:
    vector, p10, p01 = np.array([0.6, -0.3, 0.5]), 0.02, 0.07
    excited = (1 - vector) / 2
    p1 = p10 * (1 - excited) + (1 - p01) * excited
    found, errors = bloch_vector(p1, np.full(3, 0.004), p10, p01)
    assert found == pytest.approx(vector)
    assert (errors > 2 * 0.004).all()
    for length in (0.4, 1.3):
        rho00, rho11, real, imaginary = density(physical(np.array([0.0, 0.6, 0.8]) * length))
        matrix = np.array([[rho00, real + 1j * imaginary], [real - 1j * imaginary, rho11]])
        assert np.linalg.eigvalsh(matrix).min() >= -1e-12
        assert np.trace(matrix) == pytest.approx(1.0)


def test_what_readout_errors_alone_could_explain_is_not_accepted(device: SimulatedDevice) -> None:
    assert measure(device, state=2)[2] is Verdict.REVIEW
    right = known_errors(device)
    stale = {name: value + 0.06 for name, value in right.items()}
    assert measure(device, state=2, **stale)[2] is not Verdict.ACCEPT
    assert measure(device, state=2, **right)[2] is Verdict.ACCEPT


def test_a_wrong_state_is_not_accepted(device: SimulatedDevice) -> None:
    """Shots of + handed in as those of -."""
    row, known = get("state_tomography"), known_errors(device)
    raw = measure(device, state=2, **known)[0]
    other = replace(raw, parameters=raw.parameters | {"state": 3})
    assert judge(row.check(row.analyse(other), other.parameters, {})).verdict is Verdict.REJECT
