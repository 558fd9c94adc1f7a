"""Texts into vectors by an endpoint that speaks OpenAI's /v1/embeddings, in one try: the offline words are at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event

import numpy as np

from reson.agent.config import ModelSettings
from reson.agent.model.conversation import FailureKind, NoAnswer
from reson.agent.model.endpoint import client_of, find_key
from reson.agent.model.failures import border
from reson.agent.model.waiting import Patience, heard
from reson.errors import OperatorError

BATCH = 100
"""Texts in one request."""


def embedded(settings: ModelSettings, texts: Sequence[str], stop: Event | None = None) -> np.ndarray:
    """Vectors (texts, dimension), float32, of length 1, by the model ``settings.choose``. Raises ``OperatorError``."""
    key = find_key(settings)
    patience = Patience(settings.timeout, settings.deadline, stop or Event())

    def batches() -> Iterator[list[list[float]]]:
        client = client_of(settings, key)
        for start in range(0, len(texts), BATCH):
            answer = client.embeddings.create(model=settings.choose, input=list(texts[start : start + BATCH]))
            yield [one.embedding for one in sorted(answer.data, key=lambda one: one.index)]

    try:
        with border(key, settings.base_url):
            rows = [row for batch in heard(batches, patience, patience.until()) for row in batch]
            return _checked(rows, len(texts))
    except NoAnswer as error:
        told = f"the embedding of {settings.base_url} does not answer: {error.message}"
        raise OperatorError(told, "see [memory] in lab.toml") from None


def _checked(rows: Sequence[Sequence[float]], count: int) -> np.ndarray:
    """Raises ``NoAnswer`` for what is no vector for each text."""
    if len(rows) != count or len({len(row) for row in rows}) > 1:
        raise NoAnswer(FailureKind.MALFORMED, f"{len(rows)} vectors for {count} texts, or of several lengths")
    vectors = np.asarray(rows, np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise NoAnswer(FailureKind.MALFORMED, "a vector without a direction")
    return vectors / lengths
