from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from reson.errors import ToolError, ToolErrorKind
from reson.records import Action, ActionKind, content_hash
from reson.tools.store.approvals import ApprovalRow
from reson.tools.store.database import reading
from reson.tools.store.parameters import (
    commit,
    current,
    diff,
    get_snapshot,
    log,
    rollback_changes,
    seed_table,
    snapshot,
    table_hash,
    values,
)
from reson.tools.store.schema import parameters
from reson.tools.store.store import Store
from reson.tools.store.table import components_hash

Make = Callable[..., Any]
DESIGN = {
    "q0": {"drive_frequency": 5.0e9, "x_amplitude": 0.1},
    "q1": {"drive_frequency": 5.2e9, "x_amplitude": 0.12},
}


@pytest.fixture
def write(store: Store, write_action: Make, ask: Make) -> Callable[..., list]:
    """Approve and commit new values at a moment of the device's clock."""
    count = iter(range(10**6))

    def make(new: dict[str, float], at: float, component: str = "q0", kind: ActionKind = ActionKind.WRITE) -> list:
        approval = ask(f"w{next(count)}", write_action(new, component, kind))
        return commit(store, approval.id, device_time=at)

    return make


def test_seeding_gives_the_design_values_once(store: Store) -> None:
    assert values(current(store, "chip")) == DESIGN
    seed_table(store, "chip", {"q0": {"x_amplitude": 0.9}, "q2": {"x_amplitude": 0.3}}, 1100.0, "design", "grown")
    assert values(current(store, "chip")) == DESIGN | {"q2": {"x_amplitude": 0.3}}
    assert current(store, "another chip") == {}
    assert current(store, "chip")["q0"]["drive_frequency"].unit == "Hz"


@pytest.mark.parametrize("bad", [{"x_amplitude": 1.5}, {"x_amplitude": float("nan")}, {"colour": 1.0}])
def test_seeding_is_all_or_nothing(store: Store, bad: dict[str, float]) -> None:
    with pytest.raises(ToolError) as caught:
        seed_table(store, "new", {"q0": {"x_amplitude": 0.1}, "q1": bad}, 0.0, "design", "")
    assert caught.value.kind is ToolErrorKind.BAD_ARGUMENTS
    assert current(store, "new") == {}


def test_a_commit_adds_a_version_and_keeps_the_old(store: Store, write: Make) -> None:
    (row,) = write({"x_amplitude": 0.2}, 1100.0)
    old, new = log(store, "chip", "q0", "x_amplitude")
    assert (old.value, old.superseded_by, new) == (0.1, row.id, row)
    assert (new.value, new.valid_from, new.author, new.reason) == (0.2, 1100.0, "policy: test", "because")
    assert values(current(store, "chip", as_of=1099.0)) == DESIGN
    assert values(current(store, "chip", as_of=1100.0))["q0"]["x_amplitude"] == 0.2
    assert current(store, "chip", as_of=999.0) == {}
    assert [row.value for row in log(store, "chip", parameter="x_amplitude")] == [0.1, 0.12, 0.2]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["q0", "q1"]),
        st.dictionaries(
            st.sampled_from(["x_amplitude", "sx_amplitude", "assignment_fidelity"]),
            st.floats(0, 1),
            min_size=1,
        ),
        st.sampled_from([0.0, 10.0]),
    ),
    max_size=8,
)


@given(steps=STEPS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_reads_as_a_plain_model_of_it(store: Store, write_action: Make, ask: Make, steps: list) -> None:
    """Known truth: a list of dictionaries that is copied at each step."""
    with reading(store.engine) as connection:
        done = connection.execute(select(func.count()).select_from(parameters)).scalar_one()
        clock = connection.execute(select(func.max(parameters.c.valid_from))).scalar_one() + 100.0
    state = values(current(store, "chip"))
    history = [(clock, state)]
    for number, (component, new, pause) in enumerate(steps):
        clock += pause
        approval = ask(f"{done}-{number}", write_action(new, component))
        commit(store, approval.id, device_time=clock)
        state = state | {component: state[component] | new}
        history.append((clock, state))
    assert values(current(store, "chip")) == state
    last_at = dict(history)
    moments = sorted(last_at)
    for moment in moments:
        assert values(current(store, "chip", as_of=moment + 5.0)) == last_at[moment]
    first, last = last_at[moments[0]], last_at[moments[-1]]
    changed = {(c.component, c.parameter): (c.old, c.new) for c in diff(store, "chip", moments[0], moments[-1])}
    assert changed == {
        (component, name): (first[component].get(name), value)
        for component, rows in last.items()
        for name, value in rows.items()
        if first[component].get(name) != value
    }


def test_rolling_back_restores_and_is_itself_on_record(store: Store, write: Make) -> None:
    write({"x_amplitude": 0.2, "t1": 5e-5}, 1100.0)
    write({"x_amplitude": 0.3}, 1200.0)
    (change,) = rollback_changes(store, "chip", ["q0", "q1"], 1100.0)
    assert (change.component, change.parameter, change.old, change.new) == ("q0", "x_amplitude", 0.3, 0.2)
    write({"x_amplitude": change.new}, 1300.0, kind=ActionKind.ROLLBACK)
    assert values(current(store, "chip")) == values(current(store, "chip", as_of=1100.0))
    assert [row.value for row in log(store, "chip", "q0", "x_amplitude")] == [0.1, 0.2, 0.3, 0.2]


def test_rolling_back_keeps_what_had_no_value_then_and_refuses_what_was_not_there(store: Store, write: Make) -> None:
    write({"t1": 5e-5}, 1100.0)
    assert rollback_changes(store, "chip", ["q0"], 1000.0) == []
    with pytest.raises(ToolError, match="q7 had no values"):
        rollback_changes(store, "chip", ["q0", "q7"], 1000.0)
    with pytest.raises(ToolError, match="had no values"):
        rollback_changes(store, "chip", ["q0"], 999.0)
    with pytest.raises(ToolError, match="earlier"):
        diff(store, "chip", 2.0, 1.0)


def test_the_hash_of_a_component_follows_its_values_and_who_wrote_them(store: Store, write: Make) -> None:
    def hashes() -> tuple[str, str, str]:
        table = current(store, "chip")
        return table_hash(table["q0"]), table_hash(table["q1"]), components_hash(table, "q0,q1")

    before = hashes()
    write({"x_amplitude": 0.2}, 1100.0)
    after = hashes()
    assert after[0] != before[0]
    assert after[1] == before[1]
    assert after[2] != before[2]
    write({"x_amplitude": 0.1}, 1200.0)
    back = hashes()
    assert back[0] not in (before[0], after[0]), "away and back is not where it was"
    assert back[1] == before[1]


def test_snapshots_keep_the_first_before_and_the_last_after(store: Store, write: Make) -> None:
    assert get_snapshot(store, "run-1", "before") is None
    for _ in range(2):
        snapshot(store, "run-1", "before", "chip", 1000.0)
        snapshot(store, "run-1", "after", "chip", 1000.0)
        write({"x_amplitude": 0.2}, 1100.0)
    after = snapshot(store, "run-1", "after", "chip", 1200.0)
    before = get_snapshot(store, "run-1", "before")
    assert before is not None
    assert before.values == DESIGN
    assert get_snapshot(store, "run-1", "after") == after
    assert after.values["q0"]["x_amplitude"] == 0.2
    assert after.hash == content_hash(values(current(store, "chip")))


def test_nothing_is_ever_lost_from_the_log(store: Store, write: Make) -> None:
    for number in range(5):
        write({"x_amplitude": (20 + number) / 100}, 1100.0)
    rows = log(store, "chip", "q0", "x_amplitude")
    assert [row.value for row in rows] == [0.1, 0.2, 0.21, 0.22, 0.23, 0.24]
    assert [row.superseded_by for row in rows] == [*(row.id for row in rows[1:]), None]
    assert current(store, "chip", as_of=1100.0)["q0"]["x_amplitude"] == rows[-1], (
        "of one moment the last written counts"
    )


def test_an_action_may_be_read_back_exactly(store: Store, write_action: Make, ask: Make) -> None:
    action: Action = write_action({"drive_frequency": 5.000000000123e9, "drag_beta": 1.1e-9 / 3})
    row: ApprovalRow = ask("exact", action)
    assert row.intact
    written = {row.parameter: row.value for row in commit(store, "exact", device_time=1100.0)}
    assert written == {"drive_frequency": 5.000000000123e9, "drag_beta": 1.1e-9 / 3}
