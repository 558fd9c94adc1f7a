"""The ZZ of a pair over the whole range of its coupler's flux: where it idles, where the walls are, is the line sound?

An echo on one qubit in which both are flipped half way, with a long flat pulse on the coupler in each half: all but
their ZZ is refocused. Towards half a flux quantum the coupler comes down to the qubits and the ZZ runs away, on both
sides alike: the middle between these walls is zero flux. The sign convention is E11 - E10 - E01 + E00.
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
from reson.tools.experiments.fits.arc import (
    HALF_WIDTHS,
    Arc,
    Quiet,
    Swept,
    arc_of,
    contrast_at_rest,
    quiet_of,
    seen_about_rest,
)
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.phases import Phasors, phasors
from reson.tools.experiments.pair_acquisition import acquire_pairs
from reson.tools.verdicts import checks
from reson.tools.verdicts.residuals import scatter_significance

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NAME = "coupler_arc"
HOLD, LONG_HOLD = 1e-6, 2e-6
"""Seconds of each of the two pulses, and in the middle, where the ZZ is small: up to 250 kHz can be told there."""
EDGES = 80e-9
SPAN, MIDDLE = 0.5, 0.18
"""Largest bias on either side, in nominal flux quanta: one whole arc; and up to where the ZZ changes slowly."""
PEAK_BEHIND_WALL = 0.05
"""Flux quanta by which the peak of a CZ of 60 ns lies behind the wall: 0.042 to 0.06 for the usual couplers."""
PEAK_ERROR = 0.01
"""Flux quanta up to which that is known."""
MOST_OFFSET = 0.08
TOLERABLE_ZZ = 25e3
"""Hz that may be left of a ZZ without a zero: a wait of 60 ns then turns a pair by 10 mrad, 4e-6 of error. Half of what
fixed couplers leave (59 kHz in the median of ibm_sherbrooke).
"""
NOWHERE = 0.4
"""How far out a zero would have to lie to count where none is wanted: beyond every wall."""
MOST_ERROR = 0.03
"""Standard error of the idle bias up to which the next measurement finds it."""


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(3 * parameters["points"], parameters["shots"], HOLD + LONG_HOLD, device)


def biases(points: int) -> np.ndarray:
    """Ascending, a quarter of them in the middle: at the walls the ZZ grows about threefold within a hundredth."""
    inner = points // 8 * 2 + 1
    outer = np.linspace(MIDDLE, SPAN, (points - inner) // 2 + 1)[1:]
    return np.concatenate([-outer[::-1], np.linspace(-MIDDLE, MIDDLE, inner), outer])


def hold_at(bias: float) -> float:
    return LONG_HOLD if abs(bias) <= MIDDLE else HOLD


def acquire(device: Device, arguments: Mapping[Pair, Values]) -> dict[Pair, RawData]:
    from reson.tools.experiments.circuits.pair_sequences import zz_echo

    sequences = {}
    for pair, values in arguments.items():
        bias = device.controls()[pair]["coupler_bias"]
        sequences[pair] = [
            one
            for reached in biases(int(values["points"])).tolist()
            for one in zz_echo(reached - bias, hold_at(reached), EDGES, {"xval": reached})
        ]
    return acquire_pairs(NAME, device, arguments, sequences)


def analyse(raw: RawData) -> Analysis:
    found = phasors(raw)
    bias, contrast = found.of("xval"), np.abs(found.values)
    hold = np.array([hold_at(one) for one in bias])
    swept = Swept(bias, zz_phases(found), found.angle_errors, contrast, hold, raw.controls["coupler_bias"])
    quiet = quiet_of(swept)
    zz, error = swept.phase * swept.unit if quiet is None else quiet.zz, swept.error * swept.unit
    arc = arc_of(swept, quiet, raw.parameters.get("beyond", 0.0))
    curve = (None, None) if arc is None else arc.curve
    return pairs.analysis(
        raw,
        (
            series("ZZ", bias, zz, error, *curve),
            series(CONTRAST, bias, contrast, found.errors),
        ),
        Axis(label="Coupler bias (flux quanta)", unit=""),
        Axis(label="ZZ", unit="Hz"),
        {} if arc is None else _quantities(arc),
        error=None if arc is not None else _missing(swept, quiet),
    )


def zz_phases(found: Phasors) -> np.ndarray:
    """2 pi ZZ times one of the two halves of the echo, rad: the echo itself turns by pi, and the other way round."""
    return np.angle(-found.values.conj())


NOT_SEEN, DEAD = "the phases are not seen", "the flux of the coupler changes nothing"
OPEN = "the ZZ runs away on one side of the range only"
WEAK = "the ZZ moves and runs away on neither side: the coupler is hardly moved"
AT_ITS_QUBITS = "the ZZ runs away at every bias: the coupler rests at its qubits"
TOO_STRONG = "the ZZ runs away at every bias, and a small pulse drives the coupler through its qubits"
NARROW = "the walls are too near to each other"
MISSING = {
    NOT_SEEN: CheckCode.NO_SIGNAL,
    DEAD: CheckCode.NO_INTERACTION,
    OPEN: CheckCode.ONE_WALL,
    WEAK: CheckCode.FLUX_GAIN_OFF,
    NARROW: CheckCode.FLUX_GAIN_OFF,
    TOO_STRONG: CheckCode.FLUX_GAIN_OFF,
    AT_ITS_QUBITS: CheckCode.FLUX_OFFSET_OFF,
}
"""Why there is no arc -> the code that names it."""
STAYS = 0.18
"""Bias over which a coupler that rests at its qubits can be moved before it crosses one: a quarter of a flux
quantum and more between the walls on a sound line, half of that where a gain of two has brought it there.
"""


def _missing(swept: Swept, quiet: Quiet | None) -> str:
    if contrast_at_rest(swept) < pairs.LEAST_CONTRAST:
        return NOT_SEEN
    if quiet is None:
        return AT_ITS_QUBITS if seen_about_rest(swept) > STAYS else TOO_STRONG
    walls = [wall for wall in (quiet.left, quiet.right) if wall is not None]
    if walls:
        return OPEN if len(walls) == 1 else NARROW
    moves = scatter_significance(quiet.zz, swept.error * swept.unit) >= checks.SIGNIFICANCE
    return WEAK if moves else DEAD


def _quantities(arc: Arc) -> dict[str, Quantity]:
    idle = arc.zeros[1] if arc.zeros else arc.floor
    peak = arc.centre + arc.half_width + PEAK_BEHIND_WALL
    return {
        "coupler_bias": Quantity(value=idle, stderr=arc.zero_error or 0.02),
        "cz_amplitude": Quantity(value=peak - idle, stderr=float(np.hypot(PEAK_ERROR, arc.wall_error))),
        "zeros": Quantity(value=float(len(arc.zeros))),
        "flux_centre": Quantity(value=arc.centre, stderr=arc.wall_error),
        "wall": Quantity(value=arc.half_width, stderr=arc.wall_error),
        "least_zz": Quantity(value=arc.least, stderr=arc.least_error, unit="Hz"),
    }


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    seen = pairs.has_contrast(analysis)
    if analysis.error is not None:
        code = MISSING.get(analysis.error, CheckCode.NO_FIT)
        return [seen, checks.asked("walls", False, code, analysis.error)]
    found = analysis.quantities
    zeros, idle = found["zeros"].value, found["coupler_bias"]
    left = found["least_zz"].value
    least = f"no zero of the ZZ: {left / 1e3:.0f} kHz are left at the best bias"
    middle = checks.within(
        "middle", found["flux_centre"].value, -MOST_OFFSET, MOST_OFFSET, code=CheckCode.FLUX_OFFSET_OFF
    )
    width = checks.within("wall", found["wall"].value, *HALF_WIDTHS, code=CheckCode.FLUX_GAIN_OFF)
    return [
        seen,
        pairs.full_contrast(analysis),
        *([middle] if width.passed else []),  # on a line of another gain the next arc may be the nearer one
        width,
        checks.asked(
            "zero of the ZZ", zeros > 0 or abs(left) < TOLERABLE_ZZ, CheckCode.NO_ZERO_ZZ, least, Verdict.REVIEW
        ),
        checks.narrow("the bias", idle, MOST_ERROR),
    ]


EXPERIMENT = pairs.row(
    NAME,
    title="Coupler arc",
    measures="the ZZ of a pair over the whole range of its coupler's flux, and where it idles",
    parameters=(
        Parameter("points", "", 41, 201, "biases, most of them where the ZZ is steep", 55, True, shared=True),
        sweep.shots(200),
        Parameter(
            "beyond",
            "",
            0.0,
            NOWHERE,
            "how far from the middle a zero must lie to be taken, in nominal flux quanta",
            0.0,
        ),
    ),
    needs=("coupler_bias",),
    calibrates=("coupler_bias", "cz_amplitude"),
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=7 * 24.0,
)
