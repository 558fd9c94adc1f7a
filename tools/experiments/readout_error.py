"""Readout error by counts: how often a prepared 0 is read as 1, and a prepared 1 as 0, with the threshold in force.

Two and three X pulses prepare the same states as none and one: what they add to the errors is the pulses' own. Where
shots remember, a share of 1 is never prepared; by T1 and the rest between shots it is taken off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.memory import unprepared
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.heights import TOLD_APART
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

PULSES = (0, 1, 2, 3)
MOST_ADDED = 0.02
"""Error that two more pulses may add: a turn by 0.1 rad too far adds that much to three of them, and 0.3 % to one."""

IMPRECISE = 0.1
"""Error of P(0|1) from which it tells nothing."""


def _defaults(values: Values) -> dict[str, float]:
    return sweep.known_t1(values)


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(len(PULSES), parameters["shots"], 48e-9, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit.circuit.library import XGate

    from reson.tools.experiments.circuits.sequences import Sequences

    told = sweep.between_shots(device)
    preparations = [({"xval": n, "series": f"prepared {n % 2}", **told}, [XGate()] * n) for n in PULSES]
    experiments = {qubit: Sequences(qubit, preparations) for qubit in arguments}
    return acquisition.acquire("readout_error", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    p1, error = measured(raw)
    pulses = np.array([metadata["xval"] for metadata in raw.circuits])
    wrong = np.where(pulses % 2, 1 - p1, p1)
    return Analysis(
        experiment="readout_error",
        component=raw.component,
        series=tuple(
            series(f"prepared {state}", pulses[part], p1[part], error[part])
            for state in (0, 1)
            for part in [pulses % 2 == state]
        ),
        x_axis=Axis(label="X pulses", unit=""),
        y_axis=P1,
        quantities=_quantities(wrong, error, unprepared(raw, 1)),
    )


def _quantities(wrong: np.ndarray, error: np.ndarray, missed: Quantity) -> dict[str, Quantity]:
    """From the share of wrong answers after 0, 1, 2 and 3 pulses, its standard error, both (4,), and the share of 1
    that was ``missed`` since shots remember: it was prepared as 0, and read as 0 is.
    """
    share, share_error = missed.value, missed.stderr or 0.0
    lost = (wrong[1] - share * (1 - wrong[0])) / (1 - share)
    lost_error = np.hypot(error[1], share_error * (1 - wrong[0] - lost)) / (1 - share)
    return {
        "p1_given_0": Quantity(value=float(wrong[0]), stderr=float(error[0])),
        "p0_given_1": Quantity(value=float(np.clip(lost, 0, 1)), stderr=float(lost_error)),
        "assignment_fidelity": Quantity(
            value=float(1 - (wrong[0] + lost) / 2), stderr=float(np.hypot(error[0], lost_error) / 2)
        ),
        "contrast": Quantity(value=float(1 - wrong[0] - wrong[1]), stderr=float(np.hypot(*error[:2]))),
        "added_to_0": Quantity(value=float(wrong[2] - wrong[0]), stderr=float(np.hypot(error[0], error[2]))),
        "added_to_1": Quantity(value=float(wrong[3] - wrong[1]), stderr=float(np.hypot(error[1], error[3]))),
    }


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "p1_given_0", "p0_given_1", "assignment_fidelity")
    found = analysis.quantities
    fidelity = found["assignment_fidelity"]
    added = [found[f"added_to_{state}"] for state in (0, 1)]
    return [
        fitted,
        # a bad readout is a finding: what is asked is that it is known, and that 0 and 1 were prepared
        checks.within("assignment fidelity", fidelity.value, (1 + TOLD_APART) / 2, 1.0),
        checks.resolved("contrast", found["contrast"], 20.0),
        # few shots, or shots that remember and no T1 known
        checks.narrow("p0_given_1", found["p0_given_1"], IMPRECISE, severity=Verdict.REVIEW),
        *(
            checks.within(
                f"error that two more pulses add to prepared {state}",
                one.value,
                -1.0,
                MOST_ADDED + 3 * (one.stderr or 0.0),
                severity=Verdict.REVIEW,
            )
            for state, one in enumerate(added)
        ),
        # pulses that turn by half a turn only, or not at all, prepare the same after two more of them
        checks.within("error that two more pulses add", max(abs(one.value) for one in added), 0.0, 0.2),
        checks.history("assignment_fidelity", fidelity, history, natural=0.01, relative=False),
    ]


EXPERIMENT = Experiment(
    name="readout_error",
    title="Readout error",
    measures="how often a prepared 0 is read as 1 and a prepared 1 as 0, with the discrimination in force",
    family="readout_error",
    effect=Effect.MEASURES,
    parameters=(sweep.shots(5000), sweep.KNOWN_T1),
    needs=("x_amplitude", "readout_threshold"),
    calibrates=("p1_given_0", "p0_given_1", "assignment_fidelity"),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    valid_hours=24.0,
)
