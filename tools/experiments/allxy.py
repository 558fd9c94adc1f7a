"""AllXY: 21 pairs of pulses whose results make a staircase; how it is bent tells which error the pulses have.

M. Reed, "Entanglement and quantum error correction with superconducting qubits", PhD thesis, Yale University (2013).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.allxy_pairs import ERRORS, IDEAL, PAIRS, UNITS, syndromes
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.memory import MEMORY, forgotten, forgotten_error, remembered, told_to_remember
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.heights import least_height
from reson.tools.experiments.witness import USUAL_PULSE
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from qiskit.circuit import Instruction

    from reson.tools.devices.device import Device

STAIRCASE = "ideal staircase"
LARGEST = 0.12
"""Deviation beyond which the pulses are not those meant, and the bends are no longer proportional to their errors."""


def _defaults(values: Values) -> dict[str, float]:
    return {}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(len(PAIRS), parameters["shots"], 64e-9, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.experiments.circuits.sequences import Sequences

    pulses, told = _pulses(), sweep.between_shots(device)
    pairs = [({"xval": n, "pair": pair, **told}, [*pulses[pair[0]], *pulses[pair[1]]]) for n, pair in enumerate(PAIRS)]
    experiments = {qubit: Sequences(qubit, pairs) for qubit in arguments}
    return acquisition.acquire("allxy", device, arguments, experiments, acquisition.CLASSIFIED)


def _pulses() -> dict[str, list[Instruction]]:
    from qiskit.circuit.library import IGate, RZGate, SXGate, XGate

    ahead, back = RZGate(-np.pi / 2), RZGate(np.pi / 2)
    return {
        "I": [IGate()],
        "X": [XGate()],
        "Y": [ahead, XGate(), back],
        "x": [SXGate()],
        "y": [ahead, SXGate(), back],
    }


def analyse(raw: RawData) -> Analysis:
    """Least squares of the staircase, its height and floor free, and of the bends of the three errors: all linear.

    Where shots remember each other, the upper step is lower (``memory.remembered``), by as much as the data have it.
    """
    value, error = measured(raw)
    bends = syndromes(raw.controls.get("pulse_duration", USUAL_PULSE))
    lowered = [(IDEAL == 1).astype(float)] if told_to_remember(raw) else []
    basis = np.column_stack([np.ones(len(PAIRS)), IDEAL, bends, *lowered])
    covariance = np.linalg.inv((basis / error[:, None] ** 2).T @ basis)
    found = covariance @ ((basis / error[:, None] ** 2).T @ value)
    chi2 = float(np.sum(((value - basis @ found) / error) ** 2)) / (len(PAIRS) - basis.shape[1])
    stderr = np.sqrt(np.diag(covariance)) * max(1.0, chi2) ** 0.5
    place = np.arange(len(PAIRS), dtype=float)
    stands = found[1] > 0
    memory = _memory(found) if lowered and stands else 0.0
    points = series("pairs", place, value, error, place, basis @ found)
    stairs = series(STAIRCASE, place, found[0] + found[1] * remembered(IDEAL, memory), np.zeros(len(PAIRS)))
    return Analysis(
        experiment="allxy",
        component=raw.component,
        series=(points, stairs),
        x_axis=Axis(label="Pair of pulses (lower case: half the angle)", unit=""),
        y_axis=P1,
        quantities=_quantities(value, error, found, stderr, memory) if stands else {},
        reduced_chi2=chi2,
        error=None if stands else "no staircase",
    )


def _memory(found: np.ndarray) -> float:
    """What is remembered of a shot, by how much lower the step of 1 is than twice that of the equator."""
    height, lower = float(found[1]), float(found[-1])
    return float(np.clip(-lower / max(height + lower, height / 2), *MEMORY))


def _quantities(
    value: np.ndarray, error: np.ndarray, found: np.ndarray, stderr: np.ndarray, memory: float
) -> dict[str, Quantity]:
    """The deviation in units of the staircase's height, the noise of the shots taken off; and the three errors."""
    height = float(found[1])
    share = (value - found[0]) / height
    away = forgotten(share, memory) - IDEAL
    noise = forgotten_error(remembered(IDEAL, memory), error / height, memory)
    square = float(np.mean(away**2) - np.mean(noise**2))
    spread = float(np.sqrt(np.sum(4 * away**2 * noise**2 + 2 * noise**4))) / len(away)
    deviation = float(np.sqrt(max(square, 0.0)))
    units = dict(zip(ERRORS, zip(UNITS, ("", "Hz", "s"), strict=True), strict=True))
    quantities = {
        # where the root is not told from zero, it is about that of its square's error
        "allxy_deviation": Quantity(value=deviation, stderr=spread / 2 / max(deviation, float(np.sqrt(spread)))),
        "contrast": Quantity(value=height, stderr=float(stderr[1])),
    }
    for place, name in enumerate(ERRORS, start=2):
        size, unit = units[name]
        quantities[f"{name}_error"] = Quantity(
            value=float(found[place]) / height * size, stderr=float(stderr[place]) / height * size, unit=unit
        )
    return quantities


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.staircase import draw_staircase

    return draw_staircase(analysis, "AllXY")


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "allxy_deviation", "contrast")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[0])]
    found, low = analysis.quantities, least_height(0.6, 1.0, history)
    deviation = found["allxy_deviation"]
    return [
        fitted,
        checks.signal(analysis.series[0]),
        checks.within("height of the staircase", found["contrast"].value, low / 2, 1.1),
        checks.within("height of the staircase", found["contrast"].value, low, 1.05, severity=Verdict.REVIEW),
        checks.resolved("height of the staircase", found["contrast"], 10.0),
        checks.within("allxy_deviation", deviation.value, 0.0, LARGEST, severity=Verdict.REVIEW),
        checks.narrow("allxy_deviation", deviation, 0.04, severity=Verdict.REVIEW),
        checks.goodness(analysis, parameters=5, tolerance=0.03),
    ]


EXPERIMENT = Experiment(
    name="allxy",
    title="AllXY",
    measures="how far pairs of pulses are from ideal, and whether amplitude, frequency or DRAG is to blame",
    family="allxy",
    effect=Effect.MEASURES,
    parameters=(sweep.shots(2000),),
    needs=("drive_frequency", "x_amplitude", "sx_amplitude", "readout_threshold"),
    calibrates=("allxy_deviation",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=12.0,
)
