"""What a physicist asks in the morning: what nights found, what moved, what is wrong, what comes next."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from reson.agent.expert.plans import BRING_UP, SHOWN_BY, UPKEEP
from reson.agent.observation import DiagnosisCode
from reson.agent.operations.measurements import short
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, Nothing, OfAnyComponent, OfComponent, Operation
from reson.agent.operations.values import ALL, MOST, Limit, in_force, qubits_in_force, require_parameter, table_of
from reson.agent.report.content import Difference
from reson.agent.report.gather import gather
from reson.agent.report.tables import between
from reson.agent.report.words import moved, number
from reson.agent.standing import Standing, State, standings
from reson.errors import OperatorError, ToolError, ToolErrorKind
from reson.records import Effect, Json, Verdict
from reson.tools.store.approvals import list_approvals
from reson.tools.store.lessons import list_lessons
from reson.tools.store.measurements import MeasurementRow, list_measurements, measured_runs
from reson.tools.store.runs import RunRow, get_run, list_runs
from reson.wording import duration, moment, quantity

if TYPE_CHECKING:
    from reson.agent.report.content import Qubit

MOST_NIGHTS = 10
_STATES: dict[State, str] = {
    "done": "at its goal",
    "below": "below goal",
    "failed": "set aside",
    "waiting": "waits for a person",
    "open": "not finished",
}
USABLE: tuple[State, ...] = ("done", "below", "waiting")
"""With care, where it is not at its goal."""


class Newest(Arguments):
    limit: Limit = 10


class OfRun(Arguments):
    run_id: str = ""


class ValueOverNights(Arguments):
    component: str
    parameter: str
    limit: Limit = MOST_NIGHTS


class TwoRuns(Arguments):
    first: str = ""
    second: str = ""


Compared = tuple[RunRow, RunRow, tuple[Difference, ...]]
"""(the earlier run, the later, what was measured anew from the end of one to the end of the other)."""


def nights(at: OpenLab) -> list[RunRow]:
    """Runs of this device that measured something, newest first."""
    measured = measured_runs(at.store)
    runs = list_runs(at.store, ALL)
    return [row for row in runs if row.device == at.device and row.id in measured]


def run_of(at: OpenLab, run_id: str) -> RunRow:
    """That run; the newest on this device where none is named. Raises ``OperatorError`` where there is none."""
    if run_id:
        return get_run(at.store, run_id)
    newest = next((row for row in list_runs(at.store, ALL) if row.device == at.device), None)
    if newest is None:
        raise OperatorError("this lab has no runs yet", "`reson night` starts one")
    return newest


def run_in_words(row: RunRow) -> Json:
    return {
        "run": row.id,
        "began": moment(row.started_device),
        "ending": str(row.ending or "running or cut short"),
        "reason": row.reason or "",
    }


def _show_run(at: OpenLab, asked: OfRun) -> Json:
    row = run_of(at, asked.run_id)
    report = gather(at.lab, at.store, row.id)
    told = run_in_words(row)
    return {
        "run": row.id,
        "when": told["began"],
        "ending": told["ending"],
        "reason": told["reason"],
        "used": f"{report.use.measurements} measurements, {duration(report.use.device_seconds)} of device time",
        "qubits": {one.component: _of_qubit(one) for one in report.qubits},
        "report": str(at.lab.runs / row.id / "report.html"),
    }


def _of_qubit(qubit: Qubit) -> Json:
    told = "; ".join(f"{one.code}: {one.text}" for one in qubit.diagnoses)
    return {"state": qubit.state, "why": qubit.why} | ({"diagnoses": told} if told else {})


def _diagnosis(at: OpenLab, asked: OfComponent) -> Json:
    in_force(at, asked.component)
    return _diagnosed(at, _standings(at, [asked.component])[asked.component])


def _standings(at: OpenLab, components: Collection[str]) -> dict[str, Standing]:
    return standings(at.lab, at.store, at.device, table_of(at), components)


def _diagnosed(at: OpenLab, standing: Standing) -> Json:
    component = standing.component
    known = [
        {
            "diagnosis": row.code,
            "found": row.told,
            "rests_on": ", ".join(row.evidence or ()) or "nothing that was named",
            "since": moment(row.since_device or row.recorded_device),
            "qubit_set_aside": "yes" if row.sets_aside else "no",
        }
        for row in list_lessons(at.store, device=at.device, component=component, open_only=True)
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


def _usable(at: OpenLab, asked: OfAnyComponent) -> Json:
    found: Json = {}
    wanted = [name for name in qubits_in_force(at) if asked.component in ("", name)]
    for name, standing in _standings(at, wanted).items():
        told = _diagnosed(at, standing)
        codes = [one["diagnosis"] for one in told["diagnoses"]] if isinstance(told["diagnoses"], list) else []
        doubts = [*codes, *(short.text for short in standing.below)]
        use = (
            "no" if standing.state not in USABLE else "yes" if standing.state == "done" and not doubts else "with care"
        )
        found[name] = {"use": use, "because": ", ".join([told["state"], *doubts])}
    return found


def _over_nights(at: OpenLab, asked: ValueOverNights) -> list[Json]:
    """The newest accepted value of each run that measured it, oldest first."""
    in_force(at, asked.component)
    require_parameter(parameter := asked.parameter)
    found: dict[str, Json] = {}
    for row in list_measurements(at.store, component=asked.component):
        value = (row.quantities or {}).get(parameter)
        if value is None or row.device != at.device:
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
    return list(found.values())[-min(asked.limit, MOST_NIGHTS) :]


def _compare(at: OpenLab, asked: TwoRuns) -> Compared:
    """Of two runs in either order; of the last two that measured something where none is named."""
    runs, names = nights(at), (asked.first, asked.second)
    if not all(names):
        if len(runs) < 2:
            raise ToolError(
                ToolErrorKind.BAD_ARGUMENTS, f"there are {len(runs)} runs with measurements: two are needed"
            )
        names = (runs[1].id, runs[0].id)
    one, other = (get_run(at.store, name) for name in names)
    return between(at.store, one, other)


def _compared_in_words(at: OpenLab, compared: Compared) -> Json:
    earlier, later, found = compared
    rows: Json = {}
    for one in found:
        rows.setdefault(one.component, {})[one.parameter] = _moved_in_words(one)
    return {"before": earlier.id, "after": later.id, "qubits": rows}


def _moved_in_words(one: Difference) -> str:
    if one.before is None:
        return f"{number(one.after)} now only"
    by = "" if one.sigmas is None else f", {one.sigmas:+.1f} standard deviations{' (moved)' if moved(one) else ''}"
    return f"{number(one.before)} -> {number(one.after)}{by}"


def _next_steps(at: OpenLab, asked: Nothing) -> Json:
    waiting = [f"{row.id}: {row.why}" for row in list_approvals(at.store, status="pending")]
    people, night = {}, {}
    for component, table in qubits_in_force(at).items():
        open_ones = list_lessons(at.store, device=at.device, component=component, open_only=True)
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


def _troubles(at: OpenLab, asked: OfRun) -> list[MeasurementRow]:
    rows = list_measurements(at.store, run_id=run_of(at, asked.run_id).id)
    return [row for row in rows if row.judgement is not None and row.judgement.verdict is not Verdict.ACCEPT]


def _trouble_in_words(row: MeasurementRow) -> Json:
    told = short(row)
    because = "; ".join(row.judgement.reasons) if row.judgement else ""
    return {name: told[name] for name in ("measurement", "verdict", "plot_reads")} | {"because": because}


LIST_RUNS = Operation(
    "list_runs",
    Effect.READS,
    Newest,
    lambda at, asked: list_runs(at.store, asked.limit),
    lambda at, rows: [run_in_words(row) for row in rows[:MOST]],
)
SHOW_RUN = Operation("show_run", Effect.READS, OfRun, _show_run)
SHOW_DIAGNOSIS = Operation("show_diagnosis", Effect.READS, OfComponent, _diagnosis)
USABLE_QUBITS = Operation("usable_qubits", Effect.READS, OfAnyComponent, _usable)
VALUE_OVER_NIGHTS = Operation("value_over_nights", Effect.READS, ValueOverNights, _over_nights)
COMPARE_RUNS = Operation("compare_runs", Effect.READS, TwoRuns, _compare, _compared_in_words)
TROUBLES = Operation(
    "troubles", Effect.READS, OfRun, _troubles, lambda at, rows: [_trouble_in_words(row) for row in rows]
)
NEXT_STEPS = Operation("next_steps", Effect.READS, Nothing, _next_steps)
