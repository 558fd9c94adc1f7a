"""Names what is wrong with a qubit, in one sentence with its numbers, and says what a person should do."""

from __future__ import annotations

from reson.agent.observation import Attempt, Diagnosis, DiagnosisCode, GoalsView, QubitView

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


def error_above_limit(error: float, limit: float, goals: GoalsView) -> Diagnosis:
    return Diagnosis(
        code=DiagnosisCode.ERROR_ABOVE_LIMIT,
        text=f"the error per gate {error:.2e} is {error / limit:.2f} times the coherence limit {limit:.2e}; "
        f"the goal is {goals.error_over_coherence_limit:g}.",
        remedy="Refinement did not help: look for leakage, a drifting frequency or a neighbour on resonance.",
    )


def in_specification(view: QubitView, goals: GoalsView) -> tuple[Diagnosis, ...]:
    """What a person should know of a qubit although its calibration succeeded."""
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
    if fidelity is not None and fidelity < goals.assignment_fidelity and not short:
        found.append(
            Diagnosis(
                code=DiagnosisCode.POOR_READOUT,
                text=f"the assignment fidelity {fidelity:.3f} is below the specified {goals.assignment_fidelity:g}.",
                remedy="Optimise readout power and frequency.",
            )
        )
    shift = (view.value("drive_frequency") or 0.0) - view.design.get("drive_frequency", 0.0)
    if abs(shift) > FREQUENCY_OFF and view.known["drive_frequency"].measured:
        found.append(
            Diagnosis(
                code=DiagnosisCode.FREQUENCY_GUESS_OFF,
                text=f"the qubit is {shift / 1e6:+.1f} MHz from its design frequency.",
                remedy="Correct the design value in the wiring list; the calibrated value is in the table.",
            )
        )
    return tuple(found)
