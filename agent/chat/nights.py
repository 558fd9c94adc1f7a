"""What a physicist asks in the morning: what nights found, what moved, what is wrong, what comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from reson.agent.chat.facts import Record, in_force, origin, require_parameter, value_in_words
from reson.agent.expert.plans import BRING_UP, SHOWN_BY, UPKEEP
from reson.agent.observation import DiagnosisCode
from reson.agent.report.gather import gather
from reson.agent.standing import Standing, State, standings
from reson.components import qubits_of
from reson.errors import ToolError, ToolErrorKind
from reson.records import Json, Quantity, Verdict
from reson.tools.store.approvals import list_approvals
from reson.tools.store.lessons import list_lessons
from reson.tools.store.measurements import list_measurements, measured_runs
from reson.tools.store.parameters import ParameterRow, current
from reson.tools.store.runs import RunRow, latest_device_time, list_runs
from reson.wording import duration, moment, quantity, sigmas

if TYPE_CHECKING:
    from reson.agent.report.content import Qubit

MOST_NIGHTS = 10
MOVED = 3.0
"""Joint standard deviations from which a value counts as moved."""
_STATES: dict[State, str] = {
    "done": "at its goal",
    "below": "below goal",
    "failed": "set aside",
    "waiting": "waits for a person",
    "open": "not finished",
}
USABLE: tuple[State, ...] = ("done", "below", "waiting")
"""With care, where it is not at its goal."""
COMPARED = ("drive_frequency", "t1", "t2_star", "t2_echo", "assignment_fidelity", "error_per_gate")


def nights(record: Record) -> list[RunRow]:
    """Runs of this device that measured something, newest first."""
    measured = measured_runs(record.store)
    runs = list_runs(record.store, limit=1_000_000)
    return [row for row in runs if row.device == record.device and row.id in measured]


def show_run(record: Record, run_id: str = "") -> Json:
    """How a run went, qubit by qubit; the newest where none is named."""
    row = _run(record, run_id)
    report = gather(record.lab, record.store, row.id)
    return {
        "run": row.id,
        "when": moment(row.started_device),
        "ending": str(row.ending or "running or cut short"),
        "reason": row.reason or "",
        "used": f"{report.use.measurements} measurements, {duration(report.use.device_seconds)} of device time",
        "qubits": {one.component: _of_qubit(one) for one in report.qubits},
        "report": str(record.lab.runs / row.id / "report.html"),
    }


def _of_qubit(qubit: Qubit) -> Json:
    told = "; ".join(f"{one.code}: {one.text}" for one in qubit.diagnoses)
    return {"state": qubit.state, "why": qubit.why} | ({"diagnoses": told} if told else {})


def show_diagnosis(record: Record, component: str) -> Json:
    """Why a qubit was set aside, or what else is known to be wrong with it, with the measurements that it rests on."""
    in_force(record, component)
    return _diagnosed(record, _standings(record, [component])[component])


def _standings(record: Record, components: Collection[str]) -> dict[str, Standing]:
    table = current(record.store, record.device)
    return standings(record.lab, record.store, record.device, table, components)


def _diagnosed(record: Record, standing: Standing) -> Json:
    component = standing.component
    known = [
        {
            "diagnosis": row.code,
            "found": row.told,
            "rests_on": ", ".join(row.evidence or ()) or "nothing that was named",
            "since": moment(row.since_device or row.recorded_device),
            "qubit_set_aside": "yes" if row.sets_aside else "no",
        }
        for row in list_lessons(record.store, device=record.device, component=component, open_only=True)
        if row.code in list(DiagnosisCode)
    ]
    told = known or [
        {"diagnosis": one["code"], "found": one["text"], "to_do": one["remedy"]} for one in standing.diagnoses
    ]
    return {
        "component": component,
        "last_run": standing.closed_in or "none has closed it",
        "state": _STATES[standing.state],
        "why": standing.why,
        "diagnoses": told or "none: nothing is known to be wrong with it",
    }


def usable_qubits(record: Record, component: str = "") -> Json:
    """Which qubits to use today, and which not, and why; of one, where it is named."""
    found: Json = {}
    wanted = [name for name in _qubits(record) if component in ("", name)]
    for name, standing in _standings(record, wanted).items():
        told = _diagnosed(record, standing)
        codes = [one["diagnosis"] for one in told["diagnoses"]] if isinstance(told["diagnoses"], list) else []
        doubts = [*codes, *(short.text for short in standing.below)]
        use = (
            "no" if standing.state not in USABLE else "yes" if standing.state == "done" and not doubts else "with care"
        )
        found[name] = {"use": use, "because": ", ".join([told["state"], *doubts])}
    return found


def _qubits(record: Record) -> dict[str, dict[str, ParameterRow]]:
    """The table of the qubits, without their pairs."""
    table = current(record.store, record.device)
    return {name: table[name] for name in qubits_of(table)}


def value_over_nights(record: Record, component: str, parameter: str, limit: int = MOST_NIGHTS) -> list[Json]:
    """The newest accepted value of each run that measured it, oldest first."""
    in_force(record, component)
    require_parameter(parameter)
    found: dict[str, Json] = {}
    for row in list_measurements(record.store, component=component):
        value = (row.quantities or {}).get(parameter)
        if value is None or row.device != record.device:
            continue
        accepted = row.judgement is not None and row.judgement.verdict is Verdict.ACCEPT
        if accepted or row.run_id not in found:
            found[row.run_id] = {
                "run": row.run_id,
                "when": moment(row.device_ended),
                parameter: quantity(value.value, value.stderr, value.unit),
                "verdict": str(row.judgement.verdict) if row.judgement else "not analysed",
                "measurement": row.id,
            }
    return list(found.values())[-min(limit, MOST_NIGHTS) :]


def compare_runs(record: Record, first: str = "", second: str = "") -> Json:
    """What two runs measured of each qubit, side by side; the last two where none is named."""
    runs = nights(record)
    if not (first and second) and len(runs) < 2:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there are {len(runs)} runs with measurements: two are needed")
    one, other = (first, second) if first and second else (runs[1].id, runs[0].id)
    before, after = _values(record, _run(record, one).id), _values(record, _run(record, other).id)
    rows: Json = {}
    for component in sorted(before.keys() | after.keys()):
        values = [
            _beside(name, before.get(component, {}).get(name), after.get(component, {}).get(name)) for name in COMPARED
        ]
        if any(values):
            rows[component] = {name: told for name, told in zip(COMPARED, values, strict=True) if told}
    return {"before": one, "after": other, "qubits": rows}


def _beside(name: str, before: Quantity | None, after: Quantity | None) -> str:
    if before is None or after is None:
        only = before or after
        return "" if only is None else f"{_written(only)} {'before' if before else 'now'} only"
    moved = sigmas(before.value, before.stderr, after.value, after.stderr)
    mark = "" if moved is None else f", {moved:+.1f} standard deviations{' (moved)' if abs(moved) >= MOVED else ''}"
    return f"{_written(before)} -> {_written(after)}{mark}"


def next_steps(record: Record) -> Json:
    """What stands to be done: answers that wait, faults for a person, and what the next night would measure."""
    waiting = [f"{row.id}: {row.why}" for row in list_approvals(record.store, status="pending")]
    people, night = {}, {}
    for component, table in _qubits(record).items():
        open_ones = list_lessons(record.store, device=record.device, component=component, open_only=True)
        if remedies := [f"{row.code}: {row.remedy}" for row in open_ones if row.remedy]:
            people[component] = "; ".join(remedies)
        measured = {name for name, row in table.items() if row.measurement_id is not None}
        missing = [step.experiment for step in BRING_UP if SHOWN_BY[step.experiment] not in measured]
        steps = missing or [step.experiment for step in UPKEEP]
        night[component] = f"{'bring-up' if missing else 'upkeep'}: {', '.join(dict.fromkeys(steps))}"
    return {
        "answer_what_waits": waiting or "nothing waits",
        "look_at": people or "no open diagnosis",
        "reson night would do": night,
    }


def troubles(record: Record, run_id: str = "") -> list[Json]:
    """Measurements of a run that were not accepted, with their reasons."""
    rows = list_measurements(record.store, run_id=_run(record, run_id).id)
    return [
        {
            "measurement": row.id,
            "verdict": str(row.judgement.verdict),
            "plot_reads": str(row.reading.status) if row.reading else "",
            "because": "; ".join(row.judgement.reasons),
        }
        for row in rows
        if row.judgement is not None and row.judgement.verdict is not Verdict.ACCEPT
    ]


def ages(record: Record, component: str = "") -> Json:
    """When each qubit's values were last measured, by the device's clock."""
    now = latest_device_time(record.store, record.device) or 0.0
    found: Json = {}
    for name, table in _qubits(record).items():
        rows = [row for row in table.values() if row.measurement_id is not None]
        if component in ("", name):
            oldest = min(rows, key=lambda row: row.valid_from, default=None)
            newest = max((row.valid_from for row in rows), default=None)
            found[name] = {
                "newest": "never measured" if newest is None else f"{(now - newest) / 3600:.1f} h ago",
                "oldest": "" if oldest is None else f"{oldest.parameter}, {(now - oldest.valid_from) / 3600:.1f} h ago",
            }
    return found


def ranking(record: Record, parameter: str) -> Json:
    """One parameter of all qubits, the largest first."""
    require_parameter(parameter)
    rows = [table[parameter] for table in current(record.store, record.device).values() if parameter in table]
    rows.sort(key=lambda row: -row.value)
    return {row.component: f"{value_in_words(row)}, from {origin(row)}" for row in rows}


def _values(record: Record, run_id: str) -> Mapping[str, Mapping[str, Quantity]]:
    """component -> name -> newest accepted value of a run."""
    found: dict[str, dict[str, Quantity]] = {}
    for row in list_measurements(record.store, run_id=run_id):
        if row.judgement is not None and row.judgement.verdict is Verdict.ACCEPT:
            found.setdefault(row.component, {}).update(row.quantities or {})
    return found


def _run(record: Record, run_id: str) -> RunRow:
    runs = list_runs(record.store, limit=1_000_000)
    found = next((row for row in runs if row.id == run_id), None) if run_id else next(iter(nights(record)), None)
    if found is None:
        known = ", ".join(row.id for row in runs[:5]) or "no runs yet"
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no run {run_id[:60]!r}; there are {known}")
    return found


def _written(value: Quantity) -> str:
    return quantity(value.value, value.stderr, value.unit)
