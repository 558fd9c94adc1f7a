"""Memory: an index over the record that finds what is similar. It is made from the store and can be made again from it.

``documents`` says what is remembered, ``embedding`` turns words into vectors, ``index`` keeps and finds them (Chroma),
``stated`` turns what a question names plainly into filters. One process writes at a time (the lab's lock).
"""

from __future__ import annotations

from reson.agent.memory.documents import (
    MemoryDocument,
    document_of_approval,
    document_of_lesson,
    document_of_measurement,
    document_of_note,
    documents_of,
)
from reson.agent.memory.index import (
    Memory,
    MemoryHit,
    catch_up,
    finish_rebuild,
    nearest,
    open_memory,
    rebuild,
    recall,
    remember,
)
from reson.agent.memory.stated import keeps, stated

__all__ = [
    "Memory",
    "MemoryDocument",
    "MemoryHit",
    "catch_up",
    "document_of_approval",
    "document_of_lesson",
    "document_of_measurement",
    "document_of_note",
    "documents_of",
    "finish_rebuild",
    "keeps",
    "nearest",
    "open_memory",
    "rebuild",
    "recall",
    "remember",
    "stated",
]
