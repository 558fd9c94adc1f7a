"""Fine DRAG (FineXDrag of Qiskit Experiments): pairs of opposite X pulses whose phase errors add, read by an SX gate.

Two circuits that prepare 0 and 1 are added, so that the contrast is measured and not assumed to be one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep, witness
from reson.tools.experiments.drag import near_theory, over_theory, phase_rate, with_unsteady_frequency
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import points_of
from reson.tools.experiments.fits.curve_models import FINE_ANGLE
from reson.tools.experiments.fits.fitting import Fit, with_calibration
from reson.tools.experiments.fits.remembering import fit_remembering, memory_of
from reson.tools.experiments.fits.starts import fine_angle_start
from reson.tools.experiments.heights import least_height
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NUMBER = 13
PAIR = {"angle_per_gate": 0.0, "phase_offset": np.pi / 2}
"""What a perfect pair of opposite pulses turns the qubit by, and the SX gate that reads it."""
MOST_DETUNING = 40e3
"""Hz: what moves beta by 0.01 ns, a third of what a gate error of a tenth of the coherence limit would need."""


def _defaults(values: Values) -> dict[str, float]:
    return {}


def _device_seconds(parameters: Values, device: Device) -> float:
    mean = parameters["max_repetitions"] * sweep.pulse_length(device)
    return sweep.device_seconds(NUMBER + 5, parameters["shots"], mean, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.experiments.circuits.witnessed import CalibratedFineXDrag

    experiments = {}
    for qubit, values in arguments.items():
        experiments[qubit] = CalibratedFineXDrag((qubit,), device.backend)
        counts = [0, *sweep.repetitions(int(values["max_repetitions"]), NUMBER)]
        experiments[qubit].set_experiment_options(repetitions=counts)
    return acquisition.acquire("fine_drag", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    return analyse_many([raw])[0]


def analyse_many(data: Sequence[RawData]) -> list[Analysis]:
    points = [points_of(raw, FINE_ANGLE) for raw in data]
    starts = [fine_angle_start(one.x, one.y, one.part == 0, **PAIR) for one in points]
    results = fit_remembering(FINE_ANGLE, points, starts, [PAIR] * len(points))
    return [_analysis(raw, result) for raw, result in zip(data, results, strict=True)]


def _analysis(raw: RawData, result: Fit) -> Analysis:
    quantities = {}
    if result.error is None:
        error = result["d_theta"].model_copy(update={"unit": "rad"})
        seen = witness.detuning(raw, result["base"].value, result["amp"].value, memory_of(result))
        quantities = {
            **_coefficient(raw.controls, error, seen),
            "phase_error": error,
            "contrast": result["amp"],
            **seen,
        }
    return Analysis(
        experiment="fine_drag",
        component=raw.component,
        series=with_calibration(result.series, "pairs of X gates"),
        x_axis=Axis(label="Pairs of opposite X gates", unit=""),
        y_axis=P1,
        quantities=quantities,
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _coefficient(controls: Values, error: Quantity, seen: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """The corrected DRAG coefficient; empty on a device without pulse access, where the error is only measured."""
    if "drag_beta" not in controls:
        return {}
    beta = _corrected(controls, error, seen)
    return {"drag_beta": beta, "over_theory": over_theory(beta, controls["anharmonicity"])}


def _corrected(controls: Values, error: Quantity, seen: Mapping[str, Quantity]) -> Quantity:
    """A pair of pulses turns the qubit by twice the error in beta times ``phase_rate``."""
    rate = 2 * phase_rate(controls["pulse_duration"])
    stderr = None if error.stderr is None else error.stderr / rate
    beta = Quantity(value=controls["drag_beta"] - error.value / rate, stderr=stderr, unit="s")
    return with_unsteady_frequency(beta, controls["pulse_duration"], seen)


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "phase_error", "contrast")
    if not fitted.passed:
        return [fitted]
    found = analysis.quantities
    error = abs(found["phase_error"].value)
    listed = [
        fitted,
        checks.within("contrast", found["contrast"].value, least_height(0.3, 1.0, history), 1.1),
        checks.resolved("contrast", found["contrast"], 10.0),
        checks.within("phase error", error, 0.0, 0.5, "rad"),
        # beyond a quarter turn in the longest sequence the fit could sit in a neighbouring minimum
        checks.within(
            "phase error over the sequence", error * parameters["max_repetitions"], 0.0, 2.0, "rad", Verdict.REVIEW
        ),
        witness.on_resonance(analysis, MOST_DETUNING),
        checks.goodness(analysis, parameters=3, tolerance=0.02),
    ]
    if "drag_beta" not in found:
        listed.append(checks.narrow("phase_error", found["phase_error"], 0.02, "rad"))
    else:
        listed += [
            near_theory(analysis),
            checks.narrow("beta", found["drag_beta"], 0.05e-9, "s"),
            checks.history("drag_beta", found["drag_beta"], history, natural=0.02e-9, relative=False),
        ]
    return listed


EXPERIMENT = Experiment(
    name="fine_drag",
    title="Fine DRAG",
    measures="the phase error that is left of an X pulse, amplified by repeating it, and from it the DRAG coefficient",
    family="fine_drag",
    effect=Effect.MEASURES,
    parameters=(
        Parameter(
            "max_repetitions", "", 5, 101, "longest sequence, in pairs of pulses", 20.0, integer=True, shared=True
        ),
        sweep.shots(1500),
    ),
    needs=("drive_frequency", "x_amplitude", "sx_amplitude", "drag_beta", "readout_threshold"),
    calibrates=("drag_beta",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    analyse_many=analyse_many,
    valid_hours=7 * 24.0,
    waits=True,  # its witnesses do, and a coupled neighbour in a superposition moves them by more than they may tell
)
