"""From stored raw data to one measured number with an error for each circuit, ready for any curve analysis."""

from __future__ import annotations

import numpy as np

from reson.tools.data import P1, Axis, RawData, of_probability

SHARE = P1.model_copy(update={"label": "Readout signal (share of its range)"})
"""Axis of averaged IQ where P(1) is expected."""


def measured(raw: RawData) -> tuple[np.ndarray, np.ndarray]:
    """Value and standard error of each circuit, both of shape (circuits,).

    Counts give the probability of 1; averaged IQ gives its projection on the axis along which the data varies most.
    """
    if "counts" in raw.arrays:
        return probability(raw.arrays["counts"])
    if "p1" in raw.arrays:
        return raw.arrays["p1"], raw.arrays["p1_stderr"]
    return principal_axis(raw.arrays["iq_mean"], raw.arrays["iq_stderr"])


def axis_of(raw: RawData) -> Axis:
    """The axis of ``excitation``."""
    return P1 if of_probability(raw) else SHARE


def excitation(raw: RawData, begins: int) -> tuple[np.ndarray, np.ndarray]:
    """P(1) of each circuit and its error; of averaged IQ the signal in units of its own range, 0 to 1.

    Averaged IQ does not say where 0 and 1 lie: what the shortest of the swept delays ends in, ``begins``, tells which
    end is up. A value fitted to it rests on the ratio of signal and noise, not on the height of the signal.
    """
    if of_probability(raw):
        return measured(raw)
    value, error = principal_axis(raw.arrays["iq_mean"], raw.arrays["iq_stderr"])
    order = np.argsort([circuit["xval"] for circuit in raw.circuits], kind="stable")
    first, *_, last = (part.mean() for part in np.array_split(value[order], 4))
    value = value if (first > last) == (begins == 1) else -value
    span = float(np.ptp(value)) or 1.0
    return (value - value.min()) / span, error / span


def thinned(shots: np.ndarray, most: int) -> tuple[tuple[float, float], ...]:
    """At most ``most`` of the shots (shots,) as (I, Q), evenly over the whole measurement, so that a drift shows."""
    return tuple((float(z.real), float(z.imag)) for z in shots[:: max(1, -(-len(shots) // most))])


CLIPPED = 0.01
"""Share of shots at one largest value from which the digitiser clips; of a hundred shots, one is alone."""


def at_limit(iq: np.ndarray) -> float:
    """Share of single shots, any shape, at the largest I or Q: noise brings no two of them to one value, a digitiser
    that clips does.
    """
    parts = [np.abs(part) for part in (np.real(iq), np.imag(iq)) if np.ptp(part)]  # a quadrature may be missing
    return max((float(np.mean(part == part.max())) for part in parts), default=0.0)


def probability(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P(1) and its binomial standard error, from counts of shape (circuits, 2).

    The error is taken at Laplace's estimate (k + 1) / (n + 2), so that it never vanishes where all shots agree.
    """
    total = counts.sum(axis=1)
    smoothed = (counts[:, 1] + 1) / (total + 2)
    return counts[:, 1] / total, np.sqrt(smoothed * (1 - smoothed) / total)


def principal_axis(iq_mean: np.ndarray, iq_stderr: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Project IQ means of shape (circuits,) on their first principal axis, errors of shape (circuits, 2) propagated.

    The offset is the median, because the IQ plane has no natural zero. The sign is chosen so that the circuit farthest
    from it lies above: a line becomes a peak, not a dip. Where the first circuit, which excites least, lies at an
    end of the range itself (amplitude zero of a Rabi sweep), that end is the lower one.
    """
    plane = np.stack([np.real(iq_mean), np.imag(iq_mean)], axis=1)
    centred = plane - np.median(plane, axis=0)
    axis = np.linalg.svd(plane - plane.mean(axis=0), full_matrices=False)[2][0]
    value = centred @ axis
    farthest = value[np.argmax(np.abs(value))]
    upward = -value[0] if abs(value[0]) > abs(farthest) / 2 else farthest
    return (value if upward > 0 else -value), np.sqrt((iq_stderr**2) @ (axis**2))
