"""A Bell state by tomography: (00 + 11) / sqrt(2) from two Hadamard gates, a CZ and one more, in all nine bases.

As ``StateTomography`` of Qiskit Experiments on two qubits, but written without a transpiler, with the readout and the
heat of both qubits measured in the same job. A check of the whole chain at sight, and of the phases of a CZ to some
hundredths of a radian: its error is measured by benchmarking, to a fiftieth of what is seen here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Pair
from reson.records import Check, CheckCode, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Series, Values
from reson.tools.experiments import pairs, sweep
from reson.tools.experiments.fits import two_qubit_state as states
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.pair_acquisition import acquire_pairs
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

NAME = "bell_state"
CIRCUITS = 26
LENGTH = 0.2e-6
"""Seconds of a circuit."""
MOST_ERROR = 0.008
"""Standard error up to which the fidelity tells a good pair from one that loses some per cent."""
ENTANGLED, SOUND = 0.5, 0.95
"""Fidelities: up to the first no entanglement is shown, below the second something is off."""
MOST_PHASE = 0.2
"""rad: 1 % of the fidelity."""
COHERENT = 0.9
MOST_INFLUENCE = 0.03
"""By which a readout may follow the other qubit's state, of its contrast; each is taken out by itself."""
MOST_ADDED = 0.02
"""Error that four quarter turns may add to 0: each turns by 0.07 rad too far then. Pulses that are further off show the
readout of 1 as badly as they make the state, which then looks better than it is.
"""
USUAL_HEAT, MOST_HEAT = (-0.01, 0.06), (-0.05, 0.3)
"""Share of 1 at rest."""
UNPHYSICAL = 0.05
BASES_AGREE = 4.0
"""Reduced chi2 of 12 degrees of freedom, which chance exceeds three times in a million."""


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(CIRCUITS, parameters["shots"], LENGTH, device)


def acquire(device: Device, arguments: Mapping[Pair, Values]) -> dict[Pair, RawData]:
    from reson.tools.experiments.circuits.bell_circuits import bell_circuits

    return acquire_pairs(NAME, device, arguments, dict.fromkeys(arguments, bell_circuits(sweep.pulse_length(device))))


def analyse(raw: RawData) -> Analysis:
    found = states.state_of(raw)
    errors = states.spread(raw, found)
    apart = found.repeated - found.repeated.mean(axis=1, keepdims=True)
    return pairs.analysis(
        raw,
        _series(found, errors),
        Axis(label="Pauli operator", unit=""),
        Axis(label="Expectation value", unit=""),
        _quantities(found, errors),
        reduced_chi2=float(np.sum((apart / np.maximum(errors.repeated, 1e-6)) ** 2) / 12),
    )


def _series(found: states.TwoQubitState, errors: states.Spread) -> tuple[Series, ...]:
    """Measured and ideal: expectation values of ``PAULIS``, then the density matrix row by row, real and imaginary."""
    paulis, elements = np.arange(len(states.PAULIS)), np.arange(16)
    nothing, physical = np.zeros(16), states.physical(found.density)
    return (
        series("measured expectation values", paulis, found.expectations, errors.expectations),
        series("ideal expectation values", paulis, states.expectations_of(states.BELL), np.zeros(len(paulis))),
        series("measured density matrix, real part", elements, np.real(physical).ravel(), nothing),
        series("measured density matrix, imaginary part", elements, np.imag(physical).ravel(), nothing),
        series("ideal density matrix, real part", elements, states.BELL.ravel(), nothing),
    )


def _quantities(found: states.TwoQubitState, errors: states.Spread) -> dict[str, Quantity]:
    told = {
        name: Quantity(value=value, stderr=errors.numbers[name], unit="rad" if name in states.ANGLES else "")
        for name, value in found.numbers().items()
    }
    # the least of four eigenvalues is drawn down by the noise of the whole matrix
    noise = float(np.linalg.norm(errors.expectations)) / 2
    return told | {"least_eigenvalue": told["least_eigenvalue"].model_copy(update={"stderr": noise})}


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "bell_fidelity", "concurrence", "coherence", *states.ANGLES)
    if not fitted.passed:
        return [fitted]
    found = analysis.quantities
    fidelity, least = found["bell_fidelity"], found["least_eigenvalue"]
    above = 5 * (fidelity.stderr or 0.0)
    return [
        fitted,
        *(one for place, which in enumerate(("first", "second")) for one in _of_qubit(found, place, which)),
        checks.within(
            "scatter of each qubit over the bases of the other",
            analysis.reduced_chi2 or 0.0,
            0.0,
            BASES_AGREE,
            severity=Verdict.REVIEW,
            code=CheckCode.UNSTEADY,
        ),
        checks.within("least eigenvalue", least.value, -UNPHYSICAL - 2 * (least.stderr or 0.0), 1.0),
        checks.within("bell_fidelity", fidelity.value, ENTANGLED, 1 + above),
        checks.within("bell_fidelity", fidelity.value, SOUND, 1 + above, severity=Verdict.REVIEW),
        checks.narrow("bell_fidelity", fidelity, MOST_ERROR, severity=Verdict.REVIEW),
        checks.within(
            "coherence", found["coherence"].value, COHERENT, 1.1, severity=Verdict.REVIEW, code=CheckCode.CONTRAST_LOST
        ),
        _phase("conditional phase off pi", found["phase_error"]),
        checks.history("bell_fidelity", fidelity, history, natural=0.005, relative=False),
    ]


def _of_qubit(found: Mapping[str, Quantity], place: int, which: str) -> list[Check]:
    """Whether it is read, is as cold as usual, and is read for itself; and what the gate has turned it by."""
    contrast, heat, influence, added = (
        found[f"{name}_{place}"] for name in ("contrast", "excited", "influence", "added")
    )
    unsure = 4 * (heat.stderr or 0.0)
    (usual, warm), (least, hot) = USUAL_HEAT, MOST_HEAT
    return [
        checks.within(
            f"contrast of the {which} qubit", contrast.value, pairs.LEAST_CONTRAST, 1.0, code=CheckCode.NO_SIGNAL
        ),
        checks.within(
            f"contrast of the {which} qubit", contrast.value, pairs.FULL_CONTRAST, 1.0, severity=Verdict.REVIEW
        ),
        checks.within(f"share of 1 of the {which} qubit at rest", heat.value, least - unsure, hot),
        checks.within(
            f"share of 1 of the {which} qubit at rest",
            heat.value,
            usual - unsure,
            warm + unsure,
            severity=Verdict.REVIEW,
        ),
        checks.within(
            f"influence of the other on what is read of the {which} qubit",
            influence.value,
            0.0,
            MOST_INFLUENCE + 4 * (influence.stderr or 0.0),
            severity=Verdict.REVIEW,
        ),
        checks.within(
            f"error that four pulses add to 0 of the {which} qubit",
            added.value,
            -1.0,
            MOST_ADDED + 3 * (added.stderr or 0.0),
            severity=Verdict.REVIEW,
        ),
        _phase(f"phase left on the {which} qubit", found[f"left_{place}"]),
    ]


def _phase(name: str, angle: Quantity) -> Check:
    limit = MOST_PHASE + 3 * (angle.stderr or 0.0)
    return checks.within(name, abs(angle.value), 0.0, limit, "rad", severity=Verdict.REVIEW)


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.states import draw_two_qubit_state

    return draw_two_qubit_state(analysis, "Bell state")


EXPERIMENT = pairs.row(
    NAME,
    title="Bell state",
    measures="the state that a CZ and the pulses of its qubits make of 00, by tomography, and its fidelity",
    parameters=(sweep.shots(4000),),
    needs=("cz_amplitude", "cz_duration", "cz_z_first", "cz_z_second"),
    calibrates=("bell_fidelity",),
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    figure=draw,
    valid_hours=24.0,
    gates=("cz",),
)
