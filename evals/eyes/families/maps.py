"""Maps in colour: power against frequency, flux against frequency, a coupler's arcs, charge over time."""

from __future__ import annotations

import numpy as np

from reson.evals.eyes.families.common import Rng, between, chance, log_between, pick
from reson.evals.eyes.sheet import Label, Panel, Sheet, Trace

NO_CURVE = {"SUCCESS": 0.6, "FIT_FAILED": 0.4}
"""An arc without a curve: not fitted yet, or not to be fitted."""

Path = np.ndarray
"""Place of a line (0 to 1 on the vertical axis) for each column."""


def grid_of(rng: Rng, columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    return np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))


def ridge(y: np.ndarray, path: Path, width: np.ndarray | float) -> np.ndarray:
    return 1 / (1 + ((y - path[None, :]) / width) ** 2)


def finished(rng: Rng, grid: np.ndarray, sigma: float) -> np.ndarray:
    """With noise, background, columns that differ, a bad row; as peaks or as dips."""
    rows, columns = grid.shape
    noise = rng.normal(0, sigma, grid.shape)
    if chance(rng, 0.25):
        noise += rng.normal(0, sigma, (1, columns) if chance(rng, 0.6) else (rows, 1))
    grid = grid + noise
    if chance(rng, 0.25):
        grid = grid + np.linspace(0, rng.normal(0, 0.3), rows)[:, None] + np.linspace(0, rng.normal(0, 0.2), columns)
    if chance(rng, 0.12):
        grid = grid + 0.15 * np.sin(np.linspace(0, between(rng, 3, 25), rows) + between(rng, 0, 6))[:, None]
    if chance(rng, 0.06):
        grid[:, int(rng.integers(columns))] = grid.mean() + rng.normal(0, 1)
    return -grid if chance(rng, 0.45) else grid


def size(rng: Rng) -> tuple[int, int]:
    return int(log_between(rng, 15, 120)), int(log_between(rng, 30, 200))


def power_frequency_map(rng: Rng, status: str) -> Sheet:
    """Rows are powers, columns frequencies (or turned): the line broadens with power."""
    columns, rows = size(rng)
    columns, rows = max(columns, 40), int(np.clip(rows, 10, 90))
    x, power = grid_of(rng, columns, rows)
    at, narrow = between(rng, 0.2, 0.8), log_between(rng, 0.006, 0.03)
    strength = 10 ** (between(rng, 0.8, 1.8) * (power - between(rng, 0.2, 0.7)))
    grid = np.zeros_like(x)
    sigma = log_between(rng, 0.02, 0.2)
    label: Label = {status: 1.0}
    if status != "NO_SIGNAL":
        if status == "AMP_TOO_HIGH":
            strength = 10 ** (between(rng, 1.0, 2.2) * (power + between(rng, -0.25, 0.6)))
            narrow = log_between(rng, 0.012, 0.04)
        width = narrow * np.sqrt(1 + np.minimum(strength**2, 400) * (1.0 if status == "AMP_TOO_HIGH" else 0.25))
        height = strength**2 / (1 + strength**2)
        shift = between(rng, -0.04, 0.04) * np.clip(strength, 0, 4) if chance(rng, 0.4) else 0
        grid = height / (1 + ((x - at - shift) / width) ** 2)
        if chance(rng, 0.45 if status == "AMP_TOO_HIGH" else 0.1):  # two photons to the second level
            beside = at - between(rng, 0.1, 0.25)
            second = np.clip(strength / 4, 0, 8) ** 4
            grid += second / (1 + second) * 0.8 / (1 + ((x - beside) / (narrow * (1 + second**0.25))) ** 2)
        if status == "AMP_TOO_HIGH" and chance(rng, 0.25):
            grid = grid * (1 - 0.6 / (1 + ((x - at) / (width * 0.4)) ** 2) * np.clip(strength - 1, 0, 1))
        label = _broadened(status, width[:, 0] / narrow, height[:, 0])
    grid = finished(rng, grid, sigma if status != "NO_SIGNAL" else 1.0)
    words = ("Frequency (GHz)", "Power (dBm)")
    if chance(rng, 0.3):
        grid = grid[::-1]
    if chance(rng, 0.35):
        grid, words = grid.T, (words[1], words[0])
    return Sheet("power_frequency_map", label, [Panel(grid=grid, words=words)], False)


def _broadened(status: str, widths: np.ndarray, height: np.ndarray) -> Label:
    """Clear where most of the powers that show a line show a narrow one, or a broad one."""
    broad = float(np.mean(widths[height > 0.3] > 3.5)) if np.any(height > 0.3) else 0.0
    if 0.4 <= broad <= 0.65:
        return {"SUCCESS": 0.5, "AMP_TOO_HIGH": 0.5}
    return {"SUCCESS" if broad < 0.4 else "AMP_TOO_HIGH": 1.0} if status != "NO_SIGNAL" else {status: 1.0}


def arc(rng: Rng, status: str, columns: int) -> Path:
    """Transition frequency against flux: sqrt(abs(cos)), scaled into the window."""
    flux = np.linspace(0, 1, columns)
    if status == "NOT_TUNABLE":
        return np.full(columns, between(rng, 0.15, 0.85)) + rng.normal(0, 0.004) * flux
    if status == "RANGE_TOO_NARROW":
        turns, start = between(rng, 0.08, 0.3), between(rng, 0.06, 0.16) * pick(rng, (-1, 1))
        begin = start if start > 0 else start - turns
        path = np.abs(np.cos(np.pi * (begin + turns * flux))) ** 0.5
        if chance(rng, 0.35):  # or it leaves the frequencies shown
            apex = pick(rng, (between(rng, -0.3, 0.15), between(rng, 0.85, 1.3)))
            path = 1.0 - between(rng, 2.2, 5) * (flux - apex) ** 2
            return path + between(rng, -0.4, 0.2)
    else:
        turns, start = between(rng, 0.55, 2.6), between(rng, -0.5, 0.5)
        asymmetry = between(rng, 0, 0.5)
        angle = np.pi * (turns * (flux - 0.5) + start * (turns > 0.9))
        path = (np.cos(angle) ** 2 + asymmetry**2 * np.sin(angle) ** 2) ** 0.25
    low, high = np.sort([between(rng, 0.06, 0.35), between(rng, 0.65, 0.95)])
    span = float(np.ptp(path)) or 1.0
    return low + (high - low) * (path - path.min()) / span


def qubit_flux(rng: Rng, status: str) -> Sheet:
    columns, rows = size(rng)
    columns = max(columns, 21)
    _, y = grid_of(rng, columns, rows)
    path = arc(rng, status, columns)
    label: Label = {status: 1.0}
    flux = np.linspace(0, 1, columns)
    width = log_between(rng, 0.008, 0.045)
    strength = 1 + 0.4 * np.sin(between(rng, 0, 6) + between(rng, 0, 6) * flux)
    grid = ridge(y, path, max(width, 0.8 / rows)) * strength[None, :]
    sigma = log_between(rng, 0.03, 0.28)
    if chance(rng, 0.15) and status != "NO_SIGNAL":  # crossed by something that does not move
        grid += 0.6 * ridge(y, np.full(columns, between(rng, 0.05, 0.95)), 0.012)
    if status == "NO_SIGNAL":
        grid, sigma = np.zeros_like(grid), 1.0
    over: list[tuple[np.ndarray, np.ndarray]] = []
    drawn = True
    fine = np.linspace(0, 1, 200)
    right = np.interp(fine, flux, path)
    if status == "SUCCESS":
        if chance(rng, 0.15):
            drawn, label = False, dict(NO_CURVE)
        over = [(fine, right + rng.normal(0, 0.004))] if drawn else []
    elif status == "FIT_POOR":
        over, sigma = [(fine, _beside(rng, right))], min(sigma, 0.15)
    elif status == "FIT_FAILED":
        kind, sigma = int(rng.integers(8)), min(sigma, 0.18)
        drawn = kind > 0
        if kind == 0:
            label = dict(NO_CURVE)
        elif kind < 4:
            over = [(fine, np.full(200, between(rng, 0.04, 0.96)))]
        elif kind < 6:
            over = [(fine, 0.5 + between(rng, 0.3, 1.5) * np.sin(between(rng, 20, 80) * fine + between(rng, 0, 6)))]
        else:  # a line across the window
            over = [(fine, between(rng, 0.1, 0.9) + between(rng, -1.2, 1.2) * (fine - 0.5))]
    elif status == "RANGE_TOO_NARROW":
        drawn = chance(rng, 0.5)
        over = [(fine, right)] if drawn else []
    else:
        drawn = chance(rng, 0.4)
        over = (
            [(fine, right if status == "NOT_TUNABLE" and chance(rng, 0.6) else _random_arc(rng, fine))] if drawn else []
        )
    words = (pick(rng, ("Flux bias (V)", "Flux (Phi0)", "Bias current (mA)")), "Frequency (GHz)")
    if chance(rng, 0.2):
        return Sheet("qubit_flux", label, [_found_lines(rng, status, flux, path, over, words)], drawn)
    page = Panel(grid=finished(rng, grid, sigma), over=over, words=words)
    if chance(rng, 0.25) and status != "NO_SIGNAL":
        some = np.arange(0, columns, max(1, columns // 30))
        page.over.append((flux[some], path[some] + rng.normal(0, 0.006, len(some))))
        page.dots = chance(rng, 0.7)
    if chance(rng, 0.15):
        page = _turned(page)
    return Sheet("qubit_flux", label, [page], drawn)


def _turned(page: Panel) -> Panel:
    assert page.grid is not None
    over = [(y, x) for x, y in page.over]
    return Panel(grid=page.grid.T, over=over, dots=page.dots, words=(page.words[1], page.words[0]))


def _found_lines(rng: Rng, status: str, flux: np.ndarray, path: Path, over: list, words: tuple[str, str]) -> Panel:
    """The peaks that were found, as points, without the map."""
    y = path + rng.normal(0, log_between(rng, 0.004, 0.03), len(flux))
    if status == "NO_SIGNAL":
        y = rng.random(len(flux))
    one = Trace(flux, y, fit=over[0] if over else None, joined=False)
    wide = (-0.1, 1.1) if status == "NOT_TUNABLE" or chance(rng, 0.3) else None
    return Panel([one], words=words, y_range=wide)


def _beside(rng: Rng, right: Path) -> Path:
    kind, sign = int(rng.integers(4)), np.sign(rng.normal())
    if kind == 0:
        return right + sign * between(rng, 0.08, 0.25)
    if kind == 1:
        return _moved(right, sign * between(rng, 0.07, 0.3))
    middle = float(right.mean())
    if kind == 2:
        return middle + (right - middle) * pick(rng, (between(rng, 0.15, 0.65), between(rng, 1.5, 2.2)))
    place = np.linspace(0, 1, len(right))
    return np.interp(np.abs((place - 0.5) * pick(rng, (0.6, 0.75)) + 0.5), place, right) + sign * 0.03


def _moved(path: Path, part: float) -> Path:
    """Along the sweep, by this part of it; what is not known beyond the end goes on as it began."""
    place = np.linspace(0, 1, len(path))
    inside = np.interp(place + part, place, path)
    slope = (path[-1] - path[-2], path[0] - path[1])[int(part < 0)] * (len(path) - 1)
    beyond = np.maximum(place + part - 1, 0) if part > 0 else np.maximum(-(place + part), 0)
    return inside + slope * beyond


def _random_arc(rng: Rng, fine: np.ndarray) -> Path:
    return between(rng, 0.2, 0.8) + between(rng, 0.05, 0.5) * np.cos(
        2 * np.pi * (between(rng, 0.2, 2.5) * fine + between(rng, 0, 1))
    )


def coupler_flux(rng: Rng, status: str) -> Sheet:
    """A fixed line that the coupler's arcs push away where they cross it."""
    columns, rows = size(rng)
    columns = max(columns, 30)
    _, y = grid_of(rng, columns, rows)
    flux = np.linspace(0, 1, columns)
    centre, bend, g = between(rng, 0.35, 0.65), between(rng, 1.5, 12), log_between(rng, 0.02, 0.12)
    bare = np.full(columns, between(rng, 0.3, 0.7))
    coupler = between(rng, 0.75, 1.3) - bend * (flux - centre) ** 2
    if chance(rng, 0.3):
        coupler = 0.5 + between(rng, 0.3, 0.6) * np.cos(2 * np.pi * between(rng, 0.8, 2.2) * (flux - centre))
    middle, half = (bare + coupler) / 2, np.sqrt(((bare - coupler) / 2) ** 2 + g**2)
    branches = [middle + half, middle - half]
    weight = 0.5 * (1 - (bare - coupler) / 2 / half)
    share = between(rng, 0.0, 0.9)
    width = log_between(rng, 0.01, 0.03)
    grid = ridge(y, branches[0], max(width, 0.8 / rows)) * (share + (1 - share) * (1 - weight))
    grid += ridge(y, branches[1], max(width, 0.8 / rows)) * (share + (1 - share) * weight)
    fine = np.linspace(0, 1, 200)
    right = [np.interp(fine, flux, one) for one in branches]
    label: Label = {status: 1.0}
    drawn = status == "FIT_POOR" or chance(rng, 0.85)
    over = [(fine, one) for one in right]
    if status == "FIT_POOR":
        kind, shift, sign = int(rng.integers(4)), between(rng, 0.08, 0.22), np.sign(rng.normal())
        over = [(fine, one + sign * shift) for one in right]
        if kind == 1:
            over = [(fine, _moved(one, sign * shift * 1.2)) for one in right]
        elif kind == 2:
            over = [(fine, _beside(rng, one)) for one in right]
        elif kind == 3:
            over = [(fine, _random_arc(rng, fine)) for _ in right]
    elif not drawn:
        over, label = [], {"SUCCESS": 0.7, "FIT_POOR": 0.3}
    if chance(rng, 0.25):
        over = over[: int(rng.integers(1, 3))]
    marks = []
    if chance(rng, 0.2):
        marks = [between(rng, 0.3, 0.7)]
    page = Panel(grid=finished(rng, grid, log_between(rng, 0.03, 0.2)), over=over, marks=marks,
                 words=("Coupler flux (Phi0)", "Frequency (GHz)"))  # fmt: skip
    return Sheet("coupler_flux", label, [page], drawn)


def charge_jumps(rng: Rng, status: str) -> Sheet:
    """A fringe against the charge offset in each row, row after row in time."""
    rows, columns = int(log_between(rng, 30, 220)), int(rng.integers(20, 90))
    x, _ = grid_of(rng, columns, rows)
    drift = np.cumsum(rng.normal(0, between(rng, 0.0, 0.012), rows)) + between(rng, 0, 1)
    if status == "EVENT":
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(rows // 10, rows - rows // 10))
            drift[at:] += np.sign(rng.normal()) * between(rng, 0.14, 0.5)
    elif status == "LOW_CONTRAST" and chance(rng, 0.4):
        drift[rows // 2 :] += 0.3
    periods = pick(rng, (1.0, 2.0, between(rng, 0.8, 3)))
    fringe = 0.5 + 0.5 * np.cos(2 * np.pi * (periods * x - drift[:, None]))
    if chance(rng, 0.3):
        fringe = np.abs(fringe - 0.5) * 2
    sigma = between(rng, 0.05, 0.4)
    if status == "LOW_CONTRAST":
        sigma = between(rng, 0.7, 1.3)
    elif status == "NO_COHERENCE":
        fringe, sigma = np.zeros_like(fringe), 1.0
    grid = fringe + rng.normal(0, sigma, fringe.shape)
    if chance(rng, 0.45):
        grid = grid.T
    return Sheet("charge_jumps", {status: 1.0}, [Panel(grid=grid, words=("Charge offset", "Time (min)"))], False)
