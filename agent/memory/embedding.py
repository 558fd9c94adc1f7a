"""Words into vectors, without a network: by meaning, by what the field calls the same, and by the letters themselves.

Three vectors side by side, each of length 1 before it is weighed: the mean of static word vectors; which entries of the
glossary the text touches; hashed features of words and of letter sequences, which know names. A last number tells the
routine from the rest. The weights were chosen on the questions of ``python -m reson.evals.recall --tune``.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reson.agent.memory.glossary import concepts
from reson.agent.memory.static import static

HASHED = 256
"""Dimensions of the hashed features."""
WEIGHTS = (0.4, 0.5, 0.1)
"""Of static, glossary and hashed features in a likeness."""
ROUTINE = 0.25
"""An accepted measurement, of which a lab has most, is that much less like a question than the rest, of 1."""
_WORD = re.compile(r"[a-z]+[0-9]*|[0-9]+")
_QUANTITY = re.compile(r"\S+ of \S+ [-+]?[\d.]+(?:e[-+]?\d+)?(?: \+- \S+)?(?: \S+)?")
"""A sentence that tells a fitted value."""
_NAMES = re.compile(r"\bq(?:ubits?)?\s*\d+(?:-q\d+)?\b|\b20\d\d-\d\d-\d\d\b|\b[a-z]+-\d+\b|[-+±]?\b\d[\w.+-]*")
"""Components, dates, names of devices and runs, and numbers: what filters are for."""
_ACCEPTED = re.compile(r"\w+ on \S+ of \S+: accept\b")


@dataclass(frozen=True)
class Embedding:
    name: str
    """Of its collection: another text -> vector needs another name, since vectors of both must not meet."""
    embed: Callable[[Sequence[str]], np.ndarray]
    """Vectors (texts, dimension), float32, of length 1. Raises ``OperatorError`` where it does not answer."""
    offline: bool = True


def words(texts: Sequence[str]) -> np.ndarray:
    """Vectors (texts, dimension), float32, of length 1."""
    gists = [gist(text) for text in texts]
    parts = (static(gists), concepts(gists), hashed(gists))
    likeness = np.hstack([weight**0.5 * _unit(part) for weight, part in zip(WEIGHTS, parts, strict=True)])
    usual = np.array([[-1.0 if _ACCEPTED.match(text) else 1.0] for text in texts], np.float32).reshape(-1, 1)
    return np.hstack([(1 - ROUTINE / 2) ** 0.5 * _unit(likeness, lone=0), (ROUTINE / 2) ** 0.5 * usual])


def gist(text: str) -> str:
    """What a text is about: in small letters, without fitted values, names and numbers."""
    said = ". ".join(sentence for sentence in text.split(". ") if not _QUANTITY.fullmatch(sentence))
    return " ".join(_NAMES.sub(" ", said.lower()).split())


def hashed(texts: Sequence[str]) -> np.ndarray:
    """Vectors (texts, 256), float32: signed hashed counts of words and of 3 to 5 letters in a row.

    Feature hashing after Weinberger et al., arXiv 0902.2206.
    """
    vectors = np.zeros((len(texts), HASHED), np.float32)
    for vector, text in zip(vectors, texts, strict=True):
        for feature, weight in _features(text):
            code = zlib.crc32(feature.encode())
            vector[code % HASHED] += weight if code & 0x8000_0000 else -weight
    return vectors


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word in _WORD.findall(text):
        yield f"={word}", 1.0
        padded = f"<{word}>"
        grams = [padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)]
        for gram in grams:
            yield gram, len(grams) ** -0.5  # together they weigh as much as the word


def _unit(vectors: np.ndarray, lone: int | None = None) -> np.ndarray:
    """Of length 1. ``lone``: which number stands for a vector of zeros, of a text without a word."""
    if lone is not None:
        vectors[~vectors.any(axis=1), lone] = 1.0
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1.0)


WORDS = Embedding("words-1", words)
