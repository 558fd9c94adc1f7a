"""The words and columns of the report's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reson.agent.health import WATCHED
from reson.agent.report.content import Difference, Proposed, Qubit, Report, Value, Waiting
from reson.agent.report.published_content import Compared
from reson.agent.report.published_history import medians
from reson.agent.standing import State
from reson.components import by_kind, noun_of, order
from reson.records import Ending, Quantity, Verdict
from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.tools.quantities import PARAMETERS
from reson.wording import author, command, count, duration, moment, quantity

__all__ = ["author", "command", "count", "duration", "medians", "moment", "quantity"]

ENDINGS: dict[Ending | None, str] = {
    Ending.FINISHED: "Finished",
    Ending.WAITING_FOR_APPROVAL: "Waits for a person",
    Ending.BUDGET_SPENT: "Stopped: budget spent",
    Ending.DEVICE_UNAVAILABLE: "Stopped: device unavailable",
    Ending.STOPPED: "Stopped by a person",
    Ending.FAILED: "Failed",
    None: "Not ended: still running, or cut short",
}
STATES: dict[State, tuple[str, str]] = {
    "done": ("●", "done"),
    "below": ("▼", "below goal"),
    "waiting": ("◐", "waits for a person"),
    "failed": ("✕", "set aside"),
    "open": ("○", "not finished"),
}
NOT_DONE: dict[State, str] = {
    "below": "below goal",
    "waiting": "waiting for a person",
    "failed": "set aside",
    "open": "not finished",
}
VERDICTS: dict[Verdict | None, tuple[str, str]] = {
    Verdict.ACCEPT: ("●", "accept"),
    Verdict.REVIEW: ("◐", "review"),
    Verdict.REJECT: ("✕", "reject"),
    None: ("○", "not analysed"),
}
DIAGNOSES = {
    "no_readout_signal": "No readout signal",
    "no_resonator": "No resonator found",
    "readout_saturated": "Readout saturated",
    "noisy_readout": "Noisy readout",
    "hot_qubit": "Hot qubit",
    "no_drive_response": "No response to the drive",
    "swapped_drive_lines": "Swapped drive lines",
    "weak_drive_line": "Weak drive line",
    "clipped_drive": "Clipped drive",
    "wrong_sideband": "Wrong sideband",
    "leaky_pulse": "Leaky pulses",
    "two_frequencies": "Two frequencies",
    "frequency_guess_off": "Frequency far from the design",
    "short_t1": "Short T1",
    "poor_readout": "Poor readout",
    "error_above_limit": "Error above the coherence limit",
    "qubit_set_aside": "A qubit was set aside",
    "pair_too_close": "Qubits too close",
    "pair_collision": "Collision of levels",
    "pair_beyond_anharmonicity": "Qubits too far apart",
    "no_interaction": "No interaction",
    "one_wall": "ZZ runs away on one side only",
    "flux_gain_off": "Flux gain off",
    "flux_offset_off": "Flux offset",
    "no_zero_zz": "No zero of the ZZ",
    "wrong_sign": "Conditional phase of the wrong sign",
    "phase_below_pi": "Conditional phase below pi",
    "phase_jump": "Phase cannot be followed",
    "contrast_lost": "Contrast lost",
    "swap": "Gate swaps",
    "leakage": "Gate leaks",
    "slope_off": "Odd slope of the phase",
    "settling": "Flux line has a memory",
    "cz_above_limit": "CZ error above its limit",
    "rejected": "Turned down",
    "unresolved": "Unresolved",
}
SHORT = {
    "error_per_gate": "Error per gate",
    "t1": "T1",
    "t2_star": "T2*",
    "t2_echo": "T2E",
    "assignment_fidelity": "Assignment fidelity",
    "drive_frequency": "Drive frequency",
    "x_amplitude": "X amplitude",
    "cz_error": "CZ error",
    "bell_fidelity": "Bell fidelity",
    "coupler_bias": "Coupler bias",
    "cz_amplitude": "CZ amplitude",
    "cz_duration": "CZ duration",
}
OVERVIEW = (
    "error_per_gate",
    "over_limit",
    "above_limit",
    "t1",
    "t2_star",
    "t2_echo",
    "assignment_fidelity",
    "drive_frequency",
)
OF_PAIRS = ("cz_error", "coupler_bias", "cz_amplitude", "cz_duration")
RELATIVE = ("x_amplitude", "sx_amplitude", "t1", "t2_star", "t2_echo", "error_per_gate")
"""Their changes are told in per cent; those of the others in their unit."""


def state(report: Report, name: State) -> tuple[str, str]:
    """Mark and word of a qubit's state. A single experiment calibrates nothing by itself: then "done" is measured."""
    mark, word = STATES[name]
    if name != "done":
        return mark, word
    if report.run.kind == "run":
        return mark, "measured"
    return mark, "calibrated" if report.published is None else "characterised"


def title(report: Report) -> str:
    """``4 of 5 qubits calibrated, 3 of 4 pairs calibrated, 1 set aside``."""
    states = [qubit.state for qubit in report.qubits]
    parts = [
        f"{[one.state for one in members].count('done')} of {count(len(members), noun)} {state(report, 'done')[1]}"
        for noun, members in of_each_kind(report).items()
    ]
    parts += [f"{states.count(name)} {word}" for name, word in NOT_DONE.items() if name in states]
    return ", ".join(parts)


def reason(report: Report) -> str:
    """Why the run ended; nothing where the title has told it."""
    return "" if report.run.ending is Ending.FINISHED else report.run.reason


def asks(one: Waiting) -> str:
    """What a request is about in a few words: ``q3 x_amplitude``."""
    return f"{one.component.replace(',', ' ')} {', '.join(change.parameter for change in one.changes) or one.what}"


def noun(report: Report) -> str:
    """What the report is about: qubits, or pairs alone."""
    return noun_of(qubit.component for qubit in report.qubits)


def of_each_kind(report: Report) -> dict[str, list[Qubit]]:
    """Its qubits, and its pairs; "qubit" alone where it is about nothing."""
    kinds = by_kind(qubit.component for qubit in report.qubits) or {"qubit": []}
    return {noun: [one for one in report.qubits if one.component in names] for noun, names in kinds.items()}


def cell(qubit: Qubit, name: str) -> str:
    """One cell of the overview; a dash for what is not measured."""
    if name == "over_limit":
        return "–" if qubit.over_limit is None else f"{number(qubit.over_limit)} ×"
    if name == "above_limit":
        return "–" if qubit.above_limit is None else number(qubit.above_limit)
    value = qubit.values.get(name)
    return "–" if value is None or not (value.measured or name == "drive_frequency") else number(value)


def overview(noun: str, members: Sequence[Qubit]) -> tuple[str, ...]:
    """Columns of the overview of qubits or of pairs; of qubits without the drive's frequency on a device that tells
    none.
    """
    if noun == "pair":
        return (OF_PAIRS[0], "over_limit", "above_limit", *OF_PAIRS[1:])
    told = any("drive_frequency" in qubit.values for qubit in members)
    return tuple(name for name in OVERVIEW if told or name != "drive_frequency")


def echo_shares(report: Report) -> list[tuple[str, Value]]:
    """The exponential share of each echo that was found to decay otherwise than exponentially."""
    known = [(one.component, one.values.get("echo_exponential_share")) for one in report.qubits]
    return [(name, share) for name, share in known if share is not None and share.measured and share.value < 1]


def result_name(experiment: str) -> str:
    """The quantity for which an experiment is made: of those that it calibrates one on which health depends first."""
    row = EXPERIMENTS.get(experiment)
    calibrates = row.calibrates if row else ()
    return next((name for name in WATCHED if name in calibrates), next(iter(calibrates), ""))


def result(experiment: str, quantities: Mapping[str, Quantity]) -> str:
    """``68.8(14) µs T1``, so that a narrow place keeps the number; nothing where the fit gave nothing."""
    if not quantities:
        return ""
    name = result_name(experiment)
    name = name if name in quantities else next(iter(quantities))
    return f"{number(quantities[name])} {SHORT.get(name, name)}"


def number(value: Value | Quantity) -> str:
    limit = value.confidence if isinstance(value, Value) else None
    return quantity(value.value, value.stderr, value.unit, confidence=limit)


def rounded(value: Quantity) -> str:
    """Four significant digits: for arguments of a sweep, whose exact values are in report.json."""
    return quantity(float(f"{value.value:.4g}"), None, value.unit)


def sigma(change: Difference | Proposed) -> str:
    return "" if change.sigmas is None else f"{change.sigmas:+.1f} σ"


def _signed(change: float, unit: str) -> str:
    """A change with its sign, to three significant digits."""
    return f"{'+' if change > 0 else ''}{quantity(float(f'{change:.3g}'), None, unit)}"


def step(difference: Difference) -> str:
    """The change itself, with its sign: in per cent where that says more."""
    before, after = difference.before, difference.after
    if before is None:
        return ""
    change = after.value - before.value
    if difference.parameter in RELATIVE and before.value:
        return f"{100 * change / before.value:+.1f} %"
    if not after.unit:
        return f"{change:+.4f}"
    return _signed(change, after.unit)


def proposed_step(one: Proposed) -> str:
    """The change that is asked for, with its sign, and in its standard deviations."""
    if one.old is None:
        return "first value"
    return f"{_signed(one.new - one.old, one.unit)}, {sigma(one) or 'from a design value'}"


def moved(difference: Difference) -> bool:
    """Whether a change is more than its uncertainty explains: above three standard deviations."""
    return difference.sigmas is not None and abs(difference.sigmas) > 3


def published(one: Compared) -> str:
    """A published value, to four significant digits."""
    return quantity(float(f"{one.published:.4g}"), None, one.measured.unit)


def plain_number(value: float, unit: str = "") -> str:
    """A number without an uncertainty, to four significant digits."""
    return quantity(float(f"{value:.4g}"), None, unit)


def pairs(listed: Sequence[tuple[int, int]]) -> str:
    """Pairs of qubits as Python writes them."""
    return str([list(pair) for pair in listed])


def by_qubit(differences: Sequence[Difference]) -> dict[str, dict[str, Difference]]:
    """component -> parameter -> difference: qubits by number, parameters in the order of the vocabulary."""
    found: dict[str, dict[str, Difference]] = {}
    for one in sorted(differences, key=lambda one: list(PARAMETERS).index(one.parameter)):
        found.setdefault(one.component, {})[one.parameter] = one
    return {name: found[name] for name in sorted(found, key=order)}
