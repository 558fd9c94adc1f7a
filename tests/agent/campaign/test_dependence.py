"""Pairs wait for their qubits, a moved qubit comes back, and what was asked for before the move waits too."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reson.agent.campaign import dependence
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.dependence import settled, without_moved
from reson.agent.campaign.ending import _summary
from reson.agent.campaign.schedule import merge
from reson.agent.campaign.state import Job, QubitState, initial_state, parked, ready
from reson.agent.observation import Measure
from reson.components import Pair, Qubit
from reson.records import Verdict
from reson.tools.devices.simulated.layouts import checked_edges
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.pair_catalogue import PAIR_ROWS

NAMES = ["q0", "q1", "q2", "q0-q1", "q1-q2"]


@dataclass(frozen=True)
class Row:
    valid_from: float
    author: str = "policy"


class Stage:
    """A table and a list of accepted looks at the frequencies of qubits, in place of a store."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.table: dict[str, dict[str, Row]] = {
            name: {"drive_frequency": Row(10.0)} for name in ("q0", "q1", "q2", "q3")
        }
        self.table |= {name: {"coupler_bias": Row(0.0, "design")} for name in ("q0-q1", "q1-q2")}
        self.looks: list[tuple[str, float, Verdict]] = []
        self.bench = cast(Bench, SimpleNamespace(store=None, device=SimpleNamespace(name="chip")))
        monkeypatch.setattr(dependence, "current", lambda store, device: self.table)
        monkeypatch.setattr(dependence, "list_measurements", self._measured)

    def _measured(self, store: None, component: str, experiment: str) -> list[Any]:
        return [
            SimpleNamespace(device_started=at, judgement=SimpleNamespace(verdict=verdict))
            for name, at, verdict in self.looks
            if name == component
        ]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(monkeypatch)


def closed(state: str) -> QubitState:
    return QubitState(state=state, why="", approval="", diagnoses=[])


def states(**given: str) -> dict[str, QubitState]:
    whole = dict.fromkeys(NAMES, "ready") | {name.replace("_", "-"): one for name, one in given.items()}
    return {name: parked("", "a") if one == "parked" else closed(one) for name, one in whole.items()}


def told(qubits: dict[str, QubitState]) -> dict[str, str]:
    return {name: one["state"] for name, one in qubits.items()}


@pytest.mark.parametrize(
    ("q0", "q1", "expected"),
    [
        ("ready", "ready", "held"),
        ("done", "ready", "held"),
        ("done", "parked", "held"),
        ("done", "done", "ready"),
        ("failed", "done", "ready"),  # the expert names why it cannot
    ],
)
def test_a_pair_is_asked_about_when_both_qubits_are_through(stage: Stage, q0: str, q1: str, expected: str) -> None:
    assert told(settled(stage.bench, states(q0=q0, q1=q1)))["q0-q1"] == expected


@pytest.mark.parametrize("state", ["parked", "done", "failed"])
def test_a_pair_that_is_closed_or_waits_for_a_person_stays_so(stage: Stage, state: str) -> None:
    assert told(settled(stage.bench, states(q0_q1=state)))["q0-q1"] == state


def test_a_run_about_qubits_or_pairs_alone_is_as_it_was(stage: Stage) -> None:
    stage.table["q0-q1"]["coupler_bias"] = Row(20.0)
    for names in (["q0", "q1"], ["q0-q1"]):
        before = {name: closed("done") for name in names[:1]} | {name: ready("") for name in names[1:]}
        assert settled(stage.bench, before) == before


def test_a_moved_qubit_comes_back_until_it_was_looked_at(stage: Stage) -> None:
    all_done = states(q0="done", q1="done", q2="done")
    stage.table["q0-q1"]["coupler_bias"] = Row(20.0)
    moved = told(settled(stage.bench, all_done))
    assert moved == {"q0": "ready", "q1": "ready", "q2": "done", "q0-q1": "held", "q1-q2": "held"}
    stage.table["q0"]["drive_frequency"] = Row(25.0)
    stage.looks.append(("q1", 19.0, Verdict.ACCEPT))  # before the move
    stage.looks.append(("q1", 24.0, Verdict.REJECT))
    assert told(settled(stage.bench, all_done))["q1"] == "ready"
    stage.looks.append(("q1", 26.0, Verdict.ACCEPT))
    assert told(settled(stage.bench, all_done)) == dict.fromkeys(NAMES[:3], "done") | dict.fromkeys(NAMES[3:], "ready")


def test_a_qubit_that_was_given_up_does_not_come_back(stage: Stage) -> None:
    stage.table["q0-q1"]["coupler_bias"] = Row(20.0)
    assert told(settled(stage.bench, states(q0="failed", q1="done", q2="done")))["q0"] == "failed"


def job(experiment: str, *names: str, approval: str = "") -> Job:
    requests = {name: {"shots": 100.0} for name in names}
    return Job(id="j", experiment=experiment, requests=requests, why={}, approval=approval, results={}, writes=[])


@pytest.mark.parametrize(
    ("experiment", "approval", "kept"),
    [
        ("cz_frames", "", ["q2-q3"]),
        ("cz_frames", "granted", []),  # as a person granted it, or not yet
        ("coupler_arc", "", ["q0-q1", "q2-q3"]),  # echoes the frequencies away
    ],
)
def test_what_was_asked_for_before_a_move_waits(stage: Stage, experiment: str, approval: str, kept: list[str]) -> None:
    stage.table["q0-q1"]["coupler_bias"] = Row(20.0)
    stage.table["q2-q3"] = {"coupler_bias": Row(5.0)}
    state = initial_state("r", ["q0", "q1", "q2", "q3", "q0-q1", "q2-q3"])
    state["qubits"] |= {Qubit(n): closed("done") for n in range(4)}
    left = without_moved(stage.bench, state, job(experiment, "q0-q1", "q2-q3", approval=approval))
    assert list(left["requests"]) == kept


def test_a_job_on_qubits_is_never_cut(stage: Stage) -> None:
    stage.table["q0-q1"]["coupler_bias"] = Row(20.0)
    whole = job("t1", "q0", "q1")
    assert without_moved(stage.bench, initial_state("r", NAMES), whole) is whole


def test_pairs_form_layers_in_which_neighbours_of_a_coupler_rest() -> None:
    coupling = checked_edges("line", 5)
    known = {"cz_amplitude": 0.2, "cz_duration": 60e-9}
    asked = [
        Measure(component=Pair(*pair), experiment="cz_phase", parameters=get("cz_phase").arguments({}, known), why="")
        for pair in coupling
    ]
    layers = [list(one["requests"]) for one in merge("r", 0, asked, coupling)]
    assert sorted(name for layer in layers for name in layer) == ["q0-q1", "q1-q2", "q2-q3", "q3-q4"]
    assert ["q0-q1", "q3-q4"] in layers and len(layers) == 3


@pytest.mark.parametrize("experiment", PAIR_ROWS)
def test_pairs_that_share_a_qubit_never_share_a_job(experiment: str) -> None:
    known = {"cz_amplitude": 0.2, "cz_duration": 60e-9, "cz_z_first": 0.0, "cz_z_second": 0.0}
    arguments = get(experiment).arguments({}, known)
    asked = [Measure(component=Pair(*p), experiment=experiment, parameters=arguments, why="") for p in ((0, 1), (1, 2))]
    assert len(merge("r", 0, asked)) == 2


def test_the_ending_counts_qubits_and_pairs_apart() -> None:
    state = initial_state("r", NAMES)
    state["qubits"] = states(q0="done", q1="done", q2="failed", q0_q1="done", q1_q2="failed")
    assert _summary(state) == "2 of 3 qubits done, 1 of 2 pairs done, 2 set aside with a diagnosis"
    assert _summary(initial_state("r", ["q0"])) == "0 of 1 qubits done, 0 set aside with a diagnosis"
