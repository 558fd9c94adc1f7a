"""The memory of a coupler's flux line, and the predistortion that undoes it.

A long pulse that does little by itself, a wait, and a gate: what the line has not yet settled shifts the gate's
conditional phase. Long pulses to either side, so that only what follows their sign is left; ten rounds in a row, so
that a permille of tail shows; and the gate with its amplitude moved by a permille for the scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Pair
from reson.records import Check, CheckCode, Quantity
from reson.tools.data import CONTRAST, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import pairs, sweep
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.phases import conditional, followed, phasors, wrapped
from reson.tools.experiments.fits.tails import Tail, Train, response, tail_of
from reson.tools.experiments.pair_acquisition import acquire_pairs
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device
    from reson.tools.experiments.circuits.pair_sequences import PairSequence

NAME = "cz_settling"
LONG, EDGES = 500e-9, 60e-9
SIDES = {"up": 0.6, "down": -0.9}
"""Amplitudes of the long pulses to either side, in units of the gate's: short of the walls."""
WAITS = (8e-9, 18e-9, 32e-9, 55e-9, 90e-9, 150e-9, 250e-9, 450e-9)
ROUNDS = (1, 10)
STEP = 1e-3
SEEN = 4.0
"""Standard errors from which a tail is one."""
MOST_TAIL = 0.06
MOST_ERROR = 4e-4
TIME = "flux_tail_time"
LEAST_KNOWN = 0.5
"""Share of itself up to which the time of a tail may be unsure: a predistortion of another time leaves most of it."""


def _device_seconds(parameters: Values, device: Device) -> float:
    circuits = 6 * (2 * len(WAITS) * len(ROUNDS) + 2)
    return sweep.device_seconds(circuits, parameters["shots"], 3e-6, device)


def acquire(device: Device, arguments: Mapping[Pair, Values]) -> dict[Pair, RawData]:
    return acquire_pairs(NAME, device, arguments, {pair: _sequences(device.controls()[pair]) for pair in arguments})


def _sequences(controls: Values) -> list[PairSequence]:
    from reson.tools.experiments.circuits.pair_sequences import flux, ramsey, wait

    amplitude, found = controls["cz_amplitude"], []
    plain = [(seconds, rounds, side, 0.0) for rounds in ROUNDS for seconds in WAITS for side in SIDES]
    for seconds, rounds, side, off in [*plain, *((WAITS[-1], ROUNDS[-1], "up", off) for off in (-STEP, STEP))]:
        gate = flux(amplitude * (1 + off), controls["cz_duration"])
        played = [flux(SIDES[side] * amplitude, LONG, EDGES), *wait(seconds), gate] * rounds
        metadata = {"xval": seconds, "rounds": rounds, "side": side, "off": off}
        found += [one for excited in (False, True) for one in ramsey(0, excited, played, metadata)]
    return found


def analyse(raw: RawData) -> Analysis:
    found = phasors(raw)
    plain, moved = found.where(off=0.0), [conditional(found.where(off=off)) for off in (-STEP, STEP)]
    turned = float(wrapped(moved[1][0][0] - moved[0][0][0]))
    slope = turned / (2 * STEP * ROUNDS[-1])
    slope_error = float(np.hypot(moved[0][1], moved[1][1])[0]) / (2 * STEP * ROUNDS[-1])
    (up, up_error), (down, down_error) = (conditional(plain.where(side=side)) for side in SIDES)
    one = plain.where(side="up")
    waits, rounds, error = one.of("xval")[::2], one.of("rounds")[::2], np.hypot(up_error, down_error)
    phase = np.asarray(wrapped(up - down), dtype=float)
    for seconds in np.unique(waits):
        mine = waits == seconds
        phase[mine] = followed(rounds[mine], phase[mine])
    train = Train(LONG, EDGES, raw.controls["cz_duration"])
    loaded = raw.controls["flux_tail_amplitude"]
    known = raw.controls["flux_tail_time"] if loaded else None
    scale = slope * (SIDES["up"] - SIDES["down"])
    tail = tail_of(waits, rounds, phase, error, scale, train, known)
    contrast = plain.where(side="up", partner=0, rounds=ROUNDS[-1])
    drawn = []
    for number, offset in zip(ROUNDS, tail.offsets, strict=True):
        mine = rounds == number
        at = np.linspace(min(WAITS), max(WAITS), 201)
        curve = -tail.amplitude * scale * response(at, np.full_like(at, number), tail.time, train)
        drawn.append(
            series(
                f"{number} round{'s' if number > 1 else ''}", waits[mine], phase[mine] - offset, error[mine], at, curve
            )
        )
    return pairs.analysis(
        raw,
        (*drawn, series(CONTRAST, contrast.of("xval"), np.abs(contrast.values), contrast.errors)),
        Axis(label="Wait after a long pulse", unit="s"),
        Axis(label="Phase by the wait (rad)", unit=""),
        _quantities(tail, loaded, Quantity(value=slope, stderr=slope_error)),
        reduced_chi2=tail.reduced_chi2,
    )


def _quantities(tail: Tail, loaded: float, slope: Quantity) -> dict[str, Quantity]:
    found = {
        "tail": Quantity(value=tail.amplitude, stderr=tail.amplitude_error),
        "slope": slope,
        "seen": Quantity(value=abs(tail.amplitude) / tail.amplitude_error),
    }
    if found["seen"].value < SEEN:
        return found
    total = Quantity(value=loaded + tail.amplitude, stderr=tail.amplitude_error)
    found["flux_tail_amplitude"] = total
    if not loaded:
        found["flux_tail_time"] = Quantity(value=tail.time, stderr=tail.time_error, unit="s")
    return found


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    found = analysis.quantities
    tail = found["tail"]
    return [
        pairs.has_contrast(analysis),
        checks.resolved("slope", found["slope"], 5.0),
        checks.within("slope", found["slope"].value, *pairs.SLOPES, code=CheckCode.SLOPE_OFF),
        checks.within("tail", abs(tail.value), 0.0, MOST_TAIL, code=CheckCode.SETTLING),
        checks.narrow("the tail", tail, MOST_ERROR),
        *([checks.precise(TIME, found[TIME], LEAST_KNOWN)] if TIME in found else []),
        checks.goodness(analysis, parameters=4, tolerance=0.05),
    ]


EXPERIMENT = pairs.row(
    NAME,
    title="Settling of a flux line",
    measures="what earlier pulses leave on a coupler's flux line, and the predistortion that takes it away",
    parameters=(sweep.shots(400),),
    needs=("coupler_bias", "cz_amplitude", "cz_duration"),
    calibrates=("flux_tail_amplitude", "flux_tail_time"),
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=30 * 24.0,
)
