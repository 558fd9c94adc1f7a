"""The model in jax: overlapping patches, two stages of separable residual blocks, and heads for what is asked.

A third of a million parameters, made for one core: convolutions are matrix products over neighbourhoods, weights
are standardised (Brock et al., arXiv 2101.08692) so that no batch statistics are needed.
"""

# jax and onnx are the training extra (dependency group eyes): where they are not installed nothing of this is checked.
# pyright: reportMissingImports=false

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from reson.agent.reading.picture.labels import FITS, KINDS, STATUSES

Weights = dict[str, jax.Array]
GAIN = 1.7139
"""Keeps the variance through a ReLU: sqrt(2 / (1 - 1 / pi))."""
BRANCH = 0.3
"""Of a residual block's own part, at the beginning."""


@dataclass(frozen=True)
class Sizes:
    first: int = 24
    middle: int = 56
    late: int = 112
    wide: int = 224
    blocks: tuple[int, int] = (1, 2)
    profile: int = 48
    """Of what is kept of the columns from left to right."""
    hidden: int = 192
    kind: int = 48


SIZES = Sizes()


def start(seed: int, sizes: Sizes = SIZES) -> Weights:
    rng = np.random.default_rng(seed)
    w: dict[str, np.ndarray] = {}

    def dense(name: str, inside: int, outside: int, gain: bool = True) -> None:
        w[name] = rng.normal(0, 1 / np.sqrt(inside), (inside, outside))
        w[f"{name}.b"] = np.zeros(outside)
        if gain:
            w[f"{name}.g"] = np.ones(outside)

    dense("patch", 192, sizes.first)
    dense("down1", 9 * sizes.first, sizes.middle)
    for n in range(sizes.blocks[0]):
        w[f"mid{n}.dw"] = rng.normal(0, 1 / 3, (9, sizes.middle))
        dense(f"mid{n}.pw", sizes.middle, sizes.middle)
        w[f"mid{n}.a"] = np.full(1, BRANCH)
    dense("down2", 9 * sizes.middle, sizes.late)
    for n in range(sizes.blocks[1]):
        w[f"late{n}.dw"] = rng.normal(0, 1 / 3, (9, sizes.late))
        dense(f"late{n}.up", sizes.late, sizes.wide)
        dense(f"late{n}.pw", sizes.wide, sizes.late)
        w[f"late{n}.a"] = np.full(1, BRANCH)
    dense("profile", 10 * sizes.late, sizes.profile)
    pooled = 2 * sizes.late + sizes.profile
    w["asked"] = rng.normal(0, 0.3, (len(KINDS), 32))
    dense("hidden", pooled + 32, sizes.hidden)
    dense("status", sizes.hidden, len(STATUSES), gain=False)
    dense("fit", sizes.hidden, len(FITS), gain=False)
    dense("features", pooled, sizes.kind)
    dense("kind", sizes.kind, len(KINDS), gain=False)
    for name in ("status", "fit", "kind"):
        w[name] = w[name] * 0.1
    return {name: jnp.asarray(value, jnp.float32) for name, value in w.items()}


def standardised(w: Weights, name: str) -> jax.Array:
    """The weights as they act: zero mean and fixed length for each output."""
    raw = w[name]
    centred = raw - raw.mean(0)
    return centred / jnp.sqrt(jnp.sum(centred**2, 0) + 1e-6) * w[f"{name}.g"] * GAIN


def product(w: Weights, name: str, x: jax.Array) -> jax.Array:
    return x @ standardised(w, name) + w[f"{name}.b"]


def patches(pixels: np.ndarray) -> np.ndarray:
    """Neighbourhoods of 8 x 8 pixels at every fourth: (n, 28, 40, 192), of the pixels' own type.

    Gathered before they come to jax, whose own gathering takes four times as long as the rest of the first layer. In
    order: block of 4 x 4 (row, column), row and column in it, colour.
    """
    framed = np.pad(pixels, ((0, 0), (2, 2), (2, 2), (0, 0)), constant_values=128)
    seen = np.lib.stride_tricks.sliding_window_view(framed, (8, 8), (1, 2))[:, ::4, ::4]
    n, high, wide = seen.shape[:3]
    blocks = seen.reshape(n, high, wide, 3, 2, 4, 2, 4).transpose(0, 1, 2, 4, 6, 5, 7, 3)
    return np.ascontiguousarray(blocks).reshape(n, high, wide, 192)


def around(x: jax.Array, step: int) -> list[jax.Array]:
    """The 3 x 3 neighbours of every ``step``-th place."""
    high, wide = x.shape[1:3]
    x = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return [x[:, i : i + high : step, j : j + wide : step] for i in range(3) for j in range(3)]


def apart(parts: list[jax.Array], weights: jax.Array) -> jax.Array:
    """Each channel with its own nine weights."""
    total = parts[0] * weights[0]
    for part, weight in zip(parts[1:], weights[1:], strict=True):
        total = total + part * weight
    return total


def features(w: Weights, shown: jax.Array, sizes: Sizes = SIZES) -> jax.Array:
    """``shown``: ``patches`` of pixels from 0 to 255."""
    x = jax.nn.relu(product(w, "patch", shown / 128.0 - 1.0))
    x = jax.nn.relu(product(w, "down1", jnp.concatenate(around(x, 2), -1)))
    for n in range(sizes.blocks[0]):
        inner = apart(around(x, 1), w[f"mid{n}.dw"])
        x = x + w[f"mid{n}.a"] * jax.nn.relu(product(w, f"mid{n}.pw", inner))
    x = jax.nn.relu(product(w, "down2", jnp.concatenate(around(x, 2), -1)))
    for n in range(sizes.blocks[1]):
        inner = apart(around(x, 1), w[f"late{n}.dw"])
        inner = jax.nn.relu(product(w, f"late{n}.up", inner))
        x = x + w[f"late{n}.a"] * product(w, f"late{n}.pw", inner)
    x = jax.nn.relu(x)
    columns = x.mean(1)
    profile = jax.nn.relu(product(w, "profile", columns.reshape(len(x), -1)))
    return jnp.concatenate([x.mean((1, 2)), x.max((1, 2)), profile], -1)


def answers(w: Weights, shown: jax.Array, asked: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Logits of status, fit and kind, and the features of the kind; ``asked``: (n, kinds), one-hot or 0 for unknown."""
    pooled = features(w, shown)
    hidden = jax.nn.relu(product(w, "hidden", jnp.concatenate([pooled, asked @ w["asked"]], -1)))
    seen = jax.nn.relu(product(w, "features", pooled))
    return (
        hidden @ w["status"] + w["status.b"],
        hidden @ w["fit"] + w["fit.b"],
        seen @ w["kind"] + w["kind.b"],
        seen,
    )
