"""How right are errors that come from the scatter of the points alone? ``python -m reson.evals.scatter_errors``.

Synthetic sweeps of the kinds that people bring, with normal noise: the estimated error of a point over the true one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reson.tools.own_data.noise import noise

SWEEPS = 100
SIZES = (0.003, 0.015, 0.05)
"""Noise of a point, in units of a signal that spans about 1."""
KINDS: dict[str, tuple[int, Callable[[np.ndarray], np.ndarray]]] = {
    "T1, 31 points": (31, lambda x: 0.03 + 0.93 * np.exp(-4 * x)),
    "Gaussian echo, 41 points": (41, lambda x: 0.5 - 0.46 * np.exp(-((3 * x) ** 2))),
    "Ramsey, 8 periods, 61 points": (61, lambda x: 0.5 + 0.46 * np.exp(-2 * x) * np.cos(16 * np.pi * x)),
    "Ramsey, 4 points a period, 101 points": (101, lambda x: 0.5 + 0.46 * np.exp(-2.5 * x) * np.cos(52 * np.pi * x)),
    "Rabi, 3 periods, 41 points": (41, lambda x: 0.5 - 0.47 * np.cos(6 * np.pi * x)),
    "line of 4 steps, 61 points": (61, lambda x: 0.1 + 0.8 * np.exp(-(((x - 0.47) * 61 / 1.7) ** 2) / 2)),
    "resonator of 5 steps, 101 points": (101, lambda x: np.abs(1 - 0.7 / (1 + 1j * (x - 0.4) * 101 / 2.5))),
    "benchmarking, 12 points": (12, lambda x: 0.5 + 0.48 * 0.998 ** (1500 * x**2)),
}


def ratios(kind: str, size: float, seed: int, sweeps: int = SWEEPS) -> np.ndarray:
    """Estimated over true error of a point, shape (sweeps,)."""
    number, curve = KINDS[kind]
    rng, x = np.random.default_rng(seed), np.linspace(0, 1, number)
    return np.array([noise(x, curve(x) + size * rng.standard_normal(number)) for _ in range(sweeps)]) / size


def main() -> None:
    for kind in KINDS:
        for seed, size in enumerate(SIZES):
            found = ratios(kind, size, seed)
            low, middle, high = np.quantile(found, (0.05, 0.5, 0.95))
            print(f"{kind}, noise {size:g}: median {middle:.2f}, 5 to 95 % {low:.2f} to {high:.2f}")


if __name__ == "__main__":
    main()
