"""The words and columns of the report's page."""

from __future__ import annotations

from reson.agent.report.content import Difference, Qubit, Report, State, Value
from reson.agent.report.wording import count, duration, moment, quantity
from reson.records import Ending, Quantity, Verdict

__all__ = ["count", "duration", "moment", "quantity"]

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
    "waiting": ("◐", "waits for a person"),
    "failed": ("✕", "set aside"),
    "open": ("○", "not finished"),
}
VERDICTS: dict[Verdict | None, tuple[str, str]] = {
    Verdict.ACCEPT: ("●", "accept"),
    Verdict.REVIEW: ("◐", "review"),
    Verdict.REJECT: ("✕", "reject"),
    None: ("○", "not analysed"),
}
DIAGNOSES = {
    "no_drive_response": "No response to the drive",
    "weak_drive_line": "Weak drive line",
    "frequency_guess_off": "Frequency far from the design",
    "short_t1": "Short T1",
    "poor_readout": "Poor readout",
    "error_above_limit": "Error above the coherence limit",
    "rejected": "Turned down",
    "unresolved": "Unresolved",
}
OVERVIEW = (
    ("error_per_gate", "Error per gate"),
    ("over_limit", "over limit"),
    ("t1", "T1"),
    ("t2_star", "T2*"),
    ("t2_echo", "T2E"),
    ("assignment_fidelity", "Assignment fidelity"),
    ("drive_frequency", "Drive frequency"),
)
NAMES = {
    "drive_frequency": "Drive frequency",
    "x_amplitude": "X amplitude",
    "t1": "T1",
    "t2_star": "T2*",
    "t2_echo": "T2E",
    "assignment_fidelity": "Assignment fidelity",
    "error_per_gate": "Error per gate",
}
RELATIVE = ("x_amplitude", "t1", "t2_star", "t2_echo", "error_per_gate")
"""Their drift is told in per cent; that of the others in their unit."""


def title(report: Report) -> str:
    """``4 of 5 qubits done, 1 set aside``."""
    states = [qubit.state for qubit in report.qubits]
    parts = [f"{states.count('done')} of {count(len(states), 'qubit')} done"]
    parts += [f"{states.count(state)} {STATES[state][1]}" for state in ("waiting", "failed", "open") if state in states]
    return ", ".join(parts)


def cell(qubit: Qubit, name: str) -> str:
    """One cell of the overview; a dash for what is not measured."""
    if name == "over_limit":
        return "–" if qubit.over_limit is None else f"{number(qubit.over_limit)} ×"
    value = qubit.values.get(name)
    return "–" if value is None or not (value.measured or name == "drive_frequency") else number(value)


def number(value: Value | Quantity) -> str:
    return quantity(value.value, value.stderr, value.unit)


def sigma(difference: Difference) -> str:
    if difference.before is None or not difference.before.measured:
        return "first measured"
    return "–" if difference.sigmas is None else f"{difference.sigmas:+.1f} σ"


def step(difference: Difference) -> str:
    """The change itself, with its sign: in per cent where that says more."""
    before, after = difference.before, difference.after
    if before is None:
        return "–"
    change = after.value - before.value
    if difference.parameter in RELATIVE and before.value:
        return f"{100 * change / before.value:+.1f} %"
    return f"{'+' if change > 0 else ''}{quantity(float(f'{change:.3g}'), None, after.unit)}"
