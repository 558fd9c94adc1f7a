"""Ramsey in two quadratures (RamseyXY of Qiskit Experiments): the detuning of the drive with its sign, and T2*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reson.records import Check, CheckCode, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Axis, Past, RawData, Values
from reson.tools.experiments import acquisition, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.batch_fitting import points_of
from reson.tools.experiments.fits.curve_models import RAMSEY
from reson.tools.experiments.fits.decay_shapes import Dephasing, fringes, splitting
from reson.tools.experiments.fits.memory import kept_over_rest
from reson.tools.experiments.fits.processing import axis_of, excitation
from reson.tools.experiments.fits.starts import ramsey_start
from reson.tools.experiments.heights import least_height
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

US, MHZ = 1e-6, 1e6
COARSE_WINDOW = 4e-6
OSCILLATIONS = 5.0
"""Oscillations that the artificial detuning puts into the window: enough to see, far below the sampling limit."""

REACH = (0.2e-6, 400e-6)
"""Seconds of a window by default."""
LIVES = 2.2
"""Decay times in a window: in one of them a decay may as well be a beat, as long as that has not returned. Of simulated
fringes without a beat, T2* is told from all but one in fifteen at twice the decay time, from about a third at once."""
USUAL = 0.7
"""T2* over T1 of a usual transmon."""

TOLD = 0.25
"""Relative error of T2* up to which the window tells it."""
MOST_APART = 50e3
"""Hz between two lines that a pulse does not tell apart: as charge parity usually makes; a phase of 5 mrad in 32 ns."""
WANDER = 60.0
"""Hz: how far the mean over a measurement lies from the middle of it. A transmon wanders some 10 kHz in six hours
(Burnett et al., npj Quantum Inf. 5, 54 (2019)), as a random walk 215 Hz in 10 s, of which this is 1 / sqrt(12)."""


def _defaults(values: Values) -> dict[str, float]:
    """Coarse (4 us) until a decay time is known, then a window that tells a decay from a slow beat."""
    window = COARSE_WINDOW
    if "t2_star" in values:
        window = LIVES * values["t2_star"]
    elif "t1" in values:
        window = LIVES * USUAL * values["t1"]
    return sweep_of(float(np.clip(window, *REACH))) | sweep.known_t1(values)


def sweep_of(window: float) -> dict[str, float]:
    """Arguments of a sweep over ``window`` seconds."""
    return {"max_delay": window, "detuning": OSCILLATIONS / window}


def _device_seconds(parameters: Values, device: Device) -> float:
    return sweep.device_seconds(2 * parameters["points"], parameters["shots"], parameters["max_delay"] / 2, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """As ``RamseyXY`` of Qiskit Experiments: SX, delay, virtual Z, SX; in the Y series a quarter turn less of Z.

    The delays are uneven: a drive so far off that an even grid would fold its fringe back fits no fringe on this one.
    """
    from qiskit.circuit.library import RZGate, SXGate

    from reson.tools.experiments.circuits.sequences import Sequences, Waits

    waits, sx, told = Waits(device.backend), SXGate(), sweep.between_shots(device)
    experiments = {}
    for qubit, values in arguments.items():
        delays = [waits.of(delay) for delay in sweep.uneven_delays(values["max_delay"], int(values["points"])).tolist()]
        rate = 2 * np.pi * values["detuning"]
        experiments[qubit] = Sequences(
            qubit,
            [
                ({"xval": length, "series": name, **told}, [sx, delay, RZGate(rate * length - late), sx])
                for delay, length in delays
                for name, late in (("X", 0.0), ("Y", np.pi / 2))
            ],
        )
    return acquisition.acquire("ramsey_xy", device, arguments, experiments, acquisition.CLASSIFIED)


def analyse(raw: RawData) -> Analysis:
    return analyse_many([raw])[0]


def analyse_many(data: Sequence[RawData]) -> list[Analysis]:
    points = [points_of(raw, RAMSEY, US, excitation(raw, begins=1)) for raw in data]
    starts = [ramsey_start(one.x, one.y, one.part) for one in points]
    memory = [kept_over_rest(raw) for raw in data]
    results = fringes(points, starts, US, memory)
    return [_analysis(raw, result) for raw, result in zip(data, results, strict=True)]


def _analysis(raw: RawData, found: Dephasing) -> Analysis:
    result = found.best
    return Analysis(
        experiment="ramsey_xy",
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Delay", unit="s"),
        y_axis=axis_of(raw),
        quantities={} if result.error else _quantities(found, raw),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _quantities(fringes: Dephasing, raw: RawData) -> dict[str, Quantity]:
    """The fitted oscillation is the artificial detuning minus (f01 - drive frequency).

    A qubit above the drive turns ahead of the frame by a positive angle, which the virtual Z of a positive artificial
    detuning, a rotation of the frame in the same sense, takes away again.

    T2* is given where the window tells it. Where a beat of two lines, too slow for the window, would look the same, the
    time in which the fringes fall to 1/e is no T2*: it has the name ``fringe_decay``.
    """
    frequency, tau = fringes.quantity("freq", MHZ, "Hz"), fringes.decay_time(US, "s")
    offset = raw.parameters["detuning"] - frequency.value
    stderr = None if frequency.stderr is None else float(np.hypot(frequency.stderr, WANDER))
    found = {
        "offset": Quantity(value=offset, stderr=stderr, unit="Hz"),
        "oscillation": frequency,
        "contrast": fringes.quantity("amp", 1.0, ""),
    }
    if (apart := splitting(fringes)) is not None:
        found["splitting"] = Quantity(value=apart.value * MHZ, stderr=apart.stderr and apart.stderr * MHZ, unit="Hz")
    if "drive_frequency" in raw.controls:  # a device without pulse access lets nobody correct it
        corrected = raw.controls["drive_frequency"] + offset
        found["drive_frequency"] = Quantity(value=corrected, stderr=stderr, unit="Hz")
    window, seen = raw.parameters["max_delay"], fringes.fringe_decay(US, "s")
    if _told(tau, window):
        found |= {"t2_star": tau, "exponential_share": fringes.share}
    elif apart is None and _told(seen, window):
        found["fringe_decay"] = seen
    return found


def _told(tau: Quantity, window: float) -> bool:
    return tau.value < 3 * window and tau.stderr is not None and tau.stderr < TOLD * tau.value


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    fitted = checks.fitted(analysis, "offset", "oscillation", "contrast")
    if not fitted.passed:
        return [fitted, *(checks.signal(part) for part in analysis.series)]
    found, window = analysis.quantities, parameters["max_delay"]
    nyquist = (parameters["points"] - 1) / window / 2
    frequency, low = found["oscillation"], least_height(0.3, 0.5, history)
    listed = [
        fitted,
        *(checks.signal(part, f"signal in {part.name}") for part in analysis.series),
        checks.within("oscillation", abs(frequency.value), 0.5 / window, 0.8 * nyquist, "Hz"),
        checks.within("artificial detuning", abs(parameters["detuning"]), 0.0, 0.8 * nyquist, "Hz"),
        checks.within("offset", abs(found["offset"].value), 0.0, 0.5 * nyquist, "Hz", Verdict.REVIEW, CheckCode.FOLDED),
        checks.within("amplitude", found["contrast"].value, low / 2, 0.75),
        checks.within("amplitude", found["contrast"].value, low, 0.6, severity=Verdict.REVIEW),
        checks.resolved("amplitude", found["contrast"], 8.0),
        checks.narrow("the frequency", frequency, 0.1 / window, "Hz"),
        checks.goodness(analysis, parameters=5, tolerance=0.02),
        checks.one_curve(analysis, tolerance=0.02),
    ]
    if "splitting" in found:
        apart = found["splitting"].value
        listed.append(
            checks.within("distance of two lines", apart, 0.0, MOST_APART, "Hz", Verdict.REVIEW, CheckCode.MISFIT)
        )
    if "t2_star" not in found and (made := found.get("fringe_decay") or found.get("splitting")):
        listed.append(_hidden_beat(made, window))
    if "t2_star" in found:
        listed.append(checks.history("t2_star", found["t2_star"], history, natural=0.2))
    return listed


def _hidden_beat(made: Quantity, window: float) -> Check:
    """Says why no T2* is written, from the decay or the splitting that is seen; the frequency is none the worse."""
    seen = f"fringes that fall to 1/e in {made.value / US:.3g} us" if made.unit == "s" else "the beat of two lines"
    message = f"{seen} over a window of {window / US:.3g} us may be a slow beat as well as a decay: no T2* is written"
    name, code = "T2* told from a beat", CheckCode.HIDDEN_BEAT
    return Check(name=name, code=code, passed=False, severity=Verdict.ACCEPT, message=message)


EXPERIMENT = Experiment(
    waits=True,
    name="ramsey_xy",
    title="Ramsey (X and Y)",
    measures="the detuning of the drive from the qubit, with its sign, and the dephasing time T2*",
    family="ramsey_xy",
    effect=Effect.MEASURES,
    parameters=(
        Parameter("max_delay", "s", 0.1e-6, 1e-3, "longest delay; 4 us until a decay time is known"),
        Parameter("detuning", "Hz", -20e6, 20e6, "artificial detuning, made by a virtual Z that grows with the delay"),
        sweep.points(41),
        sweep.shots(500),
        sweep.KNOWN_T1,
    ),
    needs=("x_amplitude", "sx_amplitude", "readout_threshold"),
    calibrates=("drive_frequency", "t2_star"),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    analyse_many=analyse_many,
    valid_hours=12.0,
    two_states=True,
)
