"""The always-on ZZ between a qubit and a neighbour (ZZRamsey of Qiskit Experiments), with its sign.

Ramsey fringes of the qubit with the neighbour in 0 and in 1; half way both are flipped, so that everything but their
coupling is refocused. The neighbour itself is read in two more circuits: one that does not flip would show no coupling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reson.components import Pair, Qubit, value_name, value_of_pair
from reson.errors import ToolError, ToolErrorKind
from reson.records import Change, Check, Effect, Quantity, Verdict
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Values
from reson.tools.devices.device import coupling_of, neighbours_of
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import fit_many, points_of
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.fits.zz_model import MODEL, zz_start
from reson.tools.experiments.heights import least_height
from reson.tools.experiments.proposals import changes_of_pairs
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

US, MHZ = 1e-6, 1e6
FIRST = -1
"""``neighbour``: the first one on the coupling map."""
WINDOW = 30e-6
OSCILLATIONS = 8.0
"""Oscillations that the virtual detuning puts into the window: a coupling of up to one and a half times as much can be
told from its mirror image."""
LARGEST = 1.5
NEIGHBOUR = "neighbour"
"""Series of the two circuits that read the neighbour, prepared in 0 and in 1."""
MOST_ERROR = 2e3
"""Hz, standard error up to which the value is of use."""


def _defaults(values: Values) -> dict[str, float]:
    """30 us, or half of the echo time where that is less."""
    window = min(WINDOW, 0.5 * values.get("t2_echo", values.get("t2_star", 2 * WINDOW)))
    return {"max_delay": window, "detuning": OSCILLATIONS / window}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(2 * parameters["points"] + 2, parameters["shots"], parameters["max_delay"] / 2, device)


def _neighbour(qubit: int, parameters: Values, coupling: Sequence[tuple[int, int]]) -> int | None:
    given = int(parameters["neighbour"])
    return given if given != FIRST else next(iter(neighbours_of(qubit, coupling)), None)


def plays_on(qubit: int, parameters: Values, coupling: Sequence[tuple[int, int]]) -> list[int]:
    found = _neighbour(qubit, parameters, coupling)
    return [] if found is None else [found]


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """Raises ``ToolError`` (bad_arguments) for a qubit without a neighbour, and for pairs that share a qubit."""
    from qiskit.circuit.library import XGate
    from qiskit_experiments.library import ZZRamsey

    from reson.tools.experiments.circuits.sequences import Sequences

    pairs = {qubit: _checked(device, qubit, values) for qubit, values in arguments.items()}
    if len({*pairs, *pairs.values()}) < 2 * len(pairs):
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, "pairs that share a qubit cannot be measured at once")
    experiments = {
        qubit: ZZRamsey(
            (qubit, pairs[qubit]),
            device.backend,
            delays=sweep.delays(values["max_delay"], int(values["points"])).tolist(),
            # the stock option counts rotations over the window
            num_rotations=values["detuning"] * (values["max_delay"] - sweep.SETTLING),
        )
        for qubit, values in arguments.items()
    }
    flips = [({"xval": state, "series": NEIGHBOUR}, [XGate()] * state) for state in (0, 1)]
    witnesses = {neighbour: Sequences(neighbour, flips) for neighbour in pairs.values()}
    theirs = {pairs[qubit]: values for qubit, values in arguments.items()}
    found = acquisition.acquire("zz_ramsey", device, arguments, experiments, acquisition.CLASSIFIED)
    seen = acquisition.acquire("zz_ramsey", device, theirs, witnesses, acquisition.CLASSIFIED)
    return {qubit: _joined(raw, seen[pairs[qubit]]) for qubit, raw in found.items()}


def _checked(device: Device, qubit: int, values: Values) -> int:
    found = _neighbour(qubit, values, coupling_of(device))
    if found is None:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"q{qubit} has no neighbour on the coupling map; name one")
    if found not in device.qubits or found == qubit:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"the neighbour of q{qubit} cannot be q{found}")
    return found


def _joined(raw: RawData, seen: RawData) -> RawData:
    """The measurement with the two circuits that read the neighbour, and which neighbour it was."""
    marked = [metadata | {"neighbour": seen.qubit} for metadata in seen.circuits]
    return replace(
        raw,
        parameters=raw.parameters | {"neighbour": seen.qubit},
        circuits=[*raw.circuits, *marked],
        arrays={"counts": np.concatenate([raw.arrays["counts"], seen.arrays["counts"]])},
        ended=seen.ended,
    )


def analyse(raw: RawData) -> Analysis:
    fringes, flips = (
        np.array([(metadata.get("series") == NEIGHBOUR) is wanted for metadata in raw.circuits])
        for wanted in (False, True)
    )
    values, errors = measured(raw)
    own = replace(raw, circuits=[metadata for metadata, kept in zip(raw.circuits, fringes, strict=True) if kept])
    points = points_of(own, MODEL, US, (values[fringes], errors[fringes]))
    start, lag = zz_start(points.x, points.y, points.part), 2 * raw.controls.get("pulse_duration", 0.0) / US
    (result,) = fit_many(MODEL, [points], [start], US, constants=[{"lag": lag}])
    return Analysis(
        experiment="zz_ramsey",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Delay", unit="s"),
        y_axis=P1,
        quantities={} if result.error else _quantities(result, values[flips], errors[flips], _pair(raw)),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _pair(raw: RawData) -> Pair:
    return Pair(raw.qubit, int(raw.circuits[-1]["neighbour"]))


def _quantities(result: Fit, flips: np.ndarray, errors: np.ndarray, pair: Pair) -> dict[str, Quantity]:
    zz = result.scaled("zz", MHZ, "Hz")
    flipped = Quantity(value=float(flips[1] - flips[0]), stderr=float(np.hypot(*errors)))
    return {
        value_name(pair, "zz"): zz,
        "common": result.scaled("freq", MHZ, "Hz"),
        "contrast": result["amp"],
        "neighbour_contrast": flipped,
    }


def propose(analysis: Analysis, values: Values) -> list[Change]:
    return changes_of_pairs(analysis, "zz")


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    name = next((one for one in analysis.quantities if value_of_pair(one)), "zz")
    fitted = checks.fitted(analysis, name, "common", "contrast", "neighbour_contrast")
    if not fitted.passed:
        return [fitted, *(checks.signal(part, f"signal, {part.name}") for part in analysis.series)]
    found, window, detuning = analysis.quantities, parameters["max_delay"], abs(parameters["detuning"])
    zz, common = found[name], found["common"]
    low, flipped = least_height(0.3, 0.5, history), found["neighbour_contrast"].value
    of = value_of_pair(name)
    others = {Qubit(number) for number in of[0].qubits()} - {analysis.component} if of else set()
    other_low = least_height(0.8, 1.0, history, next(iter(others), None))
    nyquist = (parameters["points"] - 1) / window / 2
    return [
        fitted,
        *(checks.signal(part, f"signal, {part.name}") for part in analysis.series),
        # beyond this one of the two fringes folds back, and looks as good as any other
        checks.within("zz", abs(zz.value), 0.0, LARGEST * detuning, "Hz"),
        checks.within("faster fringe", detuning + abs(zz.value) / 2, 0.0, 0.9 * nyquist, "Hz"),
        checks.within("oscillations in the window", detuning * window, 2.0, np.inf),
        # the flips refocus all else: what is common to both fringes is known beforehand
        checks.within("common frequency", common.value - detuning, -0.5 / window, 0.5 / window, "Hz"),
        checks.within("amplitude", found["contrast"].value, low / 2, 0.75),
        checks.within("amplitude", found["contrast"].value, low, 0.6, severity=Verdict.REVIEW),
        checks.resolved("amplitude", found["contrast"], 8.0),
        checks.within("contrast of the neighbour", flipped, 0.75 * other_low, 1.1),
        checks.within("contrast of the neighbour", flipped, other_low, 1.1, severity=Verdict.REVIEW),
        checks.narrow("zz", zz, MOST_ERROR, "Hz", severity=Verdict.REVIEW),
        checks.goodness(analysis, parameters=7, tolerance=0.03),
        checks.history(name, zz, history, natural=1e3, relative=False),
    ]


EXPERIMENT = Experiment(
    waits=True,
    name="zz_ramsey",
    title="ZZ coupling",
    measures="how far a qubit's frequency moves when its neighbour is excited, with its sign",
    family="zz_ramsey",
    effect=Effect.MEASURES,
    parameters=(
        Parameter(
            "neighbour",
            "",
            FIRST,
            999,
            "number of the neighbour; -1: the first on the coupling map",
            FIRST,
            integer=True,
        ),
        Parameter("max_delay", "s", 1e-6, 200e-6, "longest delay, both halves together"),
        Parameter(
            "detuning", "Hz", 1e3, 20e6, "virtual detuning of both fringes; more than two thirds of the coupling"
        ),
        sweep.points(41),
        sweep.shots(500),
    ),
    needs=("drive_frequency", "x_amplitude", "sx_amplitude", "readout_threshold"),
    calibrates=("zz",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    proposes=propose,
    check=check,
    plays_on=plays_on,
)
