"""Would the tests notice? Small random changes of the code, one at a time, each against the tests nearest to it.

``make mutants``: seeded, the same number from every room, bounded in time, in a copy of the tree. A mutant that no test
sees is listed: whether it matters is for a person to say, and one that does becomes a test. Not part of CI.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reson.evals.intervals import proportion

TREE = Path(__file__).resolve().parents[1]
SECONDS = 600
"""After which the tests of one mutant count as hanging, which is noticed too."""


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
        ("evals/scorers.py", "evals/intervals.py", "evals/verdicts/comparison.py", "evals/verdicts/outcomes.py"),
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
            node, change = [(node, one) for node in ast.walk(tree) for one in changes(node)][place]
            before, line = ast.unparse(node), getattr(node, "lineno", 0)
            change()
            ast.fix_missing_locations(tree)
            return Mutant(room, module, line, _short(before), _short(ast.unparse(node)), ast.unparse(tree))

        yield make


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


def noticed(mutant: Mutant, tree: Path) -> bool:
    """Whether the tests nearest to it fail, or hang, in this copy of the tree."""
    module = tree / mutant.module
    original = module.read_text(encoding="utf-8")
    module.write_text(mutant.text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-m",
        "not browser and not study and not real_model",
        *ROOMS[mutant.room].tests,
    ]
    try:
        environment = os.environ | {"PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return True
    finally:
        module.write_text(original, encoding="utf-8")
    return done.returncode != 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="a fresh one each time; say which in docs")
    parser.add_argument("--each", type=int, default=25, help="mutants of each room")
    parser.add_argument("--minutes", type=float, default=120.0, help="after which no further mutant is tried")
    parser.add_argument("--rooms", nargs="*", choices=list(ROOMS), default=list(ROOMS))
    asked = parser.parse_args()
    deadline, found = time.monotonic() + 60 * asked.minutes, []
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory) / "tree"
        shutil.copytree(TREE, tree, symlinks=True, ignore=shutil.ignore_patterns(".venv", ".git", "lab", "__pycache__"))
        for mutant in drawn(asked.seed, asked.each):
            if mutant.room not in asked.rooms:
                continue
            if time.monotonic() > deadline:
                break
            found.append((mutant, noticed(mutant, tree)))
            print(f"{'noticed ' if found[-1][1] else 'SURVIVED'} {mutant}", flush=True)
    print(f"seed {asked.seed}, {len(found)} mutants")
    for room in asked.rooms:
        seen = [hit for mutant, hit in found if mutant.room == room]
        print(f"{room}: {proportion(sum(seen), len(seen))} noticed")


if __name__ == "__main__":
    main()
