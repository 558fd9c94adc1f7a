"""A job that comes back incomplete is refused, and qubits with different sweeps keep their own data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from qiskit.providers import JobError, JobStatus

from reson.components import Qubit
from reson.errors import ToolError, ToolErrorKind
from reson.tools.data import RawData
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip, open_simulated
from reson.tools.devices.simulated.faults import make_fault
from reson.tools.experiments.catalogue import get


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


def _turn_round(result: Any) -> None:
    result.results.reverse()


def _no_number(result: Any) -> None:
    np.asarray(result.results[5].data.memory)[3, 0, 1] = np.nan


def _lose_the_memory(result: Any) -> None:
    del result.results[2].data.memory


def _lose_the_counts(result: Any) -> None:
    result.results[2].data.counts = {}


def _another_width(result: Any) -> None:
    data = result.results[0].data
    data.counts = {hex(int(key, 16) | 0x100): number for key, number in data.counts.items()}


def _no_outcome(result: Any) -> None:
    data = result.results[0].data
    data.counts = dict.fromkeys(("none",), sum(data.counts.values()))


def _a_slot_less(result: Any) -> None:
    for one in result.results:
        one.data.memory = np.asarray(one.data.memory)[:, :0]


def _one_did_not_run(result: Any) -> None:
    result.results[4].success = False


def _raise_in_the_job(result: Any) -> None:
    raise JobError("the arbitrary waveform generator lost its clock")


@pytest.mark.parametrize(
    ("name", "damage", "says"),
    [
        ("t1", _drop_a_shot, "100 shots were asked for, 99 came back"),
        ("t1", _drop_a_circuit, "11 circuits were sent, 10 came back"),
        ("t1", _turn_round, "t1-10 came back in the place of t1-0"),
        ("t1", _lose_the_counts, "100 shots were asked for, 0"),
        ("t1", _another_width, "classical bits"),
        ("t1", _no_outcome, "not those of 1 classical bits"),
        ("t1", _one_did_not_run, "t1-4 did not run"),
        ("t1", _raise_in_the_job, "lost its clock"),
        ("rabi", _drop_a_circuit, "11 circuits were sent, 10 came back"),
        ("rabi", _drop_half_the_memory, "100 IQ shots"),
        ("rabi", _no_number, "not finite"),
        ("rabi", _lose_the_memory, "100 IQ shots"),
        ("rabi", _a_slot_less, "100 IQ shots of 1 qubits"),
        ("rabi", _turn_round, "came back in the place of"),
    ],
)
def test_incomplete_results_are_refused(name: str, damage: Any, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    device = _damaged(open_simulated(1, 1, {}, 0.0), damage, monkeypatch)
    row = get(name)
    arguments = {0: row.arguments({"points": 11, "shots": 100}, device.design_controls()["q0"])}
    with pytest.raises(ToolError, match=says) as caught:
        row.acquire(device, arguments)
    assert caught.value.kind is ToolErrorKind.JOB_FAILED


@pytest.mark.parametrize("kind", ["failing_job", "hanging_job", "lost_shots", "garbage_job"])
@pytest.mark.parametrize("name", ["rabi", "t1", "readout"])
def test_a_job_in_trouble_brings_nothing_home(kind: str, name: str) -> None:
    for clock in (0.0, 1e3, 2e3, 3e3):  # garbage takes another form each time
        device = open_chip(ChipDescription(4, 2, scenario=(make_fault(kind, [], 2, {}, 0.0, 4e9),)), clock)
        row, given = get(name), {"shots": 100} | ({} if name == "readout" else {"points": 11})
        arguments = {q: row.arguments(given, values) for q, values in enumerate(device.design_controls().values())}
        with pytest.raises(ToolError) as caught:
            row.acquire(device, arguments)
        assert caught.value.kind is ToolErrorKind.JOB_FAILED
        assert device.now().timestamp() - clock < 600  # a job that hangs is left after a while


class QueuedJob:
    """Waits in a queue longer than any limit, then hands over its result."""

    def __init__(self, job: Any) -> None:
        self._job, self._turns = job, 3

    def status(self) -> JobStatus:
        return JobStatus.QUEUED if self._turns else JobStatus.DONE

    def result(self, timeout: float) -> Any:
        if self._turns:
            self._turns -= 1
            raise TimeoutError
        return self._job.result()


def test_a_queue_is_no_reason_to_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    device, row = open_simulated(1, 1, {}, 0.0), get("t1")
    run = device.backend.run
    monkeypatch.setattr(device.backend, "run", lambda *args, **options: QueuedJob(run(*args, **options)))
    raw = row.acquire(device, {0: row.arguments({"points": 11, "shots": 100}, device.design_controls()["q0"])})[0]
    assert raw.arrays["counts"].sum() == 1100


def test_long_circuits_go_in_several_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    device, row, sizes = open_simulated(1, 2, {}, 0.0), get("t1"), []
    run = device.backend.run

    def counted(circuits: Any, **options: Any) -> Any:
        sizes.append(len(circuits))
        return run(circuits, **options)

    monkeypatch.setattr(device.backend, "run", counted)
    monkeypatch.setattr("reson.tools.experiments.acquisition.MOST_INSTRUCTIONS", 25)  # 6 in each circuit
    arguments = {q: row.arguments({"points": 11, "shots": 100}, device.design_controls()["q0"]) for q in (0, 1)}
    data = row.acquire(device, arguments)
    assert sizes == [4, 4, 3]
    assert [len(raw.circuits) for raw in data.values()] == [11, 11]


def test_qubits_of_one_job_keep_their_own_sweeps() -> None:
    device = open_simulated(1, 3, {}, 0.0)
    row, design = get("t1"), device.design_controls()
    given = {0: {"points": 11, "max_delay": 10e-6}, 2: {"points": 17, "max_delay": 90e-6}}
    arguments = {q: row.arguments({"shots": 100, **values}, design[Qubit(q)]) for q, values in given.items()}
    data: dict[int, RawData] = row.acquire(device, arguments)
    assert {q: len(raw.circuits) for q, raw in data.items()} == {0: 11, 2: 17}
    assert {q: raw.arrays["counts"].shape for q, raw in data.items()} == {0: (11, 2), 2: (17, 2)}
    for q, raw in data.items():
        assert raw.circuits[-1]["xval"] == pytest.approx(given[q]["max_delay"], abs=1e-9)
        assert raw.arrays["counts"].sum(axis=1) == pytest.approx(100)
        assert raw.controls == device.controls()[Qubit(q)]
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
