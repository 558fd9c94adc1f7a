"""Arguments of the next try: another range, step or centre where the plot asks for one, else more averaging."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reson.agent.observation import Attempt
from reson.records import CheckCode, Quantity, Status, Verdict
from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.tools.experiments.qubit_spectroscopy import LENGTH
from reson.tools.experiments.ramsey_xy import COARSE_WINDOW, REACH, sweep_of

FINE_AMPLITUDE = ("fine_x_amplitude", "fine_sx_amplitude")
MAX_SHOTS = 20_000

SHAPE = {CheckCode.MISFIT, CheckCode.UNSTEADY}
"""Checks that fail where a curve has another shape than its points, whatever the averaging."""
ONE_PERIOD, CREST = 2.0, 1.2
"""Times the pi amplitude to which a Rabi sweep that misses its points is cut: what a generator that clips, an amplifier
that compresses or a third level bends lies beyond. First a period, then no more than the crest."""
EF_RANGE = {"centre": -270e6, "span": 240e6, "points": 201.0, "shots": 1000.0}
"""A sweep over the anharmonicities of transmons, -150 to -390 MHz."""
FINE_STEP, ZOOMED = 0.8e6, 100.0
"""Hz and number of the steps of a spectroscopy about a line that was seen: half of the width of a line at least."""
GLIMPSED = 3.0
"""Errors of its height from which a line is worth another look."""
MOST_ZOOMS = 3
TURNED_TWICE = 2.0
"""Times too strong is a drive that turns a qubit by 2 pi: its line is split and faint, though all else is sound."""
LONGEST_LOOK = 8000.0
"""Shots to which a line that was looked at nearer is averaged while it rises above the noise and not far enough."""
TIMES_FINER = 2.5
"""Times as fine are the steps of a sweep that shows something as narrow as they are."""
CRAMPED = 4.0
"""Periods from which a curve that misses its points is first looked at over fewer of them."""


def adjusted(failures: Sequence[Attempt]) -> dict[str, float]:
    """Arguments for the next try: a better range where the plot asks for one, more averaging where it does not."""
    last = failures[-1]
    change = _BY_STATUS.get((last.experiment, last.status)) if last.status else None
    if last.experiment == "rabi":
        kept = {"max_amplitude": last.parameters["max_amplitude"]} if _was_wider(failures) else {}
        return rabi_range(failures) or {"shots": more_shots(last), **kept}
    if last.experiment == "ef_spectroscopy" and (search := _ef_search(failures)):
        return search
    if _decays_within_steps(last):
        change = _shorter_window
    if last.experiment in _RATES:
        change = _other_sequences
    if last.experiment in _WIDENED and CheckCode.AT_EDGE in last.failed:
        change = _twice_as_wide  # whatever the plot reads as: more shots show the same edge
    elif last.experiment in _WIDENED and CheckCode.TOO_COARSE in last.failed:
        change = _finer_steps
    if last.experiment == "ramsey_xy" and change is None and CheckCode.FOLDED in last.failed:
        change = _ramsey_range(0.3)  # no averaging brings back what the sampling folds
    if change is not None:
        return change(last)
    if "shots" not in last.parameters:
        return {}
    window = {"max_delay": last.parameters["max_delay"]} if last.experiment in _DECAY_TIME else {}
    return {"shots": more_shots(last)} | window | _changed_range(failures)


_DECAY_TIME = {"t1": "t1", "t2_hahn": "t2_echo"}
_RANGES = {
    "punch_out": ("span", "points"),
    "readout_frequency_sweep": ("span", "points"),
    "readout_power": ("min_amplitude", "max_amplitude"),
}


def _changed_range(failures: Sequence[Attempt]) -> dict[str, float]:
    """What was changed of the range for what an earlier try had shown: a longer look keeps it."""
    first, last = failures[0].parameters, failures[-1].parameters
    names = _RANGES.get(failures[-1].experiment, ())
    return {name: last[name] for name in names if last.get(name) != first.get(name)}


def _decays_within_steps(last: Attempt) -> bool:
    """A decay that is over after a few points, whatever the plot reads as."""
    tau = last.quantities.get(_DECAY_TIME.get(last.experiment, ""))
    return tau is not None and tau.value < 2.5 * last.parameters["max_delay"] / (last.parameters["points"] - 1)


def _shorter_window(last: Attempt) -> dict[str, float]:
    tau = last.quantities[_DECAY_TIME[last.experiment]].value
    return {"max_delay": max(5 * tau, last.parameters["max_delay"] / 20)}


_RATES = {"standard_rb": ("error_per_gate", "error_per_gate"), "leakage_rb": ("leakage_per_gate", "seepage_per_gate")}
"""What adds up to the rate of the exponential, per pulse."""
LEAST_DECAYS, MOST_DECAYS = 0.8, 5.0


def _decays(last: Attempt) -> float:
    """How many times over the curve of benchmarking decays, or rises, within its longest sequence; 0 without one."""
    rates = [last.quantities.get(name) for name in _RATES[last.experiment]]
    return sum(max(0.0, rate.value) for rate in rates if rate is not None) * last.parameters["max_length"]


def _other_sequences(last: Attempt) -> dict[str, float]:
    """Shorter ones where the curve is over long before the end, which tells how far it goes and not how fast, longer
    ones where it has hardly begun; and more of them, since large errors scatter from one random sequence to the next,
    whatever the shots.
    """
    decays, longest = _decays(last), last.parameters["max_length"]
    if decays > MOST_DECAYS:
        longest = max(20.0, 2 * longest // decays)
    elif last.experiment == "standard_rb" and 0 < decays < LEAST_DECAYS:
        longest = min(20_000.0, longest * min(4.0, 1.5 / decays) // 1)
    return {"max_length": longest, "samples": min(50.0, 2 * last.parameters["samples"])}


def ends_too_early(last: Attempt) -> bool:
    """A Rabi sweep that shows too little of an oscillation, or whose fit puts the pi pulse beyond its end."""
    pi = last.quantities.get("x_amplitude")
    beyond = pi is not None and pi.value > last.parameters["max_amplitude"]
    return beyond or last.status in (Status.RANGE_TOO_NARROW, Status.NO_SIGNAL)


def rabi_range(failures: Sequence[Attempt]) -> dict[str, float]:
    """Wider where the curve ends too early, nearer to its pi pulse where it bends; nothing where averaging is due."""
    last = failures[-1]
    now, pi = last.parameters["max_amplitude"], last.quantities.get("x_amplitude")
    if last.status is Status.UNDERSAMPLED:
        return {"max_amplitude": max(0.01, now / 3)}
    if ends_too_early(last) and not _was_wider(failures):
        suggested = last.suggested_range[1] if last.suggested_range else 2 * now
        return {"max_amplitude": min(1.0, max(suggested, 1.5 * now))}
    if pi is None or pi.value <= 0 or not _is_bent(last):
        return {}
    if now > CRAMPED * 2 * pi.value:
        return {"max_amplitude": max(0.01, now / 3)}
    nearer = [wide * pi.value for wide in (ONE_PERIOD, CREST) if wide * pi.value < 0.9 * now]
    return {"max_amplitude": max(0.01, nearer[0])} if nearer else {}


def _is_bent(last: Attempt) -> bool:
    failed = set(last.failed)
    weak = CheckCode.UNRESOLVED in failed or last.status in (Status.NO_SIGNAL, Status.FAINT)
    seen = last.status in (Status.FIT_POOR, Status.DAMPED, Status.OFF_RESONANCE, Status.CLIPPED)
    return bool(seen or SHAPE & failed or (CheckCode.AT_BOUND in failed and not weak))


def _was_wider(failures: Sequence[Attempt]) -> bool:
    """Whether an earlier sweep of these went farther, and was cut for what it showed there."""
    return any(
        one.parameters.get("max_amplitude", 0.0) > 1.4 * failures[-1].parameters["max_amplitude"] for one in failures
    )


def _delay_range(factor: float) -> Callable[[Attempt], dict[str, float]]:
    def change(last: Attempt) -> dict[str, float]:
        now = last.parameters["max_delay"]
        suggested = last.suggested_range[1] if last.suggested_range else factor * now
        # the reader knows the direction; the step stays within a factor of ten of the present window
        return {"max_delay": min(max(suggested, now / 10), 10 * now)}

    return change


def _ramsey_range(factor: float) -> Callable[[Attempt], dict[str, float]]:
    def change(last: Attempt) -> dict[str, float]:
        return sweep_of(_delay_range(factor)(last)["max_delay"])

    return change


HOLDS_A_BEAT = 2.6
"""Times within which fringes fall to 1/e: a beat of two equal lines that falls so has returned by then."""
FOLDS_BACK = 150e3
"""Hz: a Ramsey sweep over the coherence time samples a larger detuning too coarsely to tell it."""


def ramsey_that_sees(detuning: Quantity | None) -> dict[str, float]:
    """Arguments of a Ramsey sweep whose sampling follows at least six times this detuning."""
    if detuning is None or abs(detuning.value) < FOLDS_BACK:
        return {}
    window = min(4e-6, 10 / (3 * abs(detuning.value)))
    return {"max_delay": window, "detuning": 20 / (3 * window)}


def window_that_holds_a_beat(seen: Attempt) -> dict[str, float]:
    """Arguments of a Ramsey sweep that tells T2* where this one left open whether its fringes decay or beat; nothing
    where it left nothing open, or was as long."""
    decay = seen.quantities.get("fringe_decay")
    if CheckCode.HIDDEN_BEAT not in seen.failed or decay is None:
        return {}
    window, longer = seen.parameters["max_delay"], sweep_of(min(REACH[1], HOLDS_A_BEAT * decay.value))
    coarse = window <= COARSE_WINDOW  # the bring-up has a longer one, after T1
    return longer if longer["max_delay"] > 1.2 * window and not coarse else {}


def _shorter_sequence(last: Attempt) -> dict[str, float]:
    """So few repetitions that the angle error found adds up to less than a quarter turn."""
    gate = last.experiment.split("_")[1]
    error = last.quantities.get(f"{gate}_angle_error")
    return {"max_repetitions": max(5.0, min(25.0, 1.5 // abs(error.value))) if error else 5.0}


def _drag_range(last: Attempt) -> dict[str, float]:
    low, high = last.suggested_range or (
        last.parameters["centre"] - last.parameters["span"],
        last.parameters["centre"] + last.parameters["span"],
    )
    return {"centre": (low + high) / 2, "span": high - low}


_WIDENED = ("punch_out", "readout_frequency_sweep")
"""Sweeps of the readout's frequency about where it is."""


def _twice_as_wide(last: Attempt) -> dict[str, float]:
    """In the same steps, as far as the experiment goes."""
    bounds = {spec.name: spec.high for spec in EXPERIMENTS[last.experiment].parameters}
    span, points = last.parameters["span"], last.parameters["points"]
    return {"span": min(bounds["span"], 2 * span), "points": min(bounds["points"], 2 * points - 1)}


def _finer_steps(last: Attempt) -> dict[str, float]:
    """Of the same number, over a part of the sweep about the same frequency."""
    least = next(spec.low for spec in EXPERIMENTS[last.experiment].parameters if spec.name == "span")
    return {"span": max(least, last.parameters["span"] / TIMES_FINER)}


def line_seen_coarsely(failures: Sequence[Attempt]) -> dict[str, float]:
    """Arguments of a spectroscopy about a line that a wide one has shown: at its edge, in steps as wide as the line,
    faintly but twice at one place (a drive that turns by 2 pi shows little: a weaker one there), or among others that a
    weaker drive did not leave behind; longer where it still is faint there; nothing where no line asks for that.

    The line is that of the weakest drive that showed one: a strong one drives two photons from 0 to 2 as well.
    """
    last = failures[-1]
    if last.parameters.get("centre") and _rises(last) and last.parameters["shots"] < LONGEST_LOOK:
        names = ("centre", "span", "points", "amplitude", "length")
        kept = {name: last.parameters[name] for name in names if name in last.parameters}
        return kept | {"shots": 4 * last.parameters["shots"]}
    shown = [one for one in failures if _shows_a_line(one)]
    if not shown or sum(one.parameters.get("centre", 0.0) != 0.0 for one in failures) >= MOST_ZOOMS:
        return {}
    best = min(reversed(shown), key=lambda one: one.parameters["amplitude"])
    crowded = [one for one in failures if one.status is Status.MULTIPLE_PEAKS]
    lost = last.status is Status.NO_SIGNAL and bool(crowded) and failures[-2:-1] == crowded[-1:]
    unsharp = last is best and {CheckCode.TOO_COARSE, CheckCode.AT_EDGE} & set(last.failed)
    again = last is not best and _rises(last) and _at_one_place(last, best)
    step = _step(best)
    asked = lost or again or (last in crowded and len(crowded) > 1) or (unsharp and not crowded)
    if step < FINE_STEP or not asked:
        return {}
    return {
        "centre": best.quantities["offset"].value,
        "span": ZOOMED * FINE_STEP,
        "points": ZOOMED + 1,
        "amplitude": _of_usual_length(best) / (TURNED_TWICE if again else 1.0),
        "shots": best.parameters["shots"],
    }


def _of_usual_length(one: Attempt) -> float:
    """The amplitude that turns as far in the usual length of the pulse."""
    return one.parameters["amplitude"] * one.parameters.get("length", LENGTH) / LENGTH


def _rises(one: Attempt) -> bool:
    height = one.quantities.get("height")
    return height is not None and bool(height.stderr) and height.value > GLIMPSED * (height.stderr or 0.0)


def _at_one_place(one: Attempt, other: Attempt) -> bool:
    apart = one.quantities["offset"].value - other.quantities["offset"].value
    return abs(apart) < max(_step(one), _step(other))


def _step(one: Attempt) -> float:
    return one.parameters["span"] / (one.parameters["points"] - 1)


def _shows_a_line(one: Attempt) -> bool:
    return _rises(one) and "offset" in one.quantities and one.status is not Status.NO_SIGNAL


def _ef_search(failures: Sequence[Attempt]) -> dict[str, float]:
    """In finer steps about a line that rests on too few points; where there is none, over all anharmonicities that a
    transmon has, then with a stronger drive."""
    last = failures[-1]
    if last.status is Status.UNDERSAMPLED:
        found = last.quantities.get("anharmonicity")
        centre = last.parameters["centre"] if found is None else found.value
        return {"centre": min(-50e6, max(-600e6, centre)), "span": max(10e6, last.parameters["span"] / 3)}
    nothing = [one for one in failures if one.status is Status.NO_SIGNAL or one.verdict is Verdict.REJECT]
    if not nothing or nothing[-1] is not last:
        return {}
    amplitude = failures[0].parameters.get("amplitude")
    stronger = {} if len(nothing) == 1 or amplitude is None else {"amplitude": min(1.0, 3 * amplitude)}
    return EF_RANGE | stronger


_BY_STATUS: dict[tuple[str, Status], Callable[[Attempt], dict[str, float]]] = {
    ("t1", Status.WINDOW_TOO_SHORT): _delay_range(2.5),
    ("t1", Status.SAMPLING_TOO_COARSE): _delay_range(0.2),
    ("t2_hahn", Status.WINDOW_TOO_SHORT): _delay_range(2.5),
    ("t2_hahn", Status.SAMPLING_TOO_COARSE): _delay_range(0.2),
    ("ramsey_xy", Status.TOO_FEW_OSC): _ramsey_range(2.0),
    ("ramsey_xy", Status.NO_DETUNING): _ramsey_range(2.0),
    ("ramsey_xy", Status.TOO_MANY_OSC): _ramsey_range(0.4),
    ("ramsey_xy", Status.SAMPLING_TOO_COARSE): _ramsey_range(0.3),
    ("rough_drag", Status.OPTIMAL_NOT_CENTERED): _drag_range,
    ("rough_drag", Status.NO_COMMON_MINIMUM): _twice_as_wide,
    **{(name, Status.RANGE_TOO_NARROW): _twice_as_wide for name in _WIDENED},
    ("readout_power", Status.RANGE_TOO_NARROW): lambda last: {
        "max_amplitude": min(1.0, 2 * last.parameters["max_amplitude"])
    },
    **{(name, Status.LARGE_ERROR): _shorter_sequence for name in FINE_AMPLITUDE},
}


def more_shots(last: Attempt) -> float:
    """Twice as many, and four times where the signal does not rise above its noise."""
    times = 4 if last.experiment == "rabi" and CheckCode.UNRESOLVED in last.failed else 2
    return min(MAX_SHOTS, times * last.parameters["shots"])
