"""Punch-out: resonator spectroscopy at growing power, up to where the resonator forgets its qubit.

A weak tone finds the resonator pulled by the qubit, a strong one the bare resonator (Reed et al., PRL 105, 173601
(2010)): a dip that moves belongs to a resonator with a living transmon, and moves by about g^2 / detuning. Which
amplitude reads the qubit best is for single shots to say (``readout_power``), so none is proposed here.

An amplifier or digitiser that strong tones drive to its end shows no dip there: the shift is then that between the
weakest tones and the strongest that still show one, which tells a living qubit as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Map, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.fitting import series
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

ROWS = 16
WEAK = 0.25
"""Smallest amplitude, in units of the readout's."""
FULL_SCALE = 1.0
HEARD = 3.0
"""Signal in units of its error from which a magnitude is more than noise."""
MEDIAN = 1.253
"""Standard error of a median over that of a mean."""
ENDS = 2
"""Rows at either end of those with a dip from which its frequency at low and at high power is taken."""
FEWEST = 6
"""Rows with a dip from which it can be followed over the powers."""
APART = 1 / 6
"""Share of the distance of two rows that counts as an error of their middle: the dip does move from one to the next."""


BENT, BROAD = 0.12, 0.15
"""Shares of the shift, and of the dip's width, that its place is uncertain by: feedlines, amplifiers and digitisers
flatten its flanks unevenly as the power grows (up to a quarter of the shift on fridge chips, hardly on clean ones)."""


def _defaults(values: Values) -> dict[str, float]:
    return {"min_amplitude": max(1e-4, WEAK * values["readout_amplitude"])}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(ROWS * parameters["points"], parameters["shots"], 0.0, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.devices.device import bounds_of
    from reson.tools.devices.readout_tone import ReadoutToneGate
    from reson.tools.experiments.circuits.sequences import Sequences

    experiments = {}
    _, strongest = bounds_of(device).get("readout_amplitude", (0.0, FULL_SCALE))
    for qubit, values in arguments.items():
        offsets = np.linspace(-values["span"] / 2, values["span"] / 2, int(values["points"]))
        amplitudes = np.geomspace(values["min_amplitude"], strongest, ROWS)
        tones = [
            ({"xval": float(f), "amplitude": float(a)}, [ReadoutToneGate(float(f), float(a))])
            for a in amplitudes
            for f in offsets
        ]
        experiments[qubit] = Sequences(qubit, tones)
    return acquisition.acquire("punch_out", device, arguments, experiments, acquisition.AVERAGED_IQ)


def analyse(raw: RawData) -> Analysis:
    from reson.tools.experiments.fits.resonator_dip import magnitude
    from reson.tools.experiments.fits.row_dips import row_dips

    rows = len({metadata["amplitude"] for metadata in raw.circuits})
    size, errors = (part.reshape(rows, -1) for part in magnitude(raw))
    level = np.median(size, axis=1, keepdims=True)
    x = np.array([metadata["xval"] for metadata in raw.circuits[: size.shape[1]]])
    power = 20 * np.log10([metadata["amplitude"] for metadata in raw.circuits[:: size.shape[1]]])
    z = size / level
    place, spread, width = row_dips(x, z, errors / level)
    seen = np.isfinite(spread)
    return Analysis(
        experiment="punch_out",
        component=raw.component,
        series=(series("dip", place[seen], power[seen], spread[seen]),) if seen.any() else (),
        maps=(Map(name="transmission", x=_floats(x), y=_floats(power), z=tuple(map(_floats, z))),),
        x_axis=Axis(label="Readout frequency offset", unit="Hz"),
        y_axis=Axis(label="Readout power (dB of full scale)", unit=""),
        z_axis=Axis(label="Magnitude over median of the row", unit=""),
        quantities=_quantities(place[seen], spread[seen], width[seen], raw) | _growth(size, errors, raw),
        error=None if seen[:ENDS].any() and seen.sum() >= FEWEST else "no dip at low power that could be followed",
    )


def _quantities(place: np.ndarray, spread: np.ndarray, width: np.ndarray, raw: RawData) -> dict[str, Quantity]:
    """Of the rows with a dip; empty where there are fewer than ``FEWEST``."""
    if len(place) < FEWEST:
        return {}
    (low, low_err), (high, high_err) = (
        _middle(place[part], spread[part]) for part in (slice(0, ENDS), slice(-ENDS, None))
    )
    bent = float(np.hypot(BENT * (low - high), BROAD * np.median(width[-ENDS:])))
    return {
        "punch_out_shift": Quantity(
            value=low - high, stderr=float(np.hypot(np.hypot(low_err, high_err), bent)), unit="Hz"
        ),
        "low_power_offset": Quantity(value=low, stderr=low_err, unit="Hz"),
        "high_power_offset": Quantity(value=high, stderr=high_err, unit="Hz"),
        "overdrive": Quantity(value=raw.parameters["min_amplitude"] / max(raw.controls["readout_amplitude"], 1e-9)),
    }


def _growth(size: np.ndarray, errors: np.ndarray, raw: RawData) -> dict[str, Quantity]:
    """Growth of the signal from the weakest tone to that of the readout, over the growth of the tone: 1 unless the
    amplifier saturates. Empty where the weakest tone is not heard, or is no weaker than the readout.
    """
    amplitudes = np.array([metadata["amplitude"] for metadata in raw.circuits[:: size.shape[1]]])
    row = int(np.argmin(abs(np.log(amplitudes / max(raw.controls["readout_amplitude"], 1e-9)))))
    level, noise = np.median(size[[0, row]], axis=1), np.median(errors[[0, row]], axis=1)
    if row == 0 or level[0] < HEARD * noise[0]:
        return {}
    relative = MEDIAN * noise / level / np.sqrt(size.shape[1])
    value = float(level[1] / level[0] / (amplitudes[row] / amplitudes[0]))
    return {"growth": Quantity(value=value, stderr=float(value * np.hypot(*relative)))}


def _middle(place: np.ndarray, spread: np.ndarray) -> tuple[float, float]:
    """Median of the places, and its error: of a row, or ``APART`` of how far the rows lie apart."""
    return float(np.median(place)), float(max(np.median(spread), APART * np.ptp(place)))


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.maps import draw_maps

    return draw_maps(analysis, "Punch-out")


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "punch_out_shift")
    if not fitted.passed:
        return [fitted]
    found, half = analysis.quantities, parameters["span"] / 2
    shift = found["punch_out_shift"]
    step = parameters["span"] / (parameters["points"] - 1)
    return [
        fitted,
        checks.inside_sweep("dip at low power", found["low_power_offset"].value, -half, half, 0.05, "Hz"),
        checks.inside_sweep("dip at high power", found["high_power_offset"].value, -half, half, 0.05, "Hz"),
        checks.within("weakest tone over the readout's", found["overdrive"].value, 0.0, 1.0),
        checks.resolved("shift between low and high power", _moved(found), 5.0),
        checks.wide_enough("shift between low and high power", abs(shift.value), 2 * step, 50e6, "Hz"),
        checks.history("punch_out_shift", shift, history, natural=0.1),
        checks.precise("punch_out_shift", shift, 0.5),
        checks.within("dip at low power", abs(found["low_power_offset"].value), 0.0, half / 2, "Hz", Verdict.REVIEW),
    ]


def _moved(found: Mapping[str, Quantity]) -> Quantity:
    """The shift with the error of its two ends alone: whether the dip moves, by however much."""
    low, high = (found[name].stderr or 0.0 for name in ("low_power_offset", "high_power_offset"))
    return found["punch_out_shift"].model_copy(update={"stderr": float(np.hypot(low, high))})


EXPERIMENT = Experiment(
    name="punch_out",
    title="Punch-out",
    measures="how far the resonator moves between weak and strong tones: the sign of a living qubit",
    family="punch_out",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("span", "Hz", 4e6, 60e6, "width of the sweep, centred on the readout frequency", 16e6),
        sweep.points(49),
        Parameter(
            "min_amplitude",
            "",
            1e-4,
            0.3,
            "smallest amplitude; the largest is full scale, or what the device allows",
            drives="readout_amplitude",
        ),
        sweep.shots(200),
    ),
    needs=("readout_frequency",),
    calibrates=("punch_out_shift",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=30 * 24.0,
)
