"""Resonators and qubits in frequency: dips, peaks, standing waves, saturated and split lines."""

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
    trace,
    wanders,
)  # fmt: skip
from reson.evals.eyes.sheet import Panel, Sheet, Trace

FREQUENCY = ("Frequency (GHz)", "f (MHz)", "Drive frequency", "Detuning (MHz)", "Probe freq [GHz]", "IF (Hz)")


def line(at: float, width: float, gaussian: bool = False, power: float = 2.0) -> Curve:
    """A peak of height 1; ``width`` is the half width at half height."""
    if gaussian:
        return lambda x: np.exp(-np.log(2) * np.abs((x - at) / width) ** power)
    return lambda x: 1 / (1 + np.abs((x - at) / width) ** power)


def driven(at: float, width: float, half_turns: float) -> Curve:
    """A qubit after a square pulse that turns it ``half_turns`` times at resonance: above 1 the line is overdriven."""

    def population(x: np.ndarray) -> np.ndarray:
        detuning = (x - at) / width
        total = np.sqrt(1 + detuning**2)
        return np.sin(np.pi / 2 * half_turns * total) ** 2 / total**2

    return population


def ripple(rng: Rng, height: float) -> Curve:
    """Background of a real line: slope, bend and standing waves."""
    slope, bend = rng.normal(0, height), rng.normal(0, height)
    waves = [(height * between(rng, 0.2, 1), between(rng, 0.5, 7), between(rng, 0, 7)) for _ in range(2)]
    return lambda x: slope * (x - 0.5) + bend * (x - 0.5) ** 2 + sum(
        size * np.sin(2 * np.pi * turns * x + phase) for size, turns, phase in waves
    )  # fmt: skip


def misses(rng: Rng, at: float, width: float, gaussian: bool) -> Curve:
    """A drawn line that misses a peak of height 1 in place, height or width."""
    kind = int(rng.integers(5))
    away = np.sign(rng.normal()) * max(width * between(rng, 2.5, 8), 0.06)
    if kind == 0:
        return flat(0.05)
    if kind == 1:
        return line(at + away, width * between(rng, 0.7, 2), gaussian)
    factor = between(rng, 0.15, 0.6) if kind == 2 else between(rng, 1.5, 2.2) if kind == 3 else between(rng, 0.4, 1)
    wide = width * (between(rng, 4, 12) if kind == 4 else 1)
    usual = line(at, wide, gaussian)
    return lambda x: factor * usual(x)


def decibel(y: np.ndarray, units: Units) -> np.ndarray:
    return 20 * np.log10(np.clip(np.abs((y - units.low) / units.span), 3e-3, None))


def resonator_spectroscopy(rng: Rng, status: str) -> Sheet:
    points, sigma = int(log_between(rng, 40, 700)), log_between(rng, 0.006, 0.1)
    at, width = between(rng, 0.2, 0.8), log_between(rng, 0.008, 0.14)
    if status == "RANGE_TOO_NARROW":
        at, width = (pick(rng, (between(rng, -0.06, 0.03), between(rng, 0.97, 1.06))), log_between(rng, 0.05, 0.2)) if (
            chance(rng, 0.7)) else (at, between(rng, 0.5, 1.2))  # fmt: skip
    points = max(points, int(2.5 / width))
    depth, twist, back = between(rng, 0.3, 0.98), rng.normal(0, 0.35), ripple(rng, log_between(rng, 0.005, 0.12))
    phase_turn, delay = between(rng, 0, 6.3), rng.normal(0, 3)

    def response(x: np.ndarray) -> np.ndarray:
        return 1 - depth * np.exp(1j * twist) / (1 + 1j * (x - at) / width)

    bare: Curve = lambda x: np.abs(response(x))  # noqa: E731
    if chance(rng, 0.2):  # in transmission
        peak = line(at, width)
        bare = lambda x: 0.05 + 0.95 * peak(x)  # noqa: E731
    empty = status == "NO_SIGNAL"
    clean: Curve = (lambda x: 1 + back(x)) if empty else (lambda x: bare(x) * (1 + back(x)))
    if empty:
        sigma = log_between(rng, 0.02, 0.15)
    units, drawn = Units(rng), chance(rng, 0.6) or status == "FIT_POOR"
    units.fixed = None
    fit: Curve = bare if not chance(rng, 0.5) else clean
    if empty:
        bend = wanders(rng, sigma)
        fit = lambda x: bend(x) + 0.5  # noqa: E731
    elif status == "FIT_POOR":
        wrong = misses(rng, at, width, False)
        fit = lambda x: 1 - depth * wrong(x)  # noqa: E731
        sigma = min(sigma, 0.06)
    elif status == "RANGE_TOO_NARROW" and chance(rng, 0.4):
        fit = ripple(rng, 0.2)
    x = np.linspace(0, 1, points)
    several = status == "SUCCESS" and chance(rng, 0.1)
    if several:
        more = [line(place, log_between(rng, 0.004, 0.012)) for place in np.linspace(0.1, 0.9, int(rng.integers(2, 9)))]
        clean, drawn = (lambda x: (1 + back(x)) * (1 - depth * sum(one(x) for one in more))), False
    one = trace(rng, x, clean, sigma, units, fit if drawn else None, False)
    if chance(rng, 0.2):
        one.y = decibel(one.y, units)
        if one.fit:
            one.fit = (one.fit[0], decibel(one.fit[1], units))
        units.word = "|S21| (dB)"
    one.joined = chance(rng, 0.75)
    page = panel(rng, [one], units, pick(rng, FREQUENCY))
    panels = [page]
    if chance(rng, 0.25) and not several:
        turned = np.unwrap(np.angle(response(x)) if not empty else np.zeros(points)) + phase_turn + delay * x
        phase = Trace(one.x, turned + rng.normal(0, sigma * 0.8, points), joined=one.joined)
        panels.append(Panel([phase], words=(page.words[0], "Phase (rad)")))
    return Sheet("resonator_spectroscopy", {status: 1.0}, panels, drawn)


def qubit_spectroscopy(rng: Rng, status: str) -> Sheet:
    points, sigma = int(log_between(rng, 31, 401)), log_between(rng, 0.01, 0.17)
    at, width, gaussian = between(rng, 0.15, 0.85), log_between(rng, 0.008, 0.11), chance(rng, 0.3)
    label = {status: 1.0}
    if status == "RANGE_TOO_NARROW":
        at, width = pick(rng, (between(rng, -0.08, 0.02), between(rng, 0.98, 1.08))), log_between(rng, 0.05, 0.2)
    elif status == "UNDERSAMPLED":
        width = between(rng, 0.25, 0.75) / points
        sigma = min(sigma, 0.07)
    if status != "UNDERSAMPLED":
        points = max(points, int(2.2 / width))
    shape = line(at, width, gaussian)
    clean: Curve = shape
    if status == "AMP_TOO_HIGH" and chance(rng, 0.5):
        width, at = between(rng, 0.025, 0.12), between(rng, 0.3, 0.7)
        points = max(points, int(3.0 / width))
        clean = driven(at, width, pick(rng, (between(rng, 1.6, 2.4), between(rng, 2.6, 7))))
        if chance(rng, 0.4):  # the second level by two photons
            beside = line(at - between(rng, 2.5, 5) * width, width * between(rng, 0.1, 0.5))
            main, tall = clean, between(rng, 0.3, 1.0)
            clean = lambda x: np.maximum(main(x), tall * beside(x))  # noqa: E731
    elif status == "AMP_TOO_HIGH":
        width, steep = between(rng, 0.1, 0.3), between(rng, 3, 9)
        at = between(rng, 0.3, 0.7)
        top, lobes = line(at, width, True, steep), between(rng, 0.0, 0.5)
        turns = between(rng, 5, 12)
        clean = lambda x: top(x) + lobes * np.abs(np.sinc((x - at) / width * turns / 6)) * (1 - top(x))  # noqa: E731
    elif status == "MULTIPLE_PEAKS":
        others = []
        for _ in range(int(rng.integers(1, 4))):
            place = between(rng, 0.06, 0.94)
            if abs(place - at) > 5 * width:
                others.append((line(place, width * between(rng, 0.6, 1.5), gaussian), between(rng, 0.4, 1.1)))
        if not others:
            away = at + max(6 * width, 0.12) * (1 if at < 0.5 else -1)
            others = [(line(away, width, gaussian), between(rng, 0.5, 1))]
        clean = lambda x: shape(x) + sum(height * other(x) for other, height in others)  # noqa: E731
        sigma = min(sigma, 0.11)
    elif status == "NO_SIGNAL":
        clean, sigma = ripple(rng, 0.01), between(rng, 0.03, 0.3)
    elif status == "SUCCESS" and chance(rng, 0.12):  # a pulse of fixed length, with its small lobes
        clean = driven(at, width * 1.25, 1.0)
    elif chance(rng, 0.12):
        small, place = between(rng, 0.05, 0.17), between(rng, 0.05, 0.95)
        clean = lambda x: shape(x) + small * line(place, width, gaussian)(x)  # noqa: E731
    back = ripple(rng, log_between(rng, 0.002, 0.05)) if status != "NO_SIGNAL" else (lambda x: 0 * x)
    whole: Curve = lambda x: 0.05 + 0.9 * clean(x) + back(x)  # noqa: E731
    units, drawn = Units(rng), chance(rng, 0.68) or status == "FIT_POOR"
    fit: Curve = lambda x: 0.05 + 0.9 * shape(x)  # noqa: E731
    if status == "NO_SIGNAL":
        spike = line(between(rng, 0, 1), log_between(rng, 0.005, 0.2))
        small = sigma * between(rng, 0.2, 1.6)
        bend = wanders(rng, sigma)
        fit = (lambda x: bend(x) - 0.45) if chance(rng, 0.4) else (lambda x: 0.05 + small * spike(x))
        if units.fixed:
            sigma = min(sigma, 0.08)
    elif status == "FIT_POOR":
        wrong, sigma = misses(rng, at, width, gaussian), min(sigma, 0.1)
        fit = lambda x: 0.05 + 0.9 * wrong(x)  # noqa: E731
    elif status == "AMP_TOO_HIGH":
        fit = lambda x: 0.05 + 0.95 * line(at, width, gaussian)(x)  # noqa: E731
    x = np.linspace(0, 1, points)
    one = trace(rng, x, whole, sigma, units, fit if drawn else None, chance(rng, 0.15))
    one.joined = pick(rng, (None, True))
    page = panel(rng, [one], units, pick(rng, FREQUENCY))
    if drawn and status == "SUCCESS" and chance(rng, 0.3):
        page.marks = [one.along(at)]
    return Sheet("qubit_spectroscopy", label, [page], drawn)
