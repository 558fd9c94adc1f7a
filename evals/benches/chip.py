"""How fast the simulated chip is: circuits per second on one core, and the same circuit by QuTiP for comparison."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from qiskit import QuantumCircuit

from reson.evals.benches.bench import Asked, figures, median_seconds
from reson.tools.devices.drive import DriveGate
from reson.tools.devices.envelope import envelope, envelope_derivative
from reson.tools.devices.simulated.chip import Chip
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.devices.simulated.program import read_circuits
from reson.tools.devices.simulated.propagation import LOWERING, NUMBER
from reson.tools.devices.simulated.truth import LEVELS

_CIRCUITS = 1000
_PULSES = 500
_RANDOM_GATES = 4000


def lines(_: Asked) -> Iterator[str]:
    """Set OMP_NUM_THREADS=1 to hold it to one core."""
    device = open_simulated(seed=1, n_qubits=5, faults={}, clock=1.7e9)
    chip = device.chip
    short = [_short_circuit(index) for index in range(_CIRCUITS)]
    program = read_circuits(short, chip.controls)
    physics = median_seconds(lambda: list(chip.populations(program, chip.truth_now())))
    reading = median_seconds(lambda: read_circuits(short, chip.controls))
    whole = median_seconds(lambda: device.backend.run(short, shots=100))
    drives = [_drive_circuit(amp) for amp in np.linspace(0, 0.5, _PULSES)]
    pulses = median_seconds(lambda: list(chip.populations(read_circuits(drives, chip.controls), chip.truth_now())))
    long = read_circuits([_long_circuit(seed) for seed in range(60)], chip.controls)
    benchmarking = median_seconds(lambda: list(chip.populations(long, chip.truth_now())), repeats=2)
    one = read_circuits(short[:1], chip.controls)
    alone = median_seconds(lambda: list(chip.populations(one, chip.truth_now())))
    qutip = _qutip_seconds(chip)
    found = [
        ("short circuits, physics", _CIRCUITS / physics, "circuits/s"),
        ("short circuits, physics and reading of QuantumCircuits", _CIRCUITS / (physics + reading), "circuits/s"),
        ("short circuits, everything with 100 shots", _CIRCUITS / whole, "circuits/s"),
        ("circuits with a pulse of their own each", _PULSES / pulses, "circuits/s"),
        (f"60 circuits of {_RANDOM_GATES} gates on 5 qubits, physics", benchmarking, "s"),
        ("QuTiP mesolve against one short circuit in a job of its own", qutip / alone, "x"),
        (f"QuTiP mesolve against one short circuit in a job of {_CIRCUITS}", qutip * _CIRCUITS / physics, "x"),
    ]
    return figures(found)


def _short_circuit(index: int) -> QuantumCircuit:
    circuit = QuantumCircuit(1, 1)
    circuit.sx(0)
    circuit.rz(0.1 * (index % 50), 0)
    circuit.x(0)
    circuit.sx(0)
    circuit.measure(0, 0)
    return circuit


def _drive_circuit(amp: float) -> QuantumCircuit:
    circuit = QuantumCircuit(1, 1)
    circuit.append(DriveGate(float(amp), 0.0, 0.0, 32e-9), [0])
    circuit.measure(0, 0)
    return circuit


def _long_circuit(seed: int) -> QuantumCircuit:
    """Random pulses and quarter turns of the frame: the load of randomised benchmarking."""
    choices = np.random.default_rng(seed).integers(0, 6, (_RANDOM_GATES, 5))
    circuit = QuantumCircuit(5, 5)
    for row in choices:
        for qubit, choice in enumerate(row):
            if choice < 3:
                circuit.rz(np.pi / 2 * (choice + 1), qubit)
            elif choice < 5:
                circuit.sx(qubit)
            else:
                circuit.x(qubit)
    circuit.measure(range(5), range(5))
    return circuit


def _qutip_seconds(chip: Chip) -> float:
    """Wall time of the three pulses of a short circuit by ``qutip.mesolve`` at its default tolerances."""
    import qutip

    truth, controls = chip.truth_now().transmons[0], chip.controls[0]
    duration = controls["pulse_duration"]
    lowering, number = qutip.Qobj(LOWERING), qutip.Qobj(np.diag(NUMBER))
    detuning = truth.f01 - controls["drive_frequency"]
    static = qutip.Qobj(2 * np.pi * np.diag(detuning * NUMBER + truth.anharmonicity / 2 * NUMBER * (NUMBER - 1)))
    jumps = [
        np.sqrt(truth.down_rate) * lowering,
        np.sqrt(truth.up_rate) * lowering.dag(),
        np.sqrt(2 * truth.dephasing_rate) * number,
    ]

    def play() -> None:
        state = qutip.fock_dm(LEVELS, 0)
        for name in ("sx", "x", "sx"):
            rate = truth.gain * controls[f"{name}_amplitude"]
            drive = [
                [lowering + lowering.dag(), lambda t, rate=rate: rate / 2 * envelope(t, duration)],
                [
                    1j * (lowering.dag() - lowering),
                    lambda t, rate=rate: rate / 2 * controls["drag_beta"] * envelope_derivative(t, duration),
                ],
            ]
            state = qutip.mesolve([static, *drive], state, [0, duration], jumps).states[-1]

    return median_seconds(play, repeats=3)
