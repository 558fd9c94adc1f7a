"""The chip in its fridge: hidden truth, control values, clock; runs programs and hands out what the readout saw."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from reson.tools.devices.device import DeviceLimits
from reson.tools.devices.simulated.drift import truth_at
from reson.tools.devices.simulated.evolution import final_states
from reson.tools.devices.simulated.faults import Scenario, in_force
from reson.tools.devices.simulated.program import Measured, Program
from reson.tools.devices.simulated.readout import READOUT_TIME, draw_levels, integrate, readout_of
from reson.tools.devices.simulated.superoperators import SIZE, superoperators, thermal_state
from reson.tools.devices.simulated.truth import LEVELS, ChipTruth

LIMITS = DeviceLimits(max_shots=100_000, max_circuits=1000, reset_time=250e-6, readout_time=READOUT_TIME)

SLICE = 20.0
"""Seconds of a job for which the hidden values stand still."""

T = TypeVar("T")


class Chip:
    """``controls`` is one mapping for each qubit; ``clock`` counts microseconds since the Unix epoch; ``scenario``
    holds the faults that come and go.
    """

    def __init__(self, truth: ChipTruth, controls: list[dict[str, float]], clock: int, scenario: Scenario = ()) -> None:
        self.truth = truth
        self.controls = controls
        self.clock = clock
        self.scenario = scenario

    def truth_now(self) -> ChipTruth:
        """The hidden values at the clock's time."""
        return self.truth_at(self.clock * 1e-6)

    def truth_at(self, time: float) -> ChipTruth:
        """The hidden values at a time in seconds since the epoch: with the faults in force then, drifted."""
        return truth_at(in_force(self.truth, self.scenario, time), time)

    def run(self, program: Program, shots: int, samples: int, keep: Callable[[Measured, np.ndarray], T]) -> list[T]:
        """Run a job and move the clock to its end.

        ``keep`` gets each circuit and its signal (qubits, shots, samples), see ``readout.integrate``; the job's
        result is what it returns. Random numbers depend on the chip's seed and the start time alone.
        """
        rng = np.random.Generator(np.random.Philox(key=np.array([self.truth.seed, self.clock], dtype=np.uint64)))
        lengths = np.array([circuit.duration for circuit in program.circuits])
        seconds = shots * (LIMITS.reset_time + lengths + LIMITS.readout_time)
        starts = np.cumsum(seconds) - seconds
        results: list[T] = []
        for _, members in itertools.groupby(range(len(starts)), lambda index: starts[index] // SLICE):
            indices = list(members)
            truth = self.truth_at(self.clock * 1e-6 + float(starts[indices[0]]))
            part = Program(program.gates, program.circuits[indices[0] : indices[-1] + 1])
            readout = readout_of(truth.transmons)
            for circuit, found in self.populations(part, truth):
                levels = draw_levels(found, shots, rng)
                results.append(keep(circuit, integrate(readout.of_qubits(circuit.qubits), levels, samples, rng)))
        self.clock += math.ceil(seconds.sum() * 1e6)
        return results

    def populations(self, program: Program, truth: ChipTruth) -> Iterator[tuple[Measured, np.ndarray]]:
        """Each circuit with the level populations (qubits, LEVELS) of its measured qubits when readout starts."""
        rows = [row for circuit in program.circuits for row in circuit.rows]
        used = np.unique(np.concatenate([row.codes for row in rows]))
        initial = np.array([thermal_state(transmon) for transmon in truth.transmons])[[row.qubit for row in rows]]
        sequences = [np.searchsorted(used, row.codes) + 1 for row in rows]
        states = final_states(sequences, self._table(program, used, truth), initial)[:, :LEVELS]
        populations = np.clip(states, 0, None)
        ends = np.cumsum([len(circuit.rows) for circuit in program.circuits])
        return zip(program.circuits, np.split(populations / populations.sum(axis=1, keepdims=True), ends), strict=False)

    def _table(self, program: Program, used: np.ndarray, truth: ChipTruth) -> np.ndarray:
        """Superoperators of the used gates, after the identity."""
        table = np.empty((len(used) + 1, SIZE, SIZE))
        table[0] = np.eye(SIZE)
        qubits = np.array([program.gates[code][0] for code in used])
        for qubit in np.unique(qubits):
            places = np.flatnonzero(qubits == qubit)
            gates = [program.gates[code][1] for code in used[places]]
            drive_frequency = self.controls[qubit]["drive_frequency"]
            table[places + 1] = superoperators(gates, truth.transmons[qubit], drive_frequency)
        return table
