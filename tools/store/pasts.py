"""What a row can have been before it became what it is: after it is written only these columns change, by these steps.

So a row whose chain tells of anything else was made into another one, with an entry of its own or without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reson.tools.store.chain import content_of
from reson.tools.store.schema import analyses, approvals, lessons, measurements, parameters, runs, snapshots

Changes = Mapping[str, Any]

_RUNNING: Changes = {"status": "running", "ending": None, "reason": None, "ended_wall": None, "ended_device": None}
_APPROVED: Changes = {"status": "approved", "executed": None, "executed_wall": None}
_ASKED: Changes = {"status": "pending", "executed": None, "executed_wall": None} | dict.fromkeys(
    ("answered_wall", "answered_by", "answer", "edited_action", "edited_hash", "note")
)
_IN_FORCE: Changes = {"superseded_by": None}
_STEPS: dict[str, tuple[Changes, ...]] = {
    runs.name: (_RUNNING,),
    measurements.name: (),
    analyses.name: (_IN_FORCE,),
    approvals.name: (_ASKED, _APPROVED),
    parameters.name: (_IN_FORCE,),
    snapshots.name: (),
    lessons.name: (_IN_FORCE, {"contradicted_by": None}, {"superseded_by": None, "contradicted_by": None}),
}
"""Table -> what its rows held where they now hold something else. Of a note the day on which it ends may have been any
other, so that nothing can be said."""

_ENDED_AND_RESUMED = runs.name
"""Of a run that was resumed the endings in between are gone: only its first entry can be told."""


def pasts_of(table: str, names: Sequence[str], row: Sequence[Any]) -> set[str] | None:
    """Hashes of all that a row can have held before, what it holds now aside; None where that cannot be told: of a
    note, and of a value that a migration moved to its pair.
    """
    if table not in _STEPS:
        return None
    values = dict(zip(names, row, strict=True)) if _STEPS[table] else {}
    if values.get("was") is not None:
        return None
    return set(_before(names, values, _STEPS[table]))


def _before(names: Sequence[str], values: Changes, steps: tuple[Changes, ...]) -> Iterator[str]:
    for step in steps:
        if any(values[name] != value for name, value in step.items()):
            yield content_of(names, [step.get(name, value) for name, value in values.items()])


def impossible(table: str, earlier: Sequence[str], now: str, pasts: set[str] | None) -> bool:
    """Whether a row's earlier entries, oldest first, tell of something that it cannot have been."""
    told = earlier[:1] if table == _ENDED_AND_RESUMED else earlier
    return pasts is not None and any(content != now and content not in pasts for content in told)
