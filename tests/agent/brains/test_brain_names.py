"""A brain is its class, its row and its opening: no other module knows brains by name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

import reson.agent
import reson.ui
from reson.agent.brain_names import BRAINS, DEFAULT
from reson.agent.config import TEMPLATE, LabConfig

KNOWING = {"brain_names.py", "brains"}
FOLDERS = [Path(package.__file__ or "").parent for package in (reson.agent, reson.ui)]


def compared(tree: ast.AST) -> Iterator[object]:
    """Constants that something is compared with, one by one or as members."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (
                one.value for part in node.comparators for one in ast.walk(part) if isinstance(one, ast.Constant)
            )
        if isinstance(node, ast.MatchValue) and isinstance(node.value, ast.Constant):
            yield node.value.value


def test_no_other_module_decides_by_the_name_of_a_brain():
    """But for the word of the default one, which also says who answered a question."""
    for folder in FOLDERS:
        for path in folder.rglob("*.py"):
            if not KNOWING & set(path.relative_to(folder).parts):
                names = (BRAINS.keys() - {DEFAULT}) & set(compared(ast.parse(path.read_text(encoding="utf-8"))))
                assert not names, f"{path} compares with {names}"


def test_lab_toml_names_them_and_refuses_others():
    assert all(f'"{name}"' in TEMPLATE.splitlines()[1] for name in BRAINS)
    assert LabConfig().brain == DEFAULT
    with pytest.raises(ValidationError, match="there are offline, cascade"):
        LabConfig(brain="oracle")


def test_the_page_has_a_line_for_each():
    page = (Path(__file__).parents[3] / "docs" / "brains.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page or f'"{name}"' in page for name in BRAINS)
