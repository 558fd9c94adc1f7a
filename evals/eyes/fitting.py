"""From trained weights to the file that ships: temperatures and what is usual, from pictures not trained on."""

# jax and onnx are the training extra (dependency group eyes): where they are not installed nothing of this is checked.
# pyright: reportMissingImports=false

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from reson.agent.reading.picture.labels import FAMILIES, KINDS
from reson.evals.eyes.dataset import Pictures
from reson.evals.eyes.export import export
from reson.evals.eyes.network import Weights, answers, patches
from reson.evals.eyes.training import CODES
from reson.evals.eyes.usual import temperature, usual_of

SIZE = 32
"""Pictures at once."""


def ship(w: Weights, fresh: Pictures, path: Path) -> dict[str, float]:
    """Calibrates on ``fresh`` pictures and writes the graph; the temperatures are returned."""
    status, fit, kind, seen = _all(w, fresh)
    plots = fresh.kind < len(FAMILIES)
    found = {
        "status": temperature(np.where(CODES[fresh.kind], status, -np.inf)[plots], fresh.status[plots]),
        "fit": temperature(fit[plots], np.eye(fit.shape[1])[fresh.fit[plots]]),
        "kind": temperature(kind, np.eye(len(KINDS))[fresh.kind]),
    }
    export(w, found, usual_of(seen, fresh.kind), path)
    return found


def _all(w: Weights, fresh: Pictures) -> list[np.ndarray]:
    asked = np.eye(len(KINDS), dtype=np.float32)[fresh.kind] * (fresh.kind < len(FAMILIES))[:, None]
    run = jax.jit(answers)
    parts = []
    for at in range(0, len(fresh), SIZE):
        shown = jnp.asarray(patches(fresh.pixels[at : at + SIZE]), jnp.float32)
        parts.append(run(w, shown, jnp.asarray(asked[at : at + SIZE], jnp.float32)))
    return [np.concatenate([np.asarray(part[n]) for part in parts]) for n in range(4)]
