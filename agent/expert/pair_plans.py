"""Which experiments in which order for a pair: bring-up from design values, upkeep, refinement of a poor gate."""

from __future__ import annotations

from reson.agent.expert.plans import Step
from reson.agent.observation import PairView

GATE = "cz_interleaved_rb"
"""The last gate, always: a short-lived coupler and a weak coupling show nowhere before it."""

SHOWN_BY = "cz_z_first"
"""The parameter whose measured presence shows that a pair was brought up: the frames come last but for the gate."""

BRING_UP = (
    Step("coupler_arc", "the ZZ over the whole range of the coupler: is the line sound, and where is its middle?"),
    Step("coupler_idle", "the bias at which the static ZZ is zero; it moves both qubits"),
    Step("cz_amplitude", "the amplitude at which the conditional phase first reaches pi"),
    Step("cz_duration", "the length that neither swaps nor leaks"),
    Step("cz_phase", "the phase of many pulses in a row: the amplitude, to a milliradian"),
    Step("cz_settling", "what earlier pulses leave on the line, and the predistortion against it"),
    Step("cz_phase", "the amplitude once more, behind the predistortion"),
    Step("cz_frames", "the virtual Z rotations that belong to the gate"),
    Step(GATE, "the error of the gate, against the limit of qubits and coupler"),
)

ANEW = (Step("coupler_arc", "several tries did not settle it: is the line still what it was?"), *BRING_UP[1:])
"""A line may fail, or a fault go, in the course of a night: what follows from an older arc no longer holds then."""

UPKEEP = (
    Step("cz_phase", "the amplitude of the flux pulse drifts first"),
    Step("cz_frames", "and with it the virtual Z rotations"),
    Step(GATE, "is the gate still what it was?", {"samples": 8}),
)
"""About 26 s of device at 250 us of rest."""

REFINE = (
    Step("cz_phase", "error above the limit: first the amplitude"),
    Step("cz_settling", "then the memory of the line"),
    Step("cz_phase", "the amplitude behind the predistortion"),
    Step("cz_frames", "then the virtual Z rotations"),
    Step(GATE, "and once more the error of the gate"),
)

LOOK_LONGER = (
    Step(GATE, "above the goal by no more than its error: the error of the gate, better known", {"samples": 48}),
)


def plan_for(view: PairView) -> tuple[Step, ...]:
    """From what the table knew before this run: a pair that has its frames is kept up."""
    return UPKEEP if SHOWN_BY in view.measured_before else BRING_UP
