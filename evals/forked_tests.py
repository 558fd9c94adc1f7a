"""Tests of a tree, run over and over in forks of one process that has the libraries loaded already.

``Runner`` starts that process in the tree and asks it. A test file is run once to learn which functions of the tree
each of its tests calls; afterwards only the tests that call a changed function need to be run, the quickest first. What
a test starts as a process of its own is not followed, so fewer tests than there are may be known to reach a function.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

LIBRARIES = (
    "numpy", "scipy.optimize", "scipy.signal", "scipy.stats", "scipy.special", "scipy.linalg", "scipy.integrate",
    "lmfit", "qiskit.circuit", "qiskit.quantum_info", "qiskit.primitives", "qiskit_experiments.library", "qiskit_aer",
    "rustworkx", "matplotlib.figure", "matplotlib.backends.backend_agg", "pydantic", "sqlalchemy", "langgraph.graph",
    "typer", "pandas", "hypothesis",
)  # fmt: skip
MARKED = "not browser and not study and not real_model"


@dataclass
class Reach:
    """What the tests of one file call."""

    seconds: dict[str, float] = field(default_factory=dict)
    """Of each test that passes, by its id."""
    calls: dict[str, list[str]] = field(default_factory=dict)
    """By test: ``module.py:qualified.name`` of every function of the tree that it, or a fixture of it, calls."""

    def to_json(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "calls": self.calls}


class Runner:
    """A process in a tree that runs tests. Close it when done."""

    def __init__(self, tree: Path, libraries: Sequence[str] = LIBRARIES) -> None:
        environment = os.environ | {"PYTHONPATH": str(tree / "src")}
        command = [sys.executable, "-m", __name__, *libraries]
        self._process = subprocess.Popen(
            command, cwd=tree, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def reach_of(self, file: str, seconds: float) -> Reach:
        """Runs the file as it is; nothing is known of one that takes longer than ``seconds``."""
        return Reach(**(self._ask(file=file, seconds=seconds) or {}))

    def fail(self, tests: Sequence[str], seconds: float) -> bool | None:
        """Whether any of the tests fails, in this order up to the first that does; ``None`` where time is up first."""
        return self._ask(tests=list(tests), seconds=seconds)

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _ask(self, **request: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class _Follow:
    """A plugin of pytest: which functions of the tree are called, test by test and fixture by fixture."""

    def __init__(self, tree: Path) -> None:
        self.tree, self.reach = f"{tree}/", Reach()
        self._called: set[CodeType] = set()
        self._by_fixture: dict[str, set[str]] = {}
        self._bad: set[str] = set()

    @contextlib.contextmanager
    def _followed(self) -> Iterator[set[CodeType]]:
        before, self._called = self._called, set()
        called = self._called

        def enter(frame: FrameType, event: str, argument: object) -> None:
            called.add(frame.f_code)

        outer = sys.gettrace()
        threading.settrace(enter)
        sys.settrace(enter)
        try:
            yield called
        finally:
            sys.settrace(outer)
            threading.settrace(outer)  # pyright: ignore[reportArgumentType]  # None ends it
            self._called = before
            before |= called

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]):
        with self._followed() as called:
            result = yield
        self._by_fixture.setdefault(fixturedef.argname, set()).update(self._names(called))
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item):
        began = time.perf_counter()
        with self._followed() as called:
            result = yield
        names = self._names(called)
        for fixture in getattr(item, "fixturenames", ()):
            names |= self._by_fixture.get(fixture, set())
        self.reach.seconds[item.nodeid] = time.perf_counter() - began
        self.reach.calls[item.nodeid] = sorted(names)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self._bad.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        for test in self._bad:
            self.reach.seconds.pop(test, None)
            self.reach.calls.pop(test, None)

    def _names(self, called: set[CodeType]) -> set[str]:
        names = set()
        for code in called:
            path = str(Path(code.co_filename).resolve()) if "/src/reson/" in code.co_filename else code.co_filename
            if path.startswith(self.tree) and not path.startswith(f"{self.tree}tests/"):
                names.add(f"{path.removeprefix(self.tree)}:{code.co_qualname}")
        return names


class _Chosen:
    """A plugin of pytest: these tests alone, in this order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._place = {test: number for number, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((one for one in items if one.nodeid in self._place), key=lambda one: self._place[one.nodeid])


def _follow(file: str) -> dict[str, Any]:
    follower = _Follow(Path.cwd())
    pytest.main(["-q", "-p", "no:xdist", "-m", MARKED, file], plugins=[follower])
    return follower.reach.to_json()


def _fail(tests: Sequence[str]) -> bool:
    sys.dont_write_bytecode = True  # of a change that is gone with the next second
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    status = pytest.main(["-q", "-x", "-p", "no:xdist", "-m", MARKED, *files], plugins=[_Chosen(tests)])
    return status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def _forked(request: Mapping[str, Any]) -> Any:
    """The answer of a fork, or ``None`` where it took longer than asked or died without one."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setsid()
        os.close(reading)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        status = 1
        try:
            answer = _fail(request["tests"]) if "tests" in request else _follow(request["file"])
            with os.fdopen(writing, "w") as file:
                json.dump(answer, file)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    alarm = threading.Timer(request["seconds"], os.killpg, (child, signal.SIGKILL))
    alarm.start()
    with os.fdopen(reading) as file:
        text = file.read()
    _, status = os.waitpid(child, 0)
    alarm.cancel()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what its tests left running
    if text:
        return json.loads(text)
    return None if os.WIFSIGNALED(status) else True


def main() -> None:
    for name in sys.argv[1:]:
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(_forked(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
