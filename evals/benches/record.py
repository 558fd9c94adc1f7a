"""How long ``reson check`` takes on a synthetic record: the first time, and when an earlier check found all in order.

Of a tenth of 100,000 measurements, or of ``--year``. Times are of the processor; compare ratios.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from reson.evals.benches.bench import Asked, figures
from reson.evals.year_of_nights import make_year
from reson.tools.store.checked import load_mark
from reson.tools.store.integrity import problems
from reson.tools.store.lessons import record_lesson
from reson.tools.store.store import Store, open_store

NIGHTS = 37
GOAL = 5.0
"""Seconds for a check at 100,000 measurements after a night, on a machine that does nothing else."""


def lines(asked: Asked) -> Iterator[str]:
    with asked.place() as place:
        year = asked.year or make_year(place / "year", nights=asked.nights or NIGHTS).directory
        store = open_store(year)
        with store.engine.connect() as connection:
            number = connection.exec_driver_sql("SELECT count(*) FROM measurements").scalar_one()
        (store.directory / "checked.json").unlink(missing_ok=True)
        first = seconds_of_check(store)
        assert load_mark(store.directory).blocks, "nothing was wrong with it"
        record_lesson(store, f"bench-{time.time_ns()}", "night-0001", "q0", "written since the last check", 0.0)
        later, file = seconds_of_check(store), _reading(store.directory / "lab.db")
        found = [
            ("measurements of the record that is checked", number, ""),
            ("reson check, the first time, over hashing the file", first / file, "x"),
            ("reson check, later, over hashing the file", later / file, "x"),
            ("reson check, later, for 100,000 measurements", later / number * 1e5, "s"),
        ]
        yield from figures(found)


def seconds_of_check(store: Store) -> float:
    """Of the processor. The rows of the synthetic record share the files of four measurements, which are not theirs:
    that new rows fit their files is left out; the first check of a real night's does it for some hundred."""
    with patch("reson.tools.store.integrity.of_new_rows", lambda *_: ()):
        began = time.process_time()
        found = list(problems(store))
        assert not found, found[:3]
        return time.process_time() - began


def _reading(path: Path) -> float:
    began = time.process_time()
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    return time.process_time() - began
