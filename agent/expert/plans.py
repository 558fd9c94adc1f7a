"""Which experiments in which order: bring-up of a cold qubit, upkeep of a calibrated one, refinement of a poor one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reson.agent.observation import QubitView


@dataclass(frozen=True)
class Step:
    """One experiment to be accepted before the next; an empty ``parameters`` leaves all to the adaptive defaults."""

    experiment: str
    why: str
    parameters: Mapping[str, float] = field(default_factory=dict)


BRING_UP = (
    Step("resonator_spectroscopy", "find the resonator: a qubit is heard through nothing else"),
    Step("punch_out", "does the resonator move with power? Only a living qubit makes it"),
    Step("qubit_spectroscopy", "find the qubit: nothing else means anything off resonance"),
    Step("rabi", "the amplitude of a pi pulse, at the frequency just found"),
    Step("readout_frequency_sweep", "read where 0 and 1 lie farthest apart, not where the resonator is for 0 alone"),
    Step("readout_power", "the readout amplitude that tells 0 from 1 best in single shots"),
    Step("readout", "angle and threshold: everything after this counts clicks"),
    Step("ramsey_xy", "the frequency to a few kHz, with the sign of the error"),
    Step("ef_spectroscopy", "the anharmonicity: where the third level lies, into which pulses can leak"),
    Step("t1", "relaxation sets the floor of every later error, and the length of later sweeps"),
    Step("rough_drag", "cancel the phase error that the third level causes"),
    Step("ramsey_xy", "the frequency again, over a window as long as the coherence"),
    Step("t2_hahn", "coherence with echo: the other half of the coherence limit"),
    Step("fine_x_amplitude", "amplify the remaining rotation error of X"),
    Step("fine_sx_amplitude", "amplify the remaining rotation error of SX"),
    Step("fine_drag", "amplify the remaining phase error"),
    Step("fine_sx_amplitude", "DRAG has changed a little: set SX last, since benchmarking is made of it"),
    Step("standard_rb", "the error per gate, against the coherence limit"),
)

DONE_WITHOUT = {
    "punch_out": "no sound punch_out: whether a qubit lives shows in its own line too",
    "readout_frequency_sweep": "no sound best frequency of the tone: the readout keeps its own, and is measured itself",
    "readout_power": "no sound best power of the tone: the readout keeps what it has, and is measured itself",
    "ef_spectroscopy": "no sound line of the third level: the designed anharmonicity serves, DRAG is measured itself",
}
"""What a bring-up looks for and reaches its goal without, and why: strong tones may saturate the digitiser, say."""

SEARCH = "qubit_spectroscopy"
"""The experiment whose arguments of an earlier night help to find a qubit again."""

UPKEEP = (
    Step("readout", "can 0 and 1 still be told apart?"),
    Step("ramsey_xy", "the frequency drifts first"),
    Step("fine_sx_amplitude", "the gain drifts next"),
    Step("fine_x_amplitude", "X is a pulse of its own: has its gain drifted too?"),
    Step("t1", "is the coherence limit still what it was?"),
    Step("standard_rb", "is the gate still in specification?"),
)

REFINE = (
    Step("readout", "discrimination may have moved"),
    Step("t1", "has the limit itself moved?"),
    Step("t2_hahn", "has the limit itself moved?"),
    Step("ramsey_xy", "error above the limit: first the frequency"),
    Step("fine_drag", "then the phase error"),
    Step("fine_x_amplitude", "then the rotation of X"),
    Step("fine_sx_amplitude", "then the rotation of SX"),
    Step("standard_rb", "and once more the error per gate"),
)

LIMIT_AGAIN = (
    Step("t1", "the error is below what coherence is said to allow: has the limit moved?"),
    Step("t2_hahn", "has the echo moved? Upkeep does not measure it"),
    Step("standard_rb", "and the error against that limit"),
)

WHY_ABOVE_LIMIT = (
    Step("ef_rabi", "the error stays above its limit: do the pulses leak? First a pulse from 1 to 2"),
    Step("leakage_rb", "the error stays above its limit: how much do the pulses leak?"),
)
"""What tells why refinement did not help; where it fails, the reason stays open."""

SHORT_WINDOW = 2e-6
"""Seconds of a Ramsey sweep that follows 10 MHz: a coupler's bias moves its qubits by up to some 2 MHz."""

RETUNE = (
    Step(
        "ramsey_xy",
        "a coupler's bias has moved this qubit: where to, over a window that cannot take it for less",
        {"max_delay": SHORT_WINDOW, "detuning": 20 / (3 * SHORT_WINDOW)},
    ),
    Step("ramsey_xy", "the frequency again after the move, over a window as long as the coherence"),
)
"""After a change of a coupler's bias beside a qubit, before anything rests on the qubit's frequency."""

# What to look at again when an experiment shows nothing that makes sense.
UPSTREAM: dict[str, str] = {
    "qubit_spectroscopy": "resonator_spectroscopy",
    "punch_out": "resonator_spectroscopy",
    "rabi": "qubit_spectroscopy",
    "readout_frequency_sweep": "rabi",
    "readout_power": "rabi",
    "readout": "rabi",
    "ramsey_xy": "rabi",
    "ef_spectroscopy": "rabi",
    "t1": "readout",
    "t2_hahn": "ramsey_xy",
    "rough_drag": "rabi",
    "fine_x_amplitude": "rabi",
    "fine_sx_amplitude": "rabi",
    "fine_drag": "rough_drag",
    "standard_rb": "fine_sx_amplitude",
}

# The parameter whose measured presence in the table shows that a step of the bring-up was once done.
SHOWN_BY: dict[str, str] = {
    "resonator_spectroscopy": "readout_frequency",
    "punch_out": "punch_out_shift",
    "qubit_spectroscopy": "drive_frequency",
    "rabi": "x_amplitude",
    "readout_frequency_sweep": "dispersive_shift",
    "readout_power": "readout_amplitude",
    "readout": "readout_threshold",
    "ramsey_xy": "t2_star",
    "ef_spectroscopy": "anharmonicity",
    "t1": "t1",
    "rough_drag": "drag_beta",
    "t2_hahn": "t2_echo",
    "fine_x_amplitude": "x_angle_error",
    "fine_sx_amplitude": "sx_angle_error",
    "fine_drag": "drag_beta",
    "standard_rb": "error_per_gate",
}


def plan_for(view: QubitView) -> tuple[Step, ...]:
    """The plan of this run, from what the table knew before it.

    A qubit that was benchmarked before is kept up; one whose bring-up was cut short starts at the first step whose
    result is missing, but for what an earlier night went on without. What this run itself writes does not count, so
    that the plan stays the same all night.
    What the device cannot run is left out: a lab that reads its qubits by itself needs no search for a resonator.
    """
    bring_up, upkeep = possible(BRING_UP, view), possible(UPKEEP, view)
    shown = [SHOWN_BY[step.experiment] in view.measured_before for step in bring_up]
    missing = [
        index
        for index, step in enumerate(bring_up)
        if not shown[index] and not (step.experiment in DONE_WITHOUT and any(shown[index:]))
    ]
    return bring_up[missing[0] :] if missing else upkeep


def possible(steps: Sequence[Step], view: QubitView) -> tuple[Step, ...]:
    """Those of the steps that the qubit's device can run."""
    return tuple(step for step in steps if step.experiment not in view.impossible)
