"""Which embedding a lab has chosen: its own words, or those of an endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

import numpy as np

from reson.agent.config import MemorySettings
from reson.agent.memory.embedding import WORDS, Embedding
from reson.records import content_hash


def embedding_of(settings: MemorySettings, stop: Event | None = None) -> Embedding:
    """The embedding of the lab's settings; nothing is asked yet. ``stop``: what ends a wait for an endpoint."""
    if settings.embedding == "words":
        return WORDS

    def embed(texts: Sequence[str]) -> np.ndarray:
        from reson.agent.model.embeddings import embedded  # the client takes half a second to load

        return embedded(settings.endpoint(), texts, stop)

    return Embedding(f"endpoint-{content_hash([settings.base_url, settings.model])[:12]}", embed, offline=False)
