"""Does a circuit keep more on the recommended qubits than on Qiskit's own?

GHZ-mirror circuits on copies of devices: a chain is entangled and disentangled again, so that all qubits end in 0 but
for errors. Both placements are scheduled as late as possible, with every wait written out as a delay that relaxes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from qiskit import QuantumCircuit, transpile
from qiskit.transpiler import PassManager, Target
from qiskit.transpiler.passes import ALAPScheduleAnalysis, PadDelay

from reson.evals.benches.bench import Asked
from reson.tools.devices.ibm.fakes import fake_backend
from reson.tools.devices.local.device import NoisyDevice, noisy_device
from reson.tools.devices.placing import best
from reson.tools.devices.rating import active

DEVICES = ("brisbane", "kyiv", "torino")
QUBITS = (5, 7)
SHOTS = 20_000
SEED = 11
"""Of the shots; placements have none."""


def mirror(number: int) -> QuantumCircuit:
    circuit = QuantumCircuit(number, number)
    circuit.h(0)
    for first in range(number - 1):
        circuit.cx(first, first + 1)
    circuit.barrier()
    for first in reversed(range(number - 1)):
        circuit.cx(first, first + 1)
    circuit.h(0)
    circuit.barrier()
    circuit.measure(range(number), range(number))
    return circuit


def scheduled(circuit: QuantumCircuit, target: Target) -> QuantumCircuit:
    """With every wait of a qubit that is used written out."""
    padded = PassManager([ALAPScheduleAnalysis(target=target), PadDelay(target=target)]).run(circuit)
    kept = padded.copy_empty_like()
    mine = {padded.qubits[place] for place in active(circuit)}
    for one in padded.data:
        if mine.issuperset(one.qubits):
            kept.append(one)
    return kept


def success(device: NoisyDevice, circuit: QuantumCircuit) -> float:
    """Share of shots in which all qubits end in 0."""
    target: Any = device.backend.target
    backend: Any = device.backend
    counts = backend.run([scheduled(circuit, target)], shots=SHOTS).result().get_counts()
    return counts.get("0" * circuit.num_clbits, 0) / SHOTS


def compare(name: str, number: int) -> tuple[float, float]:
    """(recommended, Qiskit's level 3) of one copy."""
    model: Any = fake_backend(name)
    device, target = noisy_device("fake", f"fake:{name}", model, seed=SEED), model.target
    circuit = mirror(number)
    mine = best(circuit, target, device.published)[0].circuit
    stock = transpile(circuit, backend=model, optimization_level=3, seed_transpiler=0)
    return success(device, mine), success(device, stock)


def lines(asked: Asked) -> Iterator[str]:
    differences = []
    for name in asked.copies or DEVICES:
        for number in QUBITS:
            mine, stock = compare(name, number)
            error = math.sqrt((mine * (1 - mine) + stock * (1 - stock)) / SHOTS)
            differences.append(mine - stock)
            told = f"recommended {mine:.3f}   level 3 {stock:.3f}   difference {mine - stock:+.3f} +- {error:.3f}"
            yield f"{name:<12} {number} qubits   {told}"
    yield f"mean difference {sum(differences) / len(differences):+.4f}"
