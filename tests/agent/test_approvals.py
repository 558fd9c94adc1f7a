from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reson.agent.approvals import approve, approve_together, authorise, edit, parse_value, reject, respond
from reson.agent.policy import DEFAULT_POLICY, parse_policy
from reson.errors import ToolError, ToolErrorKind
from reson.records import Action, ActionKind, Change, Effect, Ending, Verdict
from reson.tools.quantities import PARAMETERS
from reson.tools.store.approvals import ApprovalRow, ApprovalStatus, get_approval, list_approvals, require_permit
from reson.tools.store.parameters import commit, current, log, seed_table, values
from reson.tools.store.runs import end_run, start_run
from reson.tools.store.store import Store, open_store

POLICY = parse_policy(DEFAULT_POLICY)
ASK = parse_policy("")
DENY = parse_policy('[[rule]]\nname = "never"\ndecision = "deny"')


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(tmp_path)
    start_run(store, "run", "night", "chip", {}, 7, 0.0)
    design = {"drive_frequency": 5.0e9, "x_amplitude": 0.1}
    seed_table(store, "chip", {"q0": design, "q1": design}, 0.0, "design", "start")
    return store


def _write(store: Store, component: str = "q0", **new: float) -> Action:
    rows = current(store, "chip")[component]
    changes = [
        Change(
            component=component,
            parameter=name,
            old=rows[name].value,
            new=value,
            stderr=0.001,
            unit=PARAMETERS[name].unit,
        )
        for name, value in new.items()
    ]
    return Action(
        kind=ActionKind.WRITE,
        effect=Effect.WRITES,
        device="chip",
        component=component,
        arguments={"changes": [change.to_json() for change in changes]},
    )


MEASURE = Action(
    kind=ActionKind.MEASURE,
    effect=Effect.MEASURES,
    device="chip",
    component="q0,q1",
    arguments={"experiment": "rabi"},
)
Ask = Callable[..., ApprovalRow]


@pytest.fixture
def ask(store: Store) -> Ask:
    def make(action: Action, name: str = "a", policy: Any = ASK, **given: Any) -> ApprovalRow:
        fixed: dict[str, Any] = {
            "run_id": "run",
            "device_kind": "simulated",
            "verdict": None,
            "why": "because",
            "device_time": 100.0,
        }
        arguments: dict[str, Any] = fixed | {"evidence": {}} | given
        return authorise(store, policy, action, approval_id=name, **arguments)

    return make


def _not_allowed(call: Callable[[], Any], match: str) -> None:
    with pytest.raises(ToolError, match=match) as caught:
        call()
    assert caught.value.kind is ToolErrorKind.NOT_ALLOWED


def test_the_policy_answers_and_is_named(store: Store, ask: Ask) -> None:
    row = ask(MEASURE, policy=POLICY)
    assert (row.status, row.answered_by) == ("approved", "policy: measure on the simulated chip")
    require_permit(store, row.id, MEASURE)
    denied = ask(MEASURE, "b", policy=DENY)
    assert (denied.status, denied.answer) == ("denied", "deny")
    _not_allowed(lambda: require_permit(store, "b", MEASURE), "denied, answered .deny. by policy: never")


def test_an_accepted_write_runs_by_itself_and_others_wait(store: Store, ask: Ask) -> None:
    action = _write(store, x_amplitude=0.2)
    assert ask(action, "review", policy=POLICY, verdict=Verdict.REVIEW).status == "pending"
    assert ask(action, "accept", policy=POLICY, verdict=Verdict.ACCEPT).status == "approved"
    (row,) = commit(store, "accept", device_time=200.0)
    assert row.author == "policy: write accepted values on the simulated chip"
    _not_allowed(lambda: commit(store, "review", device_time=200.0), "not approved")


@pytest.mark.parametrize(
    ("evidence", "status"),
    [({"device_seconds": 20.0}, "approved"), ({"device_seconds": 40.0}, "pending"), ({}, "pending")],
)
def test_the_expected_device_time_is_read_from_the_evidence(ask: Ask, evidence: dict[str, Any], status: str) -> None:
    assert ask(MEASURE, policy=POLICY, device_kind="ibm", evidence=evidence).status == status


def test_a_request_cannot_claim_another_verdict_than_its_action(store: Store, ask: Ask) -> None:
    action = _write(store, x_amplitude=0.2)
    action = action.model_copy(update={"arguments": action.arguments | {"verdict": "review"}})
    with pytest.raises(ToolError, match="different verdicts"):
        ask(action, policy=POLICY, verdict=Verdict.ACCEPT)


def test_asking_again_after_a_kill_finds_the_same_approval(store: Store, ask: Ask) -> None:
    action = _write(store, x_amplitude=0.2)
    first = ask(action)
    assert ask(action, device_time=900.0, why="recomputed") == first
    approve(store, "a", "ann")
    assert ask(action).status == "approved"
    assert len(list_approvals(store)) == 1


@pytest.mark.parametrize("say", [reject, respond])
def test_a_no_stays_a_no(store: Store, ask: Ask, say: Callable[..., ApprovalRow]) -> None:
    action = _write(store, x_amplitude=0.2)
    ask(action)
    said = say(store, "a", "ann", "look at q1 first")
    assert ask(action, policy=POLICY, verdict=Verdict.ACCEPT) == said
    assert said.note == "look at q1 first"
    _not_allowed(lambda: commit(store, "a", device_time=200.0), "not approved")


def test_an_executed_write_is_not_asked_again_although_its_own_write_moved_the_table(store: Store, ask: Ask) -> None:
    action = _write(store, x_amplitude=0.2)
    ask(action)
    approve(store, "a", "ann")
    commit(store, "a", device_time=200.0)
    recomputed = _write(store, x_amplitude=0.2)
    assert recomputed.hash != action.hash
    again = ask(recomputed)
    assert (again.id, again.status) == ("a", "executed")
    commit(store, again.id, device_time=300.0)
    assert len(log(store, "chip", "q0", "x_amplitude")) == 2


def _move(store: Store, ask: Ask, component: str = "q0", name: str = "other") -> None:
    ask(_write(store, component, drive_frequency=5.1e9), name)
    approve(store, name, "ann")
    commit(store, name, device_time=150.0)


def test_a_table_that_moved_makes_it_stale_and_asks_again(store: Store, ask: Ask) -> None:
    action = _write(store, x_amplitude=0.2)
    ask(action)
    _move(store, ask)
    _not_allowed(
        lambda: approve(store, "a", "ann"),
        r"q0.drive_frequency was 5e\+09 and became 5.1e\+09 Hz \(by ann\)|5100000000",
    )
    assert get_approval(store, "a").status == "stale"
    again = ask(action)
    assert (again.id, again.status, again.supersedes) == ("a-r1", "pending", "a")
    assert ask(action) == again
    _move_back = _write(store, drive_frequency=5.2e9)
    ask(_move_back, "third")
    approve(store, "third", "ann")
    commit(store, "third", device_time=160.0)
    assert (ask(action).id, ask(action).supersedes) == ("a-r2", "a-r1")
    approve(store, "a-r2", "ann")
    commit(store, "a-r2", device_time=200.0)
    assert values(current(store, "chip"))["q0"]["x_amplitude"] == 0.2


def test_an_approved_write_whose_table_moved_is_asked_again(store: Store, ask: Ask) -> None:
    action = _write(store, x_amplitude=0.2)
    ask(action)
    approve(store, "a", "ann")
    _move(store, ask)
    assert ask(action).id == "a-r1"
    assert get_approval(store, "a").status == "stale"
    _not_allowed(lambda: commit(store, "a", device_time=200.0), "stale")


def test_another_qubits_commit_leaves_it_as_it_is(store: Store, ask: Ask) -> None:
    action = _write(store, x_amplitude=0.2)
    ask(action)
    _move(store, ask, "q1")
    assert ask(action).id == "a"
    approve(store, "a", "ann")
    commit(store, "a", device_time=200.0)


def test_a_measurement_of_several_qubits_is_bound_to_all_of_them(store: Store, ask: Ask) -> None:
    ask(MEASURE)
    approve(store, "a", "ann")
    _move(store, ask, "q1")
    _not_allowed(lambda: require_permit(store, "a", MEASURE), "moved")
    assert ask(MEASURE).id == "a-r1"


def test_a_policy_that_was_changed_answers_anew_and_a_persons_yes_stays_until_the_policy_forbids(
    store: Store, ask: Ask
) -> None:
    assert ask(MEASURE, policy=POLICY).status == "approved"
    asked = ask(MEASURE, policy=ASK)
    assert (asked.id, asked.status) == ("a-r1", "pending")
    assert get_approval(store, "a").status == "stale"
    denied = ask(MEASURE, policy=DENY)
    assert (denied.id, denied.status) == ("a-r2", "denied")
    assert (ask(MEASURE, policy=ASK).id, get_approval(store, "a-r2").status) == ("a-r3", "denied")
    approve(store, "a-r3", "ann")
    assert [ask(MEASURE, policy=policy).id for policy in (POLICY, ASK)] == ["a-r3"] * 2
    forbidden = ask(MEASURE, policy=DENY)
    assert (forbidden.id, forbidden.status, get_approval(store, "a-r3").status) == ("a-r4", "denied", "stale")


def test_a_yes_does_not_hold_for_a_value_that_moved_away_and_back(store: Store, ask: Ask) -> None:
    ask(MEASURE)
    approve(store, "a", "ann")
    ask(_write(store, x_amplitude=0.2), "there")
    approve(store, "there", "bob")
    commit(store, "there", device_time=200.0)
    ask(_write(store, x_amplitude=0.1), "back")
    approve(store, "back", "bob")
    commit(store, "back", device_time=300.0)
    _not_allowed(lambda: require_permit(store, "a", MEASURE), "moved")
    assert ask(MEASURE).id == "a-r1"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let days pass on the computer's clock."""

    def pass_by(days: float) -> None:
        now = time.time() + 86400 * days
        monkeypatch.setattr(time, "time", lambda: now)

    return pass_by


@pytest.mark.parametrize("approved", [False, True])
def test_a_request_expires_and_is_asked_again(store: Store, ask: Ask, later: Callable[[float], None], approved) -> None:
    write = _write(store, x_amplitude=0.2)
    ask(write)
    ask(MEASURE, "m")
    if approved:
        approve(store, "a", "ann")
        approve(store, "m", "ann")
    later(6.9)
    assert ask(write).id == "a"
    later(0.2)
    if approved:
        _not_allowed(lambda: require_permit(store, "m", MEASURE), "expired")
        _not_allowed(lambda: commit(store, "a", device_time=200.0), "expired")
    else:
        _not_allowed(lambda: approve(store, "a", "ann"), "has expired")
        _not_allowed(lambda: edit(store, "m", "ann", "", {}), "has expired")
    again = ask(write)
    assert (again.id, again.status, get_approval(store, "a").status) == ("a-r1", "pending", "stale")
    assert ask(write, "short", expire_days=0.5).expires_wall == pytest.approx(time.time() + 43200)


UNSEEN = [
    "\u3164",
    "\u115f\u1160",
    "ann\ufe0f",
    "an\u034fn",
    "\u17b4\u1780",
    "an\u180bn",
    "a" + "\u0301" * 20,
    "ann\udcff",
]
"""Letters and marks that show nothing, that cover all, or that are none."""
ALIKE = ["\u13aann", "\ua4eenn", "\u0555lga", "\U0001d41a\U0001d427\U0001d427", "\u24d0nn", "\uff41\uff4e\uff4e"]
"""Letters of Cherokee, Lisu and Armenian among Latin ones, and Latin ones in other shapes."""


def test_a_request_of_a_clock_that_was_ahead_is_asked_again(
    store: Store, ask: Ask, later: Callable[[float], None]
) -> None:
    """Else it would hold for as long as the clock was ahead."""
    later(900.0)
    ask(_write(store, x_amplitude=0.2))
    ask(MEASURE, "m")
    approve(store, "m", "ann")
    later(-900.0)
    _not_allowed(lambda: approve(store, "a", "ann"), "has expired")
    _not_allowed(lambda: require_permit(store, "m", MEASURE), "expired")
    assert ask(MEASURE, "m").id == "m-r1"


NO_NAMES = [
    *UNSEEN,
    *ALIKE,
    "",
    "  ",
    "policy: all",
    "Policy",
    "ｐolicy",
    "p.o.l.i.c.y",
    "an​n",
    "ann‮",
    "a",
    "аnn",
    "?",
    "⠀",
    "a" * 81,
]


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_is_letters_one_can_see(store: Store, ask: Ask, name: str) -> None:
    ask(MEASURE)
    with pytest.raises(ToolError, match="no name of a person"):
        approve(store, "a", name)
    assert get_approval(store, "a").status == "pending"


@pytest.mark.parametrize(
    "name",
    [
        "ann",
        "José Müller",
        "o'neill",
        "李雷",
        "Анна",
        "lab-2_night",
        "ann@lab.org",
        " ann ",
        "ジョー 佐々木 Joe",
        "अंकिता",
        "Kaʻiulani",
    ],
)
def test_names_of_all_the_world_are_taken(store: Store, ask: Ask, name: str) -> None:
    ask(MEASURE)
    assert approve(store, "a", name).answered_by == name.strip()


def test_another_action_under_the_same_id_is_asked_anew(store: Store, ask: Ask) -> None:
    ask(_write(store, x_amplitude=0.2))
    approve(store, "a", "ann")
    again = ask(_write(store, x_amplitude=0.3))
    assert (again.id, again.status) == ("a-r1", "pending")
    assert get_approval(store, "a").status == "stale"


def test_an_edit_is_what_gets_executed_and_what_was_asked_stays(store: Store, ask: Ask) -> None:
    ask(_write(store, x_amplitude=0.2, drive_frequency=5.2e9))
    row = edit(store, "a", "ann", "the peak is lower", {"drive_frequency": "5.1 GHz"})
    assert (row.status, row.answer, row.answered_by) == ("approved", "edit", "ann")
    written = {row.parameter: (row.value, row.stderr, row.author) for row in commit(store, "a", device_time=200.0)}
    assert written == {"x_amplitude": (0.2, 0.001, "ann"), "drive_frequency": (5.1e9, None, "ann")}
    asked = [change["new"] for change in get_approval(store, "a").action.arguments["changes"]]
    assert asked == [0.2, 5.2e9]


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"drive_frequency": "5.1 s"}, "not in Hz"),
        ({"drive_frequency": "5.1 gigahertz"}, "not in Hz"),
        ({"drive_frequency": "fast"}, "no number in Hz"),
        ({"drive_frequency": "500 GHz"}, "outside"),
        ({"drive_frequency": 5.1}, "outside"),
        ({"drive_frequency": float("nan")}, "outside"),
        ({"drive_frequency": 10**400}, "as large as that"),
        ({"x_amplitude": 0.3}, "does not change x_amplitude; it changes drive_frequency"),
        ({}, "at least one"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_and_it_still_waits(
    store: Store, ask: Ask, changes: dict[str, Any], match: str
) -> None:
    ask(_write(store, drive_frequency=5.2e9))
    with pytest.raises(ToolError, match=match) as caught:
        edit(store, "a", "ann", "", changes)
    assert caught.value.kind is ToolErrorKind.BAD_ARGUMENTS
    assert get_approval(store, "a").status is ApprovalStatus.PENDING


def test_measurements_are_not_edited_and_answers_come_once(store: Store, ask: Ask) -> None:
    ask(MEASURE)
    _not_allowed(lambda: edit(store, "a", "ann", "", {"x_amplitude": 0.1}), "is a measurement")
    reject(store, "a", "ann")
    for call in (approve, reject):
        _not_allowed(lambda call=call: call(store, "a", "bob"), "reject.* by ann at")
    ask(_write(store, x_amplitude=0.2), "w")
    approve(store, "w", "ann")
    _not_allowed(lambda: edit(store, "w", "bob", "", {"x_amplitude": 0.3}), "approve.* by ann at")


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("5.1 GHz", "Hz", 5.1e9),
        ("-210MHz", "Hz", -210e6),
        ("25 ns", "s", 25e-9),
        ("60 µs", "s", 60e-6),
        ("60 us", "s", 60e-6),
        ("5e-5", "s", 5e-5),
        ("5 ms", "s", 5e-3),
        ("12 mrad", "rad", 0.012),
        (".12", "", 0.12),
        ("1", "s", 1.0),
        (7, "Hz", 7.0),
    ],
)
def test_values_as_people_write_them(text: str | float, unit: str, value: float) -> None:
    assert parse_value(text, unit) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("5.1 GHz", ""), ("5 m", "s"), ("5 XHz", "Hz"), ("nan", "s"), ("inf", "s"), ("", "s"), ("1,5", "")],
)
def test_values_that_cannot_be_meant(text: str, unit: str) -> None:
    with pytest.raises(ToolError):
        parse_value(text, unit)


TOGETHER = parse_policy(
    """
[[rule]]
name = "small steps"
decision = "ask"
parameter = "x_amplitude"
together = true

[[rule]]
name = "frequencies"
decision = "ask"
"""
)


def test_several_are_approved_at_once_where_their_rule_allows_it(store: Store, ask: Ask) -> None:
    for component in ("q0", "q1"):
        ask(_write(store, component, x_amplitude=0.11), component, TOGETHER)
    approved, others = approve_together(store, TOGETHER, ["q0", "q1", "q0"], "ann", "both looked at")
    assert ([row.id for row in approved], others) == (["q0", "q1"], {})
    assert {get_approval(store, name).answered_by for name in ("q0", "q1")} == {"ann"}


def test_one_that_wants_to_be_looked_at_alone_stops_them_all(store: Store, ask: Ask) -> None:
    ask(_write(store, "q0", x_amplitude=0.11), "small", TOGETHER)
    ask(_write(store, "q1", drive_frequency=5.1e9), "large", TOGETHER)
    with pytest.raises(ToolError, match="wants large answered one by one; nothing was answered"):
        approve_together(store, TOGETHER, ["small", "large"], "ann")
    assert {get_approval(store, name).status for name in ("small", "large")} == {ApprovalStatus.PENDING}
    approved, _ = approve_together(store, TOGETHER, ["large"], "ann")
    assert approved[0].status is ApprovalStatus.APPROVED


def test_a_stale_one_among_several_is_named_and_the_others_count(store: Store, ask: Ask) -> None:
    for component in ("q0", "q1"):
        ask(_write(store, component, x_amplitude=0.11), component, TOGETHER)
    seed_table(store, "chip", {"q2": {"x_amplitude": 0.1}}, 1.0, "design", "another qubit moves nothing")
    reject(store, "q0", "bob", "first")
    approved, others = approve_together(store, TOGETHER, ["q0", "q1"], "ann")
    assert [row.id for row in approved] == ["q1"]
    assert list(others) == ["q0"] and "bob" in others["q0"]


def _over(store: Store) -> None:
    """The first run ends as it waits, and the next one begins."""
    end_run(store, "run", Ending.WAITING_FOR_APPROVAL, "1 approval waits", 200.0)
    start_run(store, "next", "night", "chip", {}, 7, 300.0)


OVERTAKEN = {
    "the same value": ({"x_amplitude": 0.2}, {"x_amplitude": 0.21}, "q0", ASK, True),
    "more than it": ({"x_amplitude": 0.2}, {"x_amplitude": 0.21, "drive_frequency": 5.1e9}, "q0", ASK, True),
    "less than it": ({"x_amplitude": 0.2, "drive_frequency": 5.1e9}, {"x_amplitude": 0.21}, "q0", ASK, False),
    "another value": ({"x_amplitude": 0.2}, {"drive_frequency": 5.1e9}, "q0", ASK, False),
    "another qubit": ({"x_amplitude": 0.2}, {"x_amplitude": 0.21}, "q1", ASK, False),
    "what the policy allows now": (
        {"x_amplitude": 0.2},
        {"x_amplitude": 0.21},
        "q0",
        parse_policy(DEFAULT_POLICY),
        True,
    ),
    "what the policy forbids now": ({"x_amplitude": 0.2}, {"x_amplitude": 0.21}, "q0", DENY, False),
}


@pytest.mark.parametrize("case", OVERTAKEN)
def test_a_new_request_takes_the_place_of_an_ended_runs(store: Store, ask: Ask, case: str) -> None:
    before, after, component, policy, overtaken = OVERTAKEN[case]
    old = ask(_write(store, "q0", **before))
    _over(store)
    new = ask(_write(store, component, **after), "b", policy, run_id="next", verdict=Verdict.ACCEPT)
    status = get_approval(store, old.id).status
    assert (status is ApprovalStatus.STALE) == overtaken, case
    assert new.supersedes == (old.id if overtaken else None)


def test_a_run_that_goes_on_keeps_its_requests(store: Store, ask: Ask) -> None:
    old = ask(_write(store, x_amplitude=0.2))
    start_run(store, "next", "night", "chip", {}, 7, 300.0)
    ask(_write(store, x_amplitude=0.21), "b", run_id="next")
    assert get_approval(store, old.id).status is ApprovalStatus.PENDING


def test_the_same_measurement_is_asked_once(store: Store, ask: Ask) -> None:
    old = ask(MEASURE)
    _over(store)
    ask(MEASURE.model_copy(update={"arguments": {"experiment": "t1"}}), "b", run_id="next")
    assert get_approval(store, old.id).status is ApprovalStatus.PENDING
    ask(MEASURE, "c", run_id="next")
    assert get_approval(store, old.id).status is ApprovalStatus.STALE


def test_the_run_that_was_overtaken_asks_again_when_it_goes_on(store: Store, ask: Ask) -> None:
    old = ask(_write(store, x_amplitude=0.2))
    _over(store)
    new = ask(_write(store, x_amplitude=0.21), "b", run_id="next")
    end_run(store, "next", Ending.WAITING_FOR_APPROVAL, "1 approval waits", 400.0)
    again = ask(_write(store, x_amplitude=0.2))
    assert (again.id, again.supersedes, again.status) == (f"{old.id}-r1", old.id, ApprovalStatus.PENDING)
    assert get_approval(store, new.id).status is ApprovalStatus.STALE
