"""Correlated readout error: does what is read of a qubit depend on the state of the others that are read with it?

All qubits of the job, and those next to them, are prepared in patterns in which every state of a qubit meets every
state of any two others equally often: rows of a Hadamard matrix, an orthogonal array of strength three.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reson.errors import ToolError, ToolErrorKind
from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import P1, Analysis, Axis, Past, RawData, Series, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.fitting import series
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.heights import TOLD_APART, least_height
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

CHOSEN = 3.0
"""Standard errors of one half from which an influence is chosen for what it is."""
MOST_ERROR = 0.006
"""Standard error up to which the value is of use: assignment errors are some per cent."""


def _defaults(values: Values) -> dict[str, float]:
    return {}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(_patterns(parameters), parameters["shots"], sweep.pulse_length(device), device)


def _patterns(parameters: Values) -> int:
    """A power of two."""
    return 2 ** int(np.log2(parameters["patterns"]))


def design(number: int, qubits: int) -> tuple[np.ndarray, np.ndarray]:
    """State of every qubit in each of ``number`` patterns, shape (number, qubits), and which half each belongs to.

    ``number`` is a power of two and at least four times ``qubits``. Whatever state a qubit is in, and in either half,
    the states of the others vary independently: labels of the columns all have the highest bit, so that no two of them
    add up to a third, and no two add up to the label of the halves.
    """
    labels = number // 2 + np.arange(qubits)
    rows = np.arange(number)
    return np.bitwise_count(rows[:, None] & labels) % 2, np.bitwise_count(rows & number // 4) % 2


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """The patterns come in random order, so that a drift looks like none of them. Raises ``ToolError`` for too few."""
    from qiskit.circuit.library import XGate

    from reson.tools.experiments.circuits.sequences import Sequences

    beside = {near for qubit in arguments for near in (qubit - 1, qubit + 1) if near in device.qubits}
    together, values = sorted({*arguments, *beside}), next(iter(arguments.values()))
    number = _patterns(values)
    if len(together) > number // 4:
        message = (
            f"{len(together)} qubits together, with those next to them, need patterns = {4 * len(together)} or more"
        )
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, message)
    states, halves = design(number, len(together))
    order = np.random.default_rng(int(device.now().timestamp() * 1e3)).permutation(number)
    experiments = {}
    for index, qubit in enumerate(together):
        sequences = []
        for place, row in enumerate(order):
            others = {str(other): int(states[row, k]) for k, other in enumerate(together) if other != qubit}
            own = int(states[row, index])
            metadata = {"xval": place, "prepared": own, "others": others, "half": int(halves[row])}
            sequences.append((metadata, [XGate()] * own))
        experiments[qubit] = Sequences(qubit, sequences)
    asked = {qubit: arguments.get(qubit, values) for qubit in together}
    found = acquisition.acquire("correlated_readout_error", device, asked, experiments, acquisition.CLASSIFIED)
    return {qubit: found[qubit] for qubit in arguments}


def analyse(raw: RawData) -> Analysis:
    p1, error = measured(raw)
    own, halves = (np.array([meta[key] for meta in raw.circuits]) for key in ("prepared", "half"))
    names = list(raw.circuits[0]["others"])
    others = np.array([[meta["others"][name] for name in names] for meta in raw.circuits]).reshape(len(p1), len(names))
    whole = np.ones(len(p1), dtype=bool)
    contrast = float(p1[own == 1].mean() - p1[own == 0].mean())
    if not names or contrast < TOLD_APART:  # where the states are not told apart nothing else can change that
        order = np.arange(len(p1))
        alone = tuple(series(f"prepared {s}", order[own == s], p1[own == s], error[own == s]) for s in (0, 1))
        why = f"prepared 0 and 1 are not told apart: contrast {contrast:.2f}"
        return _analysis(raw, alone, {}, why if names else "there is no other qubit beside it")
    effects, errors = influence(p1, error, own, others, whole)
    parts = tuple(
        series(f"prepared {state}", np.array(names, dtype=float), effects[state], errors[state]) for state in (0, 1)
    )
    strongest = np.unravel_index(np.argmax(np.abs(effects / errors)), effects.shape)
    value = largest_influence(p1, error, own, others, halves)
    found = {
        "readout_crosstalk": value,
        "contrast": Quantity(value=contrast, stderr=float(2 * np.linalg.norm(error) / len(p1))),
        "neighbour": Quantity(value=float(names[strongest[1]])),
        "unexplained": Quantity(value=unexplained(p1, own, others, raw.shots)),
    }
    return _analysis(raw, parts, found, None)


def _analysis(raw: RawData, parts: tuple[Series, ...], quantities: dict[str, Quantity], error: str | None) -> Analysis:
    return Analysis(
        experiment="correlated_readout_error",
        component=raw.component,
        series=parts,
        x_axis=Axis(label="Pattern" if error else "Other qubit", unit=""),
        y_axis=P1 if error else Axis(label="Change of P(1) when it is in 1", unit=""),
        quantities=quantities,
        error=error,
    )


def influence(
    p1: np.ndarray, error: np.ndarray, own: np.ndarray, others: np.ndarray, used: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """P(1) with another qubit in 1 minus that with it in 0, and its error, both (own state, other qubit).

    ``p1``, ``error`` and ``own`` have shape (patterns,), ``others`` (patterns, qubits); ``used`` selects patterns.
    """
    effects, errors = np.zeros((2, others.shape[1])), np.zeros((2, others.shape[1]))
    for state in (0, 1):
        for other in range(others.shape[1]):
            sides = [used & (own == state) & (others[:, other] == value) for value in (0, 1)]
            effects[state, other] = p1[sides[1]].mean() - p1[sides[0]].mean()
            errors[state, other] = np.linalg.norm([np.linalg.norm(error[side]) / side.sum() for side in sides])
    return effects, errors


def largest_influence(
    p1: np.ndarray, error: np.ndarray, own: np.ndarray, others: np.ndarray, halves: np.ndarray
) -> Quantity:
    """Size of the largest influence of any other qubit on either state; arrays as in ``influence``.

    The largest of many noisy numbers is too large. So one half of the patterns says which influence is the largest and
    of what sign, the other half how large it is, and the mean of both ways is taken. An influence below three standard
    errors of one half may go unchosen, and the value then is that of another; or it is chosen by both, and what the one
    finds is what the other was chosen by. The mean of both is then known no better than each.
    """
    parts = [influence(p1, error, own, others, halves == half) for half in (0, 1)]
    values, variances, clear = [], [], True
    for (chosen, spread), (effects, errors) in (parts, parts[::-1]):
        place = np.unravel_index(np.argmax(np.abs(chosen / spread)), chosen.shape)
        clear &= bool(abs(chosen[place]) >= CHOSEN * spread[place])
        values.append(float(np.sign(chosen[place]) * effects[place]))
        variances.append(float(errors[place] ** 2))
    return Quantity(value=sum(values) / 2, stderr=float(np.sqrt(sum(variances) / (4 if clear else 2))))


def unexplained(p1: np.ndarray, own: np.ndarray, others: np.ndarray, shots: int) -> float:
    """Standard deviations by which chi2 exceeds its expectation if every other qubit acts by itself.

    What is left is a drift during the job, or an influence of two qubits together, unless that looks like a third one.
    """
    chi2, freedom = 0.0, 0
    for state in (0, 1):
        part = own == state
        columns = np.column_stack([np.ones(part.sum()), others[part]])
        fitted = columns @ np.linalg.lstsq(columns, p1[part], rcond=None)[0]
        mean = (p1[part].sum() * shots + 1) / (part.sum() * shots + 2)
        chi2 += float(np.sum((p1[part] - fitted) ** 2) * shots / (mean * (1 - mean)))
        freedom += len(fitted) - columns.shape[1]
    return (chi2 - freedom) / float(np.sqrt(2 * freedom))


def draw(analysis: Analysis) -> Figure:
    from matplotlib.ticker import MaxNLocator, MultipleLocator

    from reson.tools.figures import style
    from reson.tools.figures.curves import draw_curves

    figure = draw_curves(analysis, "Readout crosstalk")
    if analysis.error is not None:
        return figure
    axes = figure.axes[0]
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.axhline(0.0, color=style.INK, linewidth=0.9)
    others = analysis.series[0].x
    axes.set_xlim(min(others) - 0.5, max(others) + 0.5)
    axes.xaxis.set_major_locator(MultipleLocator(max(1, round((max(others) - min(others)) / 8))))
    # assignment errors are some per cent: a change far below one is none
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -0.02), max(high, 0.02))
    return figure


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "readout_crosstalk", "contrast")
    if not fitted.passed:
        return [fitted]
    found = analysis.quantities
    value, contrast, low = found["readout_crosstalk"], found["contrast"], least_height(0.6, 1.0, history)
    return [
        fitted,
        checks.within("contrast of prepared 0 and 1", contrast.value, TOLD_APART, 1.0),
        checks.within("contrast of prepared 0 and 1", contrast.value, low, 1.0, severity=Verdict.REVIEW),
        checks.resolved("contrast", contrast, 20.0),
        checks.within("readout_crosstalk", value.value, -4 * (value.stderr or 0.0), 1.0),
        checks.narrow("readout_crosstalk", value, MOST_ERROR, severity=Verdict.REVIEW),
        checks.within(
            "scatter that no other qubit explains by itself",
            found["unexplained"].value,
            -np.inf,
            6.0,
            "sigma",
            severity=Verdict.REVIEW,
        ),
        checks.history("readout_crosstalk", value, history, natural=0.005, relative=False),
    ]


EXPERIMENT = Experiment(
    name="correlated_readout_error",
    title="Correlated readout error",
    measures="how much what is read of a qubit depends on the states of the others that are read with it",
    family="correlated_readout_error",
    effect=Effect.MEASURES,
    parameters=(
        Parameter(
            "patterns",
            "",
            16,
            1024,
            "patterns of prepared states, a power of two, at least four for each qubit",
            64.0,
            integer=True,
            shared=True,
        ),
        sweep.shots(2000),
    ),
    needs=("x_amplitude", "readout_threshold"),
    calibrates=("readout_crosstalk",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=168.0,
    together=True,
)
