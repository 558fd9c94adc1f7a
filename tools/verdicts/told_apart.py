"""Are 0 and 1 told apart, and the right way round? Asked wherever circuits are known to end in one or the other."""

from __future__ import annotations

import numpy as np

from reson.records import Check, CheckCode
from reson.tools.data import RawData
from reson.tools.verdicts.checks import asked

NAME = "0 and 1 told apart"
INTERCHANGED = -0.3
"""P(1) after a circuit that ends in 1, less that after one that ends in 0, from which the readout is turned round."""
ALIKE = 0.1
"""Size of that difference below which nothing is told apart."""
LOW = 0.3
"""P(1) that no point of a decay or of a fringe exceeds where nothing was excited."""
EQUATOR = (5, 17)
"""Number of the first pair of AllXY that ends on the equator, and of the first after them, which ends in 1."""
TURNED = 0.9
"""Size of cos(angle) from which a turn by that angle ends in 0 or 1."""
ASTRAY = 0.2
"""By how much Y may begin away from the middle of a fringe if X tells the state that it begins in."""


def told_apart(raw: RawData, decay_from: int | None = None) -> tuple[Check, ...]:
    """The check, where the data allow it: counts of 0 and 1 of circuits that end in a known state.

    ``decay_from``: of a decay, the state that the shortest delay ends in; the longest ends in 0 or between the two.
    """
    share = _share(raw)
    if share is None:
        return ()
    states = _states(raw, share, decay_from)
    if not (states == 0).any() or not (states == 1).any():
        return ()
    zero, one = (float(share[states == state].mean()) for state in (0, 1))
    read = f"P(1) = {zero:.2f} after circuits that end in 0, {one:.2f} after those that end in 1"
    if one - zero <= INTERCHANGED:
        message = f"0 and 1 are interchanged: {read}; calibrate the readout anew"
        return (asked(NAME, False, CheckCode.INTERCHANGED, message),)
    known = decay_from is None and raw.experiment != "ramsey_xy"
    if abs(one - zero) < ALIKE and (known or share.max() < LOW):
        message = f"no excitation: {read}; the drive has stopped, or the readout does not tell 0 and 1 apart"
        return (asked(NAME, False, CheckCode.NO_SIGNAL, message),)
    return (asked(NAME, True, CheckCode.INTERCHANGED, ""),)


def _share(raw: RawData) -> np.ndarray | None:
    """P(1) of each circuit, shape (circuits,); None where the data are not of 0 and 1."""
    if "p1" in raw.arrays:
        return raw.arrays["p1"]
    if "counts" not in raw.arrays or raw.arrays["counts"].shape[1:] != (2,):
        return None
    return raw.arrays["counts"][:, 1] / np.maximum(raw.arrays["counts"].sum(axis=1), 1)


def _states(raw: RawData, share: np.ndarray, decay_from: int | None) -> np.ndarray:
    """State that each circuit ends in, shape (circuits,); NaN where it is not known."""
    x = np.array([float(circuit.get("xval", np.nan)) for circuit in raw.circuits])
    if decay_from is not None:
        order, found = np.argsort(x, kind="stable"), np.full(len(x), np.nan)
        found[order[:2]], found[order[-max(2, len(x) // 4) :]] = decay_from, 1 - decay_from
        return found
    if raw.experiment == "allxy":
        return np.where(x < EQUATOR[0], 0.0, np.where(x < EQUATOR[1], np.nan, 1.0))
    if raw.experiment == "readout_error":
        return x % 2
    if raw.experiment == "rx_sweep":
        upwards = np.cos(x * float(raw.parameters["repetitions"]))
        return np.where(np.abs(upwards) < TURNED, np.nan, (1 - np.sign(upwards)) / 2)
    if raw.experiment == "ramsey_xy":  # without a wait, two quarter turns are a half; the mean over a fringe is between
        series = np.array([circuit.get("series") for circuit in raw.circuits])
        first = x == x.min()
        turned = abs(share[first & (series == "Y")].mean() - share.mean()) > ASTRAY  # already, by a drive far off
        return np.full(len(x), np.nan) if turned else np.where(first & (series == "X"), 1.0, 0.0)
    found = np.array([_told(circuit, at, x) for circuit, at in zip(raw.circuits, x, strict=True)])
    return np.where(x > 0, np.nan, found) if raw.experiment == "reset_error" else found  # a prepared 1 was reset


def _told(circuit: dict[str, object], at: float, x: np.ndarray) -> float:
    """What the metadata of a circuit say: a calibration, a preparation, or where a short sequence returns to.

    With a neighbour, in a layer, it is survivals of the pair that are counted, which are many whatever the target.
    """
    series = str(circuit.get("series", ""))
    if series == "spam-cal" and at in (0.0, 1.0):
        return at
    if series in ("prepared 0", "prepared 1"):
        return float(series[-1])
    if "prepared" in circuit:
        return float(str(circuit["prepared"]))
    if "target" in circuit and "neighbour" not in circuit and at == x.min():
        return float(str(circuit["target"]))
    return float("nan")
