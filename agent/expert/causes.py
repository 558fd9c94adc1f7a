"""Tells faults of the laboratory apart: a better answer to a failed step, where the measurements show a fault.

The rules use what was measured in this run alone. Causes are named in the order of the signal's way: first the
readout, through which all else is heard, then the drive. Where no rule applies, the usual remedy stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reson.agent.expert import diagnosis, readout_signs
from reson.agent.expert.evidence import LEAKAGE, MIRRORED, beating, measured_leakage, shows_a_beat
from reson.agent.expert.plans import DONE_WITHOUT, SEARCH, SHORT_WINDOW
from reson.agent.expert.ranges import SHAPE
from reson.agent.expert.remedies import Abandon, AskPerson, GoUpstream, Remedy, Retry, Skip
from reson.agent.expert.resonator_search import (
    RESONATOR,
    find_resonator,
    look_beside,
    looked_beside,
    sweeps_beside,
)
from reson.agent.observation import Attempt, DiagnosisCode, QubitView
from reson.components import Qubit
from reson.records import CheckCode, Status, Verdict

LINE_MAP = "drive_line_map"
SUFFER_FROM_LEAKAGE = ("rough_drag", "fine_x_amplitude", "fine_sx_amplitude", "fine_drag", "standard_rb")
"""Trains of pulses: their curves know two levels, and miss what leaks to a third."""
AUXILIARY = ("ef_rabi", LEAKAGE)
"""Measured to explain another failure only."""
ENOUGH = {"ef_rabi": 2, "punch_out": 3}
"""Tries of a measurement that has no more to tell after them, where the bring-up can do without."""
READOUTS = ("readout_frequency_sweep", "readout_power", "readout")
HEARD_THROUGH = ("punch_out", SEARCH, LINE_MAP, "rabi", *READOUTS)
"""Experiments that fail behind an amplifier whose noise buries its signal."""
COUNTED = (
    "ramsey_xy",
    "t1",
    "t2_hahn",
    "rough_drag",
    "fine_x_amplitude",
    "fine_sx_amplitude",
    "fine_drag",
    "standard_rb",
)
"""Experiments that count clicks: a readout that has moved spoils each of them."""
OVER_TIME = "t1_over_time"
WIDE_MAP = {"span": 650e6, "points": 27.0, "reach": 4.0}
"""A map as far about the designs as fabrication puts them, in steps of a short pulse's line, of the lines nearby."""
RESTLESS = ("t1", "t2_hahn", "ramsey_xy", OVER_TIME)
"""What wanders or jumps in every fridge: no reason to give a qubit up that meets its goal."""
ENOUGH_RANGES = 3
"""Ranges of a Rabi sweep over which a curve misses its points, after which it is not the range."""


@dataclass(frozen=True)
class Failure:
    """A step that was not accepted: its failed attempts, and everything that this run has measured on the qubit."""

    experiment: str
    failures: Sequence[Attempt]
    attempts: Sequence[Attempt]
    upstream_tried: bool

    @property
    def last(self) -> Attempt:
        return self.failures[-1]

    @property
    def spent(self) -> bool:
        return len(self.failures) >= ENOUGH.get(self.experiment, len(self.failures) + 1)


def better_answer(view: QubitView, failure: Failure, usual: Remedy) -> Remedy:
    """``usual``, or what the fault behind the failure asks for.

    What serves to explain a failure asks no person for its own value: the fault that it is to show may spoil it.
    """
    answer = _cause(view, failure, usual)
    if isinstance(answer, GoUpstream) and answer.experiment in view.impossible:
        answer = usual
    if failure.experiment in HEARD_THROUGH:
        answer = _noise_or(answer, failure)
    stuck = isinstance(answer, AskPerson) or _gives_up(answer, DiagnosisCode.UNRESOLVED)
    done_with = stuck or (isinstance(answer, Retry) and failure.spent)
    if failure.experiment in AUXILIARY and done_with:
        return Skip(f"no sound {failure.experiment}: it only serves to explain the failure before it")
    if failure.experiment in DONE_WITHOUT and done_with and failure.last.measurement_id:
        return Skip(DONE_WITHOUT[failure.experiment])
    return answer


def _cause(view: QubitView, failure: Failure, usual: Remedy) -> Remedy:
    if not failure.last.measurement_id or failure.last.write in ("rejected", "denied"):
        return usual
    other = _other_line(view, failure.attempts)
    if other is not None:
        return Abandon("another drive line reaches it", diagnosis.swapped_drive_lines(view.component, other))
    if failure.experiment == RESONATOR and (beside := looked_beside(failure.attempts)):
        return _nothing_beside(view, failure, beside)
    if failure.experiment == RESONATOR:
        answer = find_resonator(failure.failures, usual)
        return _noise_or(answer, failure) if _gives_up(answer, DiagnosisCode.NO_RESONATOR) else answer
    if readout_signs.saturates(failure.attempts) and not readout_signs.reads(failure.attempts):
        return Abandon("nothing can be told through a saturated readout", diagnosis.readout_saturated())
    if failure.experiment in READOUTS:
        return _readout(failure, usual)
    if failure.experiment in (SEARCH, LINE_MAP):
        return _drive_line(view, failure, usual)
    if failure.experiment == "rabi":
        return _rabi(view, failure, usual)
    if failure.experiment == "ramsey_xy" and _beats(failure, usual):
        return _mean_of_two(failure)
    if failure.experiment in RESTLESS and _gives_up(usual, DiagnosisCode.UNSTEADY):
        return _characterised(view, failure)
    if failure.experiment in ("ef_spectroscopy", "rough_drag"):
        usual = _sideband(view, failure, usual)
    if failure.experiment in (*SUFFER_FROM_LEAKAGE, LEAKAGE):
        usual = _leakage(failure, usual)
    stuck = isinstance(usual, AskPerson) or _gives_up(usual, DiagnosisCode.UNRESOLVED)
    if failure.experiment in COUNTED and stuck and not _looked_at("readout", failure):
        return GoUpstream("readout", "what it rests on was looked at in vain: are 0 and 1 still told apart?")
    return usual


def _noise_or(usual: Remedy, failure: Failure) -> Remedy:
    """The amplifier's noise, where it explains that nothing was seen or settled."""
    stuck = isinstance(usual, (AskPerson, Abandon)) and not readout_signs.reads(failure.attempts)
    ratio = readout_signs.signal_to_noise(failure.attempts)
    if stuck and ratio is not None and readout_signs.is_drowned(failure.attempts):
        return Abandon("noise buries the readout's signal", diagnosis.drowned_readout(ratio))
    return usual


def _readout(failure: Failure, usual: Remedy) -> Remedy:
    if not readout_signs.drive_is_sound(failure.attempts):
        return usual
    apart, share = readout_signs.separation(failure.attempts), readout_signs.excited_at_rest(failure.attempts)
    if share is not None and readout_signs.is_hot(failure.attempts):
        return Abandon("too much of the qubit is excited at rest", diagnosis.hot_qubit(share))
    if len(failure.failures) < 2:
        return usual
    if failure.last.status is Status.NO_EXCITATION and not _looked_at("rabi", failure):
        return GoUpstream("rabi", "both preparations look the same: does the drive still turn the qubit?")
    if _misses_a_pulse(failure):
        return GoUpstream("rabi", "1 was not prepared, and the clouds tell it now: is the pi pulse still one?")
    lost = readout_signs.decays(failure.attempts)
    if lost is not None:
        return Abandon("the qubit relaxes while it is read", diagnosis.decays_while_read(lost))
    if apart is None and failure.experiment == "readout_frequency_sweep" and not _looked_at("readout", failure):
        return GoUpstream("readout", "how far apart are the clouds as they are?")
    if failure.experiment != readout_signs.POWER and readout_signs.may_be_faint(failure.attempts):
        why = "the clouds overlap at the tone's first amplitude: does a stronger one part them?"
        return GoUpstream(readout_signs.POWER, why)
    if readout_signs.reads(failure.attempts):
        return usual
    if readout_signs.is_compressed(failure.attempts) and not _looked_at("readout", failure):
        return Abandon("the readout signal falls behind its tone", diagnosis.readout_saturated())
    gone = readout_signs.lost_before_read(failure.attempts)
    if gone is not None and _looked_at("rabi", failure) and not _looked_at("t1", failure):
        if any(one.experiment == "t1" and one.verdict is Verdict.ACCEPT for one in failure.attempts):
            return GoUpstream("t1", "1 is gone before it is read: is T1 still what it was?")
        return Abandon("the qubit relaxes before it is read", diagnosis.lost_before_read(gone))
    if apart is not None and readout_signs.is_noisy(failure.attempts):
        return Abandon("the clouds of 0 and 1 overlap", diagnosis.noisy_readout(apart))
    return usual


def _looked_at(experiment: str, failure: Failure) -> bool:
    """Whether it was measured, and accepted, after the step had failed for the first time."""
    since = next(at for at, one in enumerate(failure.attempts) if one is failure.failures[0])
    return any(one.experiment == experiment and one.verdict is Verdict.ACCEPT for one in failure.attempts[since:])


def _misses_a_pulse(failure: Failure) -> bool:
    """Whether a readout whose clouds lie apart has missed some of 1, and no pulse was calibrated since the first that
    did."""
    blurred = {CheckCode.OUT_OF_RANGE, CheckCode.DOUBTED}
    seen = (at for at, one in enumerate(failure.attempts) if any(one is failed for failed in failure.failures))
    for at in seen:
        failed = set(failure.attempts[at].failed)
        if CheckCode.NOT_PREPARED in failed and not blurred & failed:
            later = failure.attempts[at:]
            return not any(one.experiment == "rabi" and one.verdict is Verdict.ACCEPT for one in later)
    return False


def _drive_line(view: QubitView, failure: Failure, usual: Remedy) -> Remedy:
    """Before a qubit without a line is given up: does another drive line reach it?"""
    if failure.experiment == SEARCH and not _gives_up(usual, DiagnosisCode.NO_DRIVE_RESPONSE):
        return usual
    if failure.experiment == SEARCH and not failure.upstream_tried:
        drowned = readout_signs.is_drowned(failure.attempts)
        if not drowned and (anew := look_beside(view, failure.attempts)):
            return anew
        # a readout that was tuned keeps its frequency, which spectroscopy of the resonator would move
        tuned = any(one.experiment == "readout" and one.verdict is Verdict.ACCEPT for one in failure.attempts)
        listen = "punch_out" if tuned else RESONATOR
        return GoUpstream(listen, "no line in any search: is the resonator still where it was?")
    return _no_line(view, failure)


def _no_line(view: QubitView, failure: Failure) -> Remedy:
    searches = [one for one in failure.failures if one.experiment == SEARCH] or [
        one for one in failure.attempts if one.experiment == SEARCH
    ]
    nothing = Abandon("no drive line reaches it", diagnosis.no_drive_response(searches))
    return _after_map(view, failure, nothing, "no line in any search: does another drive line reach this qubit?")


def _nothing_beside(view: QubitView, failure: Failure, beside: Sequence[Attempt]) -> Remedy:
    """The other side of a dip that does not move; where there is none either, what was known before."""
    left = sweeps_beside(view)[len(beside) :]
    if left and failure.last is beside[-1]:
        return Retry(left[0], "no other dip on that side of the one that does not move: on the other")
    return _no_line(view, failure)


def _after_map(view: QubitView, failure: Failure, otherwise: Remedy, why: str) -> Remedy:
    """``otherwise``, once maps at the design frequencies, and as far about them as a design is off, have shown that no
    other line reaches the qubit."""
    maps = [one for one in failure.attempts if one.experiment == LINE_MAP]
    settled = maps and (maps[-1].verdict is Verdict.ACCEPT or maps[-1].parameters.get("span"))
    if settled or (maps and readout_signs.is_drowned(failure.attempts)):
        return otherwise
    offset = view.design.get("drive_frequency", 0.0) - (view.value("drive_frequency") or 0.0)
    asked = {"offset": min(500e6, max(-500e6, offset)), **(WIDE_MAP if maps else {})}
    return Retry(asked, why) if failure.experiment == LINE_MAP else GoUpstream(LINE_MAP, why, asked)


def _other_line(view: QubitView, attempts: Sequence[Attempt]) -> int | None:
    """The drive line of another qubit that reaches this one, by the newest map that was accepted."""
    maps = [one for one in attempts if one.experiment == LINE_MAP and one.verdict is Verdict.ACCEPT]
    line = maps[-1].quantities.get("line") if maps else None
    return None if line is None or Qubit(round(line.value)) == view.component else round(line.value)


def _rabi(view: QubitView, failure: Failure, usual: Remedy) -> Remedy:
    """A drive that is weak at all amplitudes is attenuated; one that is right when it is weak, clipped.

    One that does nothing at full scale, though spectroscopy saw a line, was not what spectroscopy saw. A curve of no
    two levels over any range turns a third one too.
    """
    searches = [one for one in failure.attempts if one.experiment == SEARCH and one.measurement_id]
    found = [one.parameters["amplitude"] for one in searches if one.verdict is Verdict.ACCEPT]
    as_usual = bool(found) and found[-1] <= 2 * searches[0].parameters["amplitude"]
    clipped = Abandon("the oscillation stops growing with the amplitude", diagnosis.clipped_drive())
    if _gives_up(usual, DiagnosisCode.WEAK_DRIVE_LINE) and failure.last.status is Status.NO_SIGNAL:
        answer = clipped if as_usual and _own_line(view, failure.attempts) else usual
        return _after_map(view, failure, answer, "a line, but no oscillation: does another drive line reach it?")
    bent = bool(SHAPE & set(failure.last.failed)) or _bends_before_its_crest(failure.last)
    if _gives_up(usual, DiagnosisCode.WEAK_DRIVE_LINE) and as_usual and bent:
        return clipped
    stuck = isinstance(usual, AskPerson) or _gives_up(usual, DiagnosisCode.UNRESOLVED)
    shapeless = sum(bool((SHAPE | {CheckCode.AT_BOUND}) & set(one.failed)) for one in failure.failures)
    if stuck and as_usual and shapeless >= ENOUGH_RANGES:
        return Abandon("no rotation of two levels over any range", diagnosis.shapeless_rotation())
    return usual


def _bends_before_its_crest(last: Attempt) -> bool:
    """A fit bent as far as it goes, with its pi pulse inside a sweep that shows no crest."""
    pi = last.quantities.get("x_amplitude")
    inside = pi is not None and pi.value < last.parameters["max_amplitude"]
    return inside and CheckCode.AT_BOUND in last.failed


def _own_line(view: QubitView, attempts: Sequence[Attempt]) -> bool:
    """Whether a map of the drive lines has shown that the qubit's own reaches it."""
    return any(one.experiment == LINE_MAP and one.verdict is Verdict.ACCEPT for one in attempts) and (
        _other_line(view, attempts) is None
    )


def _sideband(view: QubitView, failure: Failure, usual: Remedy) -> Remedy:
    """A mirrored carrier turns the sign of the anharmonicity, and with it that of the DRAG coefficient."""
    shift = (view.value("drive_frequency") or 0.0) - view.design.get("drive_frequency", 0.0)
    if abs(shift) < diagnosis.FREQUENCY_OFF or len(failure.failures) < 2:
        return usual
    if failure.experiment == "ef_spectroscopy":
        tried = any(one.experiment == "rough_drag" for one in failure.attempts)
        return usual if tried else GoUpstream("rough_drag", "no third level below: is the carrier mirrored?")
    ratio = failure.last.quantities.get("over_theory")
    if ratio is not None and MIRRORED[0] < ratio.value < MIRRORED[1]:
        return Abandon("DRAG has the wrong sign", diagnosis.wrong_sideband(ratio.value, shift))
    return usual


def _leakage(failure: Failure, usual: Remedy) -> Remedy:
    """Where longer averaging shows the misfit of a train of pulses more clearly, or nothing helps: do they leak?"""
    leakage = measured_leakage(failure.attempts)
    if leakage is not None:
        return Abandon("the pulses leak", diagnosis.leaky_pulse(leakage))
    measured = {one.experiment for one in failure.attempts if one.measurement_id}
    misfit = len(failure.failures) > 1 and all(_misses(one) for one in failure.failures[-2:])
    gives_up = isinstance(usual, AskPerson) or _gives_up(usual, DiagnosisCode.UNRESOLVED)
    if not (misfit or gives_up) or failure.experiment == LEAKAGE:
        return usual
    if "ef_rabi" not in measured:
        return GoUpstream("ef_rabi", f"no sound {failure.experiment}: do the pulses leak? First a pulse from 1 to 2")
    if LEAKAGE not in measured:
        return GoUpstream(LEAKAGE, f"no sound {failure.experiment}: how much do the pulses leak?")
    return usual


def _beats(failure: Failure, usual: Remedy) -> bool:
    """A beat that is seen twice, or a curve of one frequency that misses the fringes at every try."""
    shown = shows_a_beat(failure.last) or _misses(failure.last)
    stuck = isinstance(usual, (AskPerson, Abandon)) and all(_misses(one) for one in failure.failures)
    return stuck or (shown and beating(failure.attempts) is not None)


def _characterised(view: QubitView, failure: Failure) -> Remedy:
    """A lifetime or a frequency that jumps is what qubits do: it is followed for a while, reported, and left to run."""
    if "t1" in view.known and not any(one.experiment == OVER_TIME for one in failure.attempts):
        return GoUpstream(OVER_TIME, f"{failure.experiment} changes at every try: how, and how often?")
    return Skip("it changes while it is measured: reported as it is, benchmarking has the last word")


def _mean_of_two(failure: Failure) -> Remedy:
    """The mean of the two, over a window that does not tell them apart; what that costs, benchmarking tells."""
    window = {"max_delay": SHORT_WINDOW, "detuning": 20 / (3 * SHORT_WINDOW)}
    if all(one.parameters["max_delay"] > 1.01 * SHORT_WINDOW for one in failure.failures):
        return Retry(
            window, "the fringes are those of two frequencies: their mean, over a window too short to tell them"
        )
    return Skip("the qubit jumps between two frequencies: what spectroscopy found lies between them")


def _misses(attempt: Attempt) -> bool:
    return CheckCode.MISFIT in attempt.failed


def _gives_up(answer: Remedy, code: DiagnosisCode) -> bool:
    return isinstance(answer, Abandon) and answer.diagnosis.code is code
