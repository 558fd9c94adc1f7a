"""Trains the network on one core, from nothing or from where an earlier stage ended."""

# jax and onnx are the training extra (dependency group eyes): where they are not installed nothing of this is checked.
# pyright: reportMissingImports=false

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from reson.agent.reading.picture.labels import FAMILIES, KINDS, STATUSES
from reson.evals.eyes.dataset import Pictures
from reson.evals.eyes.network import Weights, answers, patches

BATCH, AT_ONCE = 32, 8
"""Pictures of a step, and of one pass: what is gathered of more does not stay in the cache, a quarter of the time."""
SMOOTH = 0.02
"""Share of a label that goes to all codes of the family."""
UNKNOWN = 0.15
"""How often the family is not told in training."""
CODES = np.array([[status in FAMILIES.get(kind, ()) for status in STATUSES] for kind in KINDS])
"""(kinds, statuses): which codes a family has."""
SHARES = (CODES / np.maximum(CODES.sum(1, keepdims=True), 1)).astype(np.float32)
AVERAGED = 0.9985
"""Of the running mean of the weights, which is what is kept."""


def loss(w: Weights, batch: dict[str, jax.Array]) -> jax.Array:
    shown = batch["shown"].astype(jnp.float32) * batch["light"] + batch["lift"]
    status, fit, kind, _ = answers(w, shown, batch["asked"])
    plot = batch["plot"]
    open_to = jnp.where(batch["codes"], status, -1e9)
    about_status = -(batch["status"] * jnp.where(batch["codes"], jax.nn.log_softmax(open_to), 0)).sum(-1)
    about_fit = -(batch["fit"] * jax.nn.log_softmax(fit)).sum(-1)
    about_kind = -(batch["kind"] * jax.nn.log_softmax(kind)).sum(-1)
    return ((about_status + 0.6 * about_fit) * plot + 0.25 * about_kind).mean()


@jax.jit
def slopes(w: Weights, batch: dict[str, jax.Array]) -> tuple[jax.Array, Weights]:
    return jax.value_and_grad(loss)(w, batch)


@partial(jax.jit, donate_argnums=(0, 1, 2, 3))
def step(
    w: Weights, m: Weights, v: Weights, mean: Weights, parts: list[Weights], at: jax.Array, rate: jax.Array
) -> tuple[Weights, Weights, Weights, Weights]:
    """One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101); decay only for what is multiplied."""
    slope = {name: sum(part[name] for part in parts) / len(parts) for name in w}
    size = jnp.sqrt(sum(jnp.sum(one**2) for one in slope.values()))
    slope = {name: one * jnp.minimum(1.0, 2.0 / (size + 1e-9)) for name, one in slope.items()}
    m = {name: 0.9 * m[name] + 0.1 * slope[name] for name in w}
    v = {name: 0.99 * v[name] + 0.01 * slope[name] ** 2 for name in w}
    new = {}
    for name, one in w.items():
        move = (m[name] / (1 - 0.9**at)) / (jnp.sqrt(v[name] / (1 - 0.99**at)) + 1e-8)
        new[name] = one - rate * (move + (0.02 * one if one.ndim > 1 else 0.0))
    kept = jnp.minimum(AVERAGED, at / (at + 10.0))
    mean = {name: kept * mean[name] + (1 - kept) * new[name] for name in w}
    return new, m, v, mean


def varied(rng: np.random.Generator, shown: np.ndarray) -> np.ndarray:
    """Moved a few pixels, with other colours and other light: what changes no label."""
    out = []
    for some in np.array_split(shown, 8):
        rows, columns = (_moved(rng, size) for size in some.shape[1:3])
        some = some[:, rows][:, :, columns]
        if rng.random() < 0.3:
            some = some[..., rng.permutation(3)]
        out.append(255 - some if rng.random() < 0.04 else some)
    return np.concatenate(out)


def _moved(rng: np.random.Generator, size: int) -> np.ndarray:
    """Places in a row of pixels, moved by up to 5 and, half the time, drawn out or pressed together as much."""
    first, last = rng.integers(-5, 6, 2)
    places = np.linspace(first, size - 1 + (last if rng.random() < 0.5 else first), size)
    return np.clip(np.rint(places), 0, size - 1).astype(int)


def batch_of(rng: np.random.Generator, data: Pictures, which: np.ndarray) -> dict[str, jax.Array]:
    kind = data.kind[which]
    told = (rng.random(len(which)) > UNKNOWN) & (kind < len(FAMILIES))
    each = (len(which), 1, 1, 1)
    return {
        "shown": jnp.asarray(patches(varied(rng, data.pixels[which]))),
        "light": jnp.asarray(rng.uniform(0.85, 1.1, each).astype(np.float32)),
        "lift": jnp.asarray(rng.normal(0, 6, each).astype(np.float32)),
        "asked": jnp.asarray((np.eye(len(KINDS))[kind] * told[:, None]).astype(np.float32)),
        "status": jnp.asarray((1 - SMOOTH) * data.status[which] + SMOOTH * SHARES[kind]),
        "codes": jnp.asarray(CODES[kind]),
        "fit": jnp.asarray(np.eye(3, dtype=np.float32)[data.fit[which]]),
        "kind": jnp.asarray(np.eye(len(KINDS), dtype=np.float32)[kind] * 0.97 + 0.03 / len(KINDS)),
        "plot": jnp.asarray((kind < len(FAMILIES)).astype(np.float32)),
    }


def train(
    w: Weights, data: Pictures, steps: int, seed: int, rate: float = 2.5e-3, tell: Callable[[str], None] = print,
    keep: Path | None = None,
) -> Weights:  # fmt: skip
    """The mean of the weights over the last steps; ``keep``: where they are saved on the way."""
    rng = np.random.default_rng([seed, 77])
    m, v = ({name: jnp.zeros_like(one) for name, one in w.items()} for _ in range(2))
    w, mean = ({name: jnp.array(one) for name, one in w.items()} for _ in range(2))
    losses, began = [], time.process_time()
    order = np.array([], int)
    for at in range(1, steps + 1):
        if len(order) < BATCH:
            order = np.concatenate([order, rng.permutation(len(data))])
        which, order = order[:BATCH], order[BATCH:]
        here = rate * min(1.0, at / 150) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * at / steps)))
        batch = batch_of(rng, data, np.sort(which))
        some = [{name: one[n : n + AT_ONCE] for name, one in batch.items()} for n in range(0, BATCH, AT_ONCE)]
        found = [slopes(w, part) for part in some]
        w, m, v, mean = step(w, m, v, mean, [slope for _, slope in found], jnp.float32(at), jnp.float32(here))
        losses.append(float(np.mean([value for value, _ in found])))
        if at % 100 == 0:
            tell(f"{at} of {steps}: loss {np.mean(losses[-100:]):.3f}, {time.process_time() - began:.0f} s of CPU")
            if keep is not None:
                save(mean, keep)
    return mean


def save(w: Weights, path: Path) -> None:
    whole: dict[str, Any] = {name: np.asarray(one) for name, one in w.items()}
    np.savez(path, **whole)


def restore(path: Path) -> Weights:
    with np.load(path) as kept:
        return {name: jnp.asarray(kept[name]) for name in kept.files}
