"""Drives a campaign to one of the named endings, also after an exception, and picks up one that was cut short."""

from __future__ import annotations

import logging
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, cast

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from reson.agent.campaign.bench import Bench
from reson.agent.campaign.ending import ending_of, taken_up
from reson.agent.campaign.graph import build_graph
from reson.agent.campaign.state import CampaignState, initial_state
from reson.errors import DeviceUnavailable, OperatorError, Stopped
from reson.records import Ending, Json
from reson.tools.store.approvals import get_approval, list_approvals
from reson.tools.store.measurements import list_measurements
from reson.tools.store.parameters import snapshot
from reson.tools.store.runs import end_run
from reson.tools.store.server import through_restarts

log = logging.getLogger("reson")

# A job takes ten steps of the graph; this is far beyond any night and only stops a loop that is a bug.
RECURSION_LIMIT = 100_000
POLL_SECONDS = 1.0


def run_campaign(bench: Bench, components: list[str], checkpoints: Path) -> tuple[Ending, str]:
    """Run or resume the campaign of ``bench.run_id`` until it ends; the ending and its reason are on record.

    The parameter table is snapshotted before and after. An exception that is a bug is recorded as ``failed`` and
    raised again, so that it keeps its traceback.
    """
    through_restarts(lambda: snapshot(bench.store, bench.run_id, "before", bench.device.name, bench.clock()))
    ending, reason = Ending.FAILED, ""
    try:
        with _checkpointer(checkpoints) as saver, stop_on_signals(bench.stop, bench.on_event):
            graph = build_graph(bench, saver)
            ending, reason = through_restarts(lambda: _drive(bench, graph, components))
    except DeviceUnavailable as error:
        ending, reason = Ending.DEVICE_UNAVAILABLE, str(error)
    except Stopped as error:
        ending, reason = Ending.STOPPED, str(error)
    except OperatorError as error:
        reason = error.what
        raise
    except KeyboardInterrupt:
        ending, reason = Ending.STOPPED, "interrupted at once by a second Ctrl-C"
        raise
    finally:
        if ending is Ending.FAILED and not reason:
            bug = sys.exception()
            reason = f"{type(bug).__name__}: {bug}"
        through_restarts(lambda: _record_end(bench, ending, reason))
    if ending is Ending.FINISHED:  # nothing is left to resume, and checkpoints are most of a lab's growth
        with _checkpointer(checkpoints) as saver:
            saver.delete_thread(bench.run_id)
    return ending, reason


def _drive(bench: Bench, graph: CompiledStateGraph, components: list[str]) -> tuple[Ending, str]:
    thread = _thread(bench)
    known = graph.get_state(thread)
    entry: Any = initial_state(bench.run_id, components, _next_step(bench)) if not known.values else None
    if known.interrupts:
        entry = Command(resume=True)
    # `next` is empty as well where a kill came between the writes of a node and its checkpoint: nothing has ended there
    elif known.values and not known.tasks:  # it came to its end, and something was missing
        entry = taken_up(bench, cast("CampaignState", known.values))
    deadline = time.monotonic() + bench.config.night.wait_for_approval_minutes * 60
    while True:
        result = graph.invoke(entry, thread)
        interrupts = result.get("__interrupt__")
        if not interrupts:
            return ending_of(bench, cast("CampaignState", result))
        reason = interrupts[0].value
        waiting = reason["ending"] == Ending.WAITING_FOR_APPROVAL
        if not (waiting and _answered_before(bench, reason["approvals"], deadline)):
            return Ending(reason["ending"]), reason["reason"]
        entry = Command(resume=True)


def _next_step(bench: Bench) -> int:
    """Zero for a new run; for one whose checkpoints are lost a number that no job of its record can have."""
    steps = [row.step for row in list_measurements(bench.store, run_id=bench.run_id)]
    return max(steps, default=0) + len(list_approvals(bench.store, run_id=bench.run_id))


def _answered_before(bench: Bench, approvals: list[str], deadline: float) -> bool:
    """Wait for the first answer of a person, until the deadline, a stop, or an answer."""
    while time.monotonic() < deadline and not bench.stop.is_set():
        if any(get_approval(bench.store, approval).status != "pending" for approval in approvals):
            return True
        bench.stop.wait(POLL_SECONDS)
    return False


def _record_end(bench: Bench, ending: Ending, reason: str) -> None:
    count = bench.trajectory.count("stop-")
    snapshot(bench.store, bench.run_id, "after", bench.device.name, bench.clock())
    end_run(bench.store, bench.run_id, ending, reason, bench.clock())
    bench.tell(f"stop-{count}", "stop", {"ending": ending, "reason": reason})


def _thread(bench: Bench) -> Any:
    return {"configurable": {"thread_id": bench.run_id}, "recursion_limit": RECURSION_LIMIT}


@contextmanager
def _checkpointer(path: Path) -> Iterator[SqliteSaver]:
    # LangGraph runs nodes in worker threads; the saver holds its own lock around the connection
    connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
    try:
        # nothing but plain JSON belongs into a checkpoint, and nothing else is read back from one
        saver = SqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        saver.setup()
        yield saver
    except sqlite3.DatabaseError as error:
        raise OperatorError(
            f"the checkpoints in {path} cannot be used: {error}",
            "free space if the disk is full; else move the file aside: measurements and parameters are safe in lab.db",
        ) from error
    finally:
        connection.close()


@contextmanager
def stop_on_signals(asked: Event, tell: Callable[[str, Json], None]) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM stops at the next safe point; a second one interrupts at once. A terminal that hangs
    up stops it too, however often: nobody is there who could be impatient.
    """

    def stop(number: int, frame: object) -> None:
        if asked.is_set() and number != signal.SIGHUP:
            raise KeyboardInterrupt
        asked.set()
        tell("stopping", {"reason": signal.Signals(number).name})

    heard = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
        heard.append(signal.SIGHUP)
    previous = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
