"""The glossary: which words of the field are about the same, as general word vectors do not know."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

_WORD = re.compile(r"[a-z0-9_|<>]+")
Entry = tuple[tuple[str, ...], bool, int]
"""(the words after the first, whether the last one is a stem, concept)."""


def concepts(texts: Sequence[str]) -> np.ndarray:
    """Vectors (texts, entries of the glossary), float32: 1 for each that a text in small letters touches."""
    entries, stems, size = _glossary()
    vectors = np.zeros((len(texts), size), np.float32)
    for vector, text in zip(vectors, texts, strict=True):
        said = _WORD.findall(text)
        for place, word in enumerate(said):
            for rest, stem, concept in entries.get(word, ()):
                if _follows(said[place + 1 : place + 1 + len(rest)], rest, stem):
                    vector[concept] = 1.0
            for length in range(2, len(word) + 1):
                vector[stems.get(word[:length], [])] = 1.0
    return vectors


def _follows(said: Sequence[str], rest: tuple[str, ...], stem: bool) -> bool:
    if not rest:
        return True
    *exact, last = rest
    return len(said) == len(rest) and said[:-1] == exact and (said[-1].startswith(last) if stem else said[-1] == last)


@lru_cache(maxsize=1)
def _glossary() -> tuple[dict[str, list[Entry]], dict[str, list[int]], int]:
    """(first word -> entries that begin with it, stem -> concepts, number of concepts)."""
    told = tomllib.loads(Path(__file__).with_name("glossary.toml").read_text(encoding="utf-8"))
    entries: dict[str, list[Entry]] = {}
    stems: dict[str, list[int]] = {}
    for concept, alike in enumerate(told.values()):
        for said in alike:
            first, *rest = _WORD.findall(said)
            stem = said.endswith("*")
            if stem and not rest:
                stems.setdefault(first, []).append(concept)
            else:
                entries.setdefault(first, []).append((tuple(rest), stem, concept))
    return entries, stems, len(told)
