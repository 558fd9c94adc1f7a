"""One experiment on one qubit of a simulated chip whose controls are right, or wrong in a known way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from reson.records import Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.devices.simulated.telegraph import DefectTruth
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

from .right_controls import right_controls


@dataclass(frozen=True)
class Tried:
    truth: TransmonTruth
    """In the middle of the measurement."""
    raw: RawData
    arguments: dict[str, float]
    analysis: Analysis
    verdict: Verdict
    reasons: tuple[str, ...]

    def pull(self, name: str, true: float) -> float:
        """(found - true) / error of a quantity."""
        quantity = self.analysis.quantities[name]
        assert quantity.stderr
        return (quantity.value - true) / quantity.stderr


def attempt(
    name: str,
    seed: int,
    given: Mapping[str, float] | None = None,
    wrong: Mapping[str, float] | None = None,
    detuned: float = 0.0,
    faults: Mapping[str, str] | None = None,
    defects: tuple[DefectTruth, ...] | None = (),
) -> Tried:
    """``wrong``: factors on controls; ``detuned``: Hz added to the drive; ``defects`` None: the chip's own."""
    device = open_simulated(seed, 1, dict(faults or {}), 1.8e9)
    if defects is not None:
        changed = replace(device.chip.truth.transmons[0], defects=defects)
        device.chip.truth = replace(device.chip.truth, transmons=(changed,))
    healthy = open_simulated(seed, 1, {}, 1.8e9)
    truth, controls = right_controls(healthy)
    controls = {parameter: value * (wrong or {}).get(parameter, 1.0) for parameter, value in controls.items()}
    controls["drive_frequency"] += detuned
    device.load({"q0": controls})
    known = {"t1": truth.t1, "t2_star": truth.t2_star, "t2_echo": truth.t2}
    row = get(name)
    arguments = row.arguments(given or {}, device.controls()["q0"] | known)
    raw = row.acquire(device, {0: arguments})[0]
    middle = device.chip.truth_at((raw.started + raw.ended) / 2).transmons[0]
    return _judged(name, raw, arguments, middle)


def _judged(name: str, raw: RawData, arguments: dict[str, float], truth: TransmonTruth) -> Tried:
    row = get(name)
    analysis = row.analyse(raw)
    judgement = judge(row.check(analysis, arguments, {}))
    return Tried(truth, raw, arguments, analysis, judgement.verdict, judgement.reasons)


def as_noise(tried: Tried, rng: np.random.Generator) -> Tried:
    """The same measurement with nothing but noise in it."""
    arrays = {}
    if "counts" in tried.raw.arrays:
        ones = rng.binomial(tried.raw.shots, 0.4, len(tried.raw.circuits))
        arrays["counts"] = np.stack([tried.raw.shots - ones, ones], axis=1)
    else:
        arrays["iq_stderr"] = tried.raw.arrays["iq_stderr"]
        arrays["iq_mean"] = (rng.normal(size=arrays["iq_stderr"].shape) * arrays["iq_stderr"]) @ np.array([1, 1j])
    return _judged(tried.analysis.experiment, replace(tried.raw, arrays=arrays), tried.arguments, tried.truth)


def with_probability(tried: Tried, p1: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator) -> Tried:
    """The same measurement with counts drawn from P(1) as a function of the swept value."""
    x = np.array([meta["xval"] for meta in tried.raw.circuits], dtype=float)
    ones = rng.binomial(tried.raw.shots, p1(x))
    arrays = {"counts": np.stack([tried.raw.shots - ones, ones], axis=1)}
    return _judged(tried.analysis.experiment, replace(tried.raw, arrays=arrays), tried.arguments, tried.truth)
