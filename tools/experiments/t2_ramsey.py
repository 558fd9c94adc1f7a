"""Ramsey fringes over a long window (T2Ramsey of Qiskit Experiments): T2*, and whether the qubit has one frequency.

A two-level defect that jumps between two states gives the qubit two frequencies. Averaged over shots the fringes beat,
and their spectrum shows two lines; one decaying cosine then reads a T2* that is none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.decay_checks import against_twice_t1
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import Points, fit_many, points_of
from reson.tools.experiments.fits.fitting import Fit
from reson.tools.experiments.fits.memory import kept_over_rest
from reson.tools.experiments.fits.oscillation_models import (
    RAMSEY_TRACE,
    RAMSEY_TRACE_OF_ONE_NOISE,
    TWO_LINES,
    trace_start,
    two_lines_start,
)
from reson.tools.experiments.fits.processing import axis_of, excitation
from reson.tools.experiments.fits.remembering import fit_superpositions
from reson.tools.experiments.heights import least_height
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reson.tools.devices.device import Device

US = 1e-6
OSCILLATIONS = 10.0
"""Oscillations that the artificial detuning puts into the window."""
SLOW = 0.65
"""What slow noise, which an echo takes away, usually leaves of T2."""
EVEN = 12**-0.5
"""Standard deviation of a number that may lie anywhere between 0 and 1."""
FAINTEST = 0.15
"""Amplitude of a second line, in units of the first, from which it counts."""
BETTER = 40.0
"""By how much chi2 has to fall for three more parameters before there are two lines."""
SUSPECT = 1.3
"""Reduced chi2 of one line from which a second is looked for."""
SIGMAS = 5.0
"""By which the two lines have to be apart."""


def _defaults(values: Values) -> dict[str, float]:
    """Two and a half times T2* where it is known, else what T1 suggests."""
    guess = values.get("t2_star", SLOW * values.get("t2_echo", values.get("t1", 60e-6)))
    window = float(np.clip(2.5 * guess, 1e-6, 1e-3))
    return {"max_delay": window, "detuning": OSCILLATIONS / window, **sweep.known_t1(values)}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(parameters["points"], parameters["shots"], parameters["max_delay"] / 2, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    from qiskit_experiments.library import T2Ramsey

    from reson.tools.experiments.circuits.sequences import Sequences, sequences_of

    told, experiments = sweep.between_shots(device), {}
    for qubit, values in arguments.items():
        delays = sweep.delays(values["max_delay"], int(values["points"])).tolist()
        stock = T2Ramsey((qubit,), delays=delays, backend=device.backend, osc_freq=values["detuning"])
        experiments[qubit] = Sequences(qubit, [(metadata | told, parts) for metadata, parts in sequences_of(stock)])
    return acquisition.acquire("t2_ramsey", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    points = points_of(raw, RAMSEY_TRACE, US, excitation(raw, begins=1))
    one = _one_line(points, kept_over_rest(raw))
    poor = one.reduced_chi2 is not None and one.reduced_chi2 > SUSPECT
    two = _two_lines(one, points) if poor else None
    result = two or one
    return Analysis(
        experiment="t2_ramsey",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Delay", unit="s"),
        y_axis=axis_of(raw),
        quantities={} if result.error else _quantities(one, two),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _one_line(points: Points, memory: float) -> Fit:
    """One decaying line of shots that remember so much; the error of T2* counts what is not known of the share of
    exponential decay.

    That share lies between none and all, so it is never known worse than to ``EVEN``, however little the points tell.
    """
    start = trace_start(points.x, points.y)
    found = fit_superpositions(RAMSEY_TRACE, [points], [start], US, [memory], 1)[0]
    share = 1.0 if found.error else found["share"].value
    given = start if found.error else {name: quantity.value for name, quantity in found.parameters.items()}
    constants = [{"share": share}]
    known = fit_superpositions(RAMSEY_TRACE_OF_ONE_NOISE, [points], [given], US, [memory], 1, constants)[0]
    if found.error or known.error:
        return known
    widest, least, unknown = (one.stderr or 0.0 for one in (found["tau"], known["tau"], found["share"]))
    told = EVEN**2 / (EVEN**2 + unknown**2)
    stderr = float(np.sqrt(least**2 + max(widest**2 - least**2, 0.0) * told))
    tau = found["tau"].model_copy(update={"stderr": stderr})
    return replace(found, parameters=found.parameters | {"tau": tau})


def _two_lines(one: Fit, points: Points) -> Fit | None:
    """A fit with two lines, if it is better by far and both lines are strong."""
    window = float(points.x.max())
    tau = float(np.clip(one["tau"].value, 0.2 * window, 3 * window))
    start = two_lines_start(points.x, points.y, one["freq"].value, tau)
    two = fit_many(TWO_LINES, [points], [start], US)[0]
    if two.error or one.reduced_chi2 is None or two.reduced_chi2 is None:
        return None
    gain = one.reduced_chi2 * (len(points.x) - 6) - two.reduced_chi2 * (len(points.x) - 8)
    apart, share = two["gap"], _share(two)
    resolved = apart.stderr is not None and abs(apart.value) > SIGMAS * apart.stderr
    return two if gain > BETTER and resolved and share.value > FAINTEST else None


def _share(two: Fit) -> Quantity:
    """Amplitude of the fainter line in units of the stronger."""
    sizes = _sizes(two)
    errors = _size_errors(two)
    faint, strong = np.argsort(sizes)
    value = sizes[faint] / max(sizes[strong], 1e-9)
    return Quantity(
        value=value, stderr=float(np.hypot(errors[faint], value * errors[strong])) / max(sizes[strong], 1e-9)
    )


def _size_errors(two: Fit) -> list[float]:
    return [max(two[f"{part}{n}"].stderr or 0.0 for part in "ab") for n in (1, 2)]


def _sizes(two: Fit) -> list[float]:
    return [float(np.hypot(two[f"a{n}"].value, two[f"b{n}"].value)) for n in (1, 2)]


def _quantities(one: Fit, two: Fit | None) -> dict[str, Quantity]:
    used = two or one
    found = {
        "t2_star": used.scaled("tau", US, "s"),
        "oscillation": used.scaled("freq", 1 / US, "Hz"),
        "contrast": one["amp"],
        "floor": used["base"],
    }
    if two is not None:
        apart = two.scaled("gap", 1 / US, "Hz")
        found["splitting"] = apart.model_copy(update={"value": abs(apart.value)})
        found["second_line"] = _share(two)
        found["contrast"] = Quantity(value=sum(_sizes(two)), stderr=math.hypot(*_size_errors(two)))
    return found


def draw(analysis: Analysis) -> Figure:
    from reson.tools.figures.traces import draw_trace_and_spectrum

    return draw_trace_and_spectrum(analysis, "Ramsey (T2*)")


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "t2_star", "oscillation", "contrast")
    if not fitted.passed:
        return [fitted, checks.signal(analysis.series[0])]
    found, window = analysis.quantities, parameters["max_delay"]
    nyquist, tau = (parameters["points"] - 1) / window / 2, found["t2_star"]
    second = found["second_line"].value if "second_line" in found else 0.0
    low = least_height(0.3, 0.5, history)
    listed = [
        fitted,
        checks.signal(analysis.series[0]),
        # several cycles within the decay: without them neither can be told from the other
        checks.within(
            "oscillations within the decay", found["oscillation"].value * min(tau.value, window), 1.0, np.inf
        ),
        checks.within("oscillation", found["oscillation"].value, 1.0 / window, 0.8 * nyquist, "Hz"),
        checks.within("artificial detuning", abs(parameters["detuning"]), 0.0, 0.8 * nyquist, "Hz"),
        checks.within("t2_star over the window", tau.value / window, 0.0, 1.5),
        checks.within("t2_star over the window", tau.value / window, 0.0, 1.2, severity=Verdict.REVIEW),
        checks.within("t2_star over the step of the sweep", tau.value * 2 * nyquist, 4.0, np.inf),
        checks.within("amplitude", found["contrast"].value, low / 2, 0.75),
        checks.within("amplitude", found["contrast"].value, low, 0.65, severity=Verdict.REVIEW),
        checks.resolved("amplitude", found["contrast"], 8.0),
        checks.precise("t2_star", tau, 0.2),
        checks.within("second line over the first", second, 0.0, FAINTEST, severity=Verdict.REVIEW),
        checks.goodness(analysis, parameters=6, tolerance=0.02),
        checks.one_curve(analysis, tolerance=0.02),
        checks.history("t2_star", tau, history, natural=0.25),
    ]
    return [*listed, *against_twice_t1(analysis, "t2_star", history)]


EXPERIMENT = Experiment(
    waits=True,
    name="t2_ramsey",
    title="Ramsey (T2*)",
    measures="the dephasing time without echo, and from the spectrum whether the qubit has one frequency or two",
    family="ramsey",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_delay", "s", 0.5e-6, 5e-3, "longest delay; two and a half times what is known of T2*"),
        Parameter("detuning", "Hz", 1e3, 20e6, "artificial detuning; by default ten oscillations in the window"),
        sweep.points(81),
        sweep.shots(500),
        sweep.KNOWN_T1,
    ),
    needs=("drive_frequency", "sx_amplitude", "readout_threshold"),
    calibrates=("t2_star",),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    figure=draw,
    check=check,
    valid_hours=24.0,
    two_states=True,
)
