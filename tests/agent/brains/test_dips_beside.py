"""A feedline has dips that are no qubit's: which of them is the resonator, the search finds out."""

from __future__ import annotations

from reson.agent.observation import Attempt, DiagnosisCode, GiveUp, Known, Measure, QubitView
from reson.records import CheckCode, Status, Verdict
from tests.agent.brains.rewording import decided

from .test_causes import GOALS, attempt, good, seen, until

REJECT = Verdict.REJECT
DESIGN, MODE = 7.150e9, 7.170e9
"""Hz: of the resonator, and where a dip stands that does not move."""
RESONATOR, SEARCH = "resonator_spectroscopy", "qubit_spectroscopy"


def view(attempts: list[Attempt]) -> QubitView:
    one = seen(attempts)
    mode = {"readout_frequency": Known(value=MODE, stderr=None, age_hours=1.0, measured=True)}
    design = {**one.design, "readout_frequency": DESIGN}
    return one.model_copy(update={"known": one.known | mode, "design": design})


def asked(attempts: list[Attempt], experiment: str) -> dict[str, float]:
    decision = decided(view(attempts), GOALS)
    assert isinstance(decision, Measure) and decision.experiment == experiment, decision
    return dict(decision.parameters)


def ended(attempts: list[Attempt]) -> list[DiagnosisCode]:
    decision = decided(view(attempts), GOALS)
    assert isinstance(decision, GiveUp), decision
    return [one.code for one in decision.diagnoses]


def searched(before: list[Attempt]) -> list[Attempt]:
    """Until no search for the line is left."""
    attempts = list(before)
    for _ in range(6):
        attempts.append(attempt(SEARCH, REJECT, Status.NO_SIGNAL, **asked(attempts, SEARCH)))
    return attempts


def behind_a_mode() -> list[Attempt]:
    """No line, and no shift of the dip: punch-out was given up."""
    still = attempt("punch_out", REJECT, Status.NO_EXCITATION, span=16e6, points=49.0)
    return searched([*until("punch_out"), still, still, good(RESONATOR), still])


def test_one_of_several_dips_is_looked_at_alone_and_once():
    found = {
        "offset": (-4.3e6, 0.8e6),
        "resonator_linewidth": (0.6e6, 1.5e6),
        "depth": (0.9, 0.4),
        "level": (8.0, 0.07),
    }
    two = attempt(RESONATOR, REJECT, Status.SUCCESS, found=found, failed=(CheckCode.UNRESOLVED, CheckCode.MISFIT))
    alone = asked([two], RESONATOR)
    assert alone["centre"] == -4.3e6 and alone["span"] <= 12e6
    again = two.model_copy(update={"parameters": two.parameters | alone})
    assert "centre" not in asked([two, again], RESONATOR)


def test_a_dip_that_never_moved_and_has_no_line_behind_it_is_left_for_the_others_in_reach():
    attempts = behind_a_mode()
    beside = asked(attempts, RESONATOR)
    low, high = (MODE + beside["centre"] + side * beside["span"] / 2 for side in (-1, 1))
    assert low <= DESIGN - 25e6 and MODE - 5e6 < high < MODE, "the wider side first, without the dip itself"
    attempts.append(attempt(RESONATOR, REJECT, Status.NO_SIGNAL, **beside))
    above = asked(attempts, RESONATOR)
    assert above["centre"] - above["span"] / 2 > 0
    found = [*attempts, good(RESONATOR, **above)]
    assert asked(found, "punch_out") == {}
    asked([*found, good("punch_out")], SEARCH)


def test_where_there_is_no_other_dip_it_is_a_dead_drive_line_as_before():
    attempts = behind_a_mode()
    for _ in range(2):
        attempts.append(attempt(RESONATOR, REJECT, Status.NO_SIGNAL, **asked(attempts, RESONATOR)))
    asked(attempts, "drive_line_map")
    swapped = good("drive_line_map", found={"line": 4.0, "response": (3.0, 0.1)})
    assert ended([*attempts, swapped, attempts[-1]]) == [DiagnosisCode.SWAPPED_DRIVE_LINES]
    for _ in range(2):
        attempts.append(attempt("drive_line_map", REJECT, Status.NO_SIGNAL, **asked(attempts, "drive_line_map")))
    assert ended(attempts) == [DiagnosisCode.NO_DRIVE_RESPONSE]


def test_a_dip_that_moves_is_the_qubits_own():
    attempts = searched(until(SEARCH))
    assert "centre" not in asked(attempts, RESONATOR)
