"""A job that comes back incomplete is refused, and qubits with different sweeps keep their own data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.experiment import RawData


class FaultyJob:
    def __init__(self, job: Any, damage: Any) -> None:
        self._job, self._damage = job, damage

    def result(self, timeout: float | None = None) -> Any:
        result = self._job.result()
        self._damage(result)
        return result

    def status(self) -> Any:
        return self._job.status()


def _damaged(device: SimulatedDevice, damage: Any, monkeypatch: pytest.MonkeyPatch) -> SimulatedDevice:
    run = device.backend.run
    monkeypatch.setattr(device.backend, "run", lambda *args, **options: FaultyJob(run(*args, **options), damage))
    return device


def _drop_a_shot(result: Any) -> None:
    counts = result.results[3].data.counts
    counts[next(iter(counts))] -= 1


def _drop_a_circuit(result: Any) -> None:
    result.results.pop()


def _drop_half_the_memory(result: Any) -> None:
    data = result.results[0].data
    data.memory = np.asarray(data.memory)[::2]


@pytest.mark.parametrize(
    ("name", "damage"),
    [("t1", _drop_a_shot), ("t1", _drop_a_circuit), ("rabi", _drop_a_circuit), ("rabi", _drop_half_the_memory)],
)
def test_incomplete_results_are_refused(name: str, damage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    device = _damaged(open_simulated(1, 1, {}, 0.0), damage, monkeypatch)
    row = get(name)
    arguments = {0: row.arguments({"points": 11, "shots": 100}, device.design_controls()["q0"])}
    with pytest.raises(ToolError) as caught:
        row.acquire(device, arguments)
    assert caught.value.kind is ToolErrorKind.JOB_FAILED


def test_qubits_of_one_job_keep_their_own_sweeps() -> None:
    device = open_simulated(1, 3, {}, 0.0)
    row, design = get("t1"), device.design_controls()
    given = {0: {"points": 11, "max_delay": 10e-6}, 2: {"points": 17, "max_delay": 90e-6}}
    arguments = {q: row.arguments({"shots": 100, **values}, design[f"q{q}"]) for q, values in given.items()}
    data: dict[int, RawData] = row.acquire(device, arguments)
    assert {q: len(raw.circuits) for q, raw in data.items()} == {0: 11, 2: 17}
    assert {q: raw.arrays["counts"].shape for q, raw in data.items()} == {0: (11, 2), 2: (17, 2)}
    for q, raw in data.items():
        assert raw.circuits[-1]["xval"] == pytest.approx(given[q]["max_delay"], abs=1e-9)
        assert raw.arrays["counts"].sum(axis=1) == pytest.approx(100)
        assert raw.controls == device.controls()[f"q{q}"]
        assert raw.ended > raw.started


def test_every_experiment_stores_json_and_plain_arrays() -> None:
    import json

    device = open_simulated(1, 1, {}, 0.0)
    for name in ("qubit_spectroscopy", "readout", "standard_rb"):
        row = get(name)
        small = {parameter.name: parameter.low for parameter in row.parameters if parameter.name in ("shots", "points")}
        raw = row.acquire(device, {0: row.arguments(small, device.design_controls()["q0"])})[0]
        assert json.loads(json.dumps(raw.circuits)) == raw.circuits
        assert all(array.dtype != object for array in raw.arrays.values())
