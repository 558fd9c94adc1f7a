"""The mutants are programs that differ in one place, drawn alike from every room."""

from __future__ import annotations

import ast
from collections import Counter

from reson.evals.mutants import ROOMS, TREE, drawn, mutants_of, noticed

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


def test_a_mutant_is_noticed_by_a_test_that_looks_and_the_tree_is_left_as_it_was(tmp_path, monkeypatch) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "one.py").write_text("def double(x):\n    return x + x\n")
    [plus] = [make() for make in mutants_of("here", "one.py", (tmp_path / "one.py").read_text())]
    for name, test, seen in (
        ("looks", "from one import double\n\n\ndef test():\n    assert double(2) == 4\n", True),
        ("sleeps", "from one import double\n\n\ndef test():\n    assert double is not None\n", False),
    ):
        (tmp_path / f"test_{name}.py").write_text(f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n{test}")
        monkeypatch.setitem(ROOMS, "here", type(ROOMS["ui"])(("one.py",), (f"test_{name}.py",)))
        assert noticed(plus, tmp_path) is seen, name
        assert (tmp_path / "one.py").read_text() == "def double(x):\n    return x + x\n"
