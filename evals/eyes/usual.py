"""What training pictures look like to the model, so that one unlike them is noticed; and honest probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from reson.agent.reading.picture.labels import KINDS

USUAL_SHARE = 0.995
"""Of pictures never trained on that count as usual."""


@dataclass(frozen=True)
class Usual:
    """Features are Gaussian around the centre of their kind, with one covariance (Lee et al., arXiv 1807.03888)."""

    whiten: np.ndarray
    centres: np.ndarray
    """After whitening."""
    limit: float
    """Squared distance to the nearest centre."""


def usual_of(seen: np.ndarray, kind: np.ndarray) -> Usual:
    """``seen``: features of pictures of known kinds."""
    kinds = [k for k in range(len(KINDS)) if np.any(kind == k)]
    centres = np.array([seen[kind == k].mean(0) for k in kinds])
    away = seen - centres[[kinds.index(k) for k in kind]]
    values, vectors = np.linalg.eigh(away.T @ away / len(away))
    whiten = vectors / np.sqrt(np.clip(values, 1e-3 * values.max(), None))
    placed = centres @ whiten
    near = ((seen @ whiten)[:, None, :] - placed[None]) ** 2
    return Usual(whiten, placed, float(np.quantile(near.sum(-1).min(1), USUAL_SHARE)))


def temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """By which logits are divided so that probabilities are honest (Guo et al., arXiv 1706.04599).

    ``logits``: -inf for what cannot be; ``truth``: weights of the same shape.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    allowed = np.isfinite(logits)

    def cost(log_t: float) -> float:
        logs = np.where(allowed, log_softmax(logits / np.exp(log_t), axis=1), 0.0)
        return float(-(truth * logs).sum(1).mean())

    found: Any = minimize_scalar(cost, bounds=(-1.5, 1.5), method="bounded")
    return float(np.exp(found.x))
