"""Runs the trained model: pixels in, probabilities out. One thread, so that a night's other work goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from reson.agent.reading.picture.labels import KINDS

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

WEIGHTS = "eyes.onnx"
BATCH = 64


@dataclass(frozen=True)
class Logits:
    """Of one picture, divided by the temperatures that make their probabilities honest."""

    status: np.ndarray
    """In the order of ``labels.STATUSES``."""
    fit: np.ndarray
    kind: np.ndarray
    strange: float
    """How unlike all training pictures; above 1 none of them was."""


@cache
def session() -> InferenceSession:
    from onnxruntime import InferenceSession, SessionOptions  # pyright: ignore[reportAttributeAccessIssue]

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    data = files("reson.agent.reading.picture").joinpath(WEIGHTS).read_bytes()
    return InferenceSession(data, options, providers=["CPUExecutionProvider"])


def look(pictures: np.ndarray, asked: Sequence[str]) -> list[Logits]:
    """``pictures``: (n, HEIGHT, WIDTH, 3), 0 to 255; ``asked``: the family of each, empty where it is not known."""
    told = np.array([[float(kind == family) for kind in KINDS] for family in asked], np.float32)
    found: list[Logits] = []
    for at in range(0, len(pictures), BATCH):
        given = {"pixels": pictures[at : at + BATCH], "asked": told[at : at + BATCH]}
        outputs = session().run(["status", "fit", "kind", "strange"], given)
        status, fit, kind, strange = (np.asarray(one) for one in outputs)
        found += [Logits(s, f, k, float(one)) for s, f, k, one in zip(status, fit, kind, strange, strict=True)]
    return found
