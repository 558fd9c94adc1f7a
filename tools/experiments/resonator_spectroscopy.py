"""Resonator spectroscopy: the readout tone swept over the resonator, its dip in the transmitted signal fitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Change, Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.model_average import average, likeliest
from reson.tools.experiments.proposals import changes
from reson.tools.verdicts import checks
from reson.tools.verdicts.residuals import fitted_values

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

MHZ = 1e6
WIDE, NARROW = 30e6, 12e6
"""Span in Hz before the resonator was ever found, five times the design's error to either side, and after."""
PULLED, UNSURE = 0.011, 0.004
"""Linewidths by which the dip lies too low, and the error of that: a qubit at rest is in 1 for a per cent of the time
and pulls its share of the dip, and the tone's own photons weaken the pull of a qubit in 0. A readout resonator lies
above its qubit, so both are downward."""
DEEPER = 0.05
"""By which a dip may seem deeper than the feedline is high; more has another cause than a resonator."""
KNOWN, UNKNOWN = 0.25, 0.6
"""Relative error up to which a linewidth is written, and from which a dip is too doubtful to be one."""
NARROWEST, WELL_SEEN = 0.2e6, 8.0
"""Linewidth in Hz below which a dip is none of a readout resonator's, unless it is so many steps of the sweep wide."""
MOST_OVERDRIVE = 3.0
"""Times the readout's own amplitude from which the dip may have moved towards the bare resonator's."""


def _defaults(values: Values) -> dict[str, float]:
    """The readout's own amplitude, over a span that shrinks once the resonator is known."""
    span = NARROW if "resonator_frequency" in values else WIDE
    return {"span": span, "amplitude": values["readout_amplitude"]}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], 0.0, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.devices.readout_tone import ReadoutToneGate
    from reson.tools.experiments.circuits.sequences import Sequences

    time = {"readout_time": device.limits.readout_time, "integration_start": device.limits.integration_start}
    experiments = {}
    for qubit, values in arguments.items():
        ends = (values["centre"] - values["span"] / 2, values["centre"] + values["span"] / 2)
        offsets = np.linspace(*ends, int(values["points"]))
        tones = [({"xval": float(f)} | time, [ReadoutToneGate(float(f), values["amplitude"])]) for f in offsets]
        experiments[qubit] = Sequences(qubit, tones)
    return acquisition.acquire("resonator_spectroscopy", device, arguments, experiments, acquisition.AVERAGED_IQ)


def analyse(raw: RawData) -> Analysis:
    fits = _fits(raw)
    result = likeliest(fits)
    return Analysis(
        experiment="resonator_spectroscopy",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Readout frequency offset", unit="Hz"),
        y_axis=Axis(label="Magnitude of the transmitted signal (arb. units)", unit=""),
        quantities={} if result.error else _quantities(result, fits, raw),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _fits(raw: RawData) -> list[Fit]:
    """In the complex plane, or of the magnitude where the device keeps no phase from one point to the next."""
    from reson.tools.experiments.fits.feedline import SETTLED, coherent, fits_of
    from reson.tools.experiments.fits.power_dip import power_fits

    if coherent(raw):
        return fits_of(raw)
    declared = raw.circuits[0].get("integration_start")
    return power_fits(raw, (0.0, SETTLED) if declared is None else (declared,))


def _quantities(result: Fit, fits: list[Fit], raw: RawData) -> dict[str, Quantity]:
    controls = raw.controls
    offset, linewidth = (average(fits, lambda one, n=name: one.scaled(n, MHZ, "Hz")) for name in ("f0", "kappa"))
    stderr = None if offset.stderr is None else float(np.hypot(offset.stderr, UNSURE * linewidth.value))
    offset = Quantity(value=offset.value + PULLED * linewidth.value, stderr=stderr, unit="Hz")
    found = Quantity(value=controls["readout_frequency"] + offset.value, stderr=offset.stderr, unit="Hz")
    return {
        "readout_frequency": found,
        "resonator_frequency": found,
        "resonator_linewidth": linewidth,
        "offset": offset,
        "depth": result["depth"],
        "level": _level(result),
        "overdrive": Quantity(value=raw.parameters["amplitude"] / max(controls["readout_amplitude"], 1e-9)),
    }


def _level(result: Fit) -> Quantity:
    """Typical magnitude of the transmitted signal, with the error of a single point: noise alone has about as much."""
    (dip,) = result.series
    return Quantity(value=float(np.median(dip.y)), stderr=float(np.median(dip.y_err)))


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "readout_frequency", "resonator_linewidth", "depth")
    dip = analysis.series[0]
    if not fitted.passed:
        return [fitted, checks.signal(dip)]
    found, half, step = analysis.quantities, parameters["span"] / 2, float(np.median(np.diff(np.unique(dip.x))))
    second, noise = _second_dip(analysis)
    narrowest = max(0.8 * step, min(NARROWEST, WELL_SEEN * step))
    width = found["resonator_linewidth"]
    # a sweep that leaves out where the resonator was looks for another dip
    known = history if min(dip.x) <= 0 <= max(dip.x) else {}
    return [
        fitted,
        checks.signal(dip),
        checks.inside_sweep("dip", found["offset"].value, min(dip.x), max(dip.x), 0.04, "Hz"),
        checks.within("linewidth", width.value, narrowest, min(10e6, half), "Hz"),
        checks.resolved("depth of the dip", found["depth"], 8.0),
        checks.within("depth of the dip", found["depth"].value, 0.0, 1.0 + DEEPER, severity=Verdict.REVIEW),
        checks.within("depth over residual noise", np.ptp(dip.fit_y) / noise, 6.0, np.inf),
        checks.within("second dip over the first", second, 0.0, 0.4, severity=Verdict.REVIEW),
        checks.precise("resonator_linewidth", width, UNKNOWN),
        checks.within(
            "tone over the readout's amplitude", found["overdrive"].value, 0.0, MOST_OVERDRIVE, severity=Verdict.REVIEW
        ),
        checks.goodness(analysis, parameters=5, tolerance=0.03),
        checks.history("resonator_frequency", found["resonator_frequency"], known, natural=50e3, relative=False),
    ]


def propose(analysis: Analysis, values: Values) -> list[Change]:
    """The frequencies, and the linewidth where it is known well enough to choose later sweeps by."""
    width = analysis.quantities.get("resonator_linewidth")
    known = width is not None and width.stderr is not None and width.stderr <= KNOWN * abs(width.value)
    names = ("readout_frequency", "resonator_frequency", *(("resonator_linewidth",) if known else ()))
    return changes(analysis, values, *names)


def _second_dip(analysis: Analysis) -> tuple[float, float]:
    """(largest residual away from the dip in units of its depth, robust rms of the residuals)."""
    dip, found = analysis.series[0], analysis.quantities
    residual = np.array(dip.y) - fitted_values(dip)
    away = np.abs(np.array(dip.x) - found["offset"].value) > 2 * found["resonator_linewidth"].value
    noise = 1.4826 * float(np.median(np.abs(residual - np.median(residual))))
    significant = np.abs(residual) > 5 * np.array(dip.y_err)
    depth = float(np.ptp(dip.fit_y)) or np.inf
    return float(np.max(np.abs(residual) * (away & significant), initial=0.0) / depth), noise or 1e-300


EXPERIMENT = Experiment(
    name="resonator_spectroscopy",
    title="Resonator spectroscopy",
    measures="the frequency and the linewidth of the readout resonator, from its dip in the transmitted signal",
    family="resonator_spectroscopy",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("span", "Hz", 2e6, 60e6, "width of the sweep; narrower once the resonator is known"),
        Parameter("centre", "Hz", -40e6, 40e6, "middle of the sweep, from the readout frequency", 0.0),
        sweep.points(101),
        Parameter(
            "amplitude",
            "",
            1e-4,
            1.0,
            "amplitude of the readout tone; by default the readout's own",
            drives="readout_amplitude",
        ),
        sweep.shots(200),
    ),
    needs=(),
    calibrates=("readout_frequency", "resonator_frequency", "resonator_linewidth"),
    proposes=propose,
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=7 * 24.0,
)
