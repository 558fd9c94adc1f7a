"""The parameter table as it stood before and after a run."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import desc, select

from reson.records import Record, content_hash
from reson.tools.store.chain import add
from reson.tools.store.database import reading, writing
from reson.tools.store.rows import record_of
from reson.tools.store.schema import snapshots
from reson.tools.store.store import Store
from reson.tools.store.table import read_table, values

Moment = Literal["before", "after"]


class SnapshotRow(Record):
    id: str
    run_id: str
    moment: Moment
    number: int
    """1, and one more for each time a resumed run ended with another table."""
    device: str
    device_time: float
    values: dict[str, dict[str, float]]
    hash: str


def snapshot(store: Store, run_id: str, moment: Moment, device: str, device_time: float) -> SnapshotRow:
    """Keep the values in force. The first ``before`` of a run stays; an ``after`` with other values is added.

    It is never older than its values: a device's clock may stand while a job of earlier is waited for.
    """
    with writing(store.engine) as connection:
        mine = (snapshots.c.run_id == run_id) & (snapshots.c.moment == moment)
        found = connection.execute(select(snapshots).where(mine).order_by(desc(snapshots.c.number))).first()
        in_force = read_table(connection, device)
        table = values(in_force)
        newest = max((row.valid_from for rows in in_force.values() for row in rows.values()), default=device_time)
        if found is not None and (moment == "before" or found.hash == content_hash(table)):
            return record_of(SnapshotRow, found)
        number = 1 if found is None else found.number + 1
        row = SnapshotRow(
            id=f"{run_id}:{moment}:{number}",
            run_id=run_id,
            moment=moment,
            number=number,
            device=device,
            device_time=max(device_time, newest),
            values=table,
            hash=content_hash(table),
        )
        add(connection, snapshots, [row.to_json()])
        return row


def get_snapshot(store: Store, run_id: str, moment: Moment) -> SnapshotRow | None:
    """The newest one; None where the run took none, for example because it was killed."""
    mine = (snapshots.c.run_id == run_id) & (snapshots.c.moment == moment)
    with reading(store.engine) as connection:
        row = connection.execute(select(snapshots).where(mine).order_by(desc(snapshots.c.number))).first()
    return None if row is None else record_of(SnapshotRow, row)
