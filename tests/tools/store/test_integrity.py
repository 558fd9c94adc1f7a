"""A record that was changed behind Reson's back says where; one that was not says nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import text

from reson.tools.store.database import writing
from reson.tools.store.integrity import problems
from reson.tools.store.measurements import get_measurement
from reson.tools.store.parameters import commit
from reson.tools.store.store import Store


@pytest.fixture
def used(store: Store, judged: Callable[..., str], write_action: Callable, ask: Callable) -> Store:
    """A measurement, and a value that it wrote."""
    action = write_action({"x_amplitude": 0.2}, measurement=judged("m"), verdict="accept")
    ask("a", action)
    commit(store, "a", device_time=1020.0)
    return store


def test_a_record_as_it_was_written_has_no_problems(used: Store) -> None:
    assert list(problems(used)) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE parameters SET value = 0.21 WHERE approval_id = 'a'", "x_amplitude = 0.21 .* is not what a allowed"),
        ("UPDATE approvals SET action = replace(action, '0.2', '0.3') WHERE id = 'a'", "approval a: its action"),
        ("UPDATE measurements SET parameters = '{\"shots\": 1.0}' WHERE id = 'm'", "measurement m: its arguments"),
        ("UPDATE measurements SET controls = replace(controls, '0.1', '0.4')", "measurement m: its control values"),
        ("UPDATE analyses SET quantities = replace(quantities, '0.2', '0.5')", "analysis m:campaign: its numbers"),
    ],
)
def test_a_value_altered_by_hand_is_named(used: Store, statement: str, told: str) -> None:
    with writing(used.engine) as connection:
        connection.execute(text(statement))
    found = list(problems(used))
    assert re.search(told, "; ".join(found)), found


def test_a_broken_reference_and_a_damaged_file_are_named(used: Store) -> None:
    raw = used.blobs.path(get_measurement(used, "m").raw_sha, ".npz")
    raw.write_bytes(raw.read_bytes()[:-1])
    with used.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("DELETE FROM runs")
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    found = "; ".join(problems(used))
    assert "refers to something in runs" in found
    assert "damaged" in found
