"""Which measurements run at once on a chip with neighbours."""

import random

import pytest

from reson.agent.campaign.schedule import merge
from reson.agent.observation import Measure
from reson.components import Qubit
from reson.tools.devices.simulated.layouts import checked_edges
from reson.tools.experiments.catalogue import get


def _asked(qubits: int, experiment: str = "t1") -> list[Measure]:
    row = get(experiment)
    known = {"pulse_duration": 32e-9, "t1": 80e-6}
    return [
        Measure(component=Qubit(qubit), experiment=experiment, parameters=row.arguments({}, known), why="")
        for qubit in range(qubits)
    ]


def _jobs(asked: list[Measure], coupling) -> list[list[int]]:
    jobs = merge("night-0001", 7, asked, coupling)
    assert [job["id"] for job in jobs] == [f"night-0001-{7 + index:04d}" for index in range(len(jobs))]
    return [[int(name[1:]) for name in job["requests"]] for job in jobs]


def test_without_neighbours_all_run_at_once():
    assert _jobs(_asked(6), ()) == [list(range(6))]


@pytest.mark.parametrize(("layout", "qubits", "turns"), [("line", 20, 2), ("square", 25, 2), ("heavy_hex", 20, 2)])
def test_neighbours_take_turns(layout, qubits, turns):
    """Lines, squares and heavy hexagons have two colours; every qubit has its turn once."""
    coupling = checked_edges(layout, qubits)
    jobs = _jobs(_asked(qubits), coupling)
    assert len(jobs) == turns
    assert sorted(qubit for job in jobs for qubit in job) == list(range(qubits))
    assert not any(low in job and high in job for job in jobs for low, high in coupling)
    assert jobs == _jobs(_asked(qubits), coupling)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("layout", "qubits"), [("square", 49), ("heavy_hex", 60)])
def test_what_is_left_of_a_lattice_has_two_turns_too(layout, qubits, seed):
    """Any qubits of a lattice that can be coloured with two colours, as they ask in a night."""
    coupling = checked_edges(layout, qubits)
    asking = [one for one in _asked(qubits) if random.Random(f"{seed} {one.component}").random() < 0.7]
    jobs = _jobs(asking, coupling)
    assert len(jobs) == 2
    assert not any(low in job and high in job for job in jobs for low, high in coupling)


def test_a_triangle_takes_three_turns():
    assert _jobs(_asked(3), [(0, 1), (1, 2), (0, 2)]) == [[0], [1], [2]]


def test_different_experiments_never_share_a_job():
    asked = [*_asked(2), _asked(3, "t2_hahn")[2]]
    assert _jobs(asked, [(0, 1)]) == [[0], [1], [2]]
    assert _jobs(asked, ()) == [[0, 1], [2]]
