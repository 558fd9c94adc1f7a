"""Would the tests notice? Small random changes of the code, one at a time, each against the tests that call it.

``make mutants``: seeded, the same number from every room, bounded in time, in a copy of the tree. A mutant that no test
sees is listed: whether it matters is for a person to say, and one that does becomes a test. Not part of CI.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reson.evals import seeds
from reson.evals.forked_tests import Reach, Runner
from reson.evals.intervals import proportion

TREE = Path(__file__).resolve().parents[1]
SECONDS_OF_TESTS = 60.0
"""Of the tests that call what a mutant changed, the nearest and quickest are run up to so many seconds in all."""
SECONDS_OF_A_FILE = 400.0
"""A test file that takes longer is left out."""


@dataclass(frozen=True)
class Room:
    """Modules (globs of the tree), and the tests that are nearest to them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


ROOMS: dict[str, Room] = {
    "vocabulary": Room(("src/reson/*.py",), ("tests/vocabulary",)),
    "chip": Room(("tools/devices/simulated/*.py",), ("tests/tools/devices/simulated",)),
    "experiments": Room(("tools/experiments/**/*.py",), ("tests/tools/experiments", "tests/tools/verdicts")),
    "verdicts": Room(("tools/verdicts/*.py",), ("tests/tools/verdicts",)),
    "store": Room(("tools/store/*.py",), ("tests/tools/store",)),
    "ibm": Room(("tools/devices/ibm/*.py",), ("tests/tools/devices/ibm", "tests/agent/devices")),
    "expert": Room(("agent/expert/*.py",), ("tests/agent/brains",)),
    "campaign": Room(("agent/campaign/*.py", "agent/policy.py", "agent/approvals.py"), ("tests/agent/campaign",)),
    "model": Room(("agent/model/*.py", "agent/asking/*.py"), ("tests/agent/brains",)),
    "reading": Room(("agent/reading/*.py",), ("tests/agent/reading",)),
    "judge": Room(
        (
            "evals/scorers.py",
            "evals/evidence_score.py",
            "evals/intervals.py",
            "evals/verdicts/comparison.py",
            "evals/verdicts/outcomes.py",
        ),
        ("tests/evals/test_scorers.py", "tests/evals/test_intervals.py", "tests/evals/test_verdicts.py"),
    ),
    "studies": Room(
        (
            "evals/verdicts/report.py",
            "evals/verdicts/trial.py",
            "evals/verdicts/measuring.py",
            "evals/nights.py",
            "evals/any_fault.py",
            "evals/pair_faults.py",
            "evals/pair_chips.py",
            "evals/seeds.py",
            "evals/orders.py",
            "evals/episode.py",
            "evals/faulty_chips.py",
            "evals/fault_strengths.py",
            "evals/truth.py",
            "evals/true_*.py",
            "evals/unitarity.py",
            "evals/best_readout.py",
            "evals/closed_loop/compare.py",
            "evals/closed_loop/summary.py",
            "evals/reading/tally.py",
            "evals/reading/taken.py",
            "evals/replaying/differences.py",
        ),
        (
            "tests/evals/test_scorers.py",
            "tests/evals/test_verdicts.py",
            "tests/evals/test_pair_verdicts.py",
            "tests/evals/test_nights.py",
            "tests/evals/test_any_fault.py",
            "tests/evals/test_pair_scores.py",
            "tests/evals/test_true_values.py",
            "tests/evals/test_truth.py",
            "tests/evals/test_seeds.py",
            "tests/evals/test_summary.py",
            "tests/evals/test_differences.py",
            "tests/evals/test_qcaleval.py",
        ),
    ),
    "ui": Room(("ui/*.py",), ("tests/ui",)),
}


@dataclass(frozen=True)
class Mutant:
    room: str
    module: str
    function: str
    """Qualified name of what it is in; empty outside of functions."""
    line: int
    before: str
    after: str
    text: str
    """Of the whole changed module."""

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.before} -> {self.after}"


_OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


def changes(node: ast.AST) -> Iterator[Callable[[], None]]:
    """Ways to change one node in place into something that is still a program."""
    match node:
        case ast.Compare(ops=[one]) if type(one) in _OTHER:
            yield lambda: setattr(node, "ops", [_OTHER[type(one)]()])
        case ast.BoolOp(op=one) | ast.BinOp(op=one) if type(one) in _OTHER:
            yield lambda: setattr(node, "op", _OTHER[type(one)]())
        case ast.Constant(value=bool(value)):
            yield lambda: setattr(node, "value", not value)
        case ast.Constant(value=int(value) | float(value)):
            yield lambda: setattr(node, "value", value * 3 if value else 1)
        case ast.Name(id=name) if name in _NAMES:
            yield lambda: setattr(node, "id", _NAMES[name])
        case ast.If(test=test) | ast.IfExp(test=test):
            yield lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), test))


def mutants_of(room: str, module: str, source: str) -> Iterator[Callable[[], Mutant]]:
    """Every mutant of a module, made when it is called: most are never drawn."""
    number = sum(1 for node in ast.walk(ast.parse(source)) for _ in changes(node))
    for place in range(number):

        def make(place: int = place) -> Mutant:
            tree = ast.parse(source)
            function = _functions(tree)
            node, change = [(node, one) for node in ast.walk(tree) for one in changes(node)][place]
            before, line = ast.unparse(node), getattr(node, "lineno", 0)
            change()
            ast.fix_missing_locations(tree)
            text = ast.unparse(tree)
            return Mutant(room, module, function[node], line, _short(before), _short(ast.unparse(node)), text)

        yield make


def _functions(tree: ast.Module) -> dict[ast.AST, str]:
    """The qualified name of the innermost function that each node is evaluated in; empty for what runs at import."""
    inside: dict[ast.AST, str] = {}

    def visit(node: ast.AST, function: str, scope: str) -> None:
        inside[node] = function
        for name, child in _fields(node):
            body = name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            here = scope + node.name if body and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
            if isinstance(node, ast.ClassDef):
                visit(child, function, f"{scope}{node.name}.")
            else:
                visit(child, here, f"{here}.<locals>." if body else scope)

    visit(tree, "", "")
    return inside


def _fields(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield name, child


def _short(code: str) -> str:
    return code.splitlines()[0][:80]


def drawn(seed: int, each: int) -> list[Mutant]:
    """``each`` mutants of every room, in an order that serves all rooms alike however early time is up."""
    rng, columns = random.Random(seed), []
    for name, room in ROOMS.items():
        modules = sorted({path for glob in room.modules for path in TREE.glob(glob) if path.name != "__init__.py"})
        ways = [
            way
            for path in modules
            for way in mutants_of(name, str(path.relative_to(TREE)), path.read_text(encoding="utf-8"))
        ]
        columns.append([way() for way in rng.sample(ways, min(each, len(ways)))])
    return [mutant for row in range(each) for column in columns for mutant in column[row : row + 1]]


class Known:
    """What every test file calls, kept in a file from one draw to the next for as long as the test file is the same."""

    def __init__(self, tree: Path, tests: Runner, file: Path) -> None:
        self._tree, self._tests, self._file = tree, tests, file
        self._reach = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def of(self, test: str) -> Reach:
        key = f"{test} {hashlib.sha256((self._tree / test).read_bytes()).hexdigest()[:16]}"
        if key not in self._reach:
            self._reach[key] = self._tests.reach_of(test, SECONDS_OF_A_FILE).to_json()
            self._file.write_text(json.dumps(self._reach), encoding="utf-8")
        return Reach(**self._reach[key])

    def nearest(self, mutant: Mutant) -> dict[str, float]:
        """The tests of its room that call what it changed, with their seconds; first those that import its module."""
        found: list[tuple[bool, float, str]] = []
        dotted = "reson." + mutant.module.removeprefix("src/reson/").removesuffix(".py").replace("/", ".")
        for file in _files(self._tree, mutant.room):
            names = dotted in (self._tree / file).read_text(encoding="utf-8")
            reach = self.of(file)
            for test, called in reach.calls.items():
                if any(_is_in(mutant, one) for one in called) or (names and not mutant.function):
                    found.append((not names, reach.seconds[test], test))
        return {test: seconds for _, seconds, test in sorted(found)}


def _files(tree: Path, room: str) -> list[str]:
    places = [tree / place for place in ROOMS[room].tests]
    files = [file for place in places for file in ([place] if place.suffix else sorted(place.rglob("test_*.py")))]
    return [str(file.relative_to(tree)) for file in dict.fromkeys(files)]


def _is_in(mutant: Mutant, called: str) -> bool:
    module, _, function = called.rpartition(":")
    if module != mutant.module:
        return False
    return not mutant.function or f"{function}.<locals>.".startswith(f"{mutant.function}.<locals>.")


def noticed(mutant: Mutant, tree: Path, tests: Runner, nearest: dict[str, float]) -> bool:
    """Whether one of these tests fails, or hangs, in this copy of the tree."""
    module = tree / mutant.module
    original, stamp = module.read_bytes(), module.stat()
    module.write_text(mutant.text, encoding="utf-8")
    chosen, taken = [], 0.0
    for test, seconds in nearest.items():
        if taken + seconds > SECONDS_OF_TESTS and chosen:
            break
        chosen.append(test)
        taken += seconds
    try:
        return bool(chosen) and tests.fail(chosen, SECONDS_OF_TESTS + 4 * taken) is not False
    finally:
        module.write_bytes(original)
        os.utime(module, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # what was compiled of it counts again


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="default: drawn from the commit's hash, and recorded")
    parser.add_argument("--each", type=int, default=25, help="mutants of each room")
    parser.add_argument("--minutes", type=float, default=120.0, help="after which no further mutant is tried")
    parser.add_argument("--rooms", nargs="*", choices=list(ROOMS), default=list(ROOMS))
    parser.add_argument("--known", type=Path, help="a file that keeps which test calls what, for the next draw")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else seeds.draw("mutants", 1, seeds.commit_here()).first
    deadline, found = time.monotonic() + 60 * asked.minutes, []
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory).resolve() / "tree"
        shutil.copytree(
            TREE, tree, symlinks=True, ignore=shutil.ignore_patterns(".venv*", ".git", "lab", "__pycache__")
        )
        tests = Runner(tree)
        known = Known(tree, tests, asked.known or Path(directory) / "known.json")
        for mutant in drawn(seed, asked.each):
            if mutant.room not in asked.rooms:
                continue
            if time.monotonic() > deadline:
                break
            nearest = known.nearest(mutant)
            found.append((mutant, noticed(mutant, tree, tests, nearest)))
            word = "noticed " if found[-1][1] else "SURVIVED"
            print(f"{word} {mutant}  ({len(nearest)} tests)", flush=True)
        tests.close()
    print(f"seed {seed}, {len(found)} mutants")
    for room in asked.rooms:
        seen = [hit for mutant, hit in found if mutant.room == room]
        print(f"{room}: {proportion(sum(seen), len(seen))} noticed")


if __name__ == "__main__":
    main()
