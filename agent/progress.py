"""What a person sees while a run goes on: a row for each qubit or pair on a terminal, plain lines with times elsewhere.

Both are fed by the events of a run (``Watch``); a run knows nothing of how it is shown.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Self, TextIO

from reson.components import by_kind, named, value_of_pair
from reson.events import Event
from reson.records import Json, Verdict
from reson.tools.quantities import PARAMETERS
from reson.wording import author, count, duration, one_line, quantity

if TYPE_CHECKING:
    from rich.console import RenderableType

Watch = Callable[[str, Json], None]

MARKS = {"measuring": "▸", "ready": "·", "waiting": "◐", "done": "●", "set aside": "✕"}
STYLES = {"measuring": "cyan", "waiting": "yellow", "done": "green", "set aside": "red"}
REASON_WIDTH = 110
DETAILS = frozenset({"measuring", "parameter_change"})
"""Told with -v alone: what they say stands in the line of the measurement as well."""
SILENCE = 10.0
"""Seconds after which a log that has nothing to say tells how far the run is."""
CLOSED = {"done": "done", "give_up": "set aside"}
FOREIGN = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What is raised by a line of another hand that has the name of an event and not what belongs to it."""


@dataclass
class Row:
    """What the table shows of one qubit or pair."""

    state: str = "ready"
    last: str = ""
    verdict: str = ""
    why: str = ""


@dataclass
class Board:
    """Everything on the screen, brought up to date event by event."""

    title: str = "opening the lab"
    now: str = ""
    rows: dict[str, Row] = field(default_factory=dict)
    measurements: int = 0
    device_began: float | None = None
    device_now: float | None = None
    charged: float | None = None
    """Quantum seconds of a provider's device, whose clock is that of the wall; None for a chip of one's own."""
    began: float = field(default_factory=time.monotonic)


@contextmanager
def watching(stream: TextIO, *, live: bool, verbose: bool = False) -> Iterator[Watch]:
    """A watcher that writes to ``stream``: a table that is redrawn, or a log."""
    if not live:
        with Log(stream, verbose) as log:
            yield log.take
        return
    from rich.console import Console
    from rich.live import Live

    board = Board()
    console = Console(file=stream)
    with Live(get_renderable=lambda: render(board), console=console, refresh_per_second=4):
        yield partial(take, board)


class Log:
    """Lines with times: one for each measurement and for what a person should know, with ``verbose`` for each event
    that has words. Where nothing was said for ``SILENCE`` seconds, a line tells how far the run is.
    """

    def __init__(self, stream: TextIO, verbose: bool = False) -> None:
        self._stream, self._verbose = stream, verbose
        self._board, self._lock, self._over = Board(), threading.Lock(), threading.Event()
        self._said = time.monotonic()
        self._thread = threading.Thread(target=self._keep_talking, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def take(self, kind: str, body: Json) -> None:
        with self._lock:
            take(self._board, kind, body)
            if self._verbose or kind not in DETAILS:
                self._say(sentences(kind, body))

    def _keep_talking(self) -> None:
        while not self._over.wait(max(0.0, self._said + SILENCE - time.monotonic())):
            with self._lock:
                if time.monotonic() >= self._said + SILENCE:
                    self._say([how_far(self._board)])

    def _say(self, lines: list[str]) -> None:
        """To whoever reads: a pipe that was closed or a terminal that hung up is no reason to end a night."""
        now = time.strftime("%Y-%m-%d %H:%M:%S")
        for line in lines:
            with suppress(OSError):
                print(f"{now}  {one_line(line)}", file=self._stream, flush=True)
            self._said = time.monotonic()


def how_far(board: Board) -> str:
    """``... 2 min 05 s · device 34 s · 12 measurements · 3 done of 5: measuring rabi on q0 q2: its turn``."""
    states = [row.state for row in board.rows.values()]
    counts = [f"{states.count(state)} {state}" for state in ("done", "set aside", "waiting") if state in states]
    told = f" · {', '.join(counts)} of {len(states)}" if counts else ""
    return f"... {_clock(board)}{told}: {board.now or board.title}"


def take(board: Board, kind: str, body: Json) -> None:
    """Bring the board up to date with one event; what it does not show changes nothing."""
    if "device_time" in body:
        board.device_now = body["device_time"]
        board.device_began = board.device_now if board.device_began is None else board.device_began
    sentence = next(iter(sentences(kind, body)), "")
    match kind:
        case "start":
            board.title = sentence
            board.rows = {name: Row() for name in body["settings"]["components"]}
        case "published":
            board.charged = board.charged or 0.0
        case "job_done" if "estimate" in body:
            usage = body.get("usage")
            board.charged = (board.charged or 0.0) + (body["estimate"] if usage is None else usage)
        case "opening" | "memory_failed" | "stopping" | "stop" | "report":
            board.now = sentence
        case "measuring":
            board.now = sentence
            for name in body["components"]:
                row = _row(board, name)
                row.state, row.last, row.verdict, row.why = (
                    "measuring",
                    body["experiment"],
                    "",
                    body["why"].get(name, ""),
                )
        case "verdict":
            board.measurements += 1
            row = _row(board, body["component"])
            row.state, row.last, row.verdict = "ready", body["experiment"], body["verdict"]
            row.why = "; ".join(body["reasons"]) or findings(body["quantities"])
        case "approval" if body["status"] == "pending":
            for name in named(body["component"]):
                row = _row(board, name)
                row.state, row.why = "waiting", f"for a person: {body['approval']}"
        case "decision" if body["decision"]["kind"] in CLOSED:
            decision = body["decision"]
            row = _row(board, decision["component"])
            row.state, row.why = CLOSED[decision["kind"]], decision["why"]
        case "approval_answered":
            row = _row(board, body["component"])
            row.state, row.why = "ready", f"{body['status']} by {body['by']}"


def _row(board: Board, component: str) -> Row:
    return board.rows.setdefault(component, Row())


def render(board: Board) -> RenderableType:
    """The board as a rich renderable."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True, header_style="dim")
    for head, ratio in (("qubit", None), ("state", None), ("experiment", None), ("verdict", None), ("why", 1)):
        grid.add_column(head, no_wrap=True, overflow="ellipsis", ratio=ratio)
    for name, row in board.rows.items():
        style = STYLES.get(row.state, "")
        verdict = Text(row.verdict, style={"accept": "green", "review": "yellow", "reject": "red"}.get(row.verdict, ""))
        mark = Text(f"{MARKS[row.state]} {row.state}", style=style)
        grid.add_row(Text(name, style="bold"), mark, Text(row.last), verdict, Text(one_line(row.why)))
    parts: list[RenderableType] = [Text(one_line(board.title), style="bold")]
    if board.rows:
        parts.append(grid)
    return Group(*parts, Text(one_line(f"{_clock(board)}  {board.now}"), overflow="ellipsis", no_wrap=True))


def _clock(board: Board) -> str:
    parts = [duration(time.monotonic() - board.began)]
    if board.charged:
        parts.append(f"device {duration(board.charged)}")
    elif board.charged is None and board.device_now is not None and board.device_began is not None:
        parts.append(f"device {duration(board.device_now - board.device_began)}")
    return " · ".join([*parts, count(board.measurements, "measurement")])


def words_of(event: Event) -> list[str]:
    """``sentences`` of a line of a file; none where it lacks what they tell, as one of another hand may."""
    try:
        return sentences(event.kind, event.recorded())
    except FOREIGN:
        return []


def sentences(kind: str, body: Json) -> list[str]:
    """An event in plain words; none where it is not worth a line."""
    match kind:
        case "opening":
            return [f"opening the lab {body['lab']} ..."]
        case "start":
            components = body["settings"]["components"]
            what = " and ".join(count(len(names), noun) for noun, names in by_kind(components).items())
            return [f"{body['run']} on {body['device']}: {what}, brain {body['brain']}"]
        case "resume":
            return [f"goes on, by {body['by']}"] if body["by"] else []
        case "measuring":
            whys = "; ".join(sorted(set(body["why"].values())))
            return [f"measuring {body['experiment']} on {' '.join(body['components'])}: {one_line(whys, REASON_WIDTH)}"]
        case "verdict":
            return [_judged(body)]
        case "memory_failed":
            return [f"memory: {body['reason']}; {body['remedy']}"]
        case "refused":
            return [f"{body['experiment']} refused: {body['reason']}"]
        case "job_failed":
            return [f"the job of {body['experiment']} failed ({body['in_a_row']} in a row): {body['reason']}"]
        case "fallback":
            return [f"{' '.join(body['components'])}: {body['purpose']} offline, the model failed: {body['reason']}"]
        case "write_refused":
            return [f"not written: {body['reason']}"]
        case "parameter_change":
            name = body["parameter"]
            value = quantity(body["value"], body["stderr"], PARAMETERS[name].unit, confidence=body.get("confidence"))
            return [f"{body['component']} {name} = {value}, by {author(body['author'])}"]
        case "approval" if body["status"] == "pending":
            return [f"{body['component']} waits for a person: reson approvals show {body['approval']}"]
        case "approval" if body["status"] == "denied":
            return [f"the policy denies {body['approval']}: {body['rule']}"]
        case "approval_answered":
            return [f"{body['component']} goes on: {body['approval']} was {body['status']} by {body['by']}"]
        case "decision" if body["decision"]["kind"] in CLOSED:
            decision = body["decision"]
            name = decision["component"]
            diagnoses = [f"{name} {one['code']}: {one['text']}" for one in decision["diagnoses"]]
            return [f"{name} {CLOSED[decision['kind']]}: {decision['why']}", *diagnoses]
        case "stopping":
            return [f"stopping at the next safe point ({body['reason']}); once more stops at once"]
        case "stop":
            return [f"{body['ending']}: {body['reason']}"]
        case "report":
            return [f"report: {body['path']}"]
        case _:
            return []


def _judged(body: Json) -> str:
    head = f"{body['component']} {body['experiment']}: {body['verdict']}"
    if body["verdict"] == Verdict.ACCEPT:
        return ", ".join(part for part in (head, findings(body["quantities"])) if part)
    return f"{head} ({body['reading']['status']}): {'; '.join(body['reasons'])}"


def findings(quantities: Json) -> str:
    """The fitted values that the parameter table knows, in words; where it knows none the first of them."""
    known = [name for name in quantities if (of[1] if (of := value_of_pair(name)) else name) in PARAMETERS]
    return ", ".join(
        f"{name} {quantity(found['value'], found['stderr'], found['unit'])}"
        for name, found in quantities.items()
        if name in (known or [*quantities][:1])
    )
