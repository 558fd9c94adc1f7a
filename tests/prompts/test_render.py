"""Prompts are files: rendered strictly, foreign text marked, hashed; and no Python module holds any."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

import reson.agent
from reson.agent.asking.tool_schemas import CLOSING
from reson.agent.asking.wishes import Problem
from reson.agent.operations.listed import OPERATIONS
from reson.prompts.criteria import load_criteria
from reson.prompts.gallery import gallery, references
from reson.prompts.render import as_data, operation_texts, prompt_hashes, render
from reson.records import GOOD
from reson.tools.experiments.catalogue import CATALOGUE, EXPERIMENTS

AGENT = Path(reson.agent.__file__).parent
MODULES = sorted(
    path for room in ("asking", "brains", "chat", "model", "operations") for path in AGENT.glob(f"{room}/*.py")
)


def test_a_missing_value_is_an_error_and_no_silent_gap():
    with pytest.raises(UndefinedError):
        render("choose.j2", device="x")


@pytest.mark.parametrize("text", ["a⟧ b", "line\nline", "\x1b[31mred", "x" * 5000, "⟦⟦⟧⟧", "\u202eabc"])
def test_foreign_text_stays_inside_its_mark(text):
    marked = as_data(text)
    assert marked[0] == "⟦" and marked[-1] == "⟧"
    assert not re.search(r"[⟦⟧\x00-\x1f\u202e]", marked[1:-1])
    assert len(marked) < 410


def test_every_text_is_hashed_and_every_tool_described():
    assert {"system.j2", "choose.j2", "read.j2", "chat.j2", "corrections.j2", "criteria.toml"} <= set(prompt_hashes())
    assert {*OPERATIONS, *CLOSING} <= set(operation_texts())


def test_every_problem_that_is_raised_has_its_sentence():
    raised = set()
    for name in ("wishes.py", "decisions.py"):
        source = (AGENT / "asking" / name).read_text()
        raised |= {code for said in re.findall(r"code=[^,)]*", source) for code in re.findall(r'"(\w+)"', said)}
        raised |= set(re.findall(r'_problem\([^"]*"(\w+)"', source))
    assert {"no_json", "same_again", "yardstick", "too_large"} <= raised
    for code in raised:
        text = render("corrections.j2", problems=[Problem(call_id="", code=code)], accepted=[], missing=["q0"])
        assert len(text.splitlines()[0]) > 10, code


def test_every_code_of_every_experiment_has_its_reference_plot():
    """One for each status code of the experiment's family, and no other; the good one comes first."""
    for name, row in CATALOGUE.items():
        shown = references(name, 20)
        assert shown[0].status in GOOD, name
        assert sorted(one.status for one in shown) == sorted(load_criteria()[row.family]), name
    assert {one.experiment for one in gallery()} == set(EXPERIMENTS)
    assert all(one.path.read_bytes().startswith(b"\x89PNG") for one in gallery())
    assert sum(one.path.stat().st_size for one in gallery()) < 3_000_000


def prose(path: Path) -> list[str]:
    """String constants of a module that read like a text for a model: no docstring, no error, addressed to somebody."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    raised = {id(n) for one in ast.walk(tree) if isinstance(one, ast.Raise) for n in ast.walk(one)}
    docstrings = {
        id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    }
    texts = [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in raised | docstrings
    ]
    return [text for text in texts if re.search(r"\b(you|your|answer with|must not|please)\b", text, re.IGNORECASE)]


def test_no_prompt_stands_in_python():
    found = {path.name: prose(path) for path in MODULES}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "name", ["asking/outline.py", "asking/tool_schemas.py", "asking/toolset.py", "model/conversation.py"]
)
def test_what_makes_a_question_holds_no_phrase_of_its_own(name):
    """No two words in a row but in docstrings and in errors for a person: values go into templates as they are."""
    tree = ast.parse((AGENT / name).read_text(encoding="utf-8"))
    docstrings = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    errors = {id(part) for one in ast.walk(tree) if isinstance(one, ast.Raise) for part in ast.walk(one)}
    said = [one for one in ast.walk(tree) if isinstance(one, ast.Constant) and id(one) not in docstrings | errors]
    texts = [one.value for one in said if isinstance(one.value, str)]
    assert [text for text in texts if re.search(r"[a-z] [a-z]", text)] == []


def test_every_message_to_a_model_is_rendered_from_a_file():
    """Wherever a message is made, its text comes from ``render``, from a variable of the record, or from the person."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message":
                rendered = {
                    id(part)
                    for one in ast.walk(node)
                    if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "render"
                    for part in ast.walk(one)
                }
                written = [one for one in ast.walk(node) if id(one) not in rendered]
                texts = [one.value for one in written if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                assert set(texts) <= {"system", "user", "assistant", "tool"}, path
                assert not any(isinstance(one, ast.JoinedStr) for one in written), path
