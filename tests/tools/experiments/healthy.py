"""Healthy measurements, and the same changed in one place."""

from __future__ import annotations

from collections.abc import Iterator

from reson.evals.healthy import NAMES, Healthy, healthy
from reson.records import Quantity
from reson.tools.data import Analysis, Past, Series

__all__ = ["NAMES", "Healthy", "changed", "healthy", "jumped"]


def changed(analysis: Analysis, name: str, change: str) -> Analysis:
    """With another value (``x 3``, ``= 3``) or another error (``error x 3``) of a quantity, or with other points.

    ``flat``: all points at their mean. ``rough``: every other point up and down by ten of its errors.
    """
    if name == "points":
        return analysis.model_copy(update={"series": tuple(_moved(analysis, change))})
    was, (how, number) = analysis.quantities[name], change.rsplit(" ", 1)
    if how == "error x":
        new = was.model_copy(update={"stderr": (was.stderr or 0.0) * float(number)})
    else:
        new = Quantity(
            value=was.value * float(number) if how == "x" else float(number), stderr=was.stderr, unit=was.unit
        )
    return analysis.model_copy(update={"quantities": analysis.quantities | {name: new}})


def _moved(analysis: Analysis, change: str) -> Iterator[Series]:
    for part in analysis.series:
        middle = sum(part.y) / max(1, len(part.y))
        moved = [
            middle if change == "flat" else y + (10 if place % 2 else -10) * error
            for place, (y, error) in enumerate(zip(part.y, part.y_err, strict=True))
        ]
        yield part.model_copy(update={"y": tuple(moved)})


def jumped(history_of: Analysis, name: str) -> dict[str, Past]:
    """A last accepted value a thousand times this one."""
    value = history_of.quantities[name].value
    return {name: Past(value=1e3 * value if value else 1e3, stderr=None, age=3600.0)}
