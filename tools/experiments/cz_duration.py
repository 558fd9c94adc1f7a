"""What a flux pulse swaps and what it leaks, for several lengths: the length of the CZ.

Several pulses in a row add their small swaps (01 and 10) and leaks (out of 11) like waves, more or less in step by what
lies between: the wait is swept through a beat of the two qubits. In step n pulses lose n^2 times as much as one, in the
mean n times. Swaps beat as the qubits do, and a curve of that beat through all waits finds them (``fits.in_step``); of
leaks it is the largest that counts. A mean that surely says more is shown, but chooses no length: what does not depend
on the wait is lost by the coupler at every length.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reson.components import Pair, Qubit
from reson.records import Check, CheckCode, Quantity
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import pairs, sweep
from reson.tools.experiments.experiment import Parameter
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.in_step import share_of_one
from reson.tools.experiments.pair_acquisition import OUTCOMES, acquire_pairs
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NAME = "cz_duration"
NUMBER = 11
WAITS = np.arange(18) * 1e-9
"""Whole nanoseconds through one beat of qubits 60 MHz apart."""
STEEPNESS = 18.0
"""Exponent of the conditional phase against the amplitude: 14 to 30 on usual couplers. A longer pulse needs so little
less that the phase stays within some tenths of a radian."""
PREPARED = {"swap": ("10", "01"), "leakage": ("11", "11")}
"""What is prepared, and the outcome that tells: one that appears, or one that goes."""
COSTS = {"swap": 0.4, "leakage": 0.25}
"""Average error of a gate for what one pulse swaps of 10, or loses of 11."""
LENGTH_COSTS = 1.6e4
"""1/s: error that relaxation and dephasing of usual qubits add to a longer pulse."""
KEEP = 4e-5
"""Error by swap and leakage up to which the length in force is good enough."""
BEATS = np.linspace(55e6, 200e6, 59)
"""Hz: beats that the qubits of a pair may have, for data that do not say theirs."""
MOST_LOSS = 2.5e-3
MEAN_SEEN = 5.0
"""Standard errors by which the mean must say more than the largest: it is known much worse."""
SURE = 2.0
"""Standard errors by which another length must be better."""
READ = 0.6
"""Least share of shots that read 10 and 11 as prepared."""


class Loss(NamedTuple):
    """What one pulse of a length loses."""

    in_step: Quantity
    """What several add up when the wait between them is right."""
    seen: Quantity
    """That, or the mean where it surely says more."""


def durations(parameters: Values) -> list[float]:
    """Those that are tried, s: the one in force and steps to both sides."""
    steps = np.arange(-parameters["steps"], parameters["steps"] + 1) * parameters["step"]
    return [round(float(one) * 1e9) / 1e9 for one in parameters["middle"] + steps]


def scaled_amplitude(amplitude: float, duration: float, other: float) -> float:
    """The amplitude of about the same conditional phase for a pulse of another length."""
    return amplitude * (duration / other) ** (1 / STEEPNESS)


def _device_seconds(parameters: Values, device: Device) -> float:
    circuits = 2 * len(durations(parameters)) * (len(WAITS) + 1)
    return sweep.device_seconds(circuits, parameters["shots"], 0.9e-6, device)


def acquire(device: Device, arguments: Mapping[Pair, Values]) -> dict[Pair, RawData]:
    from reson.tools.experiments.circuits.pair_sequences import PairSequence, flux, row, wait, x

    sequences = {}
    for pair, values in arguments.items():
        controls, beat = device.controls()[pair], _beat(device, pair)
        found = []
        for duration in durations(values):
            pulse = flux(scaled_amplitude(controls["cz_amplitude"], controls["cz_duration"], duration), duration)
            rest = wait(NUMBER * (duration + float(WAITS.mean())))
            for kind, (state, _) in PREPARED.items():
                start = x(*(place for place in (0, 1) if state[place] == "1"))
                known = {"kind": kind, "duration": duration, "beat": beat}
                found += [
                    PairSequence({"xval": gap, "pulsed": 1, **known}, [*start, *row(pulse, NUMBER, gap)])
                    for gap in WAITS.tolist()
                ]
                found.append(PairSequence({"xval": 0.0, "pulsed": 0, **known}, [*start, *rest]))
        sequences[pair] = found
    return acquire_pairs(NAME, device, arguments, sequences)


def _beat(device: Device, pair: Pair) -> float:
    """Hz between the two qubits."""
    first, second = (device.controls()[Qubit(qubit)]["drive_frequency"] for qubit in pair.qubits())
    return abs(first - second)


def analyse(raw: RawData) -> Analysis:
    tried = sorted({one["duration"] for one in raw.circuits})
    losses = {kind: _losses(raw, kind, tried) for kind in PREPARED}
    chosen = _chosen(np.array(tried), losses, raw.controls["cz_duration"])
    x, read = np.array(tried), {state: _read(raw, kind) for kind, (state, _) in PREPARED.items()}
    top = max(
        2 * MOST_LOSS,
        *(1.1 * (one.seen.value + (one.seen.stderr or 0.0)) for found in losses.values() for one in found),
    )
    unread = [f"{state} is read in {share:.0%} of the shots" for state, share in read.items() if share < READ]
    return pairs.analysis(
        raw,
        tuple(
            series(kind, x, np.array([one.seen.value for one in found]), np.array([one.seen.stderr for one in found]))
            for kind, found in losses.items()
        ),
        Axis(label="Pulse length", unit="s"),
        Axis(label="Loss of one pulse", unit="", limits=(-0.1 * top, top)),
        _quantities(raw, tried[chosen], {kind: found[chosen].seen for kind, found in losses.items()}),
        error=f"not prepared: {', '.join(unread)}" if unread else None,
    )


def _chosen(tried: np.ndarray, losses: Mapping[str, list[Loss]], in_force: float) -> int:
    """Which length: the one in force where it is good enough or no other is surely better."""
    parts = np.array([[one.in_step.value for one in losses[kind]] for kind in PREPARED])
    errors = np.array([[one.in_step.stderr or 0.0 for one in losses[kind]] for kind in PREPARED])
    weights = np.array([COSTS[kind] for kind in PREPARED])
    lost, known = weights @ parts, np.hypot.reduce(weights[:, None] * errors)
    cost = lost + LENGTH_COSTS * tried
    now, best = int(np.argmin(np.abs(tried - in_force))), int(np.argmin(cost + known))
    better = cost[now] - cost[best] > SURE * float(np.hypot(known[now], known[best]))
    return best if lost[now] > KEEP and better else now


def _read(raw: RawData, kind: str) -> float:
    """Share of the shots without pulses that read what was prepared."""
    mine = [n for n, one in enumerate(raw.circuits) if one["kind"] == kind and not one["pulsed"]]
    return float(np.mean(raw.arrays["counts"][mine, OUTCOMES.index(PREPARED[kind][0])])) / raw.shots


def _losses(raw: RawData, kind: str, tried: list[float]) -> list[Loss]:
    """Of one pulse of each length, beyond what waiting as long costs: a line through the lengths, known from all."""
    told = OUTCOMES.index(PREPARED[kind][1])
    share = raw.arrays["counts"][:, told] / raw.shots
    lost = share if kind == "swap" else 1 - share
    mine, duration, pulsed, gap = (
        np.array([one[name] for one in raw.circuits]) for name in ("kind", "duration", "pulsed", "xval")
    )
    rests = (mine == kind) & (pulsed == 0)
    rest = np.polynomial.Polynomial.fit(duration[rests], lost[rests], min(1, len(tried) - 1))
    beat = raw.circuits[0].get("beat")
    beats = BEATS if beat is None else np.array([beat])
    found = []
    for one in tried:
        part = (mine == kind) & (pulsed == 1) & (duration == one)
        spread = float(np.sqrt(max(np.mean(share[part] * (1 - share[part])), 1 / raw.shots) / raw.shots))
        beyond, rest_error = lost[part] - float(rest(one)), spread * len(tried) ** -0.5
        if kind == "swap":
            in_step = share_of_one(gap[part], beyond, spread, beats, NUMBER)
        else:
            in_step = _largest(beyond, spread, rest_error)
        mean_error = float(np.hypot(rest_error, spread * len(beyond) ** -0.5)) / NUMBER
        mean = Quantity(value=float(max(beyond.mean(), 0.0)) / NUMBER, stderr=mean_error)
        found.append(Loss(in_step, mean if mean.value - in_step.value > MEAN_SEEN * mean_error else in_step))
    return found


def _largest(beyond: np.ndarray, error: float, rest_error: float) -> Quantity:
    """Of one pulse, from the most that several lose at any wait; ``error`` of one wait, ``rest_error`` of waiting."""
    expected = error * np.sqrt(2 * np.log(len(beyond)))  # of the largest of so many points of noise
    return Quantity(
        value=float(max(beyond.max() - expected, 0.0)) / NUMBER**2,
        stderr=float(np.hypot(error, rest_error)) / NUMBER**2,
    )


def _quantities(raw: RawData, duration: float, losses: Mapping[str, Quantity]) -> dict[str, Quantity]:
    now = raw.controls["cz_duration"]
    found = {"cz_duration": Quantity(value=duration, stderr=0.0, unit="s"), **losses}
    if abs(duration - now) > 0.5e-9:
        moved = scaled_amplitude(raw.controls["cz_amplitude"], now, duration)
        found["cz_amplitude"] = Quantity(value=moved, stderr=5e-3 * moved)
    return found


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    if analysis.error is not None:
        return [checks.asked("prepared", False, CheckCode.NOT_PREPARED, analysis.error)]
    swap, leak = analysis.quantities["swap"], analysis.quantities["leakage"]
    return [
        checks.within("swap", swap.value - 2 * (swap.stderr or 0.0), -1.0, MOST_LOSS, code=CheckCode.SWAP),
        checks.within("leakage", leak.value - 2 * (leak.stderr or 0.0), -1.0, MOST_LOSS, code=CheckCode.LEAKAGE),
    ]


EXPERIMENT = pairs.row(
    NAME,
    title="CZ length",
    measures="what a flux pulse swaps and leaks, for several lengths",
    parameters=(
        Parameter("middle", "s", 40e-9, 120e-9, "length in the middle of those tried, whole nanoseconds"),
        Parameter("step", "s", 1e-9, 8e-9, "from one length to the next, whole nanoseconds", 4e-9),
        Parameter("steps", "", 1, 4, "lengths to either side", 2, integer=True, shared=True),
        sweep.shots(400),
    ),
    needs=("coupler_bias", "cz_amplitude"),
    calibrates=("cz_duration", "cz_amplitude"),
    defaults=lambda values: {"middle": values["cz_duration"]},
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    stacked=False,
    valid_hours=30 * 24.0,
)
