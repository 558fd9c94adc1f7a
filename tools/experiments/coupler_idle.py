"""The bias at which a pair's static ZZ is zero, or least where it has no zero, from the ZZ around the one in force.

The echo of ``coupler_arc`` with longer pulses. The bias moves both qubits: their drive frequencies are stale after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Pair
from reson.records import Check, CheckCode, Quantity, Verdict
from reson.tools.data import CONTRAST, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import pairs, sweep
from reson.tools.experiments.coupler_arc import EDGES, PEAK_ERROR, TOLERABLE_ZZ, zz_phases
from reson.tools.experiments.experiment import Parameter
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.lines import linear
from reson.tools.experiments.fits.phases import followed_from_the_middle, from_the_middle, phasors
from reson.tools.experiments.pair_acquisition import acquire_pairs
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NAME = "coupler_idle"
SHORTEST, HOLD = 1e-6, 15e-6
"""Seconds of each of the two pulses, at most half the time in which the echo loses its contrast: the ZZ is then known
best.
"""
TERMS = 4
"""Of the polynomial that the ZZ is close to the idle point."""
MOST_STEP, LEAST_POINTS = 1.5, 8
"""rad between two points up to which the phase is followed from the middle of the sweep, and the points it takes."""
JUMPS = f"the phase moves by more than {MOST_STEP:g} rad from point to point about the bias in force"
NO_ZZ = 1e3
"""Hz, of which nothing is felt."""
MOST_ERROR, MOST_OF_SHORT = 0.7e3, 1.2e3
"""Hz, standard error of the ZZ that is left at the new bias; and where coherence allows but a short hold."""
ANGLE_ERROR = 0.066
"""rad that it turns meanwhile, in one hold."""


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(3 * parameters["points"], parameters["shots"], 2 * parameters["hold"], device)


def _held(values: Values) -> float:
    """What is asked for, in whole nanoseconds."""
    return round(values["hold"] * 1e9) * 1e-9


def acquire(device: Device, arguments: Mapping[Pair, Values]) -> dict[Pair, RawData]:
    from reson.tools.experiments.circuits.pair_sequences import zz_echo

    sequences = {
        pair: [
            one
            for off in np.linspace(-values["span"], values["span"], int(values["points"])).tolist()
            for one in zz_echo(off, _held(values), EDGES, {"xval": off})
        ]
        for pair, values in arguments.items()
    }
    return acquire_pairs(NAME, device, arguments, sequences)


def analyse(raw: RawData) -> Analysis:
    found, unit = phasors(raw), 1 / (2 * np.pi * _held(raw.parameters))
    off, error = found.of("xval"), found.angle_errors
    phase = from_the_middle(zz_phases(found))
    near = followed_from_the_middle(phase, MOST_STEP)
    kept, bias = off[near], raw.controls["coupler_bias"]
    seen = series(CONTRAST, bias + off, np.abs(found.values), found.errors)
    axes = Axis(label="Coupler bias (flux quanta)", unit=""), Axis(label="ZZ", unit="Hz")
    if len(kept) <= TERMS:
        return pairs.analysis(raw, (series("ZZ", bias + off, phase * unit, error * unit), seen), *axes, {}, JUMPS)
    line = linear([kept**n for n in range(TERMS)], phase[near], error[near])
    at = np.linspace(kept.min(), kept.max(), 401)
    shape = np.stack([at**n for n in range(TERMS)], axis=1)
    curve = shape @ line.values
    return pairs.analysis(
        raw,
        (series("ZZ", bias + off, phase * unit, error * unit, bias + at, curve * unit), seen),
        *axes,
        _quantities(raw, at, shape, curve, line.values, line.covariance * max(1.0, line.reduced_chi2), unit)
        | {"lowest": Quantity(value=float(kept.min())), "highest": Quantity(value=float(kept.max()))}
        | {"followed": Quantity(value=float(np.count_nonzero(near)))},
        reduced_chi2=line.reduced_chi2,
    )


def _quantities(
    raw: RawData,
    at: np.ndarray,
    shape: np.ndarray,
    curve: np.ndarray,
    values: np.ndarray,
    covariance: np.ndarray,
    unit: float,
) -> dict[str, Quantity]:
    crossings = np.flatnonzero(curve[1:] * curve[:-1] <= 0)
    place = int(crossings[np.argmin(np.abs(at[crossings]))] if len(crossings) else np.argmin(np.abs(curve)))
    slope = sum(n * values[n] * at[place] ** (n - 1) for n in range(1, TERMS))
    root = at[place] - curve[place] / slope if len(crossings) else at[place]
    left = float(np.sqrt(shape[place] @ covariance @ shape[place])) * unit
    known = left / unit / slope if len(crossings) else _error_of_extremum(at[place], values, covariance)
    moved = Quantity(value=float(root), stderr=float(abs(known)) if np.isfinite(known) else None)
    controls = raw.controls
    return {
        "coupler_bias": Quantity(value=controls["coupler_bias"] + moved.value, stderr=moved.stderr),
        # the peak of a pulse stays where it is, and no better known than an arc knows it
        "cz_amplitude": Quantity(
            value=controls["cz_amplitude"] - moved.value,
            stderr=moved.stderr and float(np.hypot(PEAK_ERROR, moved.stderr)),
        ),
        "moved": moved,
        "zz": Quantity(value=float(values[0]) * unit, stderr=float(np.sqrt(covariance[0, 0])) * unit, unit="Hz"),
        "zz_left": Quantity(value=0.0 if len(crossings) else float(curve[place]) * unit, stderr=left, unit="Hz"),
        "zeros": Quantity(value=float(len(crossings))),
    }


def _error_of_extremum(at: float, values: np.ndarray, covariance: np.ndarray) -> float:
    """Of the place at which a polynomial has no slope: the error of its slope there over its curvature."""
    slope = np.array([n * at ** max(n - 1, 0) for n in range(TERMS)])
    curvature = sum(n * (n - 1) * values[n] * at ** (n - 2) for n in range(2, TERMS))
    return float(np.sqrt(slope @ covariance @ slope) / curvature) if curvature else np.inf


def _defaults(values: Values) -> dict[str, float]:
    return {"hold": min(max(values.get("coherence_time", 2 * HOLD) / 2, SHORTEST), HOLD)}


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    if analysis.error is not None:
        jumps = checks.asked("points followed", False, CheckCode.PHASE_JUMP, analysis.error)
        return [pairs.has_contrast(analysis), jumps]
    found = analysis.quantities
    left, limits = found["zz_left"], (found["lowest"].value, found["highest"].value)
    most = min(max(ANGLE_ERROR / (2 * np.pi * parameters["hold"]), MOST_ERROR), MOST_OF_SHORT)
    least = f"no zero of the ZZ: {left.value / 1e3:.1f} kHz are left at the best bias"
    return [
        pairs.has_contrast(analysis),
        checks.signal(analysis.series[0]),
        checks.within("points followed", found["followed"].value, LEAST_POINTS, np.inf, code=CheckCode.PHASE_JUMP),
        checks.asked(
            "zero of the ZZ", abs(left.value) < parameters["tolerated"], CheckCode.NO_ZERO_ZZ, least, Verdict.REVIEW
        ),
        checks.inside_sweep("move", found["moved"].value, *limits, 0.02),
        checks.within("error of the ZZ", left.stderr or np.inf, 0.0, most, "Hz", severity=Verdict.REVIEW),
        checks.goodness(analysis, parameters=TERMS, tolerance=0.03),
    ]


EXPERIMENT = pairs.row(
    NAME,
    title="Idle ZZ of a coupler",
    measures="the bias at which the static ZZ of a pair is zero",
    parameters=(
        Parameter("span", "", 0.002, 0.1, "how far from the bias in force, in nominal flux quanta", 0.06),
        Parameter("hold", "s", SHORTEST, 18e-6, "length of each of the two pulses; half of what their echo keeps"),
        sweep.points(17),
        sweep.shots(450),
        Parameter("tolerated", "Hz", NO_ZZ, TOLERABLE_ZZ, "ZZ that may be left at the best bias", NO_ZZ),
    ),
    needs=("coupler_bias",),
    calibrates=("coupler_bias", "cz_amplitude"),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=7 * 24.0,
    waits=True,
)
