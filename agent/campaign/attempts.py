"""A measurement on record as an attempt: what a brain is shown of it."""

from __future__ import annotations

from typing import Literal

from reson.agent.observation import Attempt
from reson.records import Check, CheckCode, Judgement
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus
from reson.tools.store.measurements import MeasurementRow


def attempt_of(row: MeasurementRow, approval: ApprovalRow | None) -> Attempt:
    """A measurement that was judged, and what became of its proposal."""
    reading, judgement = row.reading, row.judgement
    assert judgement is not None
    failed = objections(judgement)
    return Attempt(
        measurement_id=row.id,
        experiment=row.experiment,
        parameters=row.parameters,
        verdict=judgement.verdict,
        outcome=reading.outcome if reading else None,
        status=reading.status if reading else None,
        suggested_range=reading.suggested_range if reading else None,
        suggested=reading.suggested if reading else {},
        reasons=tuple(check.message for check in failed),
        failed=tuple(check.code for check in failed),
        seen=reading.reason if reading else "",
        why=row.why,
        figure=row.figure_sha or "",
        component=row.component,
        quantities=row.quantities or {},
        write=_what_became(approval),
        note=approval.note or "" if approval else "",
    )


def objections(judgement: Judgement) -> list[Check]:
    """The failed checks, that of the reading first: what the eye saw is not to be lost behind the numbers."""
    failed = [check for check in judgement.checks if not check.passed]
    return sorted(failed, key=lambda check: check.code is not CheckCode.DOUBTED)


def _what_became(approval: ApprovalRow | None) -> Literal["none", "written", "rejected", "denied", "responded"]:
    if approval is None:
        return "none"
    match approval.status:
        case ApprovalStatus.EXECUTED:
            return "written"
        case ApprovalStatus.RESPONDED:
            return "responded"
        case ApprovalStatus.DENIED:
            return "denied"
    return "rejected"
