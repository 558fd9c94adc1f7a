"""The conditional phase of one flux pulse against its amplitude, followed from where there is none up to pi.

Beyond pi it goes on and the coupler comes ever closer: the first crossing is the one that counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Pair
from reson.records import Check, CheckCode, Quantity
from reson.tools.data import CONTRAST, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import pairs, sweep
from reson.tools.experiments.experiment import Parameter
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.lines import linear
from reson.tools.experiments.fits.phases import conditional, phasors
from reson.tools.experiments.pair_acquisition import acquire_pairs
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NAME = "cz_amplitude"
LOWEST, HIGHEST = 0.82, 1.26
"""Of the amplitude in force: room for the phase to start from nothing, and for pairs whose ZZ grows slowly."""
MOST_STEP = 2.2
"""rad between two points up to which the phase is followed."""
STARTS = 0.7
"""rad of the first points up to which the phase is known to be none yet, and not a whole turn."""
NEAR = 4
"""Points below the crossing through which the curve runs, and half of them above."""
KEPT = 0.8
"""Share of the first points' contrast that is left at the crossing."""
MOST_ERROR = 2e-3
"""Relative standard error of the amplitude: 0.1 to 0.2 rad of phase."""


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(6 * parameters["points"], parameters["shots"], 0.2e-6, device)


def acquire(device: Device, arguments: Mapping[Pair, Values]) -> dict[Pair, RawData]:
    from reson.tools.experiments.circuits.pair_sequences import flux, ramsey

    sequences = {}
    for pair, values in arguments.items():
        controls = device.controls()[pair]
        amplitudes = controls["cz_amplitude"] * np.linspace(values["lowest"], values["highest"], int(values["points"]))
        sequences[pair] = [
            one
            for amplitude in amplitudes.tolist()
            for excited in (False, True)
            for one in ramsey(0, excited, [flux(amplitude, controls["cz_duration"])], {"xval": amplitude})
        ]
    return acquire_pairs(NAME, device, arguments, sequences)


def analyse(raw: RawData) -> Analysis:
    found = phasors(raw)
    amplitude, (angle, error) = found.of("xval")[::2], conditional(found)
    phase = np.unwrap(angle)
    contrast = np.minimum(np.abs(found.values[::2]), np.abs(found.values[1::2]))
    beyond = np.flatnonzero(np.abs(phase) >= np.pi)
    near = slice(max(0, int(beyond[0]) - NEAR), int(beyond[0]) + NEAR // 2) if len(beyond) else slice(0, 0)
    quantities = {
        "start": Quantity(value=float(np.mean(phase[:3])), stderr=float(np.linalg.norm(error[:3])) / 3),
        "largest": Quantity(value=float(np.max(np.abs(phase)))),
        "largest_step": Quantity(value=float(np.max(np.abs(np.diff(phase[: near.stop or len(phase)]))))),
        "sign": Quantity(value=float(np.sign(phase[beyond[0] if len(beyond) else np.argmax(np.abs(phase))]))),
        "kept": Quantity(value=float(np.median(contrast[near]) / np.median(contrast[:5])) if len(beyond) else 0.0),
    }
    curve: tuple[np.ndarray | None, np.ndarray | None] = (None, None)
    if len(beyond):
        crossing, curve = _crossing(amplitude[near], phase[near], error[near])
        quantities |= crossing
    return pairs.analysis(
        raw,
        (
            series("conditional phase", amplitude, phase, error, *curve),
            series(CONTRAST, amplitude, contrast, np.hypot(found.errors[::2], found.errors[1::2]) / 2**0.5),
        ),
        Axis(label="Pulse amplitude (flux quanta)", unit=""),
        Axis(label="Conditional phase (rad)", unit=""),
        quantities,
    )


def _crossing(
    amplitude: np.ndarray, phase: np.ndarray, error: np.ndarray
) -> tuple[dict[str, Quantity], tuple[np.ndarray, np.ndarray]]:
    """The amplitude of a phase of pi by a parabola through the points near it, and that curve."""
    middle = amplitude[-1]
    x = amplitude / middle - 1
    line = linear([np.ones_like(x), x, x**2], phase, error)
    at = np.linspace(x.min(), x.max(), 401)
    shape = np.stack([np.ones_like(at), at, at**2], axis=1)
    curve = shape @ line.values
    place = int(np.argmin(np.abs(np.abs(curve) - np.pi)))
    slope = float(line.values[1] + 2 * line.values[2] * at[place])
    root = at[place] - (curve[place] - np.pi * np.sign(curve[place])) / slope
    spread = float(np.sqrt(shape[place] @ line.covariance @ shape[place])) * max(1.0, line.reduced_chi2) ** 0.5
    found = {
        "cz_amplitude": Quantity(value=float(middle * (1 + root)), stderr=float(middle * abs(spread / slope))),
        "slope": Quantity(value=abs(slope), stderr=float(line.errors[1])),
    }
    return found, (middle * (1 + at), curve)


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    found = analysis.quantities
    phase = analysis.series[0]
    largest = found["largest"].value
    listed = [
        pairs.has_contrast(analysis),
        pairs.interacts(phase),
        checks.within("phase at the start", abs(found["start"].value), 0.0, STARTS, "rad", code=CheckCode.AT_EDGE),
        checks.within("step of the phase", found["largest_step"].value, 0.0, MOST_STEP, code=CheckCode.PHASE_JUMP),
        checks.asked(
            "phase of pi",
            largest >= np.pi,
            CheckCode.PHASE_BELOW_PI,
            f"the conditional phase reaches {largest:.2f} rad and not pi",
        ),
    ]
    if "cz_amplitude" not in found:
        return listed
    amplitude = found["cz_amplitude"]
    return [
        *listed,
        checks.asked("sign", found["sign"].value > 0, CheckCode.WRONG_SIGN, "the phase grows the wrong way"),
        checks.within("contrast kept", found["kept"].value, KEPT, 1.3, code=CheckCode.CONTRAST_LOST),
        checks.inside_sweep("amplitude", amplitude.value, min(phase.x), max(phase.x), 0.02),
        checks.precise("cz_amplitude", amplitude, MOST_ERROR),
    ]


EXPERIMENT = pairs.row(
    NAME,
    title="CZ amplitude",
    measures="the conditional phase of a flux pulse against its amplitude, up to the first crossing of pi",
    parameters=(
        Parameter("lowest", "", 0.3, 0.98, "first amplitude, in units of the one in force", LOWEST),
        Parameter("highest", "", 1.02, 1.6, "last amplitude, in units of the one in force", HIGHEST),
        sweep.points(41),
        sweep.shots(300),
    ),
    needs=("coupler_bias", "cz_amplitude"),
    calibrates=("cz_amplitude",),
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=24.0,
)
