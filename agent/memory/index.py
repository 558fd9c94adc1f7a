"""The index: documents under their vectors, and the ones nearest to a question. Only this module knows Chroma.

Each embedding has a collection of its own, named after it, so that vectors of different embeddings never meet. Where an
endpoint embeds, the offline words are kept beside it and answer when it is away; what it missed meanwhile it gets when
the index is next opened for a run.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from reson.agent.blank_memory import blank_memory
from reson.agent.memory.documents import MemoryDocument, Metadata, documents_of
from reson.agent.memory.embedding import WORDS, Embedding
from reson.errors import OperatorError
from reson.records import Finite, Record

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

    from reson.tools.store.store import Store

SEARCHED = 5000
"""Candidates of a search in the graph of vectors, of which Chroma's own 100 are too few among thousands alike."""
COMPARED = 5000
"""Documents that a filter may leave to be compared one by one."""
_BATCH = 1000
_REMEDY = "check free space and permissions; `reson memory rebuild` makes it again from the store, so nothing is lost"

Say = Callable[[str, str], None]
"""Told of an embedding that does not answer: what is wrong, and what is done about it."""


class MemoryHit(Record):
    id: str
    text: str
    metadata: Metadata
    distance: Finite
    """Cosine distance: 0 the same terms, 1 nothing in common."""


@dataclass
class Shelf:
    embedding: Embedding
    collection: Collection
    away: bool = False
    """It did not answer once, and is not asked again before the index is opened anew."""


@dataclass(frozen=True)
class Memory:
    client: Client
    shelves: tuple[Shelf, ...]
    """The preferred one first; the last one is offline and always answers."""
    outdated: bool
    """Made with another embedding: empty until it is made again from the store."""
    say: Say | None

    def close(self) -> None:
        """Release the directory's files."""
        self.client.close()


def open_memory(directory: Path, embedding: Embedding = WORDS, say: Say | None = None) -> Memory:
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
            held = {one.name for one in client.list_collections()}
            wanted = (embedding,) if embedding.offline else (embedding, WORDS)
            shelves = tuple(Shelf(one, _collection(client, one)) for one in wanted)
            base = shelves[-1]
            # reads the index, which opening does not
            base.collection.query(query_embeddings=base.embedding.embed(["probe"]), n_results=1)
        except ChromaError:
            SharedSystemClient.clear_system_cache()  # else this process keeps the half-opened index for ever
            raise
        return Memory(client, shelves, bool(held) and base.embedding.name not in held, say)


def _collection(client: Client, embedding: Embedding) -> Collection:
    space = {"hnsw:space": "cosine", "hnsw:search_ef": SEARCHED}
    return client.get_or_create_collection(embedding.name, embedding_function=None, metadata=space)


def remember(memory: Memory, documents: Sequence[MemoryDocument]) -> None:
    """Add documents, or replace those that have the same id."""
    with _operator_errors("the memory"):
        for start in range(0, len(documents), _BATCH):
            for shelf in memory.shelves:
                _put(memory, shelf, documents[start : start + _BATCH])


def catch_up(memory: Memory) -> None:
    """Give an endpoint's shelf what it missed while it was away, or before it was chosen."""
    *others, base = memory.shelves
    with _operator_errors("the memory"):
        for shelf in others:
            missed = sorted(set(base.collection.get(include=[])["ids"]) - set(shelf.collection.get(include=[])["ids"]))
            for start in range(0, len(missed), _BATCH):
                if shelf.away:
                    break
                found = base.collection.get(ids=missed[start : start + _BATCH], include=["documents", "metadatas"])
                rows = zip(found["ids"], found["documents"] or [], found["metadatas"] or [], strict=True)
                _put(
                    memory,
                    shelf,
                    [MemoryDocument.model_validate({"id": n, "text": t, "metadata": dict(m)}) for n, t, m in rows],
                )


def recall(memory: Memory, text: str, *, where: Sequence[dict[str, Any]] = (), limit: int = 5) -> list[MemoryHit]:
    """The most similar documents, nearest first. ``where``: conditions on metadata in Chroma's words, all of them."""
    for shelf in memory.shelves:
        with _operator_errors("the memory"):
            vector = _vectors(memory, shelf, [text])
            if vector is None:
                continue
            near = _nearest(shelf.collection, vector[0], where, limit)
            found = shelf.collection.get(ids=list(near), include=["documents", "metadatas"]) if near else None
        if found is None:
            return []
        rows = zip(found["ids"], found["documents"] or [], found["metadatas"] or [], strict=True)
        hits = [
            MemoryHit.model_validate({"id": name, "text": text, "metadata": dict(of), "distance": near[name]})
            for name, text, of in rows
        ]
        return sorted(hits, key=lambda hit: hit.distance)
    return []


def _nearest(collection: Collection, vector: Any, where: Sequence[dict[str, Any]], limit: int) -> dict[str, float]:
    """Id -> cosine distance of the nearest. What a filter leaves is compared one by one: the graph of vectors, whose
    ways lead from one routine measurement to thousands like it, has hidden one right answer in six behind a filter.
    """
    import numpy as np

    left = collection.get(where=_all_of(where), include=[], limit=COMPARED + 1)["ids"] if where else None
    if left is None or len(left) > COMPARED:
        found = collection.query(
            query_embeddings=[vector], n_results=limit, where=_all_of(where), include=["distances"]
        )
        return {name: max(0.0, far) for name, far in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)}
    if not left:
        return {}
    held = collection.get(ids=left, include=["embeddings"])
    vectors = np.asarray(held["embeddings"])
    far = 1 - vectors @ vector / (np.linalg.norm(vectors, axis=1) * np.linalg.norm(vector))
    first = np.argsort(far, kind="stable")[:limit]
    return {held["ids"][one]: max(0.0, float(far[one])) for one in first}


def nearest(documents: Sequence[MemoryDocument], text: str, limit: int) -> list[MemoryHit]:
    """The same among a few documents that are in no index, by the offline words."""
    if not documents:
        return []
    likeness = WORDS.embed([one.text for one in documents]) @ WORDS.embed([text])[0]
    first = sorted(range(len(documents)), key=lambda one: -likeness[one])[:limit]
    return [MemoryHit(**dict(documents[one]), distance=max(0.0, 1 - float(likeness[one]))) for one in first]


def rebuild(directory: Path, store: Store, embedding: Embedding = WORDS, say: Say | None = None) -> int:
    """Make the index again from the store, beside the old one, and put it in its place; returns how many documents.

    The old index must not be open in this process. Raises ``OperatorError``.
    """
    fresh = directory.with_name(directory.name + ".new")
    documents = documents_of(store)
    with _operator_errors(directory):
        _remove(fresh)
        memory = open_memory(fresh, embedding, say)
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


def _put(memory: Memory, shelf: Shelf, documents: Sequence[MemoryDocument]) -> None:
    vectors = _vectors(memory, shelf, [document.text for document in documents])
    if vectors is not None:
        shelf.collection.upsert(
            ids=[document.id for document in documents],
            embeddings=vectors,
            documents=[document.text for document in documents],
            metadatas=[document.metadata for document in documents],
        )


def _vectors(memory: Memory, shelf: Shelf, texts: Sequence[str]) -> Any:
    """Vectors (texts, dimension); None where the shelf's embedding is away."""
    if shelf.away:
        return None
    try:
        return shelf.embedding.embed(texts)
    except OperatorError as error:
        shelf.away = True
        if memory.say is not None:
            memory.say(error.what, "the offline words answer in its place")
        return None


def _all_of(where: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Chroma takes several conditions only as an explicit "and"."""
    return {"$and": list(where)} if len(where) > 1 else next(iter(where), None)


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
