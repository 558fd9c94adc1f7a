"""The phases that a CZ leaves on its qubits, from many in a row: the virtual Z rotations that belong to it.

Both are measured with the other qubit in 0 and in 1; what the conditional phase misses of pi is shared between the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Pair
from reson.records import Check, CheckCode, Quantity, Verdict
from reson.tools.data import CONTRAST, Analysis, Axis, Past, RawData, Series, Values
from reson.tools.experiments import pairs, sweep
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.lines import Linear, linear
from reson.tools.experiments.fits.phases import Phasors, followed, phasors, wrapped
from reson.tools.experiments.pair_acquisition import acquire_pairs
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NAME = "cz_frames"
NUMBERS = (1, 3, 9, 17)
MOST_ERROR = 0.005
"""rad, standard error of an angle: 5e-6 of error."""
MOST_CONDITIONAL = 0.06
"""rad by which the conditional phase may miss pi: 5e-4 of error."""
BEND = 0.4


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(12 * len(NUMBERS), parameters["shots"], 0.6e-6, device)


def acquire(device: Device, arguments: Mapping[Pair, Values]) -> dict[Pair, RawData]:
    from qiskit.circuit.library import CZGate

    from reson.tools.experiments.circuits.pair_sequences import BOTH, Part, ramsey, row

    played = [
        one
        for target in BOTH
        for number in NUMBERS
        for excited in (False, True)
        for one in ramsey(target, excited, row(Part(CZGate(), BOTH), number, pairs.GAP), {"xval": number})
    ]
    return acquire_pairs(NAME, device, arguments, dict.fromkeys(arguments, played))


def analyse(raw: RawData) -> Analysis:
    found = phasors(raw)
    lines, drawn = {}, []
    own = pairs.names(raw)
    for target in (0, 1):
        for partner in (0, 1):
            lines[target, partner], one = _line(found.where(target=target, partner=partner), partner)
            drawn.append(one.model_copy(update={"name": f"{own[target]}, {own[1 - target]} in {partner}"}))
    plain = found.where(partner=0, target=0)
    contrast = series(CONTRAST, plain.of("xval"), np.abs(plain.values), plain.errors)
    worst = max(one.reduced_chi2 for one in lines.values())
    return pairs.analysis(
        raw,
        (*drawn, contrast),
        Axis(label="CZ gates", unit=""),
        Axis(label="Phase left (rad)", unit=""),
        _quantities(lines, raw.controls),
        reduced_chi2=worst,
    )


def _line(found: Phasors, partner: int) -> tuple[Linear, Series]:
    """Phase of each gate: beside that of its virtual Z, and of the pi that an excited partner adds."""
    number, error = found.of("xval"), found.angle_errors
    angle = np.asarray(wrapped(found.angles - np.pi * partner * number))
    phase = followed(number, angle)
    line = linear([number, np.ones_like(number)], phase, error)
    at = np.linspace(number.min(), number.max(), 101)
    return line, series("", number, phase, error, at, line.values[0] * at + line.values[1])


def _quantities(lines: Mapping[tuple[int, int], Linear], controls: Values) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    missed = []
    for target, name in enumerate(("cz_z_first", "cz_z_second")):
        plain, excited = lines[target, 0], lines[target, 1]
        apart = float(wrapped(excited.values[0] - plain.values[0]))
        error = float(np.hypot(plain.errors[0], excited.errors[0]))
        left = float(wrapped(plain.values[0] + apart / 2))
        found[name] = Quantity(value=float(wrapped(controls[name] - left)), stderr=error / 2, unit="rad")
        found[f"left_{target}"] = Quantity(value=left, stderr=error / 2, unit="rad")
        missed.append((apart, error))
    weights = np.array([1 / error**2 for _, error in missed])
    value = float(np.average([apart for apart, _ in missed], weights=weights))
    found["phase_error"] = Quantity(value=value, stderr=float(weights.sum() ** -0.5), unit="rad")
    bend = max(lines.values(), key=lambda one: abs(one.values[1]))
    found["bend"] = Quantity(value=float(bend.values[1]), stderr=float(bend.errors[1]), unit="rad")
    return found


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    found = analysis.quantities
    missed = abs(found["phase_error"].value)
    return [
        pairs.has_contrast(analysis),
        pairs.full_contrast(analysis),
        *(
            checks.within(f"error of {name}", found[name].stderr or np.inf, 0.0, MOST_ERROR, "rad")
            for name in ("cz_z_first", "cz_z_second")
        ),
        checks.within("conditional phase off pi", missed, 0.0, MOST_CONDITIONAL, "rad", code=CheckCode.OUT_OF_RANGE),
        checks.within("bend", abs(found["bend"].value), 0.0, BEND, "rad", Verdict.REVIEW, CheckCode.SETTLING),
        checks.goodness(analysis, parameters=8, tolerance=0.02),
    ]


EXPERIMENT = pairs.row(
    NAME,
    title="Single-qubit phases of a CZ",
    measures="the phases that a CZ leaves on its two qubits, from up to 17 in a row",
    parameters=(sweep.shots(500),),
    needs=("coupler_bias", "cz_amplitude", "cz_duration"),
    calibrates=("cz_z_first", "cz_z_second"),
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=6.0,
    gates=("cz",),
)
