"""What an earlier night found wrong with a qubit: one look tells whether it still is, before anything else is tried."""

from __future__ import annotations

from reson.agent.expert.diagnosis import still
from reson.agent.expert.evidence import is_look, shows
from reson.agent.observation import (
    Decision,
    DiagnosisCode,
    GiveUp,
    GoalsView,
    KnownFault,
    Measure,
    PairView,
    QubitView,
)
from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.wording import moment

OF_THE_LABORATORY = frozenset(
    {
        DiagnosisCode.NO_READOUT_SIGNAL,
        DiagnosisCode.NO_RESONATOR,
        DiagnosisCode.READOUT_SATURATED,
        DiagnosisCode.NOISY_READOUT,
        DiagnosisCode.HOT_QUBIT,
        DiagnosisCode.NO_DRIVE_RESPONSE,
        DiagnosisCode.SWAPPED_DRIVE_LINES,
        DiagnosisCode.WEAK_DRIVE_LINE,
        DiagnosisCode.CLIPPED_DRIVE,
        DiagnosisCode.WRONG_SIDEBAND,
        DiagnosisCode.LEAKY_PULSE,
        DiagnosisCode.NO_INTERACTION,
        DiagnosisCode.ONE_WALL,
        DiagnosisCode.FLUX_GAIN_OFF,
        DiagnosisCode.FLUX_OFFSET_OFF,
    }
)
"""Faults that no calibration mends: while one look still shows them, a night of remedies would only repeat the last."""


def confirming(view: QubitView, goals: GoalsView) -> Decision | None:
    """The look at a known fault as the first measurement of a run, and giving up where it still shows; else None."""
    fault = next((one for one in view.faults if _wants_a_look(one)), None)
    if fault is None or fault.look is None:
        return None
    if not view.attempts:
        if not _is_ready(view, fault.look.experiment):
            return None  # taken back to its design values, say: the plan leads there
        why = f"{fault.diagnosis.code} since {moment(fault.since)}: does the look that showed it still show it?"
        return Measure(
            component=view.component, experiment=fault.look.experiment, parameters=fault.look.parameters, why=why
        )
    first = view.attempts[0]
    if len(view.attempts) > 1 or not is_look(first, fault.look) or not shows(fault.diagnosis.code, first, goals):
        return None
    again = still(fault).model_copy(update={"evidence": (first.measurement_id,)})
    return GiveUp(component=view.component, why=f"one look confirms {fault.diagnosis.code}", diagnoses=(again,))


def _is_ready(view: QubitView, experiment: str) -> bool:
    """A pair starts from design values: the first look at a coupler needs no measured one."""
    pair = isinstance(view, PairView)
    return all(need in view.known and (pair or view.known[need].measured) for need in EXPERIMENTS[experiment].needs)


def _wants_a_look(fault: KnownFault) -> bool:
    return fault.sets_aside and fault.look is not None and fault.diagnosis.code in OF_THE_LABORATORY
