"""The log of a run: one line of each event, with the warnings of the libraries."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reson.records import Json


def plain(body: Json) -> str:
    """One log line of an event: its short fields only."""
    return " ".join(
        f"{key}={value}"
        for key, value in body.items()
        if isinstance(value, (str, int, float)) and len(str(value)) < 200
    )


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """While this lasts, what Reson and its libraries log goes to a file as well."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    loggers = [logging.getLogger("reson"), logging.getLogger("py.warnings")]
    logging.captureWarnings(True)  # of libraries: they belong into the log, not between the lines of progress
    loggers[0].setLevel(logging.INFO)
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        logging.captureWarnings(False)
        handler.close()
