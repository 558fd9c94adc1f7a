"""The chip in its fridge: hidden truth, control values, clock; runs programs and hands out what the readout saw."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from reson.tools.devices.device import DeviceLimits
from reson.tools.devices.simulated.bursts import LENGTH, in_burst, strikes, struck_shots
from reson.tools.devices.simulated.drift import truth_at
from reson.tools.devices.simulated.faults import Scenario, in_force
from reson.tools.devices.simulated.gates import Gate
from reson.tools.devices.simulated.lines import digitised
from reson.tools.devices.simulated.populations import Outcome, outcomes, populations
from reson.tools.devices.simulated.program import Measured, Program
from reson.tools.devices.simulated.readout import draw_joint_levels, draw_levels, each_readout, integrate
from reson.tools.devices.simulated.resonators import READOUT_TIME
from reson.tools.devices.simulated.ring_up import Fields
from reson.tools.devices.simulated.truth import ChipTruth
from reson.tools.devices.simulated.tunable import controlled

LIMITS = DeviceLimits(
    max_shots=100_000, max_circuits=1000, reset_time=250e-6, readout_time=READOUT_TIME, integration_start=0.0
)

SLICE = 20.0
"""Seconds of a job for which the hidden values stand still."""

T = TypeVar("T")


def circuit_seconds(program: Program, shots: int) -> np.ndarray:
    """Device time in seconds of all shots of each circuit, shape (circuits,)."""
    lengths = np.array([circuit.duration for circuit in program.circuits])
    return shots * (LIMITS.reset_time + lengths + LIMITS.readout_time)


class Chip:
    """``controls`` is one mapping for each qubit, ``pairs`` one for each pair with a tunable coupler; ``clock`` counts
    microseconds since the Unix epoch; ``scenario`` holds the faults that come and go.
    """

    def __init__(
        self,
        truth: ChipTruth,
        controls: list[dict[str, float]],
        clock: int,
        scenario: Scenario = (),
        pairs: dict[tuple[int, int], dict[str, float]] | None = None,
    ) -> None:
        self.truth = truth
        self.controls = controls
        self.pairs = pairs or {}
        self.clock = clock
        self.scenario = scenario
        self._fields = Fields()

    def truth_now(self) -> ChipTruth:
        """The hidden values at the clock's time."""
        return self.truth_at(self.clock * 1e-6)

    def truth_at(self, time: float) -> ChipTruth:
        """The hidden values at a time in seconds since the epoch: with the faults in force then, drifted, and the
        couplers as the controls have them now.
        """
        return controlled(truth_at(in_force(self.truth, self.scenario, time), time), self.pairs)

    def run(self, program: Program, shots: int, samples: int, keep: Callable[[Measured, np.ndarray], T]) -> list[T]:
        """Run a job and move the clock to its end.

        ``keep`` gets each circuit and its signal (qubits, shots, samples), see ``readout.integrate``; the job's
        result is what it returns. Random numbers depend on the chip's seed and the start time alone.
        """
        rng = np.random.Generator(np.random.Philox(key=np.array([self.truth.seed, self.clock], dtype=np.uint64)))
        seconds = circuit_seconds(program, shots)
        starts = np.cumsum(seconds) - seconds
        begin = self.clock * 1e-6
        bursts = strikes(self.truth.seed, begin - LENGTH, begin + float(seconds.sum())) - begin
        results: list[T] = []
        for _, members in itertools.groupby(range(len(starts)), lambda index: starts[index] // SLICE):
            indices = list(members)
            truth = self.truth_at(begin + float(starts[indices[0]]))
            part = Program(program.gates, program.circuits[indices[0] : indices[-1] + 1])
            readouts = each_readout(part.circuits, truth.transmons, self.controls, self._fields)
            for index, outcome, readout in zip(indices, self.outcomes(part, truth), readouts, strict=True):
                circuit = outcome.circuit
                signal = integrate(readout, _drawn(outcome, shots, rng), samples, rng)
                struck = struck_shots(bursts, starts[index], seconds[index] / shots, shots)
                if struck.any():
                    number = int(struck.sum())
                    signal[:, struck] = self._signal_in_burst(program.gates, truth, circuit, number, samples, rng)
                heard = [truth.transmons[qubit] for qubit in circuit.qubits]
                signal = digitised(signal, heard, begin + float(starts[index]), float(seconds[index]) / shots)
                results.append(keep(circuit, signal))
        self.clock += math.ceil(seconds.sum() * 1e6)
        return results

    def populations(self, program: Program, truth: ChipTruth) -> Iterator[tuple[Measured, np.ndarray]]:
        """Each circuit with the level populations (qubits, LEVELS) of its measured qubits when readout starts."""
        return populations(program, truth, [values["drive_frequency"] for values in self.controls])

    def outcomes(self, program: Program, truth: ChipTruth) -> Iterator[Outcome]:
        """The same with those qubits that depend on each other."""
        rest = LIMITS.reset_time + LIMITS.readout_time
        return outcomes(program, truth, [values["drive_frequency"] for values in self.controls], rest)

    def _signal_in_burst(
        self,
        gates: list[tuple[int, Gate]],
        truth: ChipTruth,
        circuit: Measured,
        shots: int,
        samples: int,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Complex signal (qubits, shots, samples) of those shots that a burst of quasiparticles hits."""
        poisoned = in_burst(truth)
        (outcome,) = self.outcomes(Program(gates, [circuit]), poisoned)
        (readout,) = each_readout([circuit], poisoned.transmons, self.controls, self._fields)
        return integrate(readout, _drawn(outcome, shots, rng), samples, rng)


def _drawn(outcome: Outcome, shots: int, rng: np.random.Generator) -> np.ndarray:
    """Levels (qubits, shots) when readout starts."""
    levels = draw_levels(outcome.levels, shots, rng)
    for one in outcome.together:
        levels[list(one.rows)] = draw_joint_levels(one.populations, shots, rng)
    return levels
