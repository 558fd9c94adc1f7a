"""A question with a deadline of its own: the runtime waits for an answer without any."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Event, Thread
from typing import TypeVar

from reson.tools.devices.handing_over import hand_over
from reson.tools.devices.ibm.service import IbmTrouble, TroubleKind

T = TypeVar("T")

GRACE = 5.0
"""Seconds that an answer still has when somebody stops the run."""
GLANCE = 0.2
"""Seconds between two looks at the stop signal."""


def within(question: Callable[[], T], seconds: float, stop: Event) -> T:
    """The answer, or what it raises; ``IbmTrouble`` (connection) where there is none in time.

    The thread of a question without an answer is left behind: it ends with its connection, or with the program.
    """
    answer: Future[T] = Future()
    Thread(target=hand_over, args=(question, answer), daemon=True).start()
    ends, hurried = time.monotonic() + seconds, False
    while not wait([answer], timeout=GLANCE).done:
        if stop.is_set() and not hurried:
            ends, hurried = min(ends, time.monotonic() + GRACE), True
        if time.monotonic() > ends:
            raise IbmTrouble(TroubleKind.CONNECTION, f"no answer within {GRACE if hurried else seconds:.0f} s")
    return answer.result()
