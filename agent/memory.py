"""Memory: an index over the record that finds what is similar. It is made from the store and can be made again from it.

One process writes at a time (the lab's lock). The embedding is our own and needs no network: hashed features of words
and of letter sequences, so that "T1 of q3 collapsed" finds the measurements and remarks that share its terms.
"""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from reson.agent.approvals import by_a_person
from reson.agent.blank_memory import blank_memory
from reson.errors import OperatorError
from reson.records import Finite, Quantity, Record
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, list_approvals
from reson.tools.store.lessons import LessonRow, list_lessons
from reson.tools.store.measurements import MeasurementRow, list_measurements
from reson.wording import asked

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

    from reson.tools.store.store import Store

COLLECTION = "reson-1"
"""Named after the version of the embedding: vectors of different embeddings must not meet."""
DIMENSION = 512
_BATCH = 1000
_WORD = re.compile(r"[a-z]+[0-9]*|[0-9]+")
_REMEDY = "check free space and permissions; `reson memory rebuild` makes it again from the store, so nothing is lost"

Metadata = dict[str, str | int | float | bool]


class MemoryDocument(Record):
    id: str
    text: str
    metadata: Metadata


class MemoryHit(Record):
    id: str
    text: str
    metadata: Metadata
    distance: Finite
    """Cosine distance: 0 the same terms, 1 nothing in common."""


@dataclass(frozen=True)
class Memory:
    client: Client
    collection: Collection

    def close(self) -> None:
        """Release the directory's files."""
        self.client.close()


def open_memory(directory: Path) -> Memory:
    """Open the index, making it on first use. Raises ``OperatorError`` when it is damaged or cannot be written."""
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings
    from chromadb.errors import ChromaError

    settings = Settings(anonymized_telemetry=False)
    with _operator_errors(directory):
        directory.mkdir(parents=True, exist_ok=True)
        try:
            client = cast("Client", chromadb.PersistentClient(path=str(directory), settings=settings))
            collection = client.get_or_create_collection(
                COLLECTION, embedding_function=None, metadata={"hnsw:space": "cosine"}
            )
            collection.query(query_embeddings=embed(["probe"]), n_results=1)  # reads the index, which opening does not
        except ChromaError:
            SharedSystemClient.clear_system_cache()  # else this process keeps the half-opened index for ever
            raise
        return Memory(client, collection)


def remember(memory: Memory, documents: Sequence[MemoryDocument]) -> None:
    """Add documents, or replace those that have the same id."""
    with _operator_errors("the memory"):
        for start in range(0, len(documents), _BATCH):
            batch = documents[start : start + _BATCH]
            memory.collection.upsert(
                ids=[document.id for document in batch],
                embeddings=embed([document.text for document in batch]),
                documents=[document.text for document in batch],
                metadatas=[document.metadata for document in batch],
            )


def recall(memory: Memory, text: str, *, where: dict[str, Any] | None = None, limit: int = 5) -> list[MemoryHit]:
    """The most similar documents, nearest first. ``where``: metadata that must be equal, or a filter of Chroma's."""
    with _operator_errors("the memory"):
        found = memory.collection.query(
            query_embeddings=embed([text]),
            n_results=limit,
            where=_filter(where),
            include=["documents", "metadatas", "distances"],
        )
    columns = (found["ids"], found["documents"], found["metadatas"], found["distances"])
    rows = zip(*((column or [[]])[0] for column in columns), strict=True)
    return [
        MemoryHit(id=name, text=document, metadata=dict(metadata), distance=max(0.0, distance))
        for name, document, metadata, distance in rows
    ]


def rebuild(directory: Path, store: Store) -> int:
    """Make the index again from the store, beside the old one, and put it in its place; returns how many documents.

    The old index must not be open in this process. Raises ``OperatorError``.
    """
    fresh = directory.with_name(directory.name + ".new")
    documents = documents_of(store)
    with _operator_errors(directory):
        _remove(fresh)
        memory = open_memory(fresh)
        remember(memory, documents)
        memory.close()
        old = directory.with_name(directory.name + ".old")
        _remove(old)
        if directory.exists():
            directory.rename(old)
        fresh.rename(directory)
        _remove(old)
    return len(documents)


def finish_rebuild(directory: Path) -> None:
    """Bring a rebuild to its end that was killed between its renames: by then the new index was complete. Nobody else
    may write to the index meanwhile.
    """
    fresh, old = (directory.with_name(directory.name + suffix) for suffix in (".new", ".old"))
    with _operator_errors(directory):
        if not directory.exists() and old.exists():
            (fresh if fresh.exists() else old).rename(directory)
        _remove(fresh)
        _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def documents_of(store: Store) -> list[MemoryDocument]:
    """One document for each measurement, each decision by a person and each lesson of the lab."""
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


def embed(texts: Sequence[str]) -> np.ndarray:
    """Vectors (texts, 512), float32, of length 1: signed hashed counts of words and of 3 to 5 letters in a row.

    Feature hashing after Weinberger et al., arXiv 0902.2206.
    """
    vectors = np.zeros((len(texts), DIMENSION), np.float32)
    for vector, text in zip(vectors, texts, strict=True):
        for feature, weight in _features(text):
            code = zlib.crc32(feature.encode())
            vector[code % DIMENSION] += weight if code & 0x8000_0000 else -weight
        vector[0] += not vector.any()  # text without a word: any fixed direction
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word in _WORD.findall(text.lower()):
        yield f"={word}", 1.0
        padded = f"<{word}>"
        grams = [padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)]
        for gram in grams:
            yield gram, len(grams) ** -0.5  # together they weigh as much as the word


def _place(kind: str, device: str, component: str, run_id: str, device_time: float) -> Metadata:
    return {"kind": kind, "device": device, "component": component, "run_id": run_id, "device_time": device_time}


def _number(quantity: Quantity) -> str:
    error = "" if quantity.stderr is None else f" +- {quantity.stderr:.2g}"
    return f"{quantity.value:.6g}{error} {quantity.unit}".rstrip()


def _filter(where: dict[str, Any] | None) -> dict[str, Any] | None:
    """Chroma takes several conditions only as an explicit "and"."""
    if where is None or len(where) < 2:
        return where or None
    return {"$and": [{name: condition} for name, condition in where.items()]}


@contextmanager
def _operator_errors(where: Path | str) -> Iterator[None]:
    from chromadb.errors import ChromaError

    try:
        with blank_memory():
            yield
    except ChromaError as error:
        raise OperatorError(f"{where} cannot be used: {error}", _REMEDY) from error
    except OSError as error:
        raise OperatorError(f"{where} cannot be used: {error.strerror}", _REMEDY) from error
