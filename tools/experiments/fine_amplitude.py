"""Fine amplitude (FineXAmplitude, FineSXAmplitude of Qiskit Experiments): the gate repeated until its error shows.

Two rows of the catalogue, one for each gate. The X row starts with an SX gate; that gate's own error shifts all its
points alike and is fitted along, so that either row can be measured first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Qubit
from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep, witness
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import points_of
from reson.tools.experiments.fits.curve_models import FINE_ANGLE, fine_angle_after_a_gate
from reson.tools.experiments.fits.fitting import Fit, with_calibration
from reson.tools.experiments.fits.remembering import fit_remembering, memory_of
from reson.tools.experiments.fits.starts import fine_angle_start
from reson.tools.experiments.heights import least_height
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

TARGET = {"x": np.pi, "sx": np.pi / 2}
FIRST, LATER = 13, 25
"""Repetitions while the error may be some per cent of a turn, and once it is known to be small."""
SMALL = 0.03
MOST_HIDDEN = 2e-3
"""Rad that relaxation may take away of the angle: dephasing, which the witness does not see, can take several times as
much, and 10 mrad cost a tenth of the coherence limit."""
MOST_DETUNING = 300e3
"""Hz: a drive off resonance turns about a tilted axis, by 1 mrad more or less here, by 10 mrad at three times this."""


def _defaults(gate: str, values: Values) -> dict[str, float]:
    known = abs(values.get(f"{gate}_angle_error", np.inf))
    return {"max_repetitions": float(LATER if known < SMALL else FIRST)}


def _repetitions(gate: str, most: int) -> list[int]:
    """Repetition counts; for SX after the two calibration points odd ones only, which end on the equator."""
    if gate == "x":
        return list(range(1, most + 1))
    return [0, 1, 2, *range(3, most + 1, 2)]


def _device_seconds(gate: str, parameters: Values, device: Device) -> float:
    circuits = len(_repetitions(gate, int(parameters["max_repetitions"]))) + 2 * (gate == "x") + len(witness.WAITS) + 1
    return sweep.device_seconds(circuits, parameters["shots"], 16e-9 * parameters["max_repetitions"], device)


def acquire(gate: str, device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """Qubits with pulses of one length play the same sequences, which are written once."""
    from reson.tools.experiments.circuits.sequences import Sequences, sequences_of
    from reson.tools.experiments.circuits.witnessed import WitnessedFineSX, WitnessedFineX

    controls, written, experiments = device.controls(), {}, {}
    for qubit, values in arguments.items():
        pulse = controls[Qubit(qubit)].get("pulse_duration", witness.USUAL_PULSE)
        key = values["max_repetitions"], pulse
        if key not in written:
            experiment = (WitnessedFineX if gate == "x" else WitnessedFineSX)((qubit,), device.backend)
            experiment.set_experiment_options(repetitions=_repetitions(gate, int(values["max_repetitions"])))
            experiment.lasts = pulse * values["max_repetitions"]
            written[key] = sequences_of(experiment)
        experiments[qubit] = Sequences(qubit, written[key])
    return acquisition.acquire(f"fine_{gate}_amplitude", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(gate: str, raw: RawData) -> Analysis:
    return analyse_many(gate, [raw])[0]


def analyse_many(gate: str, data: Sequence[RawData]) -> list[Analysis]:
    # after an SX gate n X gates end at (n + 1/2) pi, without it n SX gates at n pi / 2
    model, offset = (fine_angle_after_a_gate(np.pi / 2), np.pi / 2) if gate == "x" else (FINE_ANGLE, np.pi)
    points = [points_of(raw, model) for raw in data]
    starts = [fine_angle_start(one.x, one.y, one.part == 0, TARGET[gate], offset) for one in points]
    constants = {"angle_per_gate": TARGET[gate], "phase_offset": offset}
    results = fit_remembering(model, points, starts, [constants] * len(points))
    return [_analysis(gate, raw, result) for raw, result in zip(data, results, strict=True)]


def _analysis(gate: str, raw: RawData, result: Fit) -> Analysis:
    quantities = {}
    if result.error is None:
        error = result["d_theta"].model_copy(update={"unit": "rad"})
        levels = result["base"].value, result["amp"].value, memory_of(result)
        quantities = {
            f"{gate}_angle_error": error,
            **_amplitude(gate, raw.controls, error),
            "contrast": result["amp"],
            **witness.detuning(raw, *levels),
            **witness.loss(raw, *levels),
        }
    return Analysis(
        experiment=f"fine_{gate}_amplitude",
        component=raw.component,
        series=with_calibration(result.series, f"{gate.upper()} gates"),
        x_axis=Axis(label=f"Number of {gate.upper()} gates", unit=""),
        y_axis=P1,
        quantities=quantities,
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _amplitude(gate: str, controls: Values, error: Quantity) -> dict[str, Quantity]:
    """The rotation is proportional to the amplitude, so the amplitude shrinks as the rotation is too large.

    Empty on a device without pulse access: there the error is measured, and nobody can correct it.
    """
    name, target = f"{gate}_amplitude", TARGET[gate]
    if name not in controls:
        return {}
    value = controls[name] * target / (target + error.value)
    stderr = None if error.stderr is None else controls[name] * error.stderr / target
    return {name: Quantity(value=value, stderr=stderr)}


def check(gate: str, analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    name, amplitude = f"{gate}_angle_error", f"{gate}_amplitude"
    fitted = checks.fitted(analysis, name, "contrast")
    if not fitted.passed:
        return [fitted]
    found = analysis.quantities
    error = abs(found[name].value)
    listed = [
        fitted,
        checks.within("contrast", found["contrast"].value, least_height(0.3, 1.0, history), 1.1),
        checks.resolved("contrast", found["contrast"], 10.0),
        checks.within("angle error", error, 0.0, 0.5, "rad"),
        # beyond a quarter turn in the longest sequence the fit could sit in a neighbouring minimum
        checks.within(
            "angle error over the sequence", error * parameters["max_repetitions"], 0.0, 2.0, "rad", Verdict.REVIEW
        ),
        witness.on_resonance(analysis, MOST_DETUNING),
        witness.lasting(analysis, name, MOST_HIDDEN),
        checks.narrow("the angle", found[name], 0.02, "rad"),
        checks.goodness(analysis, parameters=3, tolerance=0.02),
    ]
    if amplitude in found:
        listed.append(checks.history(amplitude, found[amplitude], history, natural=0.03))
    return listed


def _row(gate: str, needs: tuple[str, ...]) -> Experiment:
    return Experiment(
        name=f"fine_{gate}_amplitude",
        title=f"Fine amplitude of {gate.upper()}",
        measures=f"the over-rotation of the {gate.upper()} gate, amplified by repeating it",
        family="fine_amplitude",
        effect=Effect.MEASURES,
        parameters=(
            Parameter(
                "max_repetitions",
                "",
                5,
                101,
                "longest sequence; 25 once the error is known to be small",
                integer=True,
                shared=True,
            ),
            sweep.shots(1500),
        ),
        needs=needs,
        calibrates=(f"{gate}_amplitude", f"{gate}_angle_error"),
        defaults=partial(_defaults, gate),
        device_seconds=partial(_device_seconds, gate),
        acquire=partial(acquire, gate),
        analyse=partial(analyse, gate),
        check=partial(check, gate),
        analyse_many=partial(analyse_many, gate),
        valid_hours=12.0,
    )


FINE_SX = _row("sx", ("drive_frequency", "sx_amplitude", "readout_threshold"))
FINE_X = _row("x", ("drive_frequency", "x_amplitude", "sx_amplitude", "readout_threshold"))
