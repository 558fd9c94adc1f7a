"""T1, T1 followed over time, and the decay of repeated two-qubit gates."""

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
    nothing,
    panel,
    pick,
    sweep,
    trace,
)  # fmt: skip
from reson.evals.eyes.families.oscillations import Fringe, near
from reson.evals.eyes.sheet import Label, Panel, Sheet, Trace

T1_X = ("Delay (us)", "Wait time (us)", "t (ns)", "Time [us]", "delay", "Relaxation time")


def decaying(rate: float, top: float = 1.0, floor: float = 0.0) -> Curve:
    return lambda x: floor + (top - floor) * np.exp(-rate * x)


def t1(rng: Rng, status: str) -> Sheet:
    sigma, label = log_between(rng, 0.008, 0.12), {status: 1.0}
    points, rate = int(log_between(rng, 15, 121)), log_between(rng, 2.3, 9)
    rate = min(rate, points / 4)
    if status == "WINDOW_TOO_SHORT":
        rate = log_between(rng, 0.12, 1.8)
        sigma = min(sigma, 0.05)
        label = {status: 1.0} if rate < 1.25 else {status: 0.6, "SUCCESS": 0.4}
    elif status == "SAMPLING_TOO_COARSE":
        rate = points * log_between(rng, 0.7, 5)
        label = {status: 1.0} if rate > 0.9 * points else {status: 0.65, "SUCCESS": 0.35}
    floor, top = between(rng, 0, 0.08), between(rng, 0.85, 1)
    if chance(rng, 0.25):  # echoes and driven spins relax to the middle
        floor = between(rng, 0.3, 0.55)
    clean: Curve = decaying(rate, top, floor)
    fit: Curve = decaying(rate * between(rng, 0.93, 1.07), top * between(rng, 0.97, 1.03), floor)
    units = Units(rng)
    drawn = chance(rng, 0.8) or status == "FIT_POOR"
    if status == "NO_SIGNAL":
        level = pick(rng, (0.03, 0.5, 0.97, between(rng, 0.1, 0.9)))
        sigma = log_between(rng, 0.01, 0.12) if units.fixed else between(rng, 0.05, 0.3)
        clean, fit = nothing(rng, level, sigma)
    elif status == "FIT_POOR":
        sigma, fit = min(sigma, 0.08), spoilt_decay(rng, rate, top, floor)
    elif status == "SAMPLING_TOO_COARSE" and chance(rng, 0.5):
        fit = spoilt_decay(rng, rate, top, floor)
    elif status == "WINDOW_TOO_SHORT" and chance(rng, 0.3):
        fit = lambda x: top - (top - clean(np.array([1.0]))[0]) * x  # noqa: E731 (a straight line)
    x = sweep(rng, points)
    one = trace(rng, x, clean, sigma, units, fit if drawn else None, chance(rng, 0.3))
    page = panel(rng, [one], units, pick(rng, T1_X))
    if status in ("SUCCESS", "FIT_POOR") and chance(rng, 0.08):
        page.x_log = True
    elif chance(rng, 0.08) and not units.inverted and units.population and not units.fixed:
        page.y_log = True
    return Sheet("t1", label, [page], drawn)


def spoilt_decay(rng: Rng, rate: float, top: float, floor: float) -> Curve:
    kind = int(rng.integers(6))
    level = between(rng, 0.2, 0.8)
    if kind == 0:
        return flat(level)
    if kind == 1:
        slope = between(rng, 0.2, 1.0)
        return lambda x: top - slope * (top - floor) * x
    if kind == 2:
        return decaying(rate * pick(rng, (between(rng, 0.15, 0.5), between(rng, 2.2, 8))), top, floor)
    if kind == 3:
        return decaying(rate, top, floor + between(rng, 0.15, 0.45))
    if kind == 4:
        return decaying(rate, top * between(rng, 0.35, 0.75), floor)
    return decaying(rate, top + between(rng, 0.2, 0.5), floor + between(rng, 0.1, 0.3))


def t1_over_time(rng: Rng, status: str) -> Sheet:
    count = int(log_between(rng, 25, 400))
    scatter = between(rng, 0.03, 0.12)
    values = np.full(count, 1.0)
    if status == "TELEGRAPHIC":
        apart = scatter * between(rng, 3.5, 12)
        dwell = count / between(rng, 3, 14)
        state, levels = 0, []
        for _ in range(count):
            state = 1 - state if chance(rng, 1 / dwell) else state
            levels.append(state)
        if len(set(levels)) < 2:
            levels[count // 3 : 2 * count // 3] = [1 - levels[0]] * (2 * count // 3 - count // 3)
        values = 1 + apart * (0.5 - np.array(levels))
    elif status == "RANDOM_WALK":
        walk = np.cumsum(rng.normal(0, 1, count))
        walk -= walk.mean()
        values = 1 + walk / max(float(np.std(walk)), 1e-9) * scatter * between(rng, 2.0, 5)
    label: Label = {status: 1.0}
    values = values + rng.normal(0, scatter, count)
    if chance(rng, 0.12):
        values[int(rng.integers(count))] += np.sign(rng.normal()) * scatter * between(rng, 4, 9)
    values = np.clip(values, 0.05, None) * log_between(rng, 10, 200)
    time = np.arange(count) * log_between(rng, 0.01, 1)
    if chance(rng, 0.2):  # the decays themselves, row by row
        delays = np.linspace(0, 3 * values.mean(), int(rng.integers(20, 70)))
        grid = np.exp(-delays[None, :] / values[:, None]) + rng.normal(0, between(rng, 0.02, 0.1), (count, len(delays)))
        grid = grid.T if chance(rng, 0.6) else grid
        return Sheet("t1_over_time", label, [Panel(grid=grid, words=("Time (h)", "Delay (us)"))], False)
    err = np.abs(rng.normal(1, 0.2, count)) * scatter * values.mean() if chance(rng, 0.4) else None
    from_zero = chance(rng, 0.3)
    line = Trace(time, values, err, joined=chance(rng, 0.55))
    drawn = chance(rng, 0.25)
    if drawn:
        line.fit = (time, np.full(count, values.mean()))
    page = Panel([line], words=("Time (h)", "T1 (us)"))
    if from_zero:
        page.y_range = (0.0, float(values.max() * 1.08))
    panels = [page]
    if chance(rng, 0.28):
        heights, edges = np.histogram(values, bins=int(rng.integers(10, 40)))
        panels.append(Panel(bars=(edges, heights), words=("T1 (us)", "Counts")))
    return Sheet("t1_over_time", label, panels, drawn)


def cz_benchmarking(rng: Rng, status: str) -> Sheet:
    """Survival or contrast against the number of gates; or the fringe of the target for both states of the control."""
    if chance(rng, 0.4):
        return _conditional_phase(rng, status)
    points = int(rng.integers(8, 50))
    units, sigma = Units(rng), log_between(rng, 0.01, 0.06)
    rate, floor = log_between(rng, 0.6, 3.2), between(rng, 0.0, 0.4)
    clean: Curve = decaying(rate, between(rng, 0.88, 1), floor)
    fit: Curve = clean
    if status == "NO_GATE":
        level, sigma = between(rng, 0.1, 0.9), log_between(rng, 0.02, 0.2)
        clean, fit = nothing(rng, level, sigma)
    elif status == "MISCALIBRATED":
        kind = int(rng.integers(3))
        turns, height = between(rng, 0.8, 6), between(rng, 0.25, 0.8)
        if kind == 0:
            rate = log_between(rng, 6, 20)
            clean = fit = decaying(rate, 1, floor)
        else:
            base = clean
            clean = lambda x: floor + (base(x) - floor) * (1 - height / 2 + height / 2 * np.cos(2 * np.pi * turns * x))  # noqa: E731
            fit = base if kind == 1 else clean
    drawn = chance(rng, 0.75)
    one = trace(rng, sweep(rng, points), clean, sigma, units, fit if drawn else None, chance(rng, 0.4))
    page = panel(rng, [one], units, pick(rng, ("Number of CZ gates", "n gates", "Clifford length", "CZ repetitions")))
    page.x_log = chance(rng, 0.06)
    return Sheet("cz_benchmarking", {status: 1.0}, [page], drawn)


def _conditional_phase(rng: Rng, status: str) -> Sheet:
    off = float(np.sign(rng.normal())) * between(rng, 0.5, 2.4)
    shift = {"SUCCESS": np.pi + rng.normal(0, 0.07), "NO_GATE": rng.normal(0, 0.1)}.get(status, 0.0) or off
    cycles, phase = between(rng, 0.9, 2.2), between(rng, 0, 6.3)
    contrast = between(rng, 0.7, 0.98)
    units, sigma, drawn = Units(rng), log_between(rng, 0.01, 0.07), chance(rng, 0.8)
    x = sweep(rng, int(rng.integers(12, 60)))
    pair = [
        Fringe(cycles, phase, contrast=contrast),
        Fringe(cycles, phase + shift, contrast=contrast * between(rng, 0.85, 1)),
    ]
    traces = [trace(rng, x, one, sigma, units, near(rng, one) if drawn else None, False) for one in pair]
    page = panel(rng, traces, units, "Phase (rad)")
    return Sheet("cz_benchmarking", {status: 1.0}, [page], drawn)
