"""Waiting for something outside: never without end, and never deaf to the stop signal.

What may hang (a name that is looked up, a handshake, a byte a second) runs in a thread of its own. Whoever asked waits
here, takes each piece as it comes, and leaves when the whole takes too long, when nothing was said for too long, or
when the run is to stop.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, TypeVar

from reson.agent.model.conversation import FailureKind, NoAnswer

TICK = 0.1
"""Seconds between two looks at the clock and at the stop signal."""

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    silence: float
    """Seconds without a piece after which the other side counts as lost."""
    whole: float
    """Seconds for a whole answer, however much is said meanwhile."""
    stop: Event = field(default_factory=Event)
    clock: Callable[[], float] = time.monotonic

    def until(self) -> float:
        """The moment, on this clock, at which an answer that is asked for now must be whole."""
        return self.clock() + self.whole

    def check(self, heard: float, until: float) -> None:
        """Raises ``NoAnswer`` when it is time to leave; ``heard``: when the last piece came."""
        now = self.clock()
        if self.stop.is_set():
            raise NoAnswer(FailureKind.STOPPED, "the run is being stopped")
        if now >= until:
            raise NoAnswer(FailureKind.TIMEOUT, f"the answer was not whole after {self.whole:g} s")
        if now - heard >= self.silence:
            raise NoAnswer(FailureKind.TIMEOUT, f"not a word for {self.silence:g} s")

    def pause(self, seconds: float, until: float) -> bool:
        """Wait before the next try; False, at once, where there is no time left for one or the run is to stop."""
        end = self.clock() + seconds
        if end >= until:
            return False
        while (left := end - self.clock()) > 0 and not self.stop.wait(min(TICK, left)):
            pass
        return not self.stop.is_set()


def heard(source: Callable[[], Iterator[T]], patience: Patience, until: float) -> Iterator[T]:
    """The pieces of ``source``, which runs in a thread of its own. Raises what it raises, and ``NoAnswer``.

    A source that is left alone ends at its next piece; its thread never keeps the process alive.
    """
    said: SimpleQueue[tuple[str, Any]] = SimpleQueue()
    left = Event()

    def run() -> None:
        try:
            for piece in source():
                if left.is_set():
                    return
                said.put(("piece", piece))
            said.put(("end", None))
        except Exception as error:  # noqa: BLE001 not swallowed: it is raised again where somebody waits
            said.put(("error", error))

    Thread(target=run, daemon=True, name="reson-waiting").start()
    last = patience.clock()
    try:
        while True:
            patience.check(last, until)
            try:
                kind, value = said.get(timeout=TICK)
            except Empty:
                continue
            if kind == "error":
                raise value
            if kind == "end":
                return
            last = patience.clock()
            yield value
    finally:
        left.set()
