"""Readout frequency: the tone swept over the resonator with 0 and with 1 prepared, both dips fitted together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, CheckCode, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Series, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.fitting import Fit, fit_signal, series
from reson.tools.experiments.fits.model_average import weights
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

MHZ = 1e6
WIDTHS, SHORTEST = 6.0, 6e6
"""Default span in linewidths of the resonator, and its least in Hz."""
NARROW, ZOOMED = 0.6e6, 3.6e6
"""Linewidth in Hz below which the least span is this: as wide as 0 and 1 of a readout of 1 us can be told apart."""
GENTLE = 0.6
"""Default amplitude in units of the readout's: the stronger the tone, the more it stirs a qubit in 1."""
FADING, UNSURE = 0.012, 0.0055
"""Linewidths by which the photons of a readout's own tone lower the best frequency, and the error of a gentler tone's:
they weaken the pull, which is upward for a resonator above its qubit (Boissonneault et al., PRL 105, 100504 (2010))."""
WEAKENED = 0.02
"""Share by which the photons of the readout's own tone make the shift smaller, likewise."""
BENT = 0.5
"""Share that is uncertain of what the feedline does to the best frequency."""
FLAT = 0.1
"""Linewidths beside the best frequency at which 0 and 1 lie 4 % less far apart: 1 / (1 + (2 x)^2) between near dips."""
DECAYED = 0.004
"""Systematic error in linewidths of the shift: a qubit that decays meanwhile is no plain mixture of 0 and 1."""


def _defaults(values: Values) -> dict[str, float]:
    width = values.get("resonator_linewidth", NARROW)
    span = min(60e6, max(ZOOMED if width < NARROW else SHORTEST, WIDTHS * width))
    return {"span": span, "amplitude": GENTLE * values["readout_amplitude"]}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(2 * parameters["points"], parameters["shots"], 0.0, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import XGate

    from reson.tools.devices.readout_tone import ReadoutToneGate
    from reson.tools.experiments.circuits.sequences import Sequences

    time = {"readout_time": device.limits.readout_time, "integration_start": device.limits.integration_start}
    experiments = {}
    for qubit, values in arguments.items():
        offsets = np.linspace(-values["span"] / 2, values["span"] / 2, int(values["points"]))
        experiments[qubit] = Sequences(
            qubit,
            [
                (
                    {"xval": float(f), "series": f"prepared {n}"} | time,
                    [*[XGate()] * n, ReadoutToneGate(float(f), values["amplitude"])],
                )
                for f in offsets
                for n in (0, 1)
            ],
        )
    return acquisition.acquire("readout_frequency_sweep", device, arguments, experiments, acquisition.AVERAGED_IQ)


def analyse(raw: RawData) -> Analysis:
    from reson.tools.experiments.fits.feedline import SETTLED
    from reson.tools.experiments.fits.resonator_dip import magnitude
    from reson.tools.experiments.fits.two_dips import TwoDipsAnalysis

    time, declared = raw.circuits[0]["readout_time"], raw.circuits[0].get("integration_start")
    starts = (0.0, SETTLED) if declared is None else (declared,)
    lines = [_through(raw, time, start) for start in starts]
    fits = [
        fit_signal(TwoDipsAnalysis(time, start), one, MHZ, ("amp",), magnitude(one))
        for start, one in zip(starts, (_off(raw, line) for line in lines), strict=True)
    ]
    chosen = int(np.argmax(weights(fits)))
    result, line, start = fits[chosen], lines[chosen], starts[chosen] * MHZ
    return Analysis(
        experiment="readout_frequency_sweep",
        component=raw.component,
        series=(*result.series, _distance(raw, line, result, start)),
        x_axis=Axis(label="Readout frequency offset", unit="Hz"),
        y_axis=Axis(label="Magnitude (arb. units)", unit=""),
        quantities={} if result.error else _quantities(result, raw, line, start),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _sweep_of(raw: RawData) -> tuple[np.ndarray, np.ndarray]:
    """(frequencies in Hz, numbers of the circuits there with 0 and with 1 prepared, shape (2, points))."""
    ones = np.array([metadata["series"] == "prepared 1" for metadata in raw.circuits])
    rows = np.stack([np.flatnonzero(~ones), np.flatnonzero(ones)])
    return np.array([metadata["xval"] for metadata in raw.circuits])[rows[0]], rows


def _through(raw: RawData, time: float, start: float) -> np.ndarray:
    """What the feedline lets through at each frequency, where that changes over the sweep; else 1."""
    from reson.tools.experiments.fits.bent_feedline import feedline_of

    x, rows = _sweep_of(raw)
    return feedline_of(raw, x / MHZ, rows, time * MHZ, start * MHZ)


def _off(raw: RawData, line: np.ndarray) -> RawData:
    """The signals in units of what the feedline lets through."""
    through = np.ones(len(raw.circuits))
    through[_sweep_of(raw)[1]] = line
    mean, stderr = raw.arrays["iq_mean"] / through, raw.arrays["iq_stderr"] / through[:, None]
    return replace(raw, arrays=raw.arrays | {"iq_mean": mean, "iq_stderr": stderr})


def _distance(raw: RawData, line: np.ndarray, result: Fit, start: float) -> Series:
    """Distance of the two mean signals in the plane at each frequency, and what the fit makes of it.

    ``start``: of the integration after that of the tone, us.
    """
    from reson.tools.experiments.fits.two_dips import HOT, mixed

    x, (zeros, ones) = _sweep_of(raw)
    mean, stderr = raw.arrays["iq_mean"], raw.arrays["iq_stderr"]
    difference = mean[ones] - mean[zeros]
    errors = np.hypot(stderr[ones], stderr[zeros]).mean(axis=1)
    curve_x, curve_y = np.array([]), np.array([])
    if result.error is None:
        curve_x = np.array(result.series[0].fit_x)
        found = {name: result[name].value for name in ("f0", "shift", "kappa", "depth", "asymmetry")}
        time = raw.circuits[0]["readout_time"] * MHZ
        shares = (HOT, result["prepared"].value)
        parts = [mixed(curve_x / MHZ, share, **found, readout_time=time, start=start) for share in shares]
        curve_y = result["amp"].value * np.abs(parts[1] - parts[0]) * np.interp(curve_x, x, line)
    return series("distance", x, np.abs(difference), errors, curve_x, curve_y)


def _quantities(result: Fit, raw: RawData, line: np.ndarray, start: float) -> dict[str, Quantity]:
    """The noise comes after the feedline, so that 0 and 1 lie farthest apart where more of the tone gets through."""
    from reson.tools.experiments.fits.two_dips import farthest

    time, places = raw.circuits[0]["readout_time"] * MHZ, _sweep_of(raw)[0] / MHZ
    f0, shift, kappa, asymmetry = (result[name].value for name in ("f0", "shift", "kappa", "asymmetry"))
    best, plain = (
        farthest(f0, shift, kappa, asymmetry, time, start, through)
        for through in (lambda x: float(np.interp(x, places, line)), lambda x: 1.0)
    )
    bent = BENT * (best - plain)
    best = MHZ * (best - FADING * kappa * (1 - _strength(raw) ** 2))
    stderr = _combined(MHZ, result["f0"].stderr, result["shift"].stderr, float(np.hypot(UNSURE * kappa, bent)))
    found = Quantity(
        value=MHZ * shift * (1 + WEAKENED * _strength(raw) ** 2),
        stderr=_combined(MHZ, 0.0, 2 * (result["shift"].stderr or 0.0), DECAYED * kappa),
        unit="Hz",
    )
    return {
        "readout_frequency": Quantity(value=raw.controls["readout_frequency"] + best, stderr=stderr, unit="Hz"),
        "dispersive_shift": found,
        "offset": Quantity(value=best, stderr=stderr, unit="Hz"),
        "depth": result["depth"],
        "linewidth": result.scaled("kappa", MHZ, "Hz"),
        "prepared": result["prepared"],
    }


def _strength(raw: RawData) -> float:
    """Amplitude of the tone in units of the readout's, at most 1: beyond, photons do more than weaken the pull."""
    return min(1.0, raw.parameters["amplitude"] / max(raw.controls["readout_amplitude"], 1e-9))


def _combined(unit: float, middle: float | None, width: float | None, systematic: float) -> float | None:
    """Error of a place in the middle of two dips from those of one dip and of the distance to the other."""
    if middle is None or width is None:
        return None
    return unit * float(np.hypot(np.hypot(middle, width / 2), systematic))


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "readout_frequency", "dispersive_shift", "depth")
    zero, one, distance = analysis.series
    if not fitted.passed:
        return [fitted, checks.signal(distance, "distance of 0 and 1")]
    found, half, step = analysis.quantities, parameters["span"] / 2, parameters["span"] / (parameters["points"] - 1)
    shift, width = found["dispersive_shift"], found["linewidth"].value
    fits = analysis.model_copy(update={"series": (zero, one)})
    return [
        fitted,
        checks.signal(zero),
        checks.signal(distance, "distance of 0 and 1"),
        checks.inside_sweep("best frequency", found["offset"].value, -half, half, 0.1, "Hz"),
        checks.wide_enough("linewidth", width, max(0.1e6, 2 * step), min(10e6, half), "Hz"),
        checks.within("dispersive shift", abs(shift.value), 0.03 * width, min(20e6, half), "Hz"),
        checks.resolved("dispersive shift", shift, 4.0),
        checks.resolved("depth of the dip", found["depth"], 8.0),
        # between the dips the distance of 0 and 1 is flat: what the share of 1 leaves open of the shift costs nothing
        checks.within(
            "error of the best frequency over the linewidth",
            (found["readout_frequency"].stderr or np.inf) / width,
            0.0,
            FLAT,
            severity=Verdict.REVIEW,
            code=CheckCode.IMPRECISE,
        ),
        checks.within("share of 1 that was prepared", found["prepared"].value, 0.7, 1.01, severity=Verdict.REVIEW),
        checks.goodness(fits, parameters=7, tolerance=0.03),
        checks.history("dispersive_shift", shift, history, natural=0.1),
    ]


EXPERIMENT = Experiment(
    name="readout_frequency_sweep",
    title="Readout frequency",
    measures="how the qubit shifts its resonator, and the readout frequency at which 0 and 1 lie farthest apart",
    family="readout_frequency",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("span", "Hz", 1e6, 60e6, "width of the sweep about the readout frequency; by default 6 linewidths"),
        Parameter(
            "amplitude",
            "",
            1e-4,
            1.0,
            "amplitude of the readout tone; by default 0.6 of the readout's own",
            drives="readout_amplitude",
        ),
        sweep.points(41),
        sweep.shots(500),
    ),
    needs=("drive_frequency", "x_amplitude"),
    calibrates=("readout_frequency", "dispersive_shift"),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=7 * 24.0,
)
