"""Makes a recording of a run in a lab: its trajectory, raw data and answers, and what of the past it could see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Table, select

from reson.agent.approvals import by_a_person
from reson.authors import is_rule
from reson.changes import changes_of
from reson.evals.case import Case, Expected
from reson.evals.collecting import episode_of
from reson.evals.episode import Episode
from reson.evals.replaying.recording import RecordedAnswer, RecordedData, Recording
from reson.evals.replaying.scrubbing import scrubbed
from reson.records import Ending, Json
from reson.tools.devices.device import coupling_of
from reson.tools.store import schema
from reson.tools.store.approvals import ApprovalRow, list_approvals
from reson.tools.store.database import reading
from reson.tools.store.measurements import list_measurements
from reson.tools.store.raw import RAW, pack_raw, unpack_raw
from reson.tools.store.runs import RunRow, get_run

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.tools.store.store import Store

MOST_EARLIER = 200
"""Measurements of earlier runs that a recording keeps, the newest ones; memory can recall no others."""


def recording_of(lab: Lab, run_id: str, name: str, what: str, case: Case | None = None) -> Recording:
    """The recording of a run, with personal and secret data removed. Raises ``OperatorError`` for an unknown run."""
    store = lab.store()
    device = lab.device(store)
    run = get_run(store, run_id)
    episode = episode_of(lab, store, run_id)
    rows = list_measurements(store, run_id=run_id)
    approvals = list_approvals(store, run_id=run_id)
    chip = lab.config.device.chip and lab.directory / lab.config.device.chip
    whole = Recording(
        name=name,
        what=what,
        case=case or case_of(name, lab, run, episode),
        run_id=run_id,
        kind=run.kind,
        seed=run.seed,
        started=run.started_device,
        device=run.device,
        limits=device.limits.to_json(),
        coupling=coupling_of(device),
        settings=run.settings,
        config=episode.start["config"],
        policy=(lab.directory / "policy.toml").read_text(encoding="utf-8"),
        chip=chip.read_text(encoding="utf-8") if chip else "",
        earlier=earlier_rows(store, run),
        events=episode.events,
        measured=episode.measured,
        data={
            row.id: RecordedData(step=row.step, why=row.why, packed=rounded(store.blobs.get(row.raw_sha, RAW)))
            for row in rows
        },
        answers=tuple(_answer(row) for row in approvals if by_a_person(row)),
        truth=episode.truth,
        report=episode.report,
    )
    return scrubbed(whole, lab.directory)


def case_of(name: str, lab: Lab, run: RunRow, episode: Episode) -> Case:
    """A run that was no case becomes one: it should end as it did, and be as safe as every run."""
    ending = episode.ending or Ending.FAILED
    return Case(
        id=name,
        kind="recorded",
        question=f"a {run.kind} as it was recorded",
        seed=run.seed or 0,
        qubits=min(20, max(1, len(episode.components))),
        expect=Expected(
            endings=(ending,),
            states={component: state for component, state in episode.states.items() if state in _STATES},  # type: ignore[misc]
            diagnoses={component: tuple(sorted(codes)) for component, codes in episode.diagnoses.items()},
        ),
    )


_STATES = ("done", "failed", "waiting", "open")


def earlier_rows(store: Store, run: RunRow) -> dict[str, list[Json]]:
    """Rows of the lab's record from before the run: the values in force with what stands behind them, and the newest
    measurements, answers and lessons, which memory may recall.
    """
    before = run.started_wall
    with reading(store.engine) as connection:

        def rows(table: Table, *conditions: object) -> list[Json]:
            return [dict(row._mapping) for row in connection.execute(select(table).where(*conditions))]  # type: ignore[arg-type]

        values = rows(schema.parameters, schema.parameters.c.device == run.device,
                      schema.parameters.c.recorded_wall <= before)  # fmt: skip
        values = _first_and_last(values)
        measurements = rows(schema.measurements, schema.measurements.c.recorded_wall <= before)
        measurements.sort(key=lambda row: row["device_ended"])
        behind = {row["measurement_id"] for row in values}
        measurements = [row for row in measurements[:-MOST_EARLIER] if row["id"] in behind] + measurements[
            -MOST_EARLIER:
        ]
        kept = {row["id"] for row in measurements}
        analyses = rows(
            schema.analyses, schema.analyses.c.created_wall <= before, schema.analyses.c.superseded_by.is_(None)
        )
        approvals = rows(schema.approvals, schema.approvals.c.requested_wall <= before)
        asked = {row["approval_id"] for row in values}
        approvals = [row for row in approvals if row["id"] in asked or not is_rule(str(row["answered_by"]))]
        lessons = rows(schema.lessons, schema.lessons.c.recorded_wall <= before)
        runs = rows(schema.runs, schema.runs.c.started_wall < before)
    found = {
        "runs": runs,
        "measurements": measurements,
        "analyses": [row for row in analyses if row["measurement_id"] in kept],
        "approvals": approvals,
        "parameters": values,
        "lessons": lessons,
    }
    return {name: some for name, some in found.items() if some}


def _first_and_last(rows: Sequence[Json]) -> list[Json]:
    """Of each value the version in force and, where it came from design or provider, the first one."""
    history: dict[tuple[str, str], list[Json]] = {}
    for row in sorted(rows, key=lambda row: row["sequence"]):
        history.setdefault((row["component"], row["parameter"]), []).append(row)
    kept = []
    for versions in history.values():
        first, last = versions[0], versions[-1]
        if first is not last and first["author"] in ("design", "published"):
            kept.append(first | {"superseded_by": last["id"]})
        kept.append(last | {"superseded_by": None})
    return sorted(kept, key=lambda row: row["sequence"])


def _answer(row: ApprovalRow) -> RecordedAnswer:
    edited = changes_of(row.edited_action) if row.edited_action else ()
    asked = {change.parameter: change.new for change in changes_of(row.action)}
    return RecordedAnswer(
        approval=row.id,
        answer=row.answer,  # type: ignore[arg-type]  # a person's answer is one of these four
        by=row.answered_by or "",
        note=row.note or "",
        values={change.parameter: change.new for change in edited if change.new != asked.get(change.parameter)},
    )


def rounded(packed: bytes) -> bytes:
    """Raw data whose single shots are rounded to 1/32 of their scatter: a quarter of the size, and far below noise."""
    raw = unpack_raw(packed)
    if "iq" not in raw.arrays:
        return packed
    iq = raw.arrays["iq"]
    scatter = float(np.std(np.abs(np.subtract(iq, np.mean(iq))))) or 1.0
    step = 2.0 ** float(np.floor(np.log2(scatter))) / 32
    coarse = (step * (np.round(np.real(iq) / step) + 1j * np.round(np.imag(iq) / step))).astype(iq.dtype)
    return pack_raw(replace(raw, arrays=raw.arrays | {"iq": coarse}))
