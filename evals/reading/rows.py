"""QCalEval's rows as users download them: parquet files or JSON lines, with their pictures as PNG files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reson.agent.brains.look import as_png
from reson.errors import OperatorError
from reson.records import Json

CONFIG = "experiment_config.json"
"""Beside the benchmark's data: family -> its experiment types."""


@dataclass(frozen=True)
class Row:
    id: str
    experiment_type: str
    family: str
    images: tuple[Path, ...]
    prompts: Mapping[int, str]
    answers: Mapping[int, str]
    points: Mapping[int, tuple[str, ...]]
    """Question (1, 3) -> what a good answer says, point by point."""
    tolerances: Mapping[str, Json]
    """Field of Q5 -> how near it must come."""


def rows_in(folder: Path, place: Path) -> Iterator[Row]:
    """All rows of the parquet files or, where there are none, JSON lines of the folder and those below it.

    ``place``: where pictures that a row holds are written. Raises ``OperatorError``.
    """
    config = _config(folder)
    parquet, lines = sorted(folder.rglob("*.parquet")), sorted(folder.rglob("*.jsonl"))
    if not parquet and not lines:
        raise OperatorError(f"{folder} holds neither parquet files nor JSON lines", "name the folder of the benchmark")
    for path in parquet or lines:
        documents = _of_parquet(path) if parquet else _of_lines(path)
        for number, document in enumerate(documents):
            yield _row(document, config, path, number, place)


def _config(folder: Path) -> Json:
    """family -> what the benchmark says of it; empty where its configuration is not there."""
    found = next(iter(sorted(folder.rglob(CONFIG))), None)
    return json.loads(found.read_text(encoding="utf-8")) if found else {}


def _of_parquet(path: Path) -> Iterator[Json]:
    from pyarrow.parquet import ParquetFile

    for batch in ParquetFile(path).iter_batches(batch_size=16):
        yield from batch.to_pylist()


def _of_lines(path: Path) -> Iterator[Json]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _row(document: Json, config: Json, path: Path, number: int, place: Path) -> Row:
    families = {kind: family for family, about in config.items() for kind in about.get("q6_status_mapping", {})}
    try:
        kind = document["experiment_type"]
        family = families.get(kind) or re.split(r"_(?:success|failure)", kind)[0]
        return Row(
            id=document["id"],
            experiment_type=kind,
            family=family,
            images=tuple(
                _image(image, path, place / f"{path.stem}-{number}-{index}")
                for index, image in enumerate(document["images"])
                if image is not None
            ),
            prompts={question: document[f"q{question}_prompt"] for question in range(1, 7)},
            answers={question: document[f"q{question}_answer"] for question in range(1, 7)},
            points={question: tuple(document.get(f"q{question}_key_points") or ()) for question in (1, 3)},
            tolerances=config.get(family, {}).get("q5_scoring", {}),
        )
    except (KeyError, TypeError) as error:
        raise OperatorError(
            f"{path}, row {number + 1}, lacks {error}", "rows have id, experiment_type, images, q1_prompt to q6_answer"
        ) from error


def _image(image: Any, path: Path, target: Path) -> Path:
    """A picture inside the row (a struct of bytes and path, as ``datasets`` writes it) or a file beside the data."""
    if isinstance(image, dict) and image.get("bytes"):
        target.write_bytes(image["bytes"])
        return as_png(target, target.parent)
    name = image["path"] if isinstance(image, dict) else image
    return as_png(path.parent / name, target.parent)
