"""The static word vectors of ``agent/memory`` from WordLlama's wheel: ``python -m reson.evals.word_vectors WHEEL``."""

from __future__ import annotations

import argparse
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from reson.agent.memory import static

WEIGHTS, TOKENIZER = "wordllama/weights/l2_supercat_256.safetensors", "l2_supercat_tokenizer_config.json"
KEPT = 128
"""Numbers of a vector: the first ones alone are vectors of their own (Matryoshka, arXiv 2205.13147)."""


def make(wheel: Path, place: Path) -> None:
    """Write the three files and the licence."""
    with zipfile.ZipFile(wheel) as packed:
        told = json.loads(packed.read(f"wordllama/tokenizers/{TOKENIZER}"))
        vectors = _table(packed.read(WEIGHTS))
        licence = next(name for name in packed.namelist() if name.endswith("LICENSE"))
        (place / "wordllama.LICENSE").write_bytes(packed.read(licence))
    old = _cut(told["model"])
    told |= {"post_processor": None, "decoder": None}
    (place / static.PIECES).write_bytes(lzma.compress(json.dumps(told, separators=(",", ":")).encode(), preset=9))
    kept = vectors[old, :KEPT]
    scales = np.abs(kept).max(axis=1) / 127
    np.save(place / static.SCALES, scales.astype(np.float32))
    np.save(place / static.VECTORS, np.round(kept / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8))


def _table(data: bytes) -> np.ndarray:
    """Vectors (pieces, 256), float32, of a safetensors file with one array: a length, a JSON header, the numbers."""
    length = int.from_bytes(data[:8], "little")
    [told] = [one for name, one in json.loads(data[8 : 8 + length]).items() if name != "__metadata__"]
    return np.frombuffer(data[8 + length :], np.float16).reshape(told["shape"]).astype(np.float32)


def _cut(model: dict[str, Any]) -> list[int]:
    """Leave the tokenizer only its pieces of ASCII, numbered anew; returns their old numbers."""
    latin = {piece: number for piece, number in model["vocab"].items() if piece.replace("▁", "").isascii()}
    old = sorted(latin.values())
    again = {number: place for place, number in enumerate(old)}
    model["vocab"] = {piece: again[number] for piece, number in latin.items()}
    model["merges"] = [
        pair
        for pair in model["merges"]
        if all(one in latin for one in _halves(pair)) and "".join(_halves(pair)) in latin
    ]
    return old


def _halves(pair: Any) -> list[str]:
    return pair.split(" ") if isinstance(pair, str) else list(pair)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    make(parser.parse_args().wheel, Path(static.__file__).resolve().parent)


if __name__ == "__main__":
    main()
