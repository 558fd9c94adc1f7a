"""Components are their own names, and know their qubits besides."""

import copy
import json
import pickle

import pytest

from reson.components import (
    Component,
    Coupler,
    Device,
    Pair,
    Qubit,
    as_qubit,
    joined,
    named,
    noun_of,
    order,
    pairs_of,
    parse,
    qubits_of,
)
from reson.errors import ToolError, ToolErrorKind
from reson.records import content_hash

EVERY = [
    (Qubit(3), "q3", (3,)),
    (Qubit(0), "q0", (0,)),
    (Pair(0, 1), "q0-q1", (0, 1)),
    (Pair(12, 4), "q4-q12", (4, 12)),
    (Coupler(1, 0), "c0-1", (0, 1)),
    (Device(), "device", ()),
]


@pytest.mark.parametrize(("component", "name", "qubits"), EVERY)
def test_a_component_is_its_name(component: Component, name: str, qubits: tuple[int, ...]):
    assert component == name
    assert hash(component) == hash(name)
    assert {name: 1}[component] == 1
    assert json.dumps({component: component}) == json.dumps({name: name})
    assert content_hash({component: component}) == content_hash({name: name})
    assert f"{component}" == name
    assert component.qubits() == qubits


@pytest.mark.parametrize(("component", "name", "qubits"), EVERY)
def test_a_name_is_read_back_as_what_it_was(component: Component, name: str, qubits: tuple[int, ...]):
    for again in (parse(name), pickle.loads(pickle.dumps(component)), copy.deepcopy(component)):
        assert again == component
        assert type(again) is type(component)


@pytest.mark.parametrize(
    "name", ["", "q", "3", "q03", "Q3", "q-1", "q0-q0", "q0-1", "c0", "c1-c2", "q0,q1", "q0 ", "q1-q", "x3"]
)
def test_anything_else_is_refused_with_one_clear_error(name: str):
    with pytest.raises(ToolError, match="names no component: write a qubit q3 or a pair q0-q1") as refused:
        parse(name)
    assert refused.value.kind is ToolErrorKind.BAD_ARGUMENTS


def test_a_pair_is_the_same_whichever_is_named_first():
    assert parse("q1-q0") == Pair(0, 1) == "q0-q1"
    with pytest.raises(ValueError, match="one qubit"):
        Pair(2, 2)


def test_order_is_by_kind_and_number():
    names = ["device", "c0-1", "q0-q2", "q10", "q0-q10", "q2", "q1-q2"]
    assert sorted(names, key=order) == ["q2", "q10", "q0-q2", "q0-q10", "q1-q2", "c0-1", "device"]
    assert qubits_of(names) == ["q2", "q10"]
    assert pairs_of(names) == ["q0-q2", "q0-q10", "q1-q2"]


def test_several_travel_joined_by_commas():
    assert named("q0-q1,q0") == (Pair(0, 1), Qubit(0))
    assert joined(named("q0-q1,q0")) == "q0-q1,q0"


def test_only_a_qubit_has_a_number():
    assert as_qubit("q7").number == 7
    with pytest.raises(ToolError, match="q0-q1 is no qubit"):
        as_qubit("q0-q1")


@pytest.mark.parametrize(
    ("components", "noun"),
    [(["q0"], "qubit"), (["q0-q1", "q2-q3"], "pair"), (["q0", "q0-q1"], "qubit"), ([], "qubit")],
)
def test_what_a_person_calls_them(components, noun):
    assert noun_of(components) == noun
