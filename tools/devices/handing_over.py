"""An answer from another thread: what a question returns or raises, handed over whole to the one who asked.

The devices' one place that catches exceptions whatever they are, an exception to the rule of the house: none is
swallowed, each is raised again where somebody waits.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def hand_over(question: Callable[[], T], answer: Future[T]) -> None:
    """Ask, and put into ``answer`` what comes of it."""
    try:
        answer.set_result(question())
    except BaseException as error:  # noqa: BLE001 (see the head of this module)
        answer.set_exception(error)
