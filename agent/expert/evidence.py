"""What each diagnosis rests on: which experiments can show it, and what in them does.

One table serves three questions: what a diagnosis names as its evidence, whether a look tonight confirms one of an
earlier night, and whether a measurement contradicts it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reson.agent.expert import readout_signs
from reson.agent.observation import Attempt, Diagnosis, DiagnosisCode, Done, Escalate, GiveUp, GoalsView, Look
from reson.components import Qubit
from reson.records import CheckCode, Outcome, Status, Verdict

MOST = 3
"""Measurements that a diagnosis names."""
MIRRORED = (-1.6, -0.5)
"""Optimal DRAG coefficient over its theory where the carrier is mirrored."""

UNSTEADY_TRIES = 3
"""Measurements of one kind in whose course something changed, after which it is no chance."""
MISSED_TRIES = 4
"""Ramsey sweeps that a curve of one frequency misses, after which there is more than one."""
LEAKAGE = "leakage_rb"
LEAKY = 1e-4
"""Leakage of each pulse beyond any that DRAG leaves, about a third of the usual error per gate."""

Shows = Callable[[Attempt, GoalsView], bool]


@dataclass(frozen=True)
class Evidence:
    """How a fault is seen: in which experiments, and by what."""

    experiments: tuple[str, ...]
    shows: Shows
    clears: tuple[str, ...] | None = None
    """Experiments of which an accepted one without the fault shows that it is gone; None: the same."""


def _nothing(attempt: Attempt, goals: GoalsView) -> bool:
    """Nothing is to be seen: a faint line that the numbers reject is no proof that there is none."""
    return attempt.status is Status.NO_SIGNAL


def _silent(attempt: Attempt, goals: GoalsView) -> bool:
    return _nothing(attempt, goals) and not readout_signs.is_heard([attempt])


def _no_dip(attempt: Attempt, goals: GoalsView) -> bool:
    return _nothing(attempt, goals) and readout_signs.is_heard([attempt])


def _saturated(attempt: Attempt, goals: GoalsView) -> bool:
    if attempt.experiment == "punch_out":
        return readout_signs.is_compressed([attempt])
    return _nothing(attempt, goals)


def _overlapping(attempt: Attempt, goals: GoalsView) -> bool:
    apart = readout_signs.separation([attempt])
    return apart is not None and apart < readout_signs.NOISY


def _hot(attempt: Attempt, goals: GoalsView) -> bool:
    return readout_signs.is_hot([attempt])


def _poor(attempt: Attempt, goals: GoalsView) -> bool:
    return _below(attempt, "assignment_fidelity", goals.assignment_fidelity)


def _short(attempt: Attempt, goals: GoalsView) -> bool:
    return _below(attempt, "t1", goals.t1) or readout_signs.decays([attempt]) is not None


def _below(attempt: Attempt, name: str, goal: float) -> bool:
    found = attempt.quantities.get(name)
    return found is not None and found.value < goal


def _another_line(attempt: Attempt, goals: GoalsView) -> bool:
    line = attempt.quantities.get("line")
    return attempt.verdict is Verdict.ACCEPT and line is not None and Qubit(round(line.value)) != attempt.component


def _no_pi_pulse(attempt: Attempt, goals: GoalsView) -> bool:
    """The oscillation ends before its pi pulse, or stops growing with the amplitude."""
    pi = attempt.quantities.get("x_amplitude")
    beyond = pi is not None and pi.value > attempt.parameters.get("max_amplitude", 1.0)
    too_little = beyond or attempt.status in (Status.NO_SIGNAL, Status.RANGE_TOO_NARROW)
    return too_little or (attempt.verdict is not Verdict.ACCEPT and CheckCode.MISFIT in attempt.failed)


def _mirrored(attempt: Attempt, goals: GoalsView) -> bool:
    ratio = attempt.quantities.get("over_theory")
    return ratio is not None and MIRRORED[0] < ratio.value < MIRRORED[1]


def _leaks(attempt: Attempt, goals: GoalsView) -> bool:
    return measured_leakage([attempt]) is not None


def measured_leakage(attempts: Sequence[Attempt]) -> float | None:
    """Leakage per gate by the newest measurement of it, where it is certain and large; else None."""
    found = next(
        (one.quantities.get("leakage_per_gate") for one in reversed(attempts) if one.experiment == LEAKAGE), None
    )
    return found.value if found is not None and found.value > max(LEAKY, 3 * (found.stderr or 0.0)) else None


def _beats(attempt: Attempt, goals: GoalsView) -> bool:
    return attempt.status is Status.BEATING or CheckCode.MISFIT in attempt.failed


RESOLVED = 10.0
"""Errors of a splitting from which fringes are those of two frequencies, whatever the plot reads as."""


def beating(attempts: Sequence[Attempt]) -> Attempt | None:
    """The newest fringes of more than one frequency, where they were seen twice, or missed by one frequency at every
    try, and no later ones over as long a window were accepted; else None."""
    fringes = [one for one in attempts if one.experiment == "ramsey_xy" and one.measurement_id]
    beats = [one for one in fringes if one.verdict is not Verdict.ACCEPT and shows_a_beat(one)]
    missed = [one for one in fringes if one.verdict is not Verdict.ACCEPT and CheckCode.MISFIT in one.failed]
    found = beats if len(beats) >= 2 else missed if len(missed) >= MISSED_TRIES else []
    if not found:
        return None
    later = fringes[fringes.index(found[-1]) + 1 :]
    window = found[-1].parameters["max_delay"]
    gone = any(one.verdict is Verdict.ACCEPT and one.parameters["max_delay"] >= window for one in later)
    return None if gone else found[-1]


def shows_a_beat(fringes: Attempt) -> bool:
    """To whoever looks at the plot, or by a fit that knows how far apart two frequencies are."""
    splitting = fringes.quantities.get("splitting")
    known = splitting is not None and bool(splitting.stderr) and splitting.value > RESOLVED * (splitting.stderr or 0.0)
    return fringes.status is Status.BEATING or known


def restless(attempts: Sequence[Attempt]) -> Attempt | None:
    """The newest of several measurements of one kind that changed in their course, where none was accepted since."""
    for experiment in dict.fromkeys(one.experiment for one in reversed(attempts)):
        same = [one for one in attempts if one.experiment == experiment and one.measurement_id]
        accepted = [at for at, one in enumerate(same) if one.verdict is Verdict.ACCEPT]
        since = same[accepted[-1] + 1 :] if accepted else same
        if sum(CheckCode.UNSTEADY in one.failed for one in since) >= UNSTEADY_TRIES:
            return since[-1]
    return None


PULSE, CZ = ("error_per_gate", "coherence_limit"), ("cz_error", "limit")
"""Quantities of a benchmark: the error that it found, and what coherence allows."""


def within_limit(attempt: Attempt, goals: GoalsView, names: tuple[str, str], margin: float = 0.0) -> bool:
    """Whether an error, and ``margin`` standard deviations more, lies within the goal over its limit; False where one
    of them is not known. ``names``: ``PULSE`` or ``CZ``.
    """
    error, limit = (attempt.quantities.get(name) for name in names)
    if error is None or limit is None:
        return False
    return error.value + margin * (error.stderr or 0.0) <= goals.error_over_coherence_limit * limit.value


def _above(attempt: Attempt, goals: GoalsView) -> bool:
    return attempt.quantities.keys() >= set(PULSE) and not within_limit(attempt, goals, PULSE)


def _gate_above(attempt: Attempt, goals: GoalsView) -> bool:
    return CZ[0] in attempt.quantities and not within_limit(attempt, goals, CZ)


def _pulses_undo(attempt: Attempt, goals: GoalsView) -> bool:
    return CheckCode.CONTRAST_LOST in attempt.failed or CheckCode.NO_SIGNAL in attempt.failed


def of_the_table(attempt: Attempt, goals: GoalsView) -> bool:
    """It rests on the table alone."""
    return False


def _failed(code: CheckCode) -> Shows:
    return lambda attempt, goals: code in attempt.failed


def _turned_down(attempt: Attempt, goals: GoalsView) -> bool:
    return attempt.write in ("rejected", "denied", "responded")


def _not_accepted(attempt: Attempt, goals: GoalsView) -> bool:
    return attempt.verdict is not Verdict.ACCEPT or attempt.outcome in (Outcome.APPARATUS, Outcome.ANOMALOUS)


def _interchanged(attempt: Attempt, goals: GoalsView) -> bool:
    return CheckCode.INTERCHANGED in attempt.failed


def _unsteady(attempt: Attempt, goals: GoalsView) -> bool:
    return CheckCode.UNSTEADY in attempt.failed


def _found(attempt: Attempt, goals: GoalsView) -> bool:
    return attempt.verdict is Verdict.ACCEPT


ANY: tuple[str, ...] = ()
"""Every experiment may show it."""
_ARC, _IDLE, _AMPLITUDE, _PHASE, _FRAMES = "coupler_arc", "coupler_idle", "cz_amplitude", "cz_phase", "cz_frames"
_SETTLING = "cz_settling"
_FIRST = Evidence((_ARC, _PHASE), of_the_table)
"""That the pair is measured at all shows that what kept it from it is gone."""
_SEARCH, _RESONATOR, _READOUT = "qubit_spectroscopy", "resonator_spectroscopy", "readout"

EVIDENCE: dict[DiagnosisCode, Evidence] = {
    DiagnosisCode.NO_READOUT_SIGNAL: Evidence((_RESONATOR,), _silent),
    DiagnosisCode.NO_RESONATOR: Evidence((_RESONATOR,), _no_dip),
    DiagnosisCode.READOUT_SATURATED: Evidence(("punch_out", _RESONATOR), _saturated, ("punch_out",)),
    DiagnosisCode.NOISY_READOUT: Evidence((_READOUT,), _overlapping),
    DiagnosisCode.HOT_QUBIT: Evidence((_READOUT,), _hot),
    DiagnosisCode.NO_DRIVE_RESPONSE: Evidence((_SEARCH,), _nothing),
    DiagnosisCode.SWAPPED_DRIVE_LINES: Evidence(("drive_line_map",), _another_line, ("drive_line_map", "rabi")),
    DiagnosisCode.WEAK_DRIVE_LINE: Evidence(("rabi",), _no_pi_pulse),
    DiagnosisCode.CLIPPED_DRIVE: Evidence(("rabi",), _no_pi_pulse),
    DiagnosisCode.WRONG_SIDEBAND: Evidence(("rough_drag",), _mirrored),
    DiagnosisCode.LEAKY_PULSE: Evidence((LEAKAGE,), _leaks),
    DiagnosisCode.TWO_FREQUENCIES: Evidence(("ramsey_xy", "t2_ramsey"), _beats, ("t2_ramsey",)),
    DiagnosisCode.FREQUENCY_GUESS_OFF: Evidence((_SEARCH, "ramsey_xy"), _found, ()),
    DiagnosisCode.SHORT_T1: Evidence(("t1", "t1_over_time", _READOUT), _short, ("t1", "t1_over_time")),
    DiagnosisCode.POOR_READOUT: Evidence((_READOUT,), _poor),
    DiagnosisCode.ERROR_ABOVE_LIMIT: Evidence(("standard_rb",), _above),
    DiagnosisCode.INTERCHANGED: Evidence(ANY, _interchanged, (_READOUT,)),
    DiagnosisCode.UNSTEADY: Evidence(ANY, _unsteady),
    DiagnosisCode.REJECTED: Evidence(ANY, _turned_down),
    DiagnosisCode.UNRESOLVED: Evidence(ANY, _not_accepted),
    DiagnosisCode.QUBIT_SET_ASIDE: _FIRST,
    DiagnosisCode.PAIR_TOO_CLOSE: _FIRST,
    DiagnosisCode.PAIR_COLLISION: _FIRST,
    DiagnosisCode.PAIR_BEYOND: _FIRST,
    **{
        DiagnosisCode(code): Evidence(experiments, _failed(code))
        for code, experiments in {
            CheckCode.NO_INTERACTION: (_ARC, _AMPLITUDE),
            CheckCode.ONE_WALL: (_ARC,),
            CheckCode.FLUX_GAIN_OFF: (_ARC,),
            CheckCode.FLUX_OFFSET_OFF: (_ARC,),
            CheckCode.NO_ZERO_ZZ: (_ARC, _IDLE),
            CheckCode.WRONG_SIGN: (_AMPLITUDE,),
            CheckCode.PHASE_BELOW_PI: (_AMPLITUDE,),
            CheckCode.PHASE_JUMP: (_IDLE, _AMPLITUDE),
            CheckCode.SWAP: ("cz_duration",),
            CheckCode.LEAKAGE: ("cz_duration",),
            CheckCode.SLOPE_OFF: (_PHASE, _SETTLING),
            CheckCode.SETTLING: (_PHASE, _SETTLING, _FRAMES),
        }.items()
    },
    DiagnosisCode.CONTRAST_LOST: Evidence((_AMPLITUDE, _PHASE, _SETTLING, _FRAMES), _pulses_undo),
    DiagnosisCode.CZ_ABOVE_LIMIT: Evidence(("cz_interleaved_rb",), _gate_above),
}


def supporting(code: DiagnosisCode, attempts: Sequence[Attempt], goals: GoalsView) -> tuple[str, ...]:
    """Measurements among these that show the fault, the newest last."""
    return tuple(one.measurement_id for one in attempts if shows(code, one, goals))[-MOST:]


def shows(code: DiagnosisCode, attempt: Attempt, goals: GoalsView) -> bool:
    """Whether this attempt shows the fault; one that did not run shows nothing."""
    rule = EVIDENCE[code]
    told = attempt.experiment in rule.experiments or not rule.experiments
    return bool(attempt.measurement_id) and told and rule.shows(attempt, goals)


def contradicts(code: DiagnosisCode, attempt: Attempt, goals: GoalsView, look: Look | None) -> bool:
    """Whether an accepted measurement shows that the fault is gone. ``look``: the measurement that had shown it."""
    rule = EVIDENCE[code]
    if attempt.verdict is not Verdict.ACCEPT or rule.shows(attempt, goals):
        return False
    experiments = rule.experiments if rule.clears is None else rule.clears
    again = look is not None and attempt.experiment == look.experiment
    return attempt.experiment in experiments or (again and (not rule.experiments or is_look(attempt, look)))


def is_look(attempt: Attempt, look: Look | None) -> bool:
    """Whether the attempt makes the measurement again that had shown a fault."""
    return look is not None and (attempt.experiment, attempt.parameters) == (look.experiment, look.parameters)


def resting(
    decision: Escalate | Done | GiveUp, attempts: Sequence[Attempt], goals: GoalsView
) -> Escalate | Done | GiveUp:
    """The decision, its diagnoses with the measurements that they rest on."""
    told = tuple(with_evidence(one, attempts, goals) for one in decision.diagnoses)
    return decision.model_copy(update={"diagnoses": told})


def with_evidence(diagnosis: Diagnosis, attempts: Sequence[Attempt], goals: GoalsView) -> Diagnosis:
    """The diagnosis with the measurements that it rests on, where it does not name them itself."""
    if diagnosis.evidence:
        return diagnosis
    return diagnosis.model_copy(update={"evidence": supporting(diagnosis.code, attempts, goals)})
