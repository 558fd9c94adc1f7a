"""Whatever an experiment plays lasts a whole number of the steps in which its device can play."""

from __future__ import annotations

from typing import Any

import pytest
from qiskit import QuantumCircuit
from qiskit.transpiler import Target

from reson.components import Qubit
from reson.tools.devices.probe import ProbeBackend, Reached
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.catalogue import CATALOGUE

DT, GRANULARITY = 2e-9, 8
"""Seconds, and how many of them make a step: 16 ns, of which neither 50 ns nor 300 us is a multiple."""
CHIP = open_simulated(5, 2, {}, 1.8e9, "line", tunable=True)
VALUES = CHIP.design_controls()
UNITS = {"dt": DT, "s": 1.0, "us": 1e-6, "ns": 1e-9}
OF_QUBITS = [name for name, row in CATALOGUE.items() if row.targets == "qubit"]


class Coarse(ProbeBackend):
    def __init__(self, target: Target) -> None:
        super().__init__("coarse", target)
        self.sent: list[QuantumCircuit] = []

    def run(self, run_input: Any, **options: Any) -> Any:
        self.sent = list(run_input)
        return super().run(run_input, **options)


class OnAGrid:
    """The chip, as one whose clock is coarse."""

    def __init__(self) -> None:
        known: Any = CHIP.backend.target
        target = Target(num_qubits=known.num_qubits, dt=DT, granularity=GRANULARITY)
        for name in known.operation_names:
            target.add_instruction(known.operation_from_name(name), known[name], name=name)
        self.backend = Coarse(target)

    def __getattr__(self, name: str) -> Any:
        return getattr(CHIP, name)


def _lasting(circuits: list[QuantumCircuit]) -> set[float]:
    """Seconds of every delay and every drive pulse."""
    played = [one.operation for circuit in circuits for one in circuit.data]
    delays = {float(one.duration) * UNITS[one.unit] for one in played if one.name == "delay"}
    return delays | {float(one.params[3]) for one in played if one.name == "drive"}


@pytest.mark.parametrize("name", OF_QUBITS)
def test_delays_and_pulses_are_whole_steps(name: str) -> None:
    row = CATALOGUE[name]
    device: Any = OnAGrid()
    with pytest.raises(Reached):
        row.acquire(device, {0: row.arguments({}, VALUES[Qubit(0)], {})})
    steps = [seconds / DT / GRANULARITY for seconds in _lasting(device.backend.sent)]
    assert [step for step in steps if abs(step - round(step)) > 1e-6] == []
