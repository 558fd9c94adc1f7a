"""What memory holds: one document for each measurement, each decision of a person, each lesson and each note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reson.agent.approvals import by_a_person
from reson.records import Quantity, Record
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, list_approvals
from reson.tools.store.lessons import LessonRow, list_lessons
from reson.tools.store.measurements import MeasurementRow, list_measurements
from reson.tools.store.notes import NoteRow
from reson.wording import asked

if TYPE_CHECKING:
    from reson.tools.store.store import Store

Metadata = dict[str, str | int | float | bool]


class MemoryDocument(Record):
    id: str
    text: str
    metadata: Metadata


def documents_of(store: Store) -> list[MemoryDocument]:
    """What the index holds of a lab; notes are few and change, and are read from the record itself."""
    return [
        *(document_of_measurement(row) for row in list_measurements(store)),
        *(document_of_approval(row) for row in list_approvals(store) if by_a_person(row)),
        *(document_of_lesson(row) for row in list_lessons(store)),
    ]


def document_of_measurement(row: MeasurementRow) -> MemoryDocument:
    """``metadata`` holds each fitted quantity under its own name, in SI units."""
    quantities = row.quantities or {}
    verdict = "" if row.judgement is None else str(row.judgement.verdict)
    status = "" if row.reading is None else str(row.reading.status)
    sentences = [
        f"{row.experiment} on {row.component} of {row.device}: {verdict or 'not analysed'} {status}".rstrip(),
        *(f"{name} of {row.component} {_number(quantity)}" for name, quantity in quantities.items()),
        *(row.judgement.reasons if row.judgement else ()),
        *([row.reading.reason] if row.reading else ()),
        *([row.error] if row.error else ()),
        row.why,
    ]
    return MemoryDocument(
        id=f"measurement:{row.id}",
        text=". ".join(sentence for sentence in sentences if sentence),
        metadata={name: quantity.value for name, quantity in quantities.items()}
        | _place("measurement", row.device, row.component, row.run_id, row.device_ended)
        | {"measurement_id": row.id, "experiment": row.experiment, "verdict": verdict, "status": status},
    )


def document_of_approval(row: ApprovalRow) -> MemoryDocument:
    """``status`` of the metadata is that of the approval; ``verdict`` that of the measurement behind it."""
    action = row.effective_action
    answered = f"{row.answer}, {row.status}," if row.answer else row.status  # people search for either word
    sentences = [
        f"{row.answered_by or row.rule} answered {answered} to {asked(action)} on {action.component}",
        row.why,
        row.note or "",
    ]
    return MemoryDocument(
        id=f"approval:{row.id}",
        text=". ".join(sentence for sentence in sentences if sentence),
        metadata=_place("decision", row.device, row.component, row.run_id or "", row.requested_device)
        | {
            "approval_id": row.id,
            "experiment": str(action.arguments.get("experiment", "")),
            "verdict": str(action.arguments.get("verdict") or ""),
            "status": str(ApprovalStatus(row.status)),
        },
    )


def document_of_lesson(row: LessonRow) -> MemoryDocument:
    return MemoryDocument(
        id=f"lesson:{row.id}",
        text=f"lesson on {row.component} of {row.device}: {row.text}",
        metadata=_place("lesson", row.device, row.component, row.run_id, row.recorded_device),
    )


def document_of_note(row: NoteRow) -> MemoryDocument:
    on = f"{row.component} of {row.device}" if row.component else row.device
    return MemoryDocument(
        id=f"note:{row.id}",
        text=f"note by {row.author} on {on}: {row.text}",
        metadata=_place("note", row.device, row.component, "", row.recorded_device),
    )


def _place(kind: str, device: str, component: str, run_id: str, device_time: float) -> Metadata:
    return {"kind": kind, "device": device, "component": component, "run_id": run_id, "device_time": device_time}


def _number(quantity: Quantity) -> str:
    error = "" if quantity.stderr is None else f" +- {quantity.stderr:.2g}"
    return f"{quantity.value:.6g}{error} {quantity.unit}".rstrip()
