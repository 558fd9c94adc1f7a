"""Runs many cases at once: a process for each worker, on this machine or on each worker of a Dask cluster.

A worker reads jobs from its standard input and writes results to its standard output, one line of JSON each. One that
is lost (killed, out of memory) is replaced and its case is run again; one that ends by an exception has found a bug.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO

from reson.errors import OperatorError
from reson.evals.closed_loop.running import CaseResult, Job, broken, run_case

TRIES = 3
"""Times that a case is begun before a worker that is lost each time counts as the case's own fault."""
_BUG = 1
"""Exit code of Python after an exception that nobody caught."""

Heard = Callable[[CaseResult], None]


@dataclass
class Worker:
    """One child process; ``lost`` counts how often it had to be replaced."""

    lost: int = 0
    _child: subprocess.Popen[str] | None = None
    _said: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def run(self, job: Job) -> CaseResult:
        began = time.monotonic()
        for _ in range(TRIES):
            child = self._child = self._child or self._start()
            line = _exchange(child, job)
            if line:
                return CaseResult.model_validate_json(line)
            code = child.wait()
            self._child = None
            if code == _BUG:
                return broken(job, self._last_words(), time.monotonic() - began)
            self.lost += 1
        return broken(job, f"the worker was lost {TRIES} times", time.monotonic() - began)

    def close(self) -> None:
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()
            self._child.wait()
        self._child = None

    def _start(self) -> subprocess.Popen[str]:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the child
        return subprocess.Popen(
            [sys.executable, "-m", "reson.evals.closed_loop.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            # small matrices: more threads only get in each other's way
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )

    def _last_words(self) -> str:
        self._said.seek(0)
        return self._said.read().decode(errors="replace")[-4000:]


def _exchange(child: subprocess.Popen[str], job: Job) -> str:
    """The child's answer; empty where it ended instead."""
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdin.write(job.model_dump_json() + "\n")
        child.stdin.flush()
    except BrokenPipeError:
        return ""
    return child.stdout.readline()


def run_here(jobs: Sequence[Job], workers: int, hear: Heard = lambda result: None) -> list[CaseResult]:
    """All jobs on this machine, in their order; ``hear`` is told of each as it ends."""
    mine = threading.local()
    started: list[Worker] = []

    def one(job: Job) -> CaseResult:
        if not hasattr(mine, "worker"):
            mine.worker = Worker()
            started.append(mine.worker)
        result = mine.worker.run(job)
        hear(result)
        return result

    try:
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(one, jobs))
    finally:
        for worker in started:
            worker.close()


def run_on_cluster(jobs: Sequence[Job], address: str, hear: Heard = lambda result: None) -> list[CaseResult]:
    """All jobs on a Dask cluster, in their order. ``address``: of its scheduler, like ``tcp://host:8786``.

    Dask runs the cases of a worker that it lost on another one. Raises ``OperatorError`` where there is no cluster.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise OperatorError("Dask is not installed", "pip install 'reson[cluster]'") from error
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise OperatorError(f"there is no Dask scheduler at {address}", "start one, or leave out --cluster") from error
    with client:
        futures = client.map(_on_cluster, [job.model_dump_json() for job in jobs], pure=False, retries=TRIES)
        for future in as_completed(futures):
            hear(CaseResult.model_validate_json(future.result()))
        return [CaseResult.model_validate_json(future.result()) for future in futures]


_of_thread = threading.local()


def _on_cluster(job: str) -> str:
    """In a worker of the cluster: a child of its own for each thread, since a run wants a main thread of its own."""
    if not hasattr(_of_thread, "worker"):
        _of_thread.worker = Worker()
    return _of_thread.worker.run(Job.model_validate_json(job)).model_dump_json()


def main() -> None:
    """A worker: what libraries print goes to the error stream, so that the answers stay alone on their own."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        result = run_case(Job.model_validate(json.loads(line)))
        answers.write(result.model_dump_json() + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
