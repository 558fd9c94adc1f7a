"""The mutants are programs that differ in one place, drawn alike from every room."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from reson.evals.forked_tests import Runner
from reson.evals.mutants import ROOMS, TREE, Known, Room, drawn, mutants_of, noticed

SOURCE = "def f(x, y):\n    if x < 3 and y:\n        return max(x, 1.5) + 2\n    return True\n"


def test_every_mutant_is_a_program_that_differs_in_one_place() -> None:
    made = [make() for make in mutants_of("store", "a.py", SOURCE)]
    assert len(made) == len({mutant.text for mutant in made}) == 9
    for mutant in made:
        ast.parse(mutant.text)
        assert mutant.before != mutant.after
        lines = zip(ast.unparse(ast.parse(SOURCE)).splitlines(), mutant.text.splitlines(), strict=True)
        assert sum(was != now for was, now in lines) == 1


def test_rooms_are_served_alike_and_their_tests_exist() -> None:
    found = drawn(7, 2)
    assert Counter(mutant.room for mutant in found) == dict.fromkeys(ROOMS, 2)
    assert [str(one) for one in found] == [str(one) for one in drawn(7, 2)]
    assert all((TREE / path).exists() for room in ROOMS.values() for path in room.tests)


CODE = """
LIMIT = 2

class Box:
    def double(self, x):
        def twice(y):
            return y + y
        return twice(x)

def other(x):
    return x - 1
"""


def test_what_a_change_is_in_is_named_as_python_names_it() -> None:
    made = [make() for make in mutants_of("here", "one.py", CODE)]
    assert {mutant.before: mutant.function for mutant in made} == {
        "2": "",
        "y + y": "Box.double.<locals>.twice",
        "x - 1": "other",
        "1": "other",
    }


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "one.py").write_text(CODE)
    (tmp_path / "evals").symlink_to(TREE / "evals")
    (tmp_path / "src" / "reson").symlink_to(TREE / "src" / "reson")
    (tmp_path / "test_one.py").write_text(
        "import sys\nimport time\nimport pytest\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\nimport one\n"
        "@pytest.fixture(scope='module')\ndef boxed():\n    return one.Box().double(2)\n"
        "def test_slow(boxed):\n    time.sleep(0.5)\n    assert boxed\n"
        "def test_looks(boxed):\n    assert boxed == 4\n"
        "def test_fails(boxed):\n    assert boxed == 5\n"
        "def test_sleeps():\n    assert one.LIMIT\n    one.other(1)\n"
    )
    monkeypatch.setitem(ROOMS, "here", Room(("one.py",), ("test_one.py",)))
    return tmp_path


def test_only_what_calls_the_change_is_run_and_the_tree_is_left_as_it_was(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutants = {one.before: one for one in (make() for make in mutants_of("here", "one.py", CODE))}
    tests = Runner(tree)
    try:
        known = Known(tree, tests, tree / "known.json")
        near = known.nearest(mutants["y + y"])
        assert list(near) == ["test_one.py::test_looks", "test_one.py::test_slow"], "by their fixture; one fails anyway"
        assert list(known.nearest(mutants["1"])) == ["test_one.py::test_sleeps"]
        assert len(known.nearest(mutants["2"])) == 3, "what runs at import is behind all that the module does"
        assert noticed(mutants["y + y"], tree, tests, near)
        assert not noticed(mutants["x - 1"], tree, tests, known.nearest(mutants["x - 1"]))
        assert not noticed(mutants["y + y"], tree, tests, {}), "what no test calls is seen by none"
        hangs = replace(mutants["1"], text=CODE.replace("x - 1", "[None for _ in iter(int, 1)]"))
        monkeypatch.setattr("reson.evals.mutants.SECONDS_OF_TESTS", 1.0)
        assert noticed(hangs, tree, tests, known.nearest(mutants["1"]))
        assert (tree / "one.py").read_text() == CODE
        assert Known(tree, tests, tree / "known.json").nearest(mutants["y + y"]) == near, "kept for the next draw"
    finally:
        tests.close()
