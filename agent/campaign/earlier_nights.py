"""What a run knows of a qubit from before: open diagnoses, lessons, notes and the last nights, found by name alone.

Only what was on record when the run began counts, so that a run that is resumed or replayed decides the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from reson.agent.campaign.bench import Bench
from reson.agent.expert.evidence import contradicts
from reson.agent.observation import Attempt, Diagnosis, DiagnosisCode, GoalsView, KnownFault, Look, Remembered
from reson.records import Verdict
from reson.tools.store.lessons import LessonRow, contradict, list_lessons
from reson.tools.store.measurements import MeasurementRow, get_measurement, has_measurement, list_measurements
from reson.tools.store.notes import list_notes
from reson.tools.store.runs import get_run
from reson.wording import moment, quantity

NIGHTS = 3
ROWS = 150
"""Measurements of one qubit back to which its last nights are looked for."""
LESSONS = 3
OF_A_NIGHT = {
    "t1": "T1",
    "t2_echo": "T2",
    "drive_frequency": "frequency",
    "error_per_gate": "error per gate",
    "cz_error": "CZ error",
}


def faults(bench: Bench, component: str) -> tuple[KnownFault, ...]:
    """Diagnoses of earlier runs that were open when this one began, newest first."""
    if not bench.config.memory.use:
        return ()
    rows = _open_before(bench, component)
    return tuple(_fault(bench, row) for row in reversed(rows) if row.code in list(DiagnosisCode))


def remembered(bench: Bench, component: str) -> Remembered:
    """Lessons, notes and the last nights of this qubit."""
    if not bench.config.memory.use:
        return Remembered()
    lessons = [row for row in _open_before(bench, component) if row.code not in list(DiagnosisCode)]
    began = get_run(bench.store, bench.run_id).started_device
    notes = list_notes(bench.store, bench.device.name, component=component, at=bench.clock())
    return Remembered(
        lessons=tuple(f"{moment(row.recorded_device)}: {row.text}" for row in lessons[-LESSONS:]),
        notes=tuple(f"{one.author}, {moment(one.recorded_device)}: {one.text}" for one in notes),
        nights=_nights(bench, component, began),
    )


def close_contradicted(bench: Bench, component: str, attempt: Attempt) -> None:
    """Diagnoses of earlier runs that this measurement shows to be wrong by now are closed, with its name."""
    goals = GoalsView.model_validate(bench.config.goals.model_dump())
    for row in list_lessons(bench.store, device=bench.device.name, component=component, open_only=True):
        if row.run_id == bench.run_id or row.code not in list(DiagnosisCode):
            continue
        fault = _fault(bench, row)
        if contradicts(fault.diagnosis.code, attempt, goals, fault.look):
            contradict(bench.store, row.id, attempt.measurement_id)


def _open_before(bench: Bench, component: str) -> list[LessonRow]:
    """What this run itself closed or superseded was open when it began."""
    mine = f"{bench.run_id}-"
    return [
        row
        for row in list_lessons(bench.store, device=bench.device.name, component=component)
        if row.run_id != bench.run_id
        and (row.superseded_by is None or row.superseded_by.startswith(mine))
        and (row.contradicted_by is None or row.contradicted_by.startswith(mine))
    ]


def _fault(bench: Bench, row: LessonRow) -> KnownFault:
    evidence, remedy = row.evidence or (), row.remedy or ""
    text = row.told.removesuffix(f" {remedy}")
    diagnosis = Diagnosis(code=DiagnosisCode(row.code), text=text, remedy=remedy, evidence=evidence)
    since = row.recorded_device if row.since_device is None else row.since_device
    return KnownFault(
        diagnosis=diagnosis,
        run_id=row.run_id,
        since=since,
        sets_aside=bool(row.sets_aside),
        look=_look(bench, evidence),
    )


def _look(bench: Bench, evidence: Sequence[str]) -> Look | None:
    """The newest measurement that a diagnosis rests on; None where it names none that is on record."""
    known = [name for name in evidence if has_measurement(bench.store, name)]
    if not known:
        return None
    row = get_measurement(bench.store, known[-1])
    return Look(experiment=row.experiment, parameters=row.parameters)


def _nights(bench: Bench, component: str, began: float) -> tuple[str, ...]:
    by_run: dict[str, list[MeasurementRow]] = {}
    for row in list_measurements(bench.store, component=component, limit=ROWS):
        if row.run_id != bench.run_id and row.device == bench.device.name and row.device_ended <= began:
            by_run.setdefault(row.run_id, []).append(row)
    lines = (f"{moment(rows[0].device_started)[:10]}: {_of_night(rows)}" for rows in by_run.values())
    return tuple(lines)[-NIGHTS:]


def _of_night(rows: Sequence[MeasurementRow]) -> str:
    """The newest accepted values of a run, in one line."""
    values = {
        name: found
        for row in rows
        if row.judgement is not None and row.judgement.verdict is Verdict.ACCEPT
        for name, found in (row.quantities or {}).items()
    }
    told = [
        f"{word} {quantity(values[name].value, values[name].stderr, values[name].unit)}"
        for name, word in OF_A_NIGHT.items()
        if name in values
    ]
    return ", ".join(told) or "nothing accepted"
