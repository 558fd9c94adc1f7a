"""Rabi and Ramsey: fringes of one or two frequencies, damped or not, well sampled or not, and fits of all qualities."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from reson.evals.eyes.families.common import (
    Curve,
    Rng,
    Units,
    between,
    chance,
    flat,
    log_between,
    nothing,
    panel,
    pick,
    sweep,
    trace,
    wanders,
)  # fmt: skip
from reson.evals.eyes.sheet import Label, Panel, Sheet, Trace

RABI_X = ("Drive amplitude", "Amplitude (V)", "Pulse amp (a.u.)", "Pulse length (ns)", "DAC value", "Time (us)", "gain")
RAMSEY_X = ("Delay (us)", "Wait time (ns)", "tau [us]", "Free evolution time", "t (s)", "Delay")


@dataclass(frozen=True)
class Fringe:
    """Signal 0 to 1: level + contrast / 2 * envelope * cos; ``cycles`` and ``decay`` over the whole sweep."""

    cycles: float
    phase: float = 0.0
    decay: float = 0.0
    power: float = 1.0
    contrast: float = 1.0
    level: float = 0.5
    beat: float = 0.0
    """Beats of the envelope over the sweep."""
    centre: float = 0.0

    def __call__(self, x: np.ndarray) -> np.ndarray:
        envelope = np.exp(-((np.abs(x - self.centre) * self.decay) ** self.power)) * np.cos(np.pi * self.beat * x)
        turns = 2 * np.pi * self.cycles * (x - self.centre)
        return self.level - self.contrast / 2 * envelope * np.cos(turns + self.phase)


def spoilt(rng: Rng, right: Fringe) -> Curve:
    """A fit that anyone sees to be wrong."""
    kind = int(rng.integers(8))
    if kind == 0:
        return replace(right, contrast=right.contrast * between(rng, 0, 0.08))
    if kind == 1:
        return replace(right, contrast=right.contrast * between(rng, 0.15, 0.62))
    if kind == 2:
        factor = pick(rng, (0.5, 2.0, between(rng, 0.55, 0.85), between(rng, 1.2, 1.9)))
        return replace(right, cycles=right.cycles * factor)
    if kind == 3:
        least = 0.8 if right.cycles < 4 else 1.6  # of many turns a little is less than a pixel
        return replace(right, phase=right.phase + np.sign(rng.normal()) * between(rng, least, np.pi))
    if kind == 4:
        shift = np.sign(rng.normal()) * right.contrast * between(rng, 0.22, 0.5)
        return replace(right, level=right.level + shift)
    if kind == 5:
        return replace(right, decay=right.decay + between(rng, 4, 25), power=1)
    if kind == 6:
        slope = between(rng, -0.4, 0.4)
        return lambda x: right.level + slope * (x - 0.5)
    return replace(right, cycles=right.cycles * between(rng, 3, 9), contrast=right.contrast * between(rng, 0.3, 1.0))


def near(rng: Rng, right: Fringe) -> Curve:
    """A fit as good as fits are."""
    return replace(
        right,
        contrast=right.contrast * between(rng, 0.95, 1.04),
        phase=right.phase + rng.normal(0, 0.05),
        cycles=right.cycles * (1 + rng.normal(0, 0.006) / max(right.cycles, 1)),
        decay=right.decay * between(rng, 0.9, 1.1),
    )


def rabi(rng: Rng, status: str) -> Sheet:
    sigma = log_between(rng, 0.01, 0.11)
    points = int(log_between(rng, 21, 121))
    cycles = log_between(rng, 1.15, 6.5)
    end = between(rng, 0.66, 1.0)
    """Envelope at the end of the sweep."""
    label: Label = {status: 1.0}
    if status == "RANGE_TOO_NARROW":
        cycles = between(rng, 0.12, 1.0)
        label = {"RANGE_TOO_NARROW": 1.0} if cycles < 0.8 else {"RANGE_TOO_NARROW": 0.6, "SUCCESS": 0.4}
        end = between(rng, 0.8, 1.0)
    elif status == "DAMPED":
        cycles, end = log_between(rng, 1.8, 12), between(rng, 0.0, 0.6)
        label = {"DAMPED": 1.0} if end < 0.45 else {"DAMPED": 0.6, "SUCCESS": 0.4}
    elif status == "UNDERSAMPLED":
        cycles = log_between(rng, 4, 30)
        each = between(rng, 1.15, 3.6)
        points = int(np.clip(cycles * each, 8, 90))
        label = {"UNDERSAMPLED": 1.0} if each < 3.0 else {"UNDERSAMPLED": 0.7, "SUCCESS": 0.3}
    else:
        points = max(points, int(7 * cycles))
    middle = 0.5 if status in ("SUCCESS", "FIT_POOR") and chance(rng, 0.12) else 0.0
    if middle:
        cycles = max(cycles, 1.3)
    power = pick(rng, (1.0, 1.0, 2.0))
    decay = float((-np.log(max(end, 0.01))) ** (1 / power)) / (1 - middle)
    truth = Fringe(cycles, 0 if chance(rng, 0.8) else rng.normal(0, 0.3), decay, power, centre=middle)
    clean: Curve = truth
    units = Units(rng)
    fit: Curve = near(rng, truth)
    drawn = chance(rng, 0.78) or status == "FIT_POOR"
    if status == "NO_SIGNAL":
        if units.fixed:
            level, sigma = between(rng, 0.02, 0.98), log_between(rng, 0.01, 0.1)
            clean, fit = nothing(rng, level, sigma)
        else:
            sigma = between(rng, 0.05, 0.3)
            clean, fit = flat(0.5), wanders(rng, sigma)
    elif status == "OFF_RESONANCE":
        clean, sigma, fit = off_resonance(rng, units)
    elif status == "FIT_POOR":
        sigma = min(sigma, 0.09)
        fit = spoilt(rng, truth)
    elif status == "UNDERSAMPLED" and chance(rng, 0.6):
        fit = pick(rng, (replace(truth, cycles=abs(points - 1 - cycles)), spoilt(rng, truth)))
    elif status == "RANGE_TOO_NARROW" and chance(rng, 0.35):
        fit = replace(truth, cycles=cycles * between(rng, 0.3, 3), contrast=between(rng, 0.3, 1.8))
    x = sweep(rng, points)
    one = trace(rng, x, clean, sigma, units, fit if drawn else None, chance(rng, 0.3))
    page = panel(rng, [one], units, pick(rng, RABI_X))
    if drawn and status == "SUCCESS" and chance(rng, 0.2):
        page.marks = [one.along(min(0.5 / cycles + middle, 1))]
    return Sheet("rabi", label, [page], drawn)


def off_resonance(rng: Rng, units: Units) -> tuple[Curve, float, Curve]:
    """A drive beside the qubit's frequency: signal, noise, and the curve that is fitted to it."""
    kind = int(rng.integers(3))
    if kind == 0:  # sweep of the amplitude: the oscillation grows out of nothing
        off, cycles = between(rng, 0.6, 2.5), between(rng, 1.0, 4)

        def grows(x: np.ndarray) -> np.ndarray:
            both = np.sqrt(x**2 + off**2)
            return (x / both) ** 2 * np.sin(np.pi * cycles * both) ** 2 * (1 + off**2) * between_one(off)

        right = Fringe(cycles, 0, 0, 1, 1)
        return grows, log_between(rng, 0.02, 0.1), spoilt(rng, right) if chance(rng, 0.6) else grows
    contrast, cycles = between(rng, 0.06, 0.38), log_between(rng, 1.5, 7)
    level = contrast / 2 + between(rng, 0, 0.1) if kind == 1 else between(rng, 0.25, 0.75)
    truth = Fringe(cycles, 0 if kind == 1 else between(rng, -1.5, 1.5), between(rng, 0, 0.5), 1, contrast, level)
    if kind == 1 or chance(rng, 0.5):
        units.fixed = tuple(np.sort(units.of(np.array([-0.05, 1.05]))))
        return truth, log_between(rng, 0.015, 0.06), near(rng, truth)
    return truth, contrast * between(rng, 0.15, 0.4), near(rng, truth) if chance(rng, 0.5) else spoilt(rng, truth)


def between_one(off: float) -> float:
    """Keeps the growing oscillation of a detuned drive at a visible height."""
    return min(1.0, 1.0 / (0.4 + off**2) + 0.3)


def ramsey(rng: Rng, status: str) -> Sheet:
    sigma, label = log_between(rng, 0.012, 0.12), {status: 1.0}
    decay = between(rng, 1.1, 4.5)
    cycles = min(max(between(rng, 2.5, 11), 1.1 * decay), 12)
    each, beat, power = log_between(rng, 6, 25), 0.0, pick(rng, (1.0, 1.0, 1.5, 2.0))
    if status == "NO_DETUNING":
        cycles = between(rng, 0, 0.1)
        decay = between(rng, 0.8, 6)
    elif status == "TOO_FEW_OSC":
        cycles, decay = between(rng, 0.3, 1.15), between(rng, 0.0, 1.3)
        label = {status: 1.0} if cycles < 0.95 else {status: 0.6, "SUCCESS": 0.4}
    elif status == "WINDOW_TOO_SHORT":
        decay, cycles = between(rng, 0, 0.9), between(rng, 1.5, 9)
        share = float(np.clip((0.95 - decay) / 0.5, 0.25, 0.9))
        label = {status: share, "SUCCESS": 1 - share}
    elif status == "TOO_MANY_OSC":
        cycles, decay, each = log_between(rng, 14, 50), between(rng, 0.2, 3), between(rng, 3.2, 9)
    elif status == "SAMPLING_TOO_COARSE":
        cycles, decay, each = log_between(rng, 5, 40), between(rng, 0.3, 3), between(rng, 1.1, 2.9)
    elif status == "BEATING":
        cycles, decay, beat = log_between(rng, 5, 24), between(rng, 0, 1.6), between(rng, 1.0, 4.2)
        each = log_between(rng, 5, 14)
    points = int(np.clip(each * max(cycles, 2), 14 if status == "SAMPLING_TOO_COARSE" else 24, 420))
    phase = pick(rng, (np.pi, 0.0, np.pi / 2, -np.pi / 2)) + rng.normal(0, 0.1)
    if status in ("NO_DETUNING", "TOO_FEW_OSC"):
        phase = np.pi + rng.normal(0, 0.1)
    truth = Fringe(cycles, phase, decay, power, 1.0, between(rng, 0.42, 0.58), beat)
    clean: Curve = truth
    drawn = chance(rng, 0.75) or status == "FIT_POOR"
    fit: Curve = near(rng, truth)
    units = Units(rng)
    if status == "NO_SIGNAL":
        sigma = between(rng, 0.03, 0.3)
        clean, fit = flat(0.5), wanders(rng, sigma)
    elif status == "FIT_POOR":
        sigma, fit = min(sigma, 0.09), spoilt(rng, truth)
    elif status == "BEATING" and chance(rng, 0.75):
        fit = replace(truth, beat=0.0, decay=between(rng, 0.5, 4), contrast=between(rng, 0.3, 1.0))
    elif status in ("SAMPLING_TOO_COARSE", "NO_DETUNING", "TOO_FEW_OSC") and chance(rng, 0.5):
        fit = spoilt(rng, truth)
    x = sweep(rng, points)
    traces = [trace(rng, x, clean, sigma, units, fit if drawn else None, chance(rng, 0.25))]
    if chance(rng, 0.12) and status not in ("FIT_POOR", "WINDOW_TOO_SHORT"):  # the other quadrature
        other: Curve = clean if status == "NO_SIGNAL" else replace(truth, phase=truth.phase + np.pi / 2)
        follows = near(rng, other) if isinstance(other, Fringe) else fit
        traces.append(trace(rng, x, other, sigma, units, follows if drawn else None, False))
    page = panel(rng, traces, units, pick(rng, RAMSEY_X))
    panels = [page, *([spectrum(traces[0])] if chance(rng, 0.3) else [])]
    return Sheet("ramsey", label, panels, drawn)


def spectrum(one: Trace) -> Panel:
    """The Fourier transform that many labs draw beside the fringes."""
    y = one.y - one.y.mean()
    height = np.abs(np.fft.rfft(y, n=max(len(y), 64)))
    return Panel([Trace(np.arange(len(height)) / (one.x[-1] - one.x[0] + 1e-9), height, joined=True)],
                 words=("Frequency (MHz)", "FFT"))  # fmt: skip
