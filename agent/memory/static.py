"""Static word vectors: what a piece of a word means wherever it stands. Two files, no network.

Made by ``python -m reson.evals.word_vectors`` from those of WordLlama (MIT, see ``wordllama.LICENSE``): its pieces in
Latin letters, 128 of its 256 numbers each, in steps of 1/127 of a piece's largest.
"""

from __future__ import annotations

import lzma
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PIECES, VECTORS, SCALES = "pieces.json.xz", "vectors.npy", "scales.npy"


def static(texts: Sequence[str]) -> np.ndarray:
    """Vectors (texts, 128), float32: the sum over the pieces of each text; zeros for a text without one."""
    tokenizer, vectors, scales = _pieces()
    found = np.zeros((len(texts), vectors.shape[1]), np.float32)
    for vector, said in zip(found, tokenizer.encode_batch(list(texts), add_special_tokens=False), strict=True):
        vector += scales[said.ids] @ vectors[said.ids].astype(np.float32)
    return found


@lru_cache(maxsize=1)
def _pieces() -> tuple[Tokenizer, np.ndarray, np.ndarray]:
    """(what cuts a text, whole numbers (pieces, 128), what they are multiples of (pieces))."""
    from tokenizers import Tokenizer

    place = Path(__file__).parent
    cut = Tokenizer.from_str(lzma.decompress((place / PIECES).read_bytes()).decode())
    return cut, np.load(place / VECTORS), np.load(place / SCALES)
