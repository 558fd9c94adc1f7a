"""A part of a sweep, as raw data of its own: what is analysed anew without some of its points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reson.tools.data import RawData

FEWEST = 8
"""Circuits that are left at least, so that every model still has fewer parameters than points."""


def swept(raw: RawData) -> np.ndarray | None:
    """The swept value of each circuit, shape (circuits,); None where the circuits have none to choose by."""
    values = [circuit.get("xval") for circuit in raw.circuits]
    if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in values):
        return None
    return np.array(values, float)


def keep(raw: RawData, low: float, high: float) -> RawData:
    """The data of the circuits whose swept value lies in the range; all of it where too few would be left."""
    values = swept(raw)
    if values is None:
        return raw
    chosen = (values >= low) & (values <= high)
    if chosen.sum() < min(FEWEST, len(values)):
        return raw
    circuits = [circuit for circuit, is_in in zip(raw.circuits, chosen, strict=True) if is_in]
    return replace(raw, circuits=circuits, arrays={name: array[chosen] for name, array in raw.arrays.items()})
