"""State tomography (StateTomography of Qiskit Experiments): how well one of the six cardinal states is prepared.

Known assignment errors are taken out. They were measured on a qubit prepared as well as it can be, so the fidelity is
that of the pulses, without thermal population.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.memory import T1_MOVED, forgotten, forgotten_error, kept_over_rest
from reson.tools.experiments.fits.processing import measured
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

TARGETS = np.array([[0, 0, 1], [0, 0, -1], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]], dtype=float)
"""Bloch vectors of 0, 1, +, -, +i, -i."""
BASES = (2, 0, 1)
"""Component of the Bloch vector that each measurement index of Qiskit Experiments gives: Z, X, Y."""
KNOWN_TO = 0.002
"""Standard error of an assignment error that was measured with some thousand shots."""
CHANGED = 0.02
"""Change of an assignment error since it was measured that makes it useless here."""
LEAST_CONTRAST = 0.05
MEASURED, IDEAL = "measured", "ideal"


def _defaults(values: Values) -> dict[str, float]:
    errors = {name: float(np.clip(values.get(name, 0.0), 0.0, 0.5)) for name in ("p1_given_0", "p0_given_1")}
    return errors | sweep.known_t1(values)


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(5, parameters["shots"], 64e-9, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from reson.tools.experiments.circuits.tomography_circuits import CalibratedTomography

    told = sweep.between_shots(device)
    experiments = {
        qubit: CalibratedTomography(qubit, int(values["state"]), told) for qubit, values in arguments.items()
    }
    return acquisition.acquire("state_tomography", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    known = raw.parameters["p1_given_0"], raw.parameters["p0_given_1"]
    p1, error = _rested(raw, *known)
    bases = {BASES[meta["m_idx"][0]]: k for k, meta in enumerate(raw.circuits) if "m_idx" in meta}
    order = [bases[component] for component in range(3)]
    prepared = {meta["prepared"]: k for k, meta in enumerate(raw.circuits) if "prepared" in meta}
    read = [(float(p1[prepared[state]]), float(error[prepared[state]])) for state in (0, 1)]
    target = TARGETS[int(raw.parameters["state"])]
    vector, spread = bloch_vector(p1[order], error[order], *known)
    fidelity = (1 + float(target @ vector)) / 2
    states = density(physical(vector)), density(target)
    quantities = {
        "state_fidelity": Quantity(value=fidelity, stderr=float(np.abs(target) @ spread) / 2),
        "purity": Quantity(value=(1 + float(vector @ vector)) / 2, stderr=float(np.linalg.norm(vector * spread))),
        "changed_0": Quantity(value=read[0][0] - known[0], stderr=float(np.hypot(read[0][1], KNOWN_TO))),
        "changed_1": Quantity(value=1 - read[1][0] - known[1], stderr=float(np.hypot(read[1][1], KNOWN_TO))),
    }
    components, elements = np.arange(3), np.arange(4)
    nothing = np.zeros(3)
    return Analysis(
        experiment="state_tomography",
        component=raw.component,
        series=(
            series(f"{MEASURED} expectation values", components, vector, spread),
            series(f"{IDEAL} expectation values", components, target, nothing),
            series(f"{MEASURED} density matrix", elements, states[0], np.zeros(4)),
            series(f"{IDEAL} density matrix", elements, states[1], np.zeros(4)),
        ),
        x_axis=Axis(label="Pauli operator", unit=""),
        y_axis=Axis(label="Expectation value", unit=""),
        quantities=quantities,
    )


def _rested(raw: RawData, p1_given_0: float, p0_given_1: float) -> tuple[np.ndarray, np.ndarray]:
    """P(1) and its errors as of shots that each begin at rest: what they remember by T1 and the rest is taken off."""
    p1, error = measured(raw)
    contrast = max(1 - p1_given_0 - p0_given_1, LEAST_CONTRAST)
    share = np.clip((p1 - p1_given_0) / contrast, 0, 1)
    memory = kept_over_rest(raw)
    low, high = (forgotten(share, kept_over_rest(raw, moved)) for moved in T1_MOVED)
    rested = p1 + contrast * (forgotten(share, memory) - share)
    return rested, np.hypot(forgotten_error(share, error, memory), contrast * np.abs(high - low) / 2)


def bloch_vector(
    p1: np.ndarray, error: np.ndarray, p1_given_0: float, p0_given_1: float
) -> tuple[np.ndarray, np.ndarray]:
    """Bloch vector and its errors, both (3,), from P(1) in the bases X, Y, Z, assignment errors taken out (0: none)."""
    contrast = max(1 - p1_given_0 - p0_given_1, LEAST_CONTRAST)
    excited = (p1 - p1_given_0) / contrast
    # an error of P(1|0) shifts a 0, one of P(0|1) a 1
    uncertain = KNOWN_TO * bool(p1_given_0 or p0_given_1)
    shifts = np.hypot(uncertain * (1 - excited), uncertain * excited)
    return 1 - 2 * excited, 2 * np.hypot(error, shifts) / contrast


def physical(vector: np.ndarray) -> np.ndarray:
    """The physical state nearest to a Bloch vector: its length is at most one (Smolin et al., PRL 108, 070502)."""
    return vector / max(1.0, float(np.linalg.norm(vector)))


def density(vector: np.ndarray) -> np.ndarray:
    """The density matrix of a Bloch vector as its four independent numbers: rho 00, rho 11, Re rho 01, Im rho 01."""
    x, y, z = vector
    return np.array([1 + z, 1 - z, x, -y]) / 2


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.states import draw_state

    return draw_state(analysis, "State tomography")


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "state_fidelity", "purity")
    found = analysis.quantities
    fidelity, purity = found["state_fidelity"], found["purity"]
    spread = 5 * (fidelity.stderr or 0.0)
    known = bool(parameters["p1_given_0"] or parameters["p0_given_1"])
    return [
        fitted,
        checks.within("purity", purity.value, 0.6, 1 + 5 * (purity.stderr or 0.0) + 0.05),
        checks.within("state_fidelity", fidelity.value, 0.5, 1 + spread + 0.01),
        # pulses that prepare a bad state also measure it badly, so that the fidelity itself is in doubt
        checks.within("state_fidelity", fidelity.value, 0.97 if known else 0.8, 1 + spread, severity=Verdict.REVIEW),
        *(_readout_unchanged(state, found[f"changed_{state}"], known) for state in (0, 1)),
        checks.history("state_fidelity", fidelity, history, natural=0.01, relative=False),
    ]


def _readout_unchanged(state: int, change: Quantity, known: bool) -> Check:
    """The assignment errors that were taken out are those of this job; where none was, the readout's must be small."""
    limit = CHANGED + 3 * (change.stderr or 0.0) if known else KNOWN_TO
    name = f"change of the error of reading {state}" if known else f"error of reading {state}, which was not taken out,"
    return checks.within(name, abs(change.value), 0.0, limit, severity=Verdict.REVIEW)


EXPERIMENT = Experiment(
    name="state_tomography",
    title="State tomography",
    measures="the density matrix of a prepared state, and its fidelity",
    family="state_tomography",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("state", "", 0, 5, "which state is prepared: 0, 1, +, -, +i, -i as 0 to 5", 2.0, integer=True),
        Parameter("p1_given_0", "", 0.0, 0.5, "error of reading 0 that is taken out; 0 if unknown"),
        Parameter("p0_given_1", "", 0.0, 0.5, "error of reading 1 that is taken out; 0 if unknown"),
        sweep.shots(5000),
        sweep.KNOWN_T1,
    ),
    needs=("x_amplitude", "sx_amplitude", "readout_threshold"),
    calibrates=("state_fidelity",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=48.0,
)
