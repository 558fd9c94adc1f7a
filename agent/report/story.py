"""A qubit's story: its measurements in order, each with verdict, reading, and what became of its proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reson.agent.report.content import Entry, Proposed, Write
from reson.changes import named_changes
from reson.prompts.criteria import criterion
from reson.records import Quantity, Verdict
from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.tools.store.approvals import ApprovalRow
from reson.tools.store.measurements import MeasurementRow


def story(rows: Sequence[MeasurementRow], approvals: Sequence[ApprovalRow]) -> tuple[Entry, ...]:
    """One entry for each measurement of one qubit, in the order in which they were made."""
    newest = {row.experiment: row.id for row in rows if row.judgement and row.judgement.verdict is Verdict.ACCEPT}
    writes: dict[str, list[Write]] = {row.id: [] for row in rows}
    for approval in approvals:
        if (mine := writes.get(approval.evidence.get("measurement", ""))) is not None:
            mine.append(write_of(approval))
    return tuple(_entry(row, tuple(writes[row.id]), newest.get(row.experiment) == row.id) for row in rows)


def _entry(row: MeasurementRow, writes: tuple[Write, ...], newest_accepted: bool) -> Entry:
    experiment = EXPERIMENTS.get(row.experiment)
    family = experiment.family if experiment else ""
    return Entry(
        measurement_id=row.id,
        experiment=row.experiment,
        title=experiment.title if experiment else row.experiment,
        family=family,
        device_time=row.device_started,
        device_seconds=row.device_ended - row.device_started,
        shots=row.shots,
        circuits=row.circuits,
        why=row.why,
        parameters=_with_units(row.experiment, row.parameters),
        verdict=row.judgement.verdict if row.judgement else None,
        checks=row.judgement.checks if row.judgement else (),
        reading=row.reading,
        criterion=criterion(family, row.reading.status) if row.reading else "",
        quantities=row.quantities or {},
        error=row.error,
        figure=row.figure_sha,
        writes=writes,
        newest_accepted=newest_accepted,
    )


def _with_units(experiment: str, parameters: Mapping[str, float]) -> dict[str, Quantity]:
    row = EXPERIMENTS.get(experiment)
    units = {spec.name: spec.unit for spec in row.parameters} if row else {}
    return {name: Quantity(value=value, unit=units.get(name, "")) for name, value in parameters.items()}


def write_of(approval: ApprovalRow) -> Write:
    return Write(
        approval_id=approval.id,
        status=approval.status.value,
        rule=approval.rule,
        answered_by=approval.answered_by,
        answer=approval.answer,
        note=approval.note,
        changes=proposed(approval),
    )


def proposed(approval: ApprovalRow) -> tuple[Proposed, ...]:
    """The changes in force: those of an edit where a person made one."""
    return tuple(
        Proposed.model_validate(change.model_dump(exclude={"component"}) | {"parameter": name})
        for name, change in named_changes(approval.effective_action).items()
    )
