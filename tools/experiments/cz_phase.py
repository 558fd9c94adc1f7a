"""The conditional phase of many flux pulses in a row, at the amplitude in force and close to it: pi to a milliradian.

Phases add up: n pulses turn n times as far as one, and what a line that settles slowly leaves for the next one bends
that line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Pair
from reson.records import Check, CheckCode, Quantity, Verdict
from reson.tools.data import CONTRAST, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import pairs, sweep
from reson.tools.experiments.experiment import Parameter
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.lines import Linear, linear
from reson.tools.experiments.fits.phases import conditional, followed, phasors, wrapped
from reson.tools.experiments.pair_acquisition import acquire_pairs
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NAME = "cz_phase"
NUMBERS = (1, 3, 9, 17)
STEP = 1e-3
MOST_OFF = 4e-3
"""Relative change of the amplitude up to which the slope is taken as constant."""
MOST_ERROR = 0.008
"""rad, standard error of the phase of one pulse: 1e-5 of error."""
MEMORY = {False: 1e-4, True: 3e-5}
"""Relative: by how much the best amplitude of a gate in a row differs from that of one alone, on a line with a usual
tail (a permille) that is not predistorted, or is.
"""
BEND = 0.25
"""rad by which the phases of n pulses may bend away from n times one."""


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(18 * len(NUMBERS), parameters["shots"], 0.6e-6, device)


def acquire(device: Device, arguments: Mapping[Pair, Values]) -> dict[Pair, RawData]:
    from reson.tools.experiments.circuits.pair_sequences import flux, ramsey, row

    sequences = {}
    for pair, values in arguments.items():
        controls, step = device.controls()[pair], values["step"]
        sequences[pair] = [
            one
            for off in (-step, 0.0, step)
            for number in NUMBERS
            for excited in (False, True)
            for one in ramsey(
                0,
                excited,
                row(flux(controls["cz_amplitude"] * (1 + off), controls["cz_duration"]), number, pairs.GAP),
                {"xval": number, "off": off},
            )
        ]
    return acquire_pairs(NAME, device, arguments, sequences)


def analyse(raw: RawData) -> Analysis:
    found = phasors(raw)
    number, off, (angle, error) = found.of("xval")[::2], found.of("off")[::2], conditional(found)
    residual = np.zeros_like(angle)
    for one in np.unique(off):
        mine = off == one
        residual[mine] = followed(number[mine], np.asarray(wrapped(angle[mine] - np.pi * number[mine])))
    line = linear([number, number * off, np.ones_like(number)], residual, error)
    contrast = np.minimum(np.abs(found.values[::2]), np.abs(found.values[1::2]))
    drawn = []
    at = np.linspace(number.min(), number.max(), 101)
    for one in np.unique(off):
        mine = off == one
        curve = line.values[0] * at + line.values[1] * at * one + line.values[2]
        drawn.append(
            series(
                f"{1e3 * one:+.1f} permille" if one else "in force",
                number[mine],
                residual[mine],
                error[mine],
                at,
                curve,
            )
        )
    middle = off == 0
    return pairs.analysis(
        raw,
        (*drawn, series(CONTRAST, number[middle], contrast[middle], found.errors[::2][middle])),
        Axis(label="Pulses", unit=""),
        Axis(label="Phase beyond pi per pulse (rad)", unit=""),
        _quantities(line, raw.controls["cz_amplitude"], MEMORY[bool(raw.controls["flux_tail_amplitude"])]),
        reduced_chi2=line.reduced_chi2,
    )


def _quantities(line: Linear, amplitude: float, memory: float) -> dict[str, Quantity]:
    (phase, slope, bend), errors = line.values, line.errors
    off, off_error = -phase / slope, np.hypot(errors[0] / slope, memory)
    return {
        "cz_amplitude": Quantity(value=float(amplitude * (1 + off)), stderr=float(amplitude * off_error)),
        "off": Quantity(value=float(off), stderr=float(off_error)),
        "phase_error": Quantity(value=float(phase), stderr=float(errors[0]), unit="rad"),
        "slope": Quantity(value=float(slope), stderr=float(errors[1])),
        "bend": Quantity(value=float(bend), stderr=float(errors[2]), unit="rad"),
    }


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    found = analysis.quantities
    bend = abs(found["bend"].value)
    return [
        pairs.has_contrast(analysis),
        pairs.full_contrast(analysis),
        checks.within("slope", found["slope"].value, *pairs.SLOPES, code=CheckCode.SLOPE_OFF),
        checks.resolved("slope", found["slope"], 5.0),
        checks.within("change of the amplitude", found["off"].value, -MOST_OFF, MOST_OFF, code=CheckCode.AT_EDGE),
        checks.within("error of the phase", found["phase_error"].stderr or np.inf, 0.0, MOST_ERROR, "rad"),
        checks.within("bend", bend, 0.0, BEND, "rad", severity=Verdict.REVIEW, code=CheckCode.SETTLING),
        checks.goodness(analysis, parameters=3, tolerance=0.02),
    ]


EXPERIMENT = pairs.row(
    NAME,
    title="Phase of many CZ",
    measures="the conditional phase of a CZ from that of up to 17 in a row",
    parameters=(
        Parameter("step", "", 2e-4, 5e-3, "relative step of the amplitude to either side", STEP),
        sweep.shots(500),
    ),
    needs=("coupler_bias", "cz_amplitude", "cz_duration"),
    calibrates=("cz_amplitude",),
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=6.0,
)
