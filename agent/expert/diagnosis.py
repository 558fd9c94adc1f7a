"""Names what is wrong with a qubit, in one sentence with its numbers, and says what a person should do."""

from __future__ import annotations

from reson.agent.expert.evidence import beating, restless
from reson.agent.expert.readout_signs import excited_at_rest, is_compressed, is_hot, is_noisy, separation
from reson.agent.observation import Attempt, Diagnosis, DiagnosisCode, GoalsView, KnownFault, QubitView
from reson.wording import moment, plainly

_SINCE = " Known since "
FREQUENCY_OFF = 15e6
"""Hz: a design frequency this far from the measured one is worth a word, five times the usual spread."""


def no_drive_response(failures: list[Attempt]) -> Diagnosis:
    span = max(attempt.parameters.get("span", 0.0) for attempt in failures)
    amplitude = max(attempt.parameters.get("amplitude", 0.0) for attempt in failures)
    return Diagnosis(
        code=DiagnosisCode.NO_DRIVE_RESPONSE,
        text=f"no spectroscopic response within ±{span / 2e6:.0f} MHz of the design frequency, "
        f"at up to {amplitude:.2g} of full scale.",
        remedy="Check the drive line (cable, attenuators, local oscillator) and the readout of this qubit; "
        "if both are sound, the qubit is dead or far from its design frequency.",
    )


def no_readout_signal() -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.NO_READOUT_SIGNAL,
        text="the readout line brings back noise alone, at every frequency and amplitude of the tone.",
        remedy="Check the readout line from the generator to the digitiser: cables, isolators, amplifier power.",
    )


def no_resonator(failures: list[Attempt]) -> Diagnosis:
    span = max(attempt.parameters.get("span", 0.0) for attempt in failures)
    return Diagnosis(
        code=DiagnosisCode.NO_RESONATOR,
        text="the readout line transmits, but shows no resonator within "
        f"±{span / 2e6:.0f} MHz of the design frequency.",
        remedy="Check the design frequency of the resonator, and that its line is the one that is read.",
    )


def readout_saturated() -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.READOUT_SATURATED,
        text="the readout signal does not grow with the amplitude of its tone as it should: an amplifier saturates.",
        remedy="Lower the amplifier's gain or its input power: look for a missing attenuator or a strong pump or spur.",
    )


def noisy_readout(apart: float) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.NOISY_READOUT,
        text=f"the clouds of 0 and 1 are only {apart:.1f} standard deviations apart, though the resonator's dip and "
        "the qubit's response are as they should be.",
        remedy="Check the bias and pump of the first amplifier and the temperature of its stage; then the losses "
        "before it.",
    )


def drowned_readout(ratio: float) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.NOISY_READOUT,
        text=f"the readout line transmits, but a single shot has {1 / ratio:.1f} times as much noise as signal.",
        remedy="Check the bias and pump of the first amplifier and the temperature of its stage; then the losses "
        "before it.",
    )


def interchanged() -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.INTERCHANGED,
        text="0 is read as 1 and 1 as 0, also after a new calibration of the readout.",
        remedy="Look for a phase of the readout that jumps: local oscillator, its reference clock, triggers of the "
        "digitiser; and whether the qubit is excited at rest.",
    )


def unsteady(last: Attempt) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.UNSTEADY,
        text=f"it changes while {last.experiment} is measured, at every try: {last.reasons[0] if last.reasons else ''}",
        remedy="Measure it over time (t1_over_time, Ramsey again and again): a two-level defect, a wandering bias or "
        "temperature, or a readout whose phase jumps.",
    )


def hot_qubit(share: float) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.HOT_QUBIT,
        text=f"{100 * share:.0f} % of the shots find the qubit excited though nothing excited it.",
        remedy="Check attenuation, filters, shields and the thermal anchoring of the lines of this qubit.",
    )


def decays_while_read(share: float) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.SHORT_T1,
        text=f"{100 * share:.0f} % of the shots that begin in 1 relax within one readout.",
        remedy="Look for a two-level system on resonance or poor filtering; shorten the readout.",
    )


def lost_before_read(share: float) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.SHORT_T1,
        text=f"{100 * share:.0f} % of the shots that begin in 1 have left it before they are read, though a pi pulse "
        "turns the qubit and the readout is not noisy. Provisional: T1 itself could not be measured.",
        remedy="Look for a two-level system on resonance or poor filtering; shorten the readout.",
    )


def swapped_drive_lines(component: str, line: int) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.SWAPPED_DRIVE_LINES,
        text=f"{component} does not answer to its own drive line, but to that of q{line}.",
        remedy=f"Interchange the drive cables of {component} and q{line}, or their rows of the wiring list.",
    )


def clipped_drive() -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.CLIPPED_DRIVE,
        text="spectroscopy at the usual amplitude finds the qubit, but a Rabi oscillation stops growing with the "
        "amplitude before its pi pulse.",
        remedy="Check the waveform generator's output range and its programmed full scale, or lengthen the pulse.",
    )


def wrong_sideband(ratio: float, shift: float) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.WRONG_SIDEBAND,
        text=f"DRAG wants {ratio:.1f} times its theoretical coefficient, and the qubit is {shift / 1e6:+.1f} MHz from "
        "its design frequency: the carrier is mirrored about its local oscillator.",
        remedy="Interchange I and Q at the mixer of this drive line, or change the sign of its intermediate frequency.",
    )


def leaky_pulse(leakage: float) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.LEAKY_PULSE,
        text=f"each pulse takes {plainly(leakage, 2)} of the population out of the qubit's two levels.",
        remedy="Look at the pulse with a spectrum analyser: mixer image, carrier leakage, a spur at the anharmonicity; "
        "or lengthen the pulse.",
    )


def shapeless_rotation() -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.LEAKY_PULSE,
        text="a Rabi curve follows no rotation of two levels over any range of amplitudes, though spectroscopy finds "
        "the qubit: its pulses seem to excite a third level. Provisional: leakage itself could not be measured.",
        remedy="Look at the pulse with a spectrum analyser: mixer image, carrier leakage, a spur at the anharmonicity; "
        "or lengthen the pulse.",
    )


def two_frequencies(last: Attempt) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.TWO_FREQUENCIES,
        text=f"its Ramsey fringes over {last.parameters['max_delay'] * 1e6:.0f} µs are not those of one frequency: the "
        "qubit jumps between two.",
        remedy="Look for a two-level defect or charge noise: measure Ramsey over time, cycle the temperature or move "
        "the frequency.",
    )


def weak_drive_line() -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.WEAK_DRIVE_LINE,
        text="a Rabi sweep up to full scale ends before the pi pulse, though spectroscopy finds the qubit.",
        remedy="Look for too much attenuation in the drive line (20 dB is a factor of ten), or lengthen the pulse.",
    )


def rejected(last: Attempt) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.REJECTED,
        text=f"the value from {last.experiment} was turned down{f': {last.note}' if last.note else ''}.",
        remedy="Start a new run for this qubit when the reason is gone.",
    )


def denied(last: Attempt) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.REJECTED,
        text=f"the policy denies writing the value from {last.experiment}.",
        remedy="Change policy.toml if this qubit is to be calibrated; `reson policy` says it in words.",
    )


def unresolved(last: Attempt) -> Diagnosis:
    reason = "; ".join(last.reasons[:3]) or "no reason given"
    return Diagnosis(
        code=DiagnosisCode.UNRESOLVED,
        text=f"{last.experiment} was not accepted: {reason}.",
        remedy="Look at the plots of this qubit: the usual remedies were tried and none helped.",
    )


def not_benchmarked(reason: str) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.UNRESOLVED,
        text=f"this device cannot run randomised benchmarking: {reason}.",
        remedy="Without it nobody can say whether a qubit is calibrated: `reson device show` tells what is missing.",
    )


def error_above_limit(error: float, limit: float, goals: GoalsView) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.ERROR_ABOVE_LIMIT,
        text=f"the error per gate {plainly(error)} is {error / limit:.2f} times the coherence limit {plainly(limit)}; "
        f"the goal is {goals.error_over_coherence_limit:g}.",
        remedy="Refinement did not help: look for leakage, a drifting frequency or a neighbour on resonance.",
    )


def still(fault: KnownFault) -> Diagnosis:
    """The diagnosis of an earlier night, dated."""
    text = fault.diagnosis.text.partition(_SINCE)[0]
    return fault.diagnosis.model_copy(update={"text": f"{text}{_SINCE}{moment(fault.since)}."})


_IMPLIED = {
    DiagnosisCode.WRONG_SIDEBAND: {DiagnosisCode.FREQUENCY_GUESS_OFF},
    DiagnosisCode.SWAPPED_DRIVE_LINES: {DiagnosisCode.FREQUENCY_GUESS_OFF},
    DiagnosisCode.NO_DRIVE_RESPONSE: {DiagnosisCode.FREQUENCY_GUESS_OFF},
    DiagnosisCode.NOISY_READOUT: {DiagnosisCode.POOR_READOUT},
    DiagnosisCode.SHORT_T1: {DiagnosisCode.POOR_READOUT},
    DiagnosisCode.READOUT_SATURATED: {DiagnosisCode.POOR_READOUT},
}


def beside(found: Diagnosis, view: QubitView, goals: GoalsView) -> tuple[Diagnosis, ...]:
    """What ended a bring-up, and what else a person should know, as far as it is not the same or its consequence."""
    told = {found.code} | _IMPLIED.get(found.code, set())
    return (found, *(one for one in in_specification(view, goals) if one.code not in told))


def in_specification(view: QubitView, goals: GoalsView) -> tuple[Diagnosis, ...]:
    """What a person should know of a qubit although its calibration succeeded: in the words of an earlier night where
    that had found the cause of what this one sees, and nothing has contradicted it."""
    return tuple(_with_its_cause(one, view.faults) for one in _found(view, goals))


def _with_its_cause(found: Diagnosis, faults: tuple[KnownFault, ...]) -> Diagnosis:
    causes = (one for one in faults if found.code in _IMPLIED.get(one.diagnosis.code, ()))
    cause = next(causes, None)
    return found if cause is None else still(cause)


def _found(view: QubitView, goals: GoalsView) -> tuple[Diagnosis, ...]:
    found = []
    t1, fidelity = view.value("t1"), view.value("assignment_fidelity")
    short = t1 is not None and t1 < goals.t1
    if t1 is not None and short:
        found.append(
            Diagnosis(
                code=DiagnosisCode.SHORT_T1,
                text=f"T1 = {t1 * 1e6:.1f} µs is below the specified {goals.t1 * 1e6:g} µs.",
                remedy="Look for a two-level system on resonance or poor filtering; measure T1 over time.",
            )
        )
    share = excited_at_rest(view.attempts)
    hot = is_hot(view.attempts)
    if share is not None and hot:
        found.append(hot_qubit(share))
    apart = separation(view.attempts)
    if is_compressed(view.attempts):
        found.append(readout_saturated())
    elif apart is not None and is_noisy(view.attempts):
        found.append(noisy_readout(apart))
    elif fidelity is not None and fidelity < goals.assignment_fidelity and not (short or hot):
        found.append(
            Diagnosis(
                code=DiagnosisCode.POOR_READOUT,
                text=f"the assignment fidelity {fidelity:.3f} is below the specified {goals.assignment_fidelity:g}.",
                remedy="Optimise readout power and frequency.",
            )
        )
    if (beat := beating(view.attempts)) is not None:
        found.append(two_frequencies(beat))
    elif (last := restless(view.attempts)) is not None:
        found.append(unsteady(last))
    shift = (view.value("drive_frequency") or 0.0) - view.design.get("drive_frequency", 0.0)
    if abs(shift) > FREQUENCY_OFF and view.known["drive_frequency"].measured:
        found.append(
            Diagnosis(
                code=DiagnosisCode.FREQUENCY_GUESS_OFF,
                text=f"the qubit is {shift / 1e6:+.1f} MHz from its design frequency.",
                remedy="Measure the local oscillator with a spectrum analyser; if it is right, correct the design "
                "value in the wiring list. The calibrated value is in the table.",
            )
        )
    return tuple(found)
