"""A chip that was drawn before there were tunable couplers stays the same chip, shot for shot."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from qiskit import QuantumCircuit

from reson.tools.devices.simulated.backend import SimulatedBackend
from reson.tools.devices.simulated.chip_file import load_chip
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip, open_simulated

FILE = """
name = "aurora"
seed = 3
qubits = 3
coupling = "line"
[[coupler]]
components = ["q0", "q1"]
zz = 90e3
crosstalk = -30
[qubit.q1]
t1 = 60e-6
"""

DIGESTS = {"none": "f43546a178826b6d", "line": "a17d697c8a04dc5a", "square": "bae386a600c78cd8"}
"""Of the chip of seed 7 with these couplings, made by the code as it was before."""


def _circuits(n_qubits: int) -> list[QuantumCircuit]:
    rng = np.random.default_rng(5)
    circuits = []
    for _ in range(8):
        circuit = QuantumCircuit(n_qubits, n_qubits)
        for qubit in range(n_qubits):
            circuit.sx(qubit)
        for _ in range(15):
            qubit = int(rng.integers(n_qubits))
            circuit.rz(float(rng.uniform(-3, 3)), qubit)
            circuit.delay(int(rng.integers(20, 9000)), qubit, "ns")
            (circuit.x if rng.random() < 0.5 else circuit.sx)(qubit)
        circuit.barrier()
        circuit.measure(range(n_qubits), range(n_qubits))
        circuits.append(circuit)
    return circuits


def _digest(device: SimulatedDevice) -> str:
    backend = device.backend
    assert isinstance(backend, SimulatedBackend)
    result = backend.run(_circuits(len(device.qubits)), shots=300).result()
    told = [
        device.name,
        [one.data.counts for one in result.results or []],
        device.design_controls(),
        device.now().isoformat(),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


@pytest.mark.parametrize("coupling", DIGESTS)
def test_a_drawn_chip_stays_the_same(coupling):
    assert _digest(open_simulated(7, 5, {"q1": "attenuator"}, 1.7e9, coupling)) == DIGESTS[coupling]


def test_a_chip_of_a_file_stays_the_same(tmp_path: Path):
    (tmp_path / "chip.toml").write_text(FILE)
    assert _digest(open_chip(load_chip(tmp_path / "chip.toml"), 1.7e9)) == "697607bf6b4a7c90"
