"""Names what is wrong with a pair, in one sentence with its numbers, and says what a person should do."""

from __future__ import annotations

from collections.abc import Mapping

from reson.agent.expert.pair_rule import PairFit, why_not
from reson.agent.observation import Attempt, Diagnosis, DiagnosisCode, GoalsView
from reson.records import Quantity
from reson.wording import quantity

LINE = "Check this coupler's flux line from the source to the chip: "
OF_THE_RULE = {
    PairFit.TOO_CLOSE: DiagnosisCode.PAIR_TOO_CLOSE,
    PairFit.COLLISION: DiagnosisCode.PAIR_COLLISION,
    PairFit.BEYOND: DiagnosisCode.PAIR_BEYOND,
}

SEEN: dict[DiagnosisCode, tuple[str, str]] = {
    DiagnosisCode.NO_INTERACTION: (
        "the flux of its coupler changes nothing",
        LINE + "connection, range of the source, and that it is this coupler's.",
    ),
    DiagnosisCode.ONE_WALL: (
        "the ZZ runs away on one side of the coupler's range only",
        LINE + "a clipped source, a large offset, or flux trapped near the coupler.",
    ),
    DiagnosisCode.FLUX_GAIN_OFF: (
        "its flux line moves the coupler by far more or less than it should",
        LINE + "attenuators and filters; or correct the gain in the wiring list.",
    ),
    DiagnosisCode.FLUX_OFFSET_OFF: (
        "its coupler's flux is far from zero without a bias",
        "Look for trapped flux: cycle the temperature, check the shields, or allow for the offset in the design.",
    ),
    DiagnosisCode.NO_ZERO_ZZ: (
        "no bias of its coupler frees it of static ZZ",
        "Its couplings do not cancel: check the design of this pair, or leave it to gates that bear the ZZ.",
    ),
    DiagnosisCode.WRONG_SIGN: (
        "the conditional phase of its pulse grows the wrong way",
        "A level of the upper qubit is too near the lower one: check both anharmonicities, or move a frequency.",
    ),
    DiagnosisCode.PHASE_BELOW_PI: (
        "no amplitude of its pulse gives a conditional phase of pi",
        LINE + "its range; else the coupling is too weak for a pulse of this length.",
    ),
    DiagnosisCode.PHASE_JUMP: (
        "its phase moves too far from point to point to be followed",
        "Look for a defect in the path of the coupler, or a flux line that is too strong.",
    ),
    DiagnosisCode.CONTRAST_LOST: (
        "its qubits lose their coherence where the gate should be",
        "Look for a defect in the path of the coupler, a short coupler T1, or noise on the flux line.",
    ),
    DiagnosisCode.SWAP: (
        "its pulse exchanges 01 and 10 at every length tried",
        "The qubits are too close for this coupling: move one, or use longer pulses.",
    ),
    DiagnosisCode.LEAKAGE: (
        "its pulse loses 11 at every length tried",
        "A third level or the coupler is too near: move a frequency, or use longer pulses.",
    ),
    DiagnosisCode.SLOPE_OFF: (
        "the phase of its pulses moves with the amplitude unlike that of a coupler",
        LINE + "gain and clipping of the source at the amplitude of the gate.",
    ),
    DiagnosisCode.SETTLING: (
        "its flux line has a memory beyond what its predistortion takes away",
        LINE + "filters, bias tees and ground loops; measure its step response.",
    ),
}


def outside_rule(fit: PairFit, first: Mapping[str, float], second: Mapping[str, float]) -> Diagnosis:
    return Diagnosis(
        code=OF_THE_RULE[fit],
        text=f"{why_not(first, second)}.",
        remedy="Move one of the two (another chip, annealing of a junction), or leave this pair out of circuits.",
    )


def qubit_set_aside(names: tuple[str, ...]) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.QUBIT_SET_ASIDE,
        text=f"of its qubits {' and '.join(names)} {'were' if len(names) > 1 else 'was'} set aside.",
        remedy=f"Mend {' and '.join(names)} first; the next night takes the pair up by itself.",
    )


def seen(code: DiagnosisCode, last: Attempt) -> Diagnosis:
    """What a measurement has shown again and again."""
    text, remedy = SEEN[code]
    reason = f" ({last.reasons[0]})" if last.reasons else ""
    return Diagnosis(code=code, text=f"{text}{reason}.", remedy=remedy)


def cz_above_limit(error: Quantity, limit: Quantity, goals: GoalsView, jumping: tuple[str, ...] = ()) -> Diagnosis:
    """``jumping``: qubits of the pair between two frequencies, whose phases add up from gate to gate in a sequence."""
    text = (
        f"the error of its CZ, {quantity(error.value, error.stderr, '')}, is {error.value / limit.value:.2f} times "
        f"what qubits and coupler allow; the goal is {goals.error_over_coherence_limit:g}"
    )
    if not jumping:
        return Diagnosis(
            code=DiagnosisCode.CZ_ABOVE_LIMIT,
            text=f"{text}.",
            remedy="Refinement did not help: look for a defect in the path of the coupler, a short coupler T1, noise "
            "on the flux line, or a neighbour in the way.",
        )
    names = " and ".join(jumping)
    return Diagnosis(
        code=DiagnosisCode.CZ_ABOVE_LIMIT,
        text=f"{text}; {names} jump{'s' if len(jumping) == 1 else ''} between two frequencies, and the phase of either "
        "adds up from gate to gate.",
        remedy=f"Mend {names} first (its own diagnosis says how): no pulse of this pair can follow it.",
    )
