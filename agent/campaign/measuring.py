"""The nodes of one job: acquire (raw data stored first), analyse and draw, read, judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from reson.agent.brains.brain import ReadsTogether
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.gating import action_of
from reson.agent.campaign.history import past
from reson.agent.campaign.refusals import refuse_job
from reson.agent.campaign.repeating import acquire_again
from reson.agent.campaign.state import CampaignState, Job, measurement_id, ready
from reson.agent.reading import read_saved_data
from reson.agent.reading.limits import SWEEP_ENDS, within_limits
from reson.errors import OperatorError, ToolError, ToolErrorKind
from reson.records import (
    SUPPORTS_THE_VALUE,
    Change,
    Check,
    CheckCode,
    FitReliability,
    Judgement,
    Reading,
    Status,
    Verdict,
)
from reson.tools.data import Analysis, Fault
from reson.tools.devices.device import Device, Remote, Timed, bounds_of, why_not_set
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fenced import drawn
from reson.tools.fence import attempt, failed, with_faults
from reson.tools.quantities import PARAMETERS
from reson.tools.store.approvals import mark_executed, require_permit
from reson.tools.store.measurements import (
    MeasurementRow,
    get_measurement,
    get_measurements,
    has_measurement,
    load_raw,
    record_analysis,
    record_measurements,
)
from reson.tools.verdicts.judge import judge as judge_checks


def acquire(bench: Bench, state: CampaignState) -> dict[str, Any]:
    """Measure all qubits of the job together; the data is on disk before anything else happens with it."""
    job = _job(state)
    ids = {name: measurement_id(job["id"], name) for name in job["requests"]}
    present = {name: identity for name, identity in ids.items() if has_measurement(bench.store, identity)}
    for name, identity in present.items():
        _require_same(bench, job, name, identity)
    if len(present) < len(ids):
        try:
            require_permit(bench.store, job["approval"], action_of(bench, job))
        except ToolError as error:  # the table moved since, by another hand: decide anew
            return _refused(bench, state, job, error.message)
        bench.on_event("measuring", {"experiment": job["experiment"], "components": list(ids), "why": job["why"]})
        try:
            data = acquire_again(bench, state, job)
        except ToolError as error:
            return _refused(bench, state, job, error.message, error.kind is ToolErrorKind.DEVICE_REFUSED)
        if data is None:  # back to the gate, which says what the budget lacks
            return {"job": None, "queue": [job, *state["queue"]]}
        taken = bench.device.taken() if isinstance(bench.device, Timed) else None
        when = {} if taken is None else {"started": taken[0], "ended": taken[1]}
        raw = {ids[name]: replace(one, **when) for name, one in data.items()}
        record_measurements(bench.store, bench.run_id, state["step"], job["id"], job["why"], raw)
        if isinstance(bench.device, Remote):
            bench.device.recorded()
    mark_executed(bench.store, job["approval"], {"measurements": list(ids.values())})
    return {}


def _refused(bench: Bench, state: CampaignState, job: Job, reason: str, by_device: bool = False) -> dict[str, Any]:
    """The job did not run: the brain hears why, and qubits that were parked for it decide anew."""
    bench.tell(f"{job['id']}-refused", "refused", {"experiment": job["experiment"], "reason": reason})
    qubits = state["qubits"] | {name: ready(f"{job['experiment']} was refused") for name in job["requests"]}
    refused = refuse_job(state["step"], job, reason, by_device)
    return {"job": None, "qubits": qubits, "refused": [*state["refused"], *refused]}


def _require_same(bench: Bench, job: Job, component: str, identity: str) -> None:
    """A record found under this job's name must be of this job. Raises ``OperatorError``.

    An argument that the experiment got after the record was made had the value that is its default now.
    """
    row = get_measurement(bench.store, identity)
    since = {spec.name: spec.default for spec in get(job["experiment"]).parameters if spec.default is not None}
    if row.experiment != job["experiment"] or since | row.parameters != since | job["requests"][component]:
        raise OperatorError(
            f"{identity} is on record as another measurement ({row.experiment}) than the one to be made",
            "this run's checkpoints do not fit its record; start a new run, which goes on from what is known",
        )


def analyse(bench: Bench, state: CampaignState) -> dict[str, Any]:
    """Fit and draw every qubit's data. A failed fit keeps its data and its figure."""
    job = _job(state)
    experiment = get(job["experiment"])
    rows = rows_of(bench, job)
    analyses = experiment.analyses([load_raw(bench.store, row) for row in rows.values()])
    results = {}
    for name, (analysis, picture) in zip(rows, drawn(experiment, analyses), strict=True):
        results[name] = {"analysis": _put(bench, analysis), "figure": bench.store.blobs.put(picture, ".png")}
    return {"job": {**job, "results": results}}


def read(bench: Bench, state: CampaignState) -> dict[str, Any]:
    """Ask the brain what the plots show, before it is shown any number of the fit."""
    job = _job(state)
    rows = rows_of(bench, job)
    if isinstance(bench.brain, ReadsTogether):
        bench.brain.look_ahead({_figure(bench, one): _analysis(bench, one) for one in job["results"].values()})
    results = {name: {**result, **_read(bench, rows[name], result)} for name, result in job["results"].items()}
    return {"job": {**job, "results": results}}


def _read(bench: Bench, row: MeasurementRow, result: dict[str, Any]) -> dict[str, Any]:
    """The reading of one qubit's plot; where our own code fails over it, the analysis with that fault."""
    figure, analysis = _figure(bench, result), _analysis(bench, result)
    numbers, faults = _numbers(bench, row, analysis)
    reading = attempt("read", lambda: bench.brain.read(figure, analysis, numbers.verdict))
    if not isinstance(reading, Fault) and not faults:
        return {"reading": within_limits(reading, get(row.experiment)).to_json()}
    spoilt = with_faults(analysis, [*faults, reading] if isinstance(reading, Fault) else faults)
    return {"analysis": _put(bench, spoilt), "reading": read_saved_data(spoilt).to_json()}


def _figure(bench: Bench, result: dict[str, Any]) -> Path:
    return bench.store.blobs.path(result["figure"], ".png")


def judge(bench: Bench, state: CampaignState) -> dict[str, Any]:
    """Numbers gate, vision doubts: the checks decide, and a reading can only turn accept into review."""
    job = _job(state)
    rows = rows_of(bench, job)
    for name, result in job["results"].items():
        identity = rows[name].id
        analysis = _analysis(bench, result)
        reading = Reading.model_validate(result["reading"])
        numbers, _ = _numbers(bench, rows[name], analysis)
        at_end = at_the_end_of_the_drive(get(job["experiment"]), job["requests"][name], bounds_of(bench.device))
        judgement = with_doubt(numbers, reading, bench.brain.sure_of(reading), at_end)
        figure = bench.store.blobs.get(result["figure"], ".png")
        record_analysis(bench.store, identity, analysis, figure, judgement, reading, f"campaign:{bench.brain.name}")
        body = {
            "measurement": identity,
            "component": name,
            "experiment": job["experiment"],
            "figure": result["figure"],
            "reading": result["reading"],
            "verdict": judgement.verdict,
            "reasons": list(judgement.reasons),
            "quantities": {key: quantity.to_json() for key, quantity in analysis.quantities.items()},
        }
        if analysis.faults:
            body["faults"] = [fault.to_json() for fault in analysis.faults]
        bench.tell(f"{identity}-verdict", "verdict", body)
    return {"job": {**job, "results": {}}}


def _numbers(bench: Bench, row: MeasurementRow, analysis: Analysis) -> tuple[Judgement, list[Fault]]:
    """The judgement by the numeric checks alone, and where our own code failed over them."""
    experiment, history = get(row.experiment), past(bench, row, analysis)
    found = attempt("check", lambda: experiment.check(analysis, row.parameters, history))
    changes = attempt("propose", lambda: experiment.propose(analysis, row.controls))
    if isinstance(found, Fault) or isinstance(changes, Fault):
        faults = [one for one in (found, changes) if isinstance(one, Fault)]
        return judge_checks([failed(one) for one in faults]), faults
    return judge_checks([*found, *within_bounds(changes, bench.device)]), []


def within_bounds(changes: list[Change], device: Device | None = None) -> list[Check]:
    """What would be written must be possible at all, and on the device: one check for each proposed value."""
    checks = []
    for change in changes:
        spec = PARAMETERS[change.parameter]
        message = (
            f"{change.parameter} = {change.new:g} {spec.unit} is outside {spec.low:g} to {spec.high:g} {spec.unit}"
        )
        inside = spec.low <= change.new <= spec.high
        if inside and device and (reason := why_not_set(device, change.component, change.parameter, change.new)):
            inside, message = False, reason
        checks.append(
            Check(
                name=f"{change.parameter} in bounds",
                code=CheckCode.OUT_OF_BOUNDS,
                passed=inside,
                severity=Verdict.REJECT,
                message="ok" if inside else message,
            )
        )
    return checks


def at_the_end_of_the_drive(
    row: Experiment, parameters: Mapping[str, float], bounds: Mapping[str, tuple[float, float]]
) -> bool:
    """Whether a sweep of the drive's amplitude goes as far as the device allows: no wider one can be made."""
    ends = [spec for spec in row.parameters if spec.drives and spec.name in SWEEP_ENDS]
    return any(parameters[end.name] >= min(end.high, bounds.get(end.drives, (0.0, end.high))[1]) for end in ends)


def with_doubt(judgement: Judgement, reading: Reading, sure: bool = True, at_end: bool = False) -> Judgement:
    """The judgement and one check more: whether the reading agrees, surely enough, that the plot supports its value
    and that its curve may be trusted.

    ``at_end``: no wider sweep can be made; that the range is narrow then doubts no value that lies inside it.
    """
    inside = at_end and judgement.verdict is Verdict.ACCEPT and reading.status is Status.RANGE_TOO_NARROW
    trusted = reading.reliability is not FitReliability.UNRELIABLE
    agrees = (reading.status in SUPPORTS_THE_VALUE and trusted) or inside
    doubt = "" if sure else f", but only with confidence {reading.confidence:.2f}"
    if reading.status in SUPPORTS_THE_VALUE and not trusted:
        doubt += ", with a fit that is not to be relied on"
    check = Check(
        name="reading agrees",
        code=CheckCode.DOUBTED,
        passed=agrees and sure,
        severity=Verdict.REVIEW,
        message=f"the plot reads as {reading.status}{doubt}: {reading.reason}",
    )
    return judge_checks([*judgement.checks, check])


def rows_of(bench: Bench, job: Job) -> dict[str, MeasurementRow]:
    """The measurements of a job by component, in its order."""
    rows = get_measurements(bench.store, [measurement_id(job["id"], name) for name in job["requests"]])
    return dict(zip(job["requests"], rows, strict=True))


def _put(bench: Bench, analysis: Analysis) -> str:
    return bench.store.blobs.put(analysis.model_dump_json().encode(), ".json")


def _analysis(bench: Bench, result: dict[str, Any]) -> Analysis:
    return Analysis.model_validate_json(bench.store.blobs.get(result["analysis"], ".json"))


def _job(state: CampaignState) -> Job:
    job = state["job"]
    assert job is not None, "the graph enters a job's nodes only with a job"
    return job
