"""Delivers one notice through Apprise, in a process of its own that its parent ends when it takes too long.

Standard input holds ``{"url", "title", "body"}``, so that the address stands in no list of processes; what is said on
standard output, ``{"service", "failed"}``, holds nothing of it.
"""

from __future__ import annotations

import json
import logging
import re
import sys

STATUS = re.compile(r"error=(\d{3})\b")


def main() -> None:
    told = json.load(sys.stdin)
    print(json.dumps(deliver(told["url"], told["title"], told["body"])))


def deliver(url: str, title: str, body: str) -> dict[str, str]:
    """The name of the service, and why the notice was not delivered; empty where it was."""
    from apprise import Apprise

    heard: list[str] = []
    logger = logging.getLogger("apprise")
    logger.propagate = False  # it may name addresses
    logger.addHandler(_Hearing(heard))
    sender = Apprise()
    if not sender.add(url):
        return {"service": "", "failed": "it is no address that Apprise knows"}
    service = str(sender[0].service_name)
    return {"service": service, "failed": "" if sender.notify(title=title, body=body) else _why(heard)}


class _Hearing(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


def _why(heard: list[str]) -> str:
    """In words of ours: those of the library may hold parts of an address."""
    if status := STATUS.search(" ".join(heard)):
        return f"it answered with HTTP {status[1]}"
    if any("onnection error" in one for one in heard):
        return "it cannot be reached"
    return "it was not accepted"


if __name__ == "__main__":
    main()
