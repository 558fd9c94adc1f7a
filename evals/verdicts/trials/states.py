"""Trials of readout error, reset and tomography."""

from __future__ import annotations

import math
from dataclasses import replace

from reson.components import Qubit
from reson.evals.scenario import Setting
from reson.evals.spoils import put
from reson.evals.true_assignment import SHOTS, largest_crosstalk, read_as_one
from reson.evals.true_state import prepared_fidelity
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Moment, Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth

STAGE = Stage(frequency=3e3, amplitude=0.003, beta=0.02e-9, t1_known=0.5)


def _p1_given_0(moment: Moment) -> float:
    return float(read_as_one([moment.truth], [moment.raw.controls], [0])[0])


def _p0_given_1(moment: Moment) -> float:
    return float(1 - read_as_one([moment.truth], [moment.raw.controls], [1])[0])


def _fidelity(moment: Moment) -> float:
    return 1 - (_p1_given_0(moment) + _p0_given_1(moment)) / 2


def _sampling(parameter: str, value: float) -> float:
    return math.sqrt(max(value * (1 - value), 1 / SHOTS) / SHOTS)


def _reset_error(moment: Moment) -> float:
    """Population of 1 beyond the thermal one, in units of what an X pulse adds to that."""
    truth = moment.truth
    return truth.reset_error * (1 - truth.thermal_population) / (1 - 2 * truth.thermal_population)


def _crosstalk(moment: Moment) -> float:
    """Of qubit 0, measured with the one beside it."""
    controls = [moment.device.controls()[Qubit(qubit)] for qubit in (0, 1)]
    return largest_crosstalk([moment.truth, moment.device.chip.truth_now().transmons[1]], controls, 0)


def _state_fidelity(moment: Moment) -> float:
    return prepared_fidelity(moment.device, 0, int(moment.raw.parameters["state"]))


def _unknown_readout(setting: Setting) -> None:
    setting.given |= {"p1_given_0": 0.0, "p0_given_1": 0.0}


def _adequate_tomography(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    turned = max(common.over_rotation(setting, truth, gate) for gate in ("x", "sx"))
    near = abs(common.offset(setting, truth)) < 200e3
    return common.prepared(setting, truth, 0.1) and turned < 0.1 and near and arguments["p0_given_1"] > 0


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    return common.prepared(setting, truth, 0.2)


def _adequate_reset(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    return common.prepared(setting, truth, 0.2) and arguments["shots"] >= 5000


ASSIGNMENT = Need(0.015, False, "half of what a readout error usually is")
TRIALS = {
    "readout_error": Trial(
        stage=STAGE,
        sweeps=(put("shots", 100, 500, whole=True),),
        needs={
            "p1_given_0": ASSIGNMENT,
            "p0_given_1": ASSIGNMENT,
            "assignment_fidelity": Need(0.02, False, "a specification is set in steps of some per cent"),
        },
        truth={"p1_given_0": _p1_given_0, "p0_given_1": _p0_given_1, "assignment_fidelity": _fidelity},
        adequate=_adequate,
        sampling=_sampling,
    ),
    "correlated_readout_error": Trial(
        stage=replace(STAGE, qubits=2),
        sweeps=(put("patterns", 16, 32, whole=True), put("shots", 100, 500, whole=True)),
        needs={"readout_crosstalk": Need(0.01, False, "a third of what a readout error usually is")},
        truth={"readout_crosstalk": _crosstalk},
        adequate=_adequate,
        sampling=lambda parameter, value: math.sqrt(max(value, 0.01) / SHOTS),
    ),
    "reset_error": Trial(
        stage=STAGE,
        sweeps=(put("shots", 100, 2000, whole=True),),
        needs={"reset_error": Need(0.01, False, "about the thermal population, which a reset is there to beat")},
        truth={"reset_error": _reset_error},
        adequate=_adequate_reset,
    ),
    "state_tomography": Trial(
        stage=replace(STAGE, assignment_known=True),
        sweeps=(put("shots", 100, 500, whole=True), _unknown_readout, put("state", 1, 6, whole=True)),
        needs={"state_fidelity": Need(0.025, False, "tells a good preparation from one that costs every circuit")},
        truth={"state_fidelity": _state_fidelity},
        adequate=_adequate_tomography,
    ),
}
