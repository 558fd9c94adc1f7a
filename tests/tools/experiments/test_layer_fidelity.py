"""Layer fidelity on qubits of known noise: gate errors, layers, broken pairs, and devices without such a gate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from qiskit.transpiler import InstructionProperties

from reson.agent.reading.reader import read_saved_data
from reson.components import Pair, Qubit, value_name
from reson.errors import ToolError
from reson.records import Status, Verdict
from reson.tools.data import RawData
from reson.tools.devices.local.device import NoisyDevice, noisy_device
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.order import NoiseOptions
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments import layer_fidelity
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.circuits.layer_circuits import layer_circuits, layers_of
from reson.tools.experiments.possible import why_not, why_not_on, works_at
from reson.tools.experiments.standard_rb import PULSES_PER_CLIFFORD
from reson.tools.verdicts.judge import judge

ROW = get(layer_fidelity.NAME)
NOISE = NoiseOptions(t1=300e-6, t2=250e-6, gate_error=4e-4, two_qubit_error=8e-3, readout_error=0.03)


@pytest.fixture(scope="module")
def device() -> NoisyDevice:
    return noisy_device("aer", "aer", line_of_qubits(4, NOISE), seed=5)


@pytest.fixture(scope="module")
def data(device: NoisyDevice) -> dict[int, RawData]:
    arguments = ROW.arguments({"max_length": 120, "shots": 800}, {})
    return ROW.acquire(device, {1: arguments, 2: arguments})


def test_the_error_of_the_gate_is_that_of_the_noise(data: dict[int, RawData]) -> None:
    written = {1: {"q0-q1", "q1-q2"}, 2: {"q2-q3"}}
    for raw in data.values():
        analysis = ROW.analyse(raw)
        assert [part.name for part in analysis.series] == [f"with q{raw.qubit - 1}", f"with q{raw.qubit + 1}"]
        for pair in (Pair(raw.qubit - 1, raw.qubit), Pair(raw.qubit, raw.qubit + 1)):
            name = layer_fidelity.ERROR if pair in written[raw.qubit] else layer_fidelity.SHOWN
            error = analysis.quantities[value_name(pair, name)]
            found = layer_fidelity.gate_error(error.value, 2 * NOISE.gate_error)
            assert error.stderr is not None
            assert error.stderr < 0.05 * error.value
            assert found == pytest.approx(NOISE.two_qubit_error, abs=4 * error.stderr)
        assert judge(ROW.check(analysis, raw.parameters, {})).verdict is Verdict.ACCEPT
        assert read_saved_data(analysis).status is Status.SUCCESS
        proposed = {change.component for change in ROW.propose(analysis, {}) if change.parameter == "layer_error"}
        assert proposed == written[raw.qubit], "a pair is written once, by the first of its qubits"


def test_both_qubits_of_a_pair_have_the_same_data(data: dict[int, RawData]) -> None:
    first, second = (ROW.analyse(data[qubit]).series for qubit in (1, 2))
    assert first[1].y == second[0].y


def test_a_lattice_falls_into_disjoint_layers() -> None:
    edges = [(0, 1), (1, 2), (2, 3), (1, 4), (4, 5), (5, 6), (2, 6)]
    layers = layers_of(edges)
    assert sorted(edge for layer in layers for edge in layer) == sorted(edges)
    assert all(len({qubit for edge in layer for qubit in edge}) == 2 * len(layer) for layer in layers)
    assert len(layers) <= 4
    without_odd_loops = [edge for edge in edges if edge != (2, 6)]
    assert len(layers_of(without_odd_loops)) == 3


def test_a_clifford_takes_as_many_pulses_as_the_correction_assumes(device: NoisyDevice) -> None:
    circuits = layer_circuits(device, "cz", [[(0, 1), (2, 3)]], [200, 800], 4, seed=1)
    pulses = [sum(one.count_ops().get(name, 0) for name in ("sx", "x")) for one in circuits]
    longer = np.mean(pulses[1::2]) - np.mean(pulses[::2])  # what the inverse takes is in both
    assert longer / (600 * 4) == pytest.approx(PULSES_PER_CLIFFORD, rel=0.02)


@pytest.mark.parametrize("level", [0.02, 0.25, 0.5, 0.97])
def test_noise_is_rejected(level: float, data: dict[int, RawData]) -> None:
    raw = data[1]
    for seed in range(4):
        alive = np.random.default_rng(seed).binomial(raw.shots, level, len(raw.circuits))
        noise = replace(raw, arrays={"counts": np.stack([raw.shots - alive, alive], axis=1)})
        analysis = ROW.analyse(noise)
        assert judge(ROW.check(analysis, raw.parameters, {})).verdict is Verdict.REJECT, seed
        assert read_saved_data(analysis).status is not Status.SUCCESS, seed


def test_sequences_that_are_too_short_or_too_long_are_not_accepted(device: NoisyDevice) -> None:
    for length in (20, 2000):
        perfect = NOISE.model_copy(update={"two_qubit_error": 5e-4, "gate_error": 1e-5, "t1": 0.1, "t2": 0.1})
        noise = perfect if length == 20 else NOISE.model_copy(update={"two_qubit_error": 0.06})
        other = noisy_device("aer", "aer", line_of_qubits(2, noise), seed=6)
        arguments = ROW.arguments({"max_length": length, "shots": 400, "samples": 4}, {})
        analysis = ROW.analyse(ROW.acquire(other, {0: arguments})[0])
        assert judge(ROW.check(analysis, arguments, {})).verdict is not Verdict.ACCEPT, length


def test_devices_without_the_gate_say_so() -> None:
    chip = open_simulated(1, 2, {}, 0.0)
    assert why_not(ROW, chip) == "the device has no `cz` or `ecr` or `cx` gate"
    with pytest.raises(ToolError, match="none of the gates"):
        works_at(chip, layer_fidelity.TWO_QUBIT)
    alone = noisy_device("aer", "aer", line_of_qubits(1, NOISE))
    assert why_not(ROW, alone) is not None


def test_one_qubit_without_a_working_gate_is_named_alone() -> None:
    line = line_of_qubits(3, NOISE)
    for pair in ((1, 2), (2, 1)):
        line.target.update_instruction_properties("cz", pair, InstructionProperties(error=1.0))
    broken = noisy_device("aer", "aer", line)
    assert why_not_on(ROW, broken, Qubit(1)) is None
    assert why_not_on(ROW, broken, Qubit(2)) == "q2 has no `cz` gate that works"


def test_a_layer_s_fidelity_is_the_product_of_its_pairs() -> None:
    assert layer_fidelity.layer_fidelity([0.0, 0.0]) == 1.0
    # complete depolarisation of two qubits: average error 3/4, process fidelity 1/16
    assert layer_fidelity.layer_fidelity([0.75]) == pytest.approx(1 / 16)
