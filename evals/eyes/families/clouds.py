"""Single shots in the IQ plane: two preparations, apart or not, smeared, or nothing but the amplifier's noise."""

from __future__ import annotations

import numpy as np

from reson.evals.eyes.families.common import Rng, between, chance, log_between, pick
from reson.evals.eyes.sheet import Cloud, Panel, Sheet


def readout(rng: Rng, status: str) -> Sheet:
    number = int(log_between(rng, 150, 3000))
    angle, label = between(rng, 0, 2 * np.pi), {status: 1.0}
    toward = np.array([np.cos(angle), np.sin(angle)])
    apart = between(rng, 3.2, 9)
    away = between(rng, 2, 14) * np.array([np.cos(a := between(rng, 0, 6.3)), np.sin(a)])
    decays, heats = between(rng, 0, 0.22), between(rng, 0, 0.07)
    if status == "SUCCESS" and chance(rng, 0.15):
        apart = between(rng, 2.0, 3.2)
        label = {"SUCCESS": 0.75, "NO_SIGNAL": 0.25}
    zero, one = away - toward * apart / 2, away + toward * apart / 2
    origin = False
    if status == "SUCCESS":
        ground, excited = _mixed(rng, zero, one, number, heats), _mixed(rng, one, zero, number, decays)
        if chance(rng, 0.12):
            third = away + np.array([-toward[1], toward[0]]) * apart
            excited[: number // 12] = third + rng.normal(0, 1, (number // 12, 2))
    elif status == "NO_EXCITATION":
        share = pick(rng, (0.0, between(rng, 0.06, 0.2)))
        if share == 0.0:  # one and the same cloud: why, the picture does not tell
            label = {"NO_EXCITATION": 0.6, "NO_SIGNAL": 0.25, "NO_RES_RESPONSE": 0.15}
        ground, excited = _mixed(rng, zero, one, number, share), _mixed(rng, zero, one, number, share)
    elif status == "NO_SIGNAL":
        wide = pick(rng, (1.0, 1.0, 2.5))
        near_by = zero + toward * between(rng, 0, 0.5)
        ground, excited = zero + rng.normal(0, wide, (number, 2)), near_by + rng.normal(0, wide, (number, 2))
        label = {"NO_SIGNAL": 0.6, "NO_EXCITATION": 0.3, "NO_RES_RESPONSE": 0.1}
    elif status == "NO_RES_RESPONSE":
        ground, excited = rng.normal(0, 1, (number, 2)), rng.normal(0, 1, (number, 2))
        origin = True
        label = {"NO_RES_RESPONSE": 0.7, "NO_SIGNAL": 0.2, "NO_EXCITATION": 0.1}
    else:
        ground, excited = (_driven(rng, zero, one, away, number) for _ in range(2))
    panels = _drawn(rng, ground, excited, origin)
    if chance(rng, 0.3) and panels[0].clouds:  # where the readout decides
        across, middle = np.array([-toward[1], toward[0]]), (zero + one) / 2
        ends = np.array([middle - 20 * across, middle + 20 * across])
        page = panels[0]
        page.over.append((ends[:, 0], ends[:, 1]))
        page.x_range = page.x_range or tuple(np.percentile(np.concatenate([c.x for c in page.clouds]), (0, 100)))
        page.y_range = page.y_range or tuple(np.percentile(np.concatenate([c.y for c in page.clouds]), (0, 100)))
    drawn = chance(rng, 0.55) and bool(panels[0].clouds)
    if drawn:
        bad = status != "SUCCESS" and chance(rng, 0.6)
        radii = pick(rng, ((2.0,), (1.0, 2.0), (3.0,), (0.5,)))
        for at in (zero, one):
            place = ground.mean(0) if status != "SUCCESS" else at
            if bad:  # within what is shown
                place = ground.mean(0) + rng.normal(0, 1.5, 2) * ground.std(0)
            panels[0].circles += [(place[0], place[1], r) for r in radii]
    return Sheet("readout", label, panels, drawn)


def _mixed(rng: Rng, mostly: np.ndarray, rest: np.ndarray, number: int, share: float) -> np.ndarray:
    """Shots of one preparation: those that decayed or were heated lie at the other place or on the way there."""
    where = np.where(rng.random(number) < share, rng.random(number) ** 0.5 if chance(rng, 0.5) else 1.0, 0.0)[:, None]
    return mostly + (rest - mostly) * where + rng.normal(0, 1, (number, 2))


def _driven(rng: Rng, zero: np.ndarray, one: np.ndarray, away: np.ndarray, number: int) -> np.ndarray:
    """A readout that drives the qubit: third clouds, crescents, streaks."""
    kind = int(rng.integers(3))
    if kind == 0:
        places = [zero, one, *(away + rng.normal(0, 5, 2) for _ in range(int(rng.integers(1, 4))))]
        weights = rng.dirichlet(np.full(len(places), 2.0))
        which = rng.choice(len(places), number, p=weights)
        return np.array(places)[which] + rng.normal(0, 1, (number, 2))
    if kind == 1:
        radius, start, width = between(rng, 4, 10), between(rng, 0, 6.3), between(rng, 1.2, 5)
        turn = start + width * rng.random(number)
        return away + radius * np.column_stack([np.cos(turn), np.sin(turn)]) + rng.normal(0, 1, (number, 2))
    along = rng.random(number)[:, None] ** between(rng, 0.5, 2)
    return zero + (one - zero) * along * between(rng, 1.2, 2.5) + rng.normal(0, between(rng, 0.8, 1.8), (number, 2))


def _drawn(rng: Rng, ground: np.ndarray, excited: np.ndarray, origin: bool) -> list[Panel]:
    words = pick(rng, (("I (mV)", "Q (mV)"), ("I", "Q"), ("Re", "Im"), ("I [a.u.]", "Q [a.u.]")))
    both = np.vstack([ground, excited])
    low, high = both.min(0), both.max(0)
    if origin or chance(rng, 0.2):  # the origin is in sight
        low, high = np.minimum(low, -1), np.maximum(high, 1)
    half = max(high - low) / 2 * between(rng, 1.0, 1.5 if not origin else 4)
    middle = (low + high) / 2
    if origin:
        middle = np.zeros(2)
    if chance(rng, 0.6):  # equal axes
        x_range = (middle[0] - half, middle[0] + half)
        y_range = (middle[1] - half, middle[1] + half)
    else:
        x_range, y_range = None, None
    how = rng.random()
    if how < 0.2:  # a histogram of all in colour
        bins = int(rng.integers(25, 90))
        box = [(middle[0] - half, middle[0] + half), (middle[1] - half, middle[1] + half)]
        counts, _, _ = np.histogram2d(both[:, 0], both[:, 1], bins=bins, range=box)
        grid = np.log1p(counts.T) if chance(rng, 0.4) else counts.T
        return [Panel(grid=grid, words=words)]
    clouds = [Cloud(ground[:, 0], ground[:, 1]), Cloud(excited[:, 0], excited[:, 1])]
    if how < 0.32:
        clouds = [Cloud(both[:, 0], both[:, 1])]
    if how < 0.5:
        x_range, y_range = ((both[:, n].min() - 0.5, both[:, n].max() + 0.5) for n in (0, 1))
        return [Panel(clouds=[one], x_range=x_range, y_range=y_range, words=words) for one in clouds]
    pages = [Panel(clouds=clouds, x_range=x_range, y_range=y_range, words=words)]
    if chance(rng, 0.22):
        pages.append(_along(rng, ground, excited))
    elif chance(rng, 0.1):
        pages = [_along(rng, ground, excited)]
    return pages


def _along(rng: Rng, ground: np.ndarray, excited: np.ndarray) -> Panel:
    """Histograms of both preparations along the line between them."""
    toward = excited.mean(0) - ground.mean(0)
    toward = toward / (np.hypot(*toward) or 1.0)
    zero, one = ground @ toward, excited @ toward
    edges = np.linspace(min(zero.min(), one.min()), max(zero.max(), one.max()), int(rng.integers(20, 80)))
    heights = np.array([np.histogram(zero, edges)[0], np.histogram(one, edges)[0]], float)
    if chance(rng, 0.3):
        heights = np.log10(heights + 1)
    return Panel(bars=(edges, heights), words=("I", "Counts"))
