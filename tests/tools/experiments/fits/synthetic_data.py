"""Raw data drawn from curves of known parameters, as a job would bring it home."""

from __future__ import annotations

import numpy as np

from reson.components import Qubit
from reson.tools.data import RawData

CONTROLS = {
    "drive_frequency": 5e9,
    "anharmonicity": -3e8,
    "x_amplitude": 0.35,
    "sx_amplitude": 0.175,
    "drag_beta": 0.0,
    "pulse_duration": 32e-9,
    "readout_angle": 0.0,
    "readout_threshold": 0.0,
}
SHOTS = 1000


def counted(name: str, metadata: list[dict], p1: np.ndarray, parameters: dict[str, float], seed: int) -> RawData:
    ones = np.random.default_rng(seed).binomial(SHOTS, p1)
    return RawData(
        experiment=name,
        component=Qubit(3),
        parameters=parameters,
        controls=CONTROLS,
        shots=SHOTS,
        circuits=metadata,
        arrays={"counts": np.stack([SHOTS - ones, ones], axis=1)},
        started=0.0,
        ended=1.0,
    )


def decay(seed: int) -> RawData:
    x = np.linspace(0, 200e-6, 31)
    return counted("t1", [{"xval": v} for v in x], 0.95 * np.exp(-x / 50e-6) + 0.02, {"max_delay": 200e-6}, seed)


def ramsey(seed: int) -> RawData:
    x = np.linspace(0, 20e-6, 41)
    wave = np.exp(-x / 30e-6)[:, None] * np.stack(
        [np.cos(2e6 * np.pi * 0.2 * x), np.sin(2e6 * np.pi * 0.2 * x)], axis=1
    )
    metadata = [{"xval": v, "series": s} for v in x for s in "XY"]
    return counted("ramsey_xy", metadata, (0.5 + 0.45 * wave).ravel(), {"max_delay": 20e-6, "detuning": 250e3}, seed)


def pairs(seed: int) -> RawData:
    n = np.arange(0, 21)
    metadata = [{"xval": 0, "series": "spam-cal"}, {"xval": 1, "series": "spam-cal"}]
    metadata += [{"xval": int(v), "series": 1} for v in n]
    p1 = np.concatenate([[0.03, 0.95], 0.49 + 0.46 * np.sin(0.011 * n)])
    return counted("fine_drag", metadata, p1, {"max_repetitions": 20}, seed)


def benchmark(seed: int) -> RawData:
    metadata = [
        {"xval": m, "target": t, "pulses": round(5 / 6 * (m + 1))} for m in (1, 500, 1000, 2000) for t in (0, 1) * 3
    ]
    height = np.array([0.47 * 0.9995 ** entry["xval"] for entry in metadata])
    target = np.array([entry["target"] for entry in metadata])
    # a lopsided readout: the floor of either kind of sequence is not one half, that of their mean is
    p1 = np.where(target == 1, 0.5 + height, 0.5 - height) + np.where(target == 1, 0.02, 0.02)
    return counted("standard_rb", metadata, p1, {"max_length": 2000, "coherence_limit": 2e-4}, seed)
