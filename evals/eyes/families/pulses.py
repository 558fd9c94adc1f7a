"""DRAG's crossing curves, and pi pulses repeated to amplify their error."""

from __future__ import annotations

import numpy as np

from reson.evals.eyes.families.common import (
    Curve,
    Rng,
    Units,
    between,
    chance,
    flat,
    log_between,
    panel,
    pick,
    sweep,
    trace,
    wanders,
)  # fmt: skip
from reson.evals.eyes.families.oscillations import Fringe, near, spoilt
from reson.evals.eyes.sheet import Label, Sheet

BETA = ("DRAG coefficient", "beta", "alpha", "DRAG parameter", "drag coef (ns)", "Qscale")
REPEATS = ("Number of pi pulses", "N", "Repetitions", "# pulses", "Number of gates")


def drag(rng: Rng, status: str) -> Sheet:
    label: Label = {status: 1.0}
    at = between(rng, 0.3, 0.7)
    if status == "OPTIMAL_NOT_CENTERED":
        at = pick(rng, (between(rng, 0.02, 0.25), between(rng, 0.75, 0.98), between(rng, -0.8, -0.03),
                        between(rng, 1.03, 1.8)))  # fmt: skip
        if 0.2 < at < 0.8:
            label = {status: 0.7, "SUCCESS": 0.3}
    lines, sigma = int(pick(rng, (2, 2, 2, 3))), log_between(rng, 0.01, 0.1)
    curves = _crossing(rng, at, lines)
    units, drawn = Units(rng), chance(rng, 0.75) or status == "FIT_POOR"
    fits: list[Curve] = list(curves)
    if status == "NO_SIGNAL":
        level = between(rng, 0.1, 0.9) if units.fixed else 0.5
        sigma = log_between(rng, 0.01, 0.1) if units.fixed else between(rng, 0.05, 0.25)
        apart = 0 if chance(rng, 0.6) else between(rng, 0, 3) * sigma
        curves = [flat(level + n * apart) for n in range(lines)]
        bends = [wanders(rng, sigma) for _ in range(lines)]
        fits = [(lambda x, n=n: bends[n](x) - 0.5 + level + n * apart) for n in range(lines)]
    elif status == "FIT_POOR":
        sigma = min(sigma, 0.07)
        fits = [_beside(rng, one) for one in curves]
    x = sweep(rng, int(log_between(rng, 11, 81)))
    errors = chance(rng, 0.2)
    traces = [trace(rng, x, curve, sigma, units, fit if drawn else None, errors)
              for curve, fit in zip(curves, fits, strict=True)]  # fmt: skip
    page = panel(rng, traces, units, pick(rng, BETA))
    if chance(rng, 0.35) and status != "NO_SIGNAL" and 0 <= at <= 1:
        page.marks = [traces[0].along(at)]
    return Sheet("drag", label, [page], drawn)


def _crossing(rng: Rng, at: float, lines: int) -> list[Curve]:
    kind, level = int(rng.integers(3)), between(rng, 0.4, 0.6)
    first = np.sign(rng.normal())
    if kind == 0:  # straight lines of opposite slopes
        slopes = [first * between(rng, 0.25, 0.9), -first * between(rng, 0.25, 0.9), rng.normal(0, 0.08)][:lines]
        reach = max(at, 1 - at)
        return [lambda x, s=s: level + s * (x - at) / reach * 0.5 for s in slopes]
    if kind == 1:  # sines that cross with opposite slopes
        turns = [between(rng, 0.2, 0.9) for _ in range(lines)]
        signs = [first, -first, first]
        return [lambda x, t=t, s=s: level + s * 0.42 * np.sin(2 * np.pi * t * (x - at))
                for t, s in zip(turns, signs[:lines], strict=True)]  # fmt: skip
    base = between(rng, 0.3, 0.9)  # repetitions: faster and faster, with one common extremum
    top = chance(rng, 0.5)
    turns = [base * (1 + n * between(rng, 0.7, 1.3)) for n in range(max(lines, 2))]
    found = [lambda x, t=t: (1 - np.cos(2 * np.pi * t * (x - at))) * 0.45 for t in turns]
    return [lambda x, c=c: 0.95 - c(x) for c in found] if top else found


def _beside(rng: Rng, right: Curve) -> Curve:
    kind, shift, level = int(rng.integers(3)), np.sign(rng.normal()) * between(rng, 0.2, 0.45), between(rng, 0.2, 0.8)
    if kind == 0:
        return lambda x: right(x) + shift
    if kind == 1:
        return lambda x: right(x + shift)
    return flat(level)


def fine_amplitude(rng: Rng, status: str) -> Sheet:
    """Either the points stay at the middle and creep away with the error, or they alternate between the ends."""
    points = int(rng.integers(6, 60))
    n = np.arange(points)
    label: Label = {status: 1.0}
    total = float(np.sign(rng.normal())) * (
        between(rng, 0, 0.1)
        if status == "SUCCESS"
        else between(rng, 0.28, 1.3)
        if status == "MODERATE_ERROR"
        else between(rng, 1.8, 3.0) * np.pi * log_between(rng, 0.5, 3)
    )
    """Angle (rad) that the error adds up to at the last pulse."""
    zigzag = chance(rng, 0.35)
    if zigzag and status == "MODERATE_ERROR":
        total = between(rng, 0.6, 1.3)
    phase = total * n / max(points - 1, 1)
    signal = 0.5 + 0.47 * np.where(n % 2 == 0, -1, 1) * np.cos(phase) if zigzag else 0.5 + 0.47 * np.sin(phase)
    if chance(rng, 0.4):
        signal = 0.5 + (signal - 0.5) * np.exp(-n / points * between(rng, 0, 0.5))
    units, sigma = Units(rng), log_between(rng, 0.008, 0.06)
    if status == "NO_EXCITATION":
        level = pick(rng, (0.03, 0.03, between(rng, 0.0, 0.15), 0.97))
        signal = np.full(points, level) + rng.normal(0, 0.01) * n / points
    if zigzag:
        y_range = units.fixed
    else:  # what is near the middle and what is near the end can only be told where the axis shows both
        y_range = tuple(np.sort(units.of(np.array([-0.05, 1.05])))) if chance(rng, 0.85) else None
        if status in ("SUCCESS", "NO_EXCITATION") and y_range is None:
            label = {status: 0.6, ("NO_EXCITATION" if status == "SUCCESS" else "SUCCESS"): 0.4}
    if zigzag and status == "NO_EXCITATION" and y_range is None:
        sigma = between(rng, 0.03, 0.2)
    x = n / max(points - 1, 1)
    curve: Curve = lambda where: np.interp(where, x, signal)  # noqa: E731
    drawn = chance(rng, 0.6)
    fit: Curve | None = None
    if drawn:
        usual = Fringe(abs(total) / (2 * np.pi), np.sign(total) * np.pi / 2 if total else np.pi / 2, contrast=0.94)
        wrong = chance(rng, 0.2) and status in ("LARGE_ERROR", "MODERATE_ERROR")
        fit = curve if status in ("NO_EXCITATION", "SUCCESS") else (
            spoilt(rng, usual) if wrong else near(rng, usual))  # fmt: skip
        if zigzag and status != "NO_EXCITATION":  # the curve turns once in two pulses
            last = max(points - 1, 1)
            fit = lambda where: 0.5 - 0.47 * np.cos(np.pi * where * last) * np.cos(total * where)  # noqa: E731
    one = trace(rng, x, curve, sigma, units, fit, chance(rng, 0.4))
    one.joined = True if zigzag and not drawn and chance(rng, 0.8) else None
    page = panel(rng, [one], units, pick(rng, REPEATS))
    page.y_range = y_range
    return Sheet("fine_amplitude", label, [page], drawn)
