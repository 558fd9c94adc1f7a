"""The parameter table at the two ends of a run, and what differs: before and after, and since the run before."""

from __future__ import annotations

from collections.abc import Mapping

from reson.agent.report.content import Difference, Drift, Value
from reson.components import pairs_of, value_name
from reson.errors import ToolError, ToolErrorKind
from reson.tools.store.parameters import ParameterRow, Table, current, get_snapshot, log
from reson.tools.store.runs import RunRow, list_runs
from reson.tools.store.store import Store
from reson.wording import sigmas

DRIFTING = ("drive_frequency", "x_amplitude", "t1", "t2_star", "t2_echo", "assignment_fidelity", "error_per_gate")
"""What is compared from one run to the next: physics of the chip, as far as the table knows it."""


def table_before(store: Store, run: RunRow) -> Table:
    """The rows behind the run's first snapshot; empty where it took none."""
    return _table_at(store, run, "before")


def table_after(store: Store, run: RunRow) -> Table:
    """The rows behind the run's last snapshot; the values in force where it took none since it was cut short."""
    return _table_at(store, run, "after") or current(store, run.device)


def _table_at(store: Store, run: RunRow, moment) -> Table:
    snapshot = get_snapshot(store, run.id, moment)
    if snapshot is None:
        return {}
    versions = {
        (name, row.value): row  # a snapshot may be older than the name of a value is
        for row in log(store, run.device)
        for name in (row.written_as, value_name(row.component, row.parameter))
        if row.valid_from <= snapshot.device_time
    }
    kept = [
        versions[value_name(component, name), value]
        for component, values in snapshot.values.items()
        for name, value in values.items()
    ]
    table: Table = {}
    for row in sorted(kept, key=lambda row: row.sequence):  # of a value that had two names once, the newer version
        table.setdefault(row.component, {})[row.parameter] = row
    return table


def value_of(row: ParameterRow, run_measurements: frozenset[str]) -> Value:
    return Value(
        value=row.value,
        stderr=row.stderr,
        confidence=row.confidence,
        unit=row.unit,
        measured=row.measurement_id is not None,
        fresh=row.measurement_id in run_measurements,
    )


def of_pairs(table: Table, parameter: str, run_measurements: frozenset[str]) -> dict[str, Value]:
    """A value of every pair that has it."""
    return {
        pair: value_of(table[pair][parameter], run_measurements) for pair in pairs_of(table) if parameter in table[pair]
    }


def differences(before: Table, after: Table, run_measurements: frozenset[str]) -> tuple[Difference, ...]:
    """Every parameter whose version is another one after than before."""
    found = []
    for component, rows in after.items():
        for name, row in rows.items():
            old = before.get(component, {}).get(name)
            if old is None or old.id != row.id:
                found.append(_difference(old, row, run_measurements))
    return tuple(found)


def _difference(old: ParameterRow | None, new: ParameterRow, run_measurements: frozenset[str]) -> Difference:
    return Difference(
        component=new.component,
        parameter=new.parameter,
        before=None if old is None else value_of(old, run_measurements),
        after=value_of(new, run_measurements),
        sigmas=None if old is None else sigmas(old.value, old.stderr, new.value, new.stderr),
        measurement_id=new.measurement_id,
        author=new.author,
        reason=new.reason,
    )


def between(store: Store, one: RunRow, other: RunRow) -> tuple[RunRow, RunRow, tuple[Difference, ...]]:
    """(the earlier run, the later, what was measured anew from the end of one to the end of the other).

    Raises ``ToolError`` (bad_arguments) for runs on two devices.
    """
    if one.device != other.device:
        told = f"{one.id} ran on {one.device} and {other.id} on {other.device}: their values are not of one chip"
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, told)
    earlier, later = sorted((one, other), key=lambda run: (run.ended_device is None, run.ended_device or 0.0))
    before, after = (current(store, run.device, as_of=run.ended_device) for run in (earlier, later))
    found = differences(before, after, frozenset())
    return earlier, later, tuple(change for change in found if change.after.measured)


def drift(store: Store, run: RunRow, after: Table, run_measurements: frozenset[str]) -> Drift | None:
    """Against the table at the end of the run before this one; None for the first run on a device."""
    earlier = [row for row in list_runs(store, limit=1_000_000) if row.device == run.device and _precedes(row, run)]
    for last in earlier:
        then = _table_at(store, last, "after")
        if not then or last.ended_device is None:
            continue
        end = run.ended_device if run.ended_device is not None else run.started_device
        return Drift(
            since_run=last.id,
            hours=max(0.0, end - last.ended_device) / 3600,
            differences=tuple(_remeasured(then, after, run_measurements)),
        )
    return None


def _precedes(row: RunRow, run: RunRow) -> bool:
    return row.id != run.id and row.started_wall <= run.started_wall


def _remeasured(
    then: Mapping[str, Mapping[str, ParameterRow]], now: Table, run_measurements: frozenset[str]
) -> list[Difference]:
    return [
        _difference(then[component][name], row, run_measurements)
        for component, rows in now.items()
        for name, row in rows.items()
        if name in DRIFTING
        and row.measurement_id in run_measurements
        and name in then.get(component, {})
        and then[component][name].measurement_id is not None
    ]
