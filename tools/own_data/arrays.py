"""Arrays as an experiment brings them home, with errors: told, of the shots, or from the scatter of the points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reson.tools.experiments.fits.processing import probability
from reson.tools.own_data.forms import CHANCE, SHOTS
from reson.tools.own_data.noise import noise, pooled
from reson.tools.own_data.points import Points
from reson.tools.own_data.table import Table, refused
from reson.wording import quantity

Arrays = tuple[dict[str, np.ndarray], int, tuple[str, ...]]
"""The arrays, the shots of a point (1 where nobody says), and what was estimated."""
STILL = "has points without any scatter, which tell nothing of their errors"
FEW = 20
"""Points of a sweep below which its scatter tells the errors only to a factor of two or three."""


def arrays_of(table: Table, points: Points) -> Arrays:
    """Arrays as an experiment brings them home, the shots of a point, and what was estimated."""
    shots = 1 if points.shots is None else round(float(np.median(points.shots)))
    if points.kind == SHOTS:
        return {"iq": points.value.astype(np.complex128)}, points.value.shape[1], ()
    if points.kind == CHANCE:
        return _chances(table, points, shots)
    if points.error is not None and (points.error > 0).any():
        return {"iq_mean": points.value, "iq_stderr": points.error}, shots, ()
    parts = [_estimated(points, part) for part in (np.real, np.imag)]
    spread = np.stack(parts, axis=1)
    if not spread.any():
        raise refused(table.name, STILL, "name them: --error NAME")
    said = quantity(float(f"{np.hypot(*parts).mean():.2g}"), None, points.unit)
    return {"iq_mean": points.value, "iq_stderr": spread}, shots, (_note(said, points),)


def _note(said: str, points: Points) -> str:
    unsure = " of few points and may be wrong by a factor of two or three" if len(np.unique(points.x)) < FEW else ""
    return f"errors of {said} are estimated from the scatter{unsure}"


def _chances(table: Table, points: Points, shots: int) -> Arrays:
    if points.counted:
        if points.shots is None:
            raise refused(
                table.name,
                "counts ones and does not say of how many shots",
                "tell it: --shots 1000, --shots COLUMN, or --y NAME:counts0 as well",
            )
        ones, total = np.rint(points.value), np.rint(points.shots)
        if not (np.allclose(ones, points.value, atol=1e-6) and np.allclose(total, points.shots, atol=1e-6)):
            raise refused(
                table.name, "counts shots that are not whole", "a share of ones, or what is corrected, is --y NAME:p1"
            )
        if (ones > total).any() or (ones < 0).any() or (total <= 0).any():
            raise refused(table.name, "counts more ones than shots, or fewer than none", "look at --shots")
        return {"counts": np.stack([total - ones, ones], axis=1).astype(int)}, shots, ()
    if points.error is not None and points.error.any():
        return {"p1": points.value, "p1_stderr": points.error}, shots, ()
    if points.shots is not None:
        inside = np.clip(points.value, 0.0, 1.0)[:, None] * points.shots[:, None]
        _, spread = probability(np.concatenate([points.shots[:, None] - inside, inside], axis=1))
        return {"p1": points.value, "p1_stderr": spread}, shots, (f"errors are those of {shots} shots",)
    spread = _estimated(points, np.real)
    if not spread.any():
        raise refused(table.name, STILL, "name them: --error NAME, or --shots")
    return (
        {"p1": points.value, "p1_stderr": spread},
        shots,
        (_note(f"{np.mean(spread):.2g}", points),),
    )


def _estimated(points: Points, part: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Standard error of each point, shape (points,): one for all, the median over curves and rows of a map."""
    found = []
    for row, curve in np.unique(np.stack([points.row, points.curve], axis=1), axis=0).tolist():
        mine = (points.row == row) & (points.curve == curve)
        x, y = points.x[mine], part(points.value[mine])
        places = np.unique(x)
        again = len(places) < len(x)
        found.append(pooled([y[x == place] for place in places]) if again else noise(x, y))
    return np.full(len(points.x), float(np.median(found)))
