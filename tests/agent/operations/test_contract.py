"""Everything that can be asked of a lab: each row has an effect, arguments and words, and is held to its effect."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import reson.agent
import reson.ui
from reson.agent.chat.offered import OFFERED
from reson.agent.lab import Lab, open_lab
from reson.agent.operations.listed import OPERATIONS
from reson.agent.operations.lookups import AT_NIGHT
from reson.agent.operations.opened import LOOKING, PERSON, TALKING, open_for
from reson.agent.operations.operation import Nothing, Operation
from reson.errors import ToolError, ToolErrorKind
from reson.prompts.render import operation_texts
from reson.records import Effect, Record
from tests.agent.cli.conftest import call

FACES = {
    "cli": Path(reson.agent.__file__).parent / "cli",
    "ui": Path(reson.ui.__file__).parent,
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Lab:
    lab = open_lab(tmp_path_factory.mktemp("asked") / "lab", seed=3, qubits=1)
    lab.device(lab.store())
    return lab


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_says_what_it_does_and_what_it_is_told(name):
    row = OPERATIONS[name]
    assert row.name == name and row.effect in set(Effect) and issubclass(row.arguments, Record)
    assert row.words.endswith(".") and len(row.words) > 20
    schema = row.schema()
    assert schema["additionalProperties"] is False and set(schema["required"]) <= set(schema["properties"])
    for argument, said in schema["properties"].items():
        assert said["description"].endswith("."), argument
        assert "type" in said or "anyOf" in said or "enum" in said, argument
    assert "$ref" not in json.dumps(schema), "what is told is plain enough for any caller"
    moments = {"as_of", "earlier", "later"} & schema["properties"].keys()
    assert all("seconds" in schema["properties"][one]["description"] for one in moments)


def test_no_word_stands_for_two_things():
    arguments = {argument for row in OPERATIONS.values() for argument in row.arguments.model_fields}
    assert not arguments & OPERATIONS.keys()
    assert {*OPERATIONS, *arguments} <= operation_texts().keys()


@pytest.mark.parametrize("effect", [None, "", "reads", True])
def test_without_a_declared_effect_it_does_not_start(effect):
    with pytest.raises(TypeError, match="declares no effect"):
        Operation("nameless", effect, Nothing, lambda at, asked: None)


@pytest.mark.parametrize("may", [LOOKING, TALKING, frozenset()], ids=["looking", "talking", "nothing"])
def test_nothing_is_carried_out_that_whoever_asks_may_not_do(lab, may, monkeypatch):
    at, before = open_for(lab, "mallory", may), (lab.directory / "policy.toml").read_bytes()
    for row in OPERATIONS.values():
        if row.effect in may:
            continue
        reached = []
        guarded = Operation(row.name, row.effect, row.arguments, lambda at, asked, seen=reached: seen.append(asked))
        with pytest.raises(ToolError, match=row.name) as refused:
            guarded(at, row.arguments.model_construct())
        with pytest.raises(ToolError):
            row(at, row.arguments.model_construct())
        assert refused.value.kind is ToolErrorKind.NOT_ALLOWED and reached == []
    assert not lab.runs.exists() and (lab.directory / "policy.toml").read_bytes() == before


def test_a_model_is_offered_nothing_that_is_a_persons_and_at_night_only_what_reads():
    assert {row.effect for row in OFFERED.values()} <= TALKING and Effect.ANSWERS not in TALKING
    assert {row.effect for row in AT_NIGHT.values()} == {Effect.READS}


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_is_reached_from_the_command_line(lab, name, monkeypatch):
    """By `reson ask`, with whatever it needs in the place of real arguments; here it is not carried out."""
    row, reached = OPERATIONS[name], []
    monkeypatch.setattr(Operation, "__call__", lambda self, at, asked: reached.append((self.name, at.may)))
    monkeypatch.setattr(Operation, "in_words", lambda self, at, given: self(at, self.checked(given)))
    schema = row.schema()
    example = {"string": "approve", "integer": "1", "number": "1", "boolean": "true", "array": "a,b", "object": "{}"}
    known = {"experiment": "t1"} | {
        one: said["enum"][0] for one, said in schema["properties"].items() if "enum" in said
    }
    told = [f"{one}={known.get(one, example[schema['properties'][one]['type']])}" for one in schema["required"]]
    said = call(lab.directory, "ask", name, *told, "--json")
    assert said.code == 0, said.err
    assert reached == [(name, PERSON)]


def names_in(folder: Path) -> set[str]:
    """Operations that the modules of a face import."""
    constants = {vars_name: row.name for row in OPERATIONS.values() for vars_name in _constants(row)}
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reson.agent.operations"):
                found |= {constants[one.name] for one in node.names if one.name in constants}
    return found


def _constants(row: Operation) -> list[str]:
    from reson.agent.operations import listed

    return [name for room in listed._ROOMS for name, one in vars(room).items() if one is row]


def test_the_page_tells_which_face_asks_what():
    """docs/operations.md: a line for each, with the faces that have a form of their own for it."""
    page = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    told = {}
    for line in page.splitlines():
        if line.startswith("| `"):
            name, effect, *faces = (cell.strip() for cell in line.strip("|").split("|"))
            told[name.strip("`")] = (effect, *map(bool, faces))
    commands, pages = names_in(FACES["cli"]), names_in(FACES["ui"])
    assert told == {
        row.name: (row.effect.value, row.name in commands, row.name in OFFERED, row.name in pages)
        for row in OPERATIONS.values()
    }
