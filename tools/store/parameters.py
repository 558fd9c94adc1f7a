"""The parameter table: versions are added by approved actions only, and nothing is overwritten."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, func, select

from reson import components
from reson.changes import changes_of
from reson.errors import ToolError, ToolErrorKind
from reson.records import ActionKind, Change, Effect, Judgement
from reson.tools.data import Analysis
from reson.tools.devices.device import Controls
from reson.tools.quantities import PARAMETERS
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, close, mark_stale, read_approval
from reson.tools.store.chain import add
from reson.tools.store.chain import change as change_rows
from reson.tools.store.database import writing
from reson.tools.store.measurements import ANALYSIS
from reson.tools.store.rows import record_of
from reson.tools.store.schema import analyses, measurements, parameters
from reson.tools.store.snapshots import SnapshotRow, get_snapshot, snapshot
from reson.tools.store.store import Store
from reson.tools.store.table import (
    ParameterRow,
    Table,
    components_hash,
    current,
    log,
    read_table,
    table_hash,
    values,
)

__all__ = [
    "ParameterRow",
    "SnapshotRow",
    "Table",
    "commit",
    "current",
    "diff",
    "get_snapshot",
    "log",
    "rollback_changes",
    "seed_table",
    "snapshot",
    "table_hash",
    "values",
]


def seed_table(
    store: Store, device: str, values: Controls, device_time: float, author: str, reason: str
) -> list[ParameterRow]:
    """First values of components that have none yet; components that have values are left alone.

    Raises ``ToolError`` (bad_arguments) for an unknown parameter or a value out of bounds; then nothing is written.
    """
    with writing(store.engine) as connection:
        known = read_table(connection, device)
        rows = [
            {
                "id": f"seed:{device}:{component}.{parameter}",
                "device": device,
                "component": component,
                "parameter": parameter,
                "value": _in_bounds(parameter, value),
                "unit": PARAMETERS[parameter].unit,
                "valid_from": device_time,
                "author": author,
                "reason": reason,
            }
            for component, controls in values.items()
            if component not in known
            for parameter, value in controls.items()
        ]
        return _insert(connection, rows)


def commit(store: Store, approval_id: str, *, device_time: float) -> list[ParameterRow]:
    """Execute an approved write or rollback: the only way by which a value of the table changes.

    Everything is checked and written in one transaction. An approval that is executed already returns its rows and
    writes nothing. Raises ``ToolError`` (not_allowed) when it is not approved, when the action is not the one that was
    approved, or when the component's values moved since it was asked; in the last case it is marked stale.
    """
    try:
        with writing(store.engine) as connection:
            approval = read_approval(connection, approval_id)
            if approval.status is not ApprovalStatus.EXECUTED:
                _require_approved(approval)
                if approval.expired:
                    raise _Moved(f"{approval_id} has expired")
                table = read_table(connection, approval.device, only=components.named(approval.component))
                if components_hash(table, approval.component) != approval.table_hash:
                    raise _Moved(f"the values of {approval.component} moved since {approval_id} was asked")
                changes = _require_changes(store, connection, approval, table)
                _write(connection, approval, changes, device_time)
                executed = {"changes": [change.to_json() for change in changes], "device_time": device_time}
                close(connection, approval_id, executed)
            written = select(parameters).where(parameters.c.approval_id == approval_id)
            rows = connection.execute(written.order_by(parameters.c.sequence))
            return [record_of(ParameterRow, row) for row in rows]
    except _Moved:
        mark_stale(store, approval_id)
        raise


def diff(store: Store, device: str, t1: float, t2: float) -> list[Change]:
    """What differs between two moments of the device's clock. Raises ``ToolError`` when the first is not earlier."""
    if t1 > t2:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, "the first moment of a comparison must be the earlier one")
    return _changes(current(store, device, as_of=t1), current(store, device, as_of=t2))


def rollback_changes(store: Store, device: str, components: Iterable[str], as_of: float) -> list[Change]:
    """What would bring components back to their values at ``as_of``, for approvals of kind rollback, one for each.

    A parameter that had no value then keeps the one it has. Raises ``ToolError`` (bad_arguments) for a component
    that had no values then.
    """
    then, now = current(store, device, as_of=as_of), current(store, device)
    names = list(components)
    if unknown := [name for name in names if name not in then]:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"{', '.join(unknown)} had no values on {device} at that time")
    return _changes({name: now.get(name, {}) for name in names}, {name: then[name] for name in names})


class _Moved(ToolError):
    def __init__(self, message: str) -> None:
        super().__init__(ToolErrorKind.NOT_ALLOWED, message)


def _refuse(message: str) -> ToolError:
    return ToolError(ToolErrorKind.NOT_ALLOWED, message)


def _require_approved(approval: ApprovalRow) -> None:
    if approval.status is not ApprovalStatus.APPROVED:
        raise _refuse(f"{approval.id} is not approved: it is {approval.status}")
    if not approval.intact:
        raise _refuse(f"{approval.id} no longer holds the action that was approved")
    if approval.kind not in (ActionKind.WRITE, ActionKind.ROLLBACK) or approval.effect is not Effect.WRITES:
        raise _refuse(f"{approval.id} approves a {approval.kind} ({approval.effect}), not a change of parameters")


def _require_changes(store: Store, connection: Connection, approval: ApprovalRow, table: Table) -> list[Change]:
    """The approved changes, each known, in bounds, of a named component, and starting from the value in force."""
    changes = changes_of(approval.effective_action)
    if not changes or len({(change.component, change.parameter) for change in changes}) < len(changes):
        raise _refuse(f"{approval.id} must change at least one parameter, and none twice")
    named = components.named(approval.component)
    for change in changes:
        if change.component not in named:
            raise _refuse(f"{approval.id} is for {approval.component}, not for {change.component}")
        _in_bounds(change.parameter, change.new, ToolErrorKind.NOT_ALLOWED)
        if change.unit != PARAMETERS[change.parameter].unit:
            raise _refuse(f"{change.parameter} is in {PARAMETERS[change.parameter].unit!r}, not {change.unit!r}")
        row = table.get(change.component, {}).get(change.parameter)
        if change.old != (None if row is None else row.value):
            raise _refuse(f"{change.component}.{change.parameter} is not {change.old} any more")
    if approval.kind is ActionKind.WRITE:
        _require_evidence(store, connection, approval)
    return changes


def _require_evidence(store: Store, connection: Connection, approval: ApprovalRow) -> None:
    """A write that names a measurement names one of its components, with the verdict that is on record, and asked for
    values that its experiment proposes. What a person put in their place is the person's.
    """
    arguments = approval.effective_action.arguments
    from reson.tools.experiments.catalogue import get

    measurement = arguments.get("measurement")
    if measurement is None:
        if arguments.get("verdict") is not None:
            raise _refuse(f"{approval.id} claims a verdict without a measurement")
        return
    query = (
        select(
            measurements.c.component,
            measurements.c.experiment,
            measurements.c.controls,
            analyses.c.judgement,
            analyses.c.analysis_sha,
        )
        .outerjoin(analyses, (analyses.c.measurement_id == measurements.c.id) & analyses.c.superseded_by.is_(None))
        .where(measurements.c.id == measurement)
    )
    found = connection.execute(query).one_or_none()
    if found is None or found.component not in components.named(approval.component):
        raise _refuse(f"{measurement} is no recorded measurement of {approval.component}")
    verdict = None if found.judgement is None else Judgement.model_validate(found.judgement).verdict
    if verdict != arguments.get("verdict"):
        raise _refuse(f"{approval.id} claims verdict {arguments.get('verdict')}, on record is {verdict}")
    proposed: list[Change] = []
    if found.analysis_sha is not None:
        analysis = Analysis.model_validate_json(store.blobs.get(found.analysis_sha, ANALYSIS))
        proposed = get(found.experiment).propose(analysis, found.controls)
    require_proposed(approval, proposed)


def require_proposed(approval: ApprovalRow, proposed: Iterable[Change]) -> None:
    """That an approval was asked for nothing but what was proposed. Raises ``ToolError`` (not_allowed)."""
    known = {(one.component, one.parameter): (one.new, one.stderr, one.confidence) for one in proposed}
    for change in changes_of(approval.action):
        if known.get((change.component, change.parameter)) != (change.new, change.stderr, change.confidence):
            measured = approval.action.arguments.get("measurement")
            raise _refuse(f"{measured} does not propose {change.component}.{change.parameter} = {change.new:g}")


def _write(connection: Connection, approval: ApprovalRow, changes: list[Change], device_time: float) -> None:
    author = approval.answered_by or approval.rule
    rows = [
        {
            "id": f"{approval.id}:{change.component}.{change.parameter}",
            "device": approval.device,
            "component": change.component,
            "parameter": change.parameter,
            "value": change.new,
            "stderr": change.stderr,
            "confidence": change.confidence,
            "unit": change.unit,
            "valid_from": device_time,
            **_source(connection, approval, change),
            "author": author,
            "reason": approval.why,
            "approval_id": approval.id,
        }
        for change in changes
    ]
    for row in rows:
        key = [parameters.c[name] == row[name] for name in ("device", "component", "parameter")]
        change_rows(
            connection, parameters, and_(*key, parameters.c.superseded_by.is_(None)), {"superseded_by": row["id"]}
        )
    _insert(connection, rows)


def _source(connection: Connection, approval: ApprovalRow, change: Change) -> dict[str, str | None]:
    """Measurement and verdict behind a new value; a value that is rolled back to keeps those it had."""
    if approval.kind is not ActionKind.ROLLBACK:
        arguments = approval.effective_action.arguments
        asked = {(one.component, one.parameter): one.new for one in changes_of(approval.action)}
        # what a person put in place of the measured value was judged by nobody
        verdict = arguments.get("verdict") if asked.get((change.component, change.parameter)) == change.new else None
        return {"measurement_id": arguments.get("measurement"), "verdict": verdict}
    same = {"device": approval.device, "component": change.component, "parameter": change.parameter}
    earlier = select(parameters.c.measurement_id, parameters.c.verdict).where(
        *(parameters.c[name] == value for name, value in same.items()), parameters.c.value == change.new
    )
    found = connection.execute(earlier.order_by(parameters.c.sequence.desc()).limit(1)).one_or_none()
    return {} if found is None else dict(found._mapping)


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> list[ParameterRow]:
    last = connection.execute(select(func.max(parameters.c.sequence))).scalar() or 0
    absent = dict.fromkeys(("stderr", "superseded_by", "measurement_id", "verdict", "approval_id", "was", "confidence"))
    full = [
        absent | row | {"sequence": sequence, "recorded_wall": time.time()}
        for sequence, row in enumerate(rows, start=last + 1)
    ]
    add(connection, parameters, full)
    return [ParameterRow.model_validate(row) for row in full]


def _in_bounds(parameter: str, value: float, kind: ToolErrorKind = ToolErrorKind.BAD_ARGUMENTS) -> float:
    if parameter not in PARAMETERS:
        raise ToolError(kind, f"there is no parameter {parameter}; there are {', '.join(PARAMETERS)}")
    try:
        return PARAMETERS[parameter].require(value)
    except ToolError as error:
        raise ToolError(kind, error.message) from error


def _changes(before: Table, after: Table) -> list[Change]:
    found = []
    for component, rows in after.items():
        for name, row in rows.items():
            old = before.get(component, {}).get(name)
            if old is None or old.value != row.value:
                old_value = None if old is None else old.value
                found.append(
                    Change(
                        component=component,
                        parameter=name,
                        old=old_value,
                        new=row.value,
                        stderr=row.stderr,
                        unit=row.unit,
                        confidence=row.confidence,
                    )
                )
    return found
