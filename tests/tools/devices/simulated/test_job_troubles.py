"""Jobs that go wrong: what comes back, what it costs on the clock, and that a restart sees the same."""

from typing import Any

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.providers import JobError, JobStatus

from reson.tools.devices.simulated.backend import SimulatedJob
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip
from reson.tools.devices.simulated.faults import make_fault

CLOCK = 1.7e9


def troubled(kind: str, clock: float = CLOCK, since: float = 0.0, until: float = 4e9, **parameters) -> SimulatedDevice:
    fault = make_fault(kind, [], 2, parameters, since, until)
    return open_chip(ChipDescription(4, 2, scenario=(fault,)), clock)


def run(device: SimulatedDevice, asked: list[QuantumCircuit], **options: int) -> Any:
    job = device.backend.run(asked, **options)
    assert isinstance(job, SimulatedJob)
    return job


def circuits(number: int = 5) -> list[QuantumCircuit]:
    found = []
    for index in range(number):
        circuit = QuantumCircuit(2, 2, name=f"number {index}", metadata={"index": index})
        circuit.x(0)
        circuit.measure([0, 1], [0, 1])
        found.append(circuit)
    return found


def test_a_failing_job_ends_with_an_error_and_costs_its_time():
    device = troubled("failing_job")
    job = run(device, circuits(), shots=1000)
    assert job.status() is JobStatus.ERROR
    with pytest.raises(JobError):
        job.result()
    assert device.now().timestamp() - CLOCK == pytest.approx(5 * 1000 * 251e-6, rel=1e-3)


def test_a_hanging_job_makes_the_clock_wait_and_can_be_cancelled():
    device = troubled("hanging_job")
    job = run(device, circuits(), shots=1000)
    with pytest.raises(TimeoutError):
        job.result(timeout=75.0)
    assert job.status() is JobStatus.RUNNING
    assert device.now().timestamp() - CLOCK == pytest.approx(75)
    assert job.cancel() and job.status() is JobStatus.CANCELLED
    with pytest.raises(JobError):
        job.result()


def test_a_hanging_job_is_given_up_by_the_server_in_the_end():
    device = troubled("hanging_job")
    with pytest.raises(JobError):
        run(device, circuits(), shots=1000).result()
    assert device.now().timestamp() - CLOCK == pytest.approx(3600)


@pytest.mark.parametrize("level", [1, 2])
def test_lost_shots_are_fewer_in_every_circuit(level):
    job = run(troubled("lost_shots", share=0.25), circuits(), shots=1000, meas_level=level)
    for one in job.result().results:
        assert one.shots == 750
        assert (sum(one.data.counts.values()) if level == 2 else len(one.data.memory)) == 750


@pytest.mark.parametrize("level", [1, 2])
def test_garbage_comes_in_every_form(level):
    forms = set()
    for step in range(30):
        device = troubled("garbage_job", CLOCK + step)
        results = run(device, circuits(), shots=10, meas_level=level).result().results
        names = [one.header["name"] for one in results]
        if len(names) < 5:
            forms.add("missing")
        elif names != [circuit.name for circuit in circuits()]:
            assert [one.header["metadata"]["index"] for one in results] == [int(name[-1]) for name in names]
            forms.add("shuffled")
        elif level == 1 and not np.isfinite(results[0].data.memory).all():
            forms.add("no number")
        elif level == 2 and all(int(key, 16) >= 4 for key in results[0].data.counts):
            forms.add("wide")
        else:
            pytest.fail("nothing is wrong with this job")
    assert forms == {"missing", "shuffled", "no number" if level == 1 else "wide"}


def test_only_jobs_that_meet_the_fault_are_hit():
    device = troubled("failing_job", since=CLOCK + 2, until=CLOCK + 3)
    found = [run(device, circuits(), shots=1000).status() for _ in range(5)]  # 1.3 s each
    assert found == [JobStatus.DONE, JobStatus.ERROR, JobStatus.ERROR, JobStatus.DONE, JobStatus.DONE]


def test_a_share_of_the_jobs_is_hit_and_the_same_ones_after_a_restart():
    device = troubled("failing_job", probability=0.3)
    clocks, found = [], []
    for _ in range(60):
        clocks.append(device.now().timestamp())
        found.append(run(device, circuits(1), shots=10).status())
    assert 8 <= found.count(JobStatus.ERROR) <= 29  # within three standard deviations of 18
    for clock, status in list(zip(clocks, found, strict=True))[::7]:
        again = troubled("failing_job", clock, probability=0.3)
        assert run(again, circuits(1), shots=10).status() is status


def test_the_sampler_meets_the_same_troubles():
    job = troubled("hanging_job").sampler().run(circuits(), shots=100)
    with pytest.raises(TimeoutError):
        job.result(timeout=10)
    assert job.running() and job.cancel() and job.cancelled()
    with pytest.raises(JobError):
        troubled("failing_job").sampler().run(circuits(), shots=100).result()
    assert len(troubled("garbage_job").sampler().run(circuits(), shots=100).result()) == 4
    one = troubled("lost_shots", share=0.5).sampler().run(circuits(), shots=100).result()[0]
    assert one.data["c"].num_shots == 50
