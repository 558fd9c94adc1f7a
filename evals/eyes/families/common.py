"""What measurements of all families have in common: noise, units, inverted signals, outliers, and fits that fail."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reson.evals.eyes.sheet import Panel, Trace

Rng = np.random.Generator
Curve = Callable[[np.ndarray], np.ndarray]
"""Of the swept parameter, from 0 to 1 over the sweep."""

POPULATION = ("P(e)", "P1", "Population", "|1> probability", "Excited state prob.", "State", "prob_1", "<n>")
VOLTS = ("I (V)", "Amplitude (mV)", "Signal (uV)", "Q [mV]", "Magnitude (a.u.)", "Demod. voltage", "ADC units",
         "IQ rotated", "|S21|", "Phase (deg)", "Homodyne (V)", "Re", "signal", "<Z>")  # fmt: skip


def chance(rng: Rng, p: float) -> bool:
    return bool(rng.random() < p)


def pick(rng: Rng, choices):
    return choices[int(rng.integers(len(choices)))]


def between(rng: Rng, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def log_between(rng: Rng, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def sweep(rng: Rng, points: int) -> np.ndarray:
    """Places of the points from 0 to 1: even, or now and then with a jitter or a hole."""
    x = np.linspace(0, 1, points)
    if chance(rng, 0.04) and points > 12:
        x = np.sort(np.clip(x + rng.normal(0, 0.3 / points, points), 0, 1))
    return x


class Units:
    """One measurement's vertical axis: what 0 and 1 of the simulated signal become there."""

    def __init__(self, rng: Rng) -> None:
        self.population = chance(rng, 0.45)
        self.inverted = chance(rng, 0.12 if self.population else 0.45)
        self.low = between(rng, 0.0, 0.12) if self.population else between(rng, -3, 3)
        span = between(rng, 0.6, 1.0) if self.population else log_between(rng, 0.05, 5)
        self.span = min(span, 1 - self.low) if self.population else span
        self.fixed = (-0.03, 1.03) if self.population and chance(rng, 0.35) else None
        self.word = pick(rng, POPULATION if self.population else VOLTS)

    def of(self, signal: np.ndarray) -> np.ndarray:
        return self.low + self.span * (1 - signal if self.inverted else signal)


def noisy(rng: Rng, clean: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Signal with noise and its errors; sometimes uneven, drifting, with outliers or a burst."""
    scale = np.full(len(clean), sigma)
    if chance(rng, 0.3):
        scale = sigma * np.sqrt(0.4 + 2.4 * np.clip(clean * (1 - clean), 0, 0.25))
    if chance(rng, 0.06):
        scale = scale * np.linspace(0.5, 1.6, len(clean))[:: int(pick(rng, (1, -1)))]
    y = clean + rng.normal(0, 1, len(clean)) * scale
    if chance(rng, 0.05):
        y += rng.normal(0, 1.2 * sigma) * np.linspace(-1, 1, len(clean))
    if chance(rng, 0.07):
        for at in rng.integers(len(clean), size=int(rng.integers(1, 3))):
            y[at] += rng.normal(0, 0.3) + np.sign(rng.normal()) * 3 * sigma
    if chance(rng, 0.04):
        y = np.clip(y, *np.sort([between(rng, -0.1, 0.08), between(rng, 0.93, 1.1)]))
    return y, scale * between(rng, 0.8, 1.3)


def trace(rng: Rng, x: np.ndarray, curve: Curve, sigma: float, units: Units, fit: Curve | None, errors: bool) -> Trace:
    y, err = noisy(rng, curve(x), sigma)
    drawn = None
    if fit is not None:
        fine = x if chance(rng, 0.15) else np.linspace(0, 1, max(300, 2 * len(x)))
        drawn = (fine, units.of(fit(fine)))
    return Trace(x, units.of(y), err * units.span if errors else None, drawn)


def panel(rng: Rng, traces: list[Trace], units: Units, x_word: str) -> Panel:
    reach = log_between(rng, 0.1, 900)
    start = 0.0 if chance(rng, 0.8) else between(rng, -1, 1) * reach
    for one in traces:
        one.x = start + reach * one.x
        if one.fit is not None:
            one.fit = (start + reach * one.fit[0], one.fit[1])
    y_range = units.fixed
    if y_range is None and chance(rng, 0.08):  # an axis that is far too wide
        values = np.concatenate([one.y for one in traces])
        low, high = float(values.min()), float(values.max())
        y_range = (low - between(rng, 0, 1.0) * (high - low), high + between(rng, 0, 1.0) * (high - low))
    return Panel(traces=traces, y_range=y_range, words=(x_word, units.word))


def flat(level: float) -> Curve:
    return lambda x: np.full_like(x, level)


def wanders(rng: Rng, sigma: float) -> Curve:
    """What a fit makes of noise around 0.5: a flat line, a slow bend, or a small ripple of any frequency."""
    height = sigma * between(rng, 0.1, 1.2)
    level, turns, phase = 0.5 + rng.normal(0, sigma / 2), log_between(rng, 0.3, 25), between(rng, 0, 7)
    if chance(rng, 0.35):
        return flat(level)
    if chance(rng, 0.4):
        rate = log_between(rng, 0.5, 40) * np.sign(rng.normal())
        return lambda x: level + 2 * height * (np.exp(-abs(rate) * x) - 0.5) * np.sign(rate)
    return lambda x: level + height * np.cos(2 * np.pi * turns * x + phase)


def nothing(rng: Rng, level: float, sigma: float) -> tuple[Curve, Curve]:
    """No signal at all, and what a fit makes of its noise."""
    bend = wanders(rng, sigma)
    return flat(level), lambda x: bend(x) - 0.5 + level
