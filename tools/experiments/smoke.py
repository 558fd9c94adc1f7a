"""Ten seconds on a device: does it take a job, bring back every shot, and tell 1 from 0?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any
from uuid import uuid4

from reson.records import Finite, Record
from reson.tools.devices.device import Device, Remote, published_of

QUBITS, SHOTS = 5, 200
CONTRAST = 0.5
"""P(1|1) - P(1|0) of a qubit that its provider has calibrated and that is worth measuring on."""


class Smoke(Record):
    qubits: tuple[int, ...]
    """At most ``QUBITS`` of the device: of those that publish a readout error the best, else the first."""
    p1_given_0: tuple[Finite, ...]
    p1_given_1: tuple[Finite, ...]
    seconds: Finite
    """From sending to the last result, a queue included."""
    calibrated: bool
    """Whether 0 and 1 are expected to be told apart: a cold chip of one's own still has to learn that."""

    @property
    def blind(self) -> tuple[int, ...]:
        """Qubits on which 0 and 1 look alike."""
        read = zip(self.qubits, self.p1_given_0, self.p1_given_1, strict=True)
        return tuple(qubit for qubit, zero, one in read if one - zero < CONTRAST)


def smoke_test(device: Device) -> Smoke:
    """Prepare 0 and 1 on a few qubits at once. Raises what the device raises, ``ToolError`` for missing shots."""
    from qiskit import QuantumCircuit

    from reson.tools.experiments.jobs import results_of

    chosen = _chosen(device)
    circuits = []
    for state in (0, 1):
        circuit = QuantumCircuit(max(chosen) + 1, len(chosen), name=f"prepared {state}")
        for place, qubit in enumerate(chosen):
            if state:
                circuit.x(qubit)
            circuit.measure(qubit, place)
        circuits.append(circuit)
    began = time.monotonic()
    with _by_itself(device):
        device.load(device.controls())  # as before every job: a rack that takes no values takes no jobs
        results = results_of(device, circuits, SHOTS, {"meas_level": 2}, 0.0)
    seconds = time.monotonic() - began
    zero, one = ([_p1(result.data.counts, place) for place in range(len(chosen))] for result in results)
    return Smoke(
        qubits=chosen,
        p1_given_0=tuple(zero),
        p1_given_1=tuple(one),
        seconds=seconds,
        calibrated=published_of(device) is not None,
    )


@contextmanager
def _by_itself(device: Device) -> Iterator[None]:
    """A look at a device behind a queue is no part of a run: its job is nobody else's, and nothing of it stays open."""
    if not isinstance(device, Remote):
        yield
        return
    device.attend(f"look-{uuid4().hex[:8]}", Event(), lambda kind, body: None)
    try:
        yield
    finally:
        device.recorded()
        device.close()


def _chosen(device: Device) -> tuple[int, ...]:
    told = published_of(device)
    if told is None:
        return device.qubits[:QUBITS]
    by_readout = sorted(device.qubits, key=lambda qubit: told.qubits[qubit].readout_error or 1.0)
    return tuple(sorted(by_readout[:QUBITS]))


def _p1(counts: Any, place: int) -> float:
    ones = sum(number for word, number in counts.items() if int(word, 16) >> place & 1)
    return ones / sum(counts.values())
