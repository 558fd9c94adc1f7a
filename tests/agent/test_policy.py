from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reson.agent.policy import (
    DEFAULT_POLICY,
    Context,
    Policy,
    Rule,
    answers_together,
    decide,
    describe,
    load_policy,
    parse_policy,
)
from reson.errors import OperatorError
from reson.records import Action, ActionKind, Effect, Verdict

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC).timestamp()
DEFAULT = parse_policy(DEFAULT_POLICY)


def _write(*changes: tuple[str, float | None, float, float | None], component: str = "q0") -> Action:
    """Changes as (parameter, old, new, stderr)."""
    listed = [
        {"component": component, "parameter": name, "old": old, "new": new, "stderr": stderr, "unit": ""}
        for name, old, new, stderr in changes
    ]
    return Action(
        kind=ActionKind.WRITE,
        effect=Effect.WRITES,
        device="chip",
        component=component,
        arguments={"measurement": "m", "verdict": "accept", "changes": listed},
    )


def _measure(component: str = "q0", experiment: str = "rabi") -> Action:
    return Action(
        kind=ActionKind.MEASURE,
        effect=Effect.MEASURES,
        device="chip",
        component=component,
        arguments={"experiment": experiment},
    )


def _context(**given: Any) -> Context:
    return Context(**({"device_kind": "simulated", "verdict": None, "device_time": NOON} | given))


WRITE = _write(("x_amplitude", 0.1, 0.12, 0.01))
RESULT = _write(("t1", 1e-4, 1.2e-4, 1e-6))
RESULT_AND_CONTROL = _write(("t2_star", 1e-5, 1.2e-5, 1e-6), ("drive_frequency", 5e9, 5.1e9, 1e3))
ROLLBACK = WRITE.model_copy(update={"kind": ActionKind.ROLLBACK})


@pytest.mark.parametrize(
    ("action", "context", "expected"),
    [
        (_measure(), _context(), "auto"),
        (WRITE, _context(verdict=Verdict.ACCEPT), "auto"),
        (WRITE, _context(verdict=Verdict.REVIEW), "ask"),
        (WRITE, _context(verdict=Verdict.REJECT), "ask"),
        (WRITE, _context(verdict=None), "ask"),
        (ROLLBACK, _context(), "ask"),
        (WRITE, _context(verdict=Verdict.ACCEPT, device_kind="ibm"), "ask"),
        (_measure(), _context(device_kind="ibm"), "ask"),
        (_measure(), _context(device_kind="ibm", device_seconds=29.9), "auto"),
        (_measure(), _context(device_kind="ibm", device_seconds=30.0), "ask"),
        (_measure(), _context(device_kind="plugin", device_seconds=60.0), "auto"),
        (_measure(), _context(device_kind="plugin", device_seconds=60.1), "ask"),
        (_measure(), _context(device_kind="fake"), "auto"),
        (RESULT, _context(verdict=Verdict.ACCEPT, device_kind="ibm"), "auto"),
        (RESULT, _context(verdict=Verdict.REVIEW, device_kind="ibm"), "ask"),
        (RESULT_AND_CONTROL, _context(verdict=Verdict.ACCEPT, device_kind="ibm"), "ask"),
    ],
)
def test_the_default_policy(action: Action, context: Context, expected: str) -> None:
    assert decide(DEFAULT, action, context)[0] == expected


def test_without_a_rule_a_person_is_asked() -> None:
    assert decide(parse_policy(""), _measure(), _context()) == ("ask", "no rule matches")


ANYTHING_GOES = parse_policy('[[rule]]\nname = "all"\ndecision = "auto"')


@pytest.mark.parametrize(
    "action",
    [
        _measure().model_copy(update={"effect": None}),
        _measure().model_copy(update={"effect": Effect.READS}),
        _measure().model_copy(update={"effect": Effect.WRITES}),
        WRITE.model_copy(update={"effect": Effect.MEASURES}),
        ROLLBACK.model_copy(update={"effect": Effect.READS}),
    ],
)
def test_an_action_without_its_proper_effect_is_denied_whatever_the_policy(action: Action) -> None:
    assert decide(ANYTHING_GOES, action, _context(verdict=Verdict.ACCEPT))[0] == "deny"


@given(
    rules=st.lists(
        st.fixed_dictionaries(
            {"decision": st.sampled_from(["auto", "ask", "deny"])},
            optional={
                "effect": st.sampled_from(["reads", "measures", "writes"]),
                "kind": st.sampled_from(["measure", "write", "rollback"]),
                "verdict": st.sampled_from(["accept", "review", "reject"]),
                "device_kind": st.sampled_from(["*", "ibm"]),
                "parameter": st.sampled_from(["*", "x_*"]),
                "hours": st.sampled_from(["00:00-00:00", "11:00-13:00"]),
            },
        ),
        max_size=4,
    ),
    verdict=st.sampled_from([None, Verdict.REVIEW, Verdict.REJECT]),
)
def test_no_policy_writes_by_itself_what_was_not_accepted(rules: list[dict], verdict: Verdict | None) -> None:
    """Not even one of rules that are refused where they are read."""
    policy = Policy(rule=tuple(Rule.model_validate(rule) for rule in rules))
    assert decide(policy, WRITE, _context(verdict=verdict))[0] != "auto"


def test_the_first_rule_that_matches_decides_and_is_named() -> None:
    policy = parse_policy('[[rule]]\ndecision = "deny"\ncomponent = "q1"\n[[rule]]\nname = "rest"\ndecision = "auto"')
    assert decide(policy, _measure("q1"), _context()) == ("deny", "rule 1")
    assert decide(policy, _measure("q0"), _context()) == ("auto", "rest")


@pytest.mark.parametrize(
    ("matcher", "fitting", "other"),
    [
        ('parameter = "x_*"', _write(("x_amplitude", 0.1, 0.2, None)), _write(("t1", 1e-5, 2e-5, None))),
        ('experiment = "fine_*"', _measure(experiment="fine_amplitude"), _measure(experiment="rabi")),
        ('component = "q[0-4]"', _measure("q3"), _measure("q7")),
        ("max_change = 0.03", _write(("a", 0.1, 0.12, None)), _write(("a", 0.1, 0.14, None))),
        ("max_change = 0.03", _write(("a", 0.1, 0.08, None)), _write(("a", None, 0.01, None))),
        ("max_sigma = 3", _write(("a", 0.10, 0.12, 0.01)), _write(("a", 0.10, 0.14, 0.01))),
        ("max_sigma = 3", _write(("a", 0.10, 0.12, 0.01)), _write(("a", 0.10, 0.10, None))),
        ('effect = "writes"', WRITE, _measure()),
        ('kind = "rollback"', ROLLBACK, WRITE),
    ],
)
def test_each_matcher(matcher: str, fitting: Action, other: Action) -> None:
    policy = parse_policy(f'[[rule]]\nname = "it"\ndecision = "deny"\n{matcher}')
    assert decide(policy, fitting, _context())[1] == "it"
    assert decide(policy, other, _context())[1] == "no rule matches"


@pytest.mark.parametrize("acted_on", ["q1-q4", "q0-q1", "c1-4", "q0,q1-q2"])
def test_a_qubit_that_is_held_back_is_so_with_its_pairs_and_couplers(acted_on: str) -> None:
    """A pulse on a pair moves its qubits; what is allowed on a qubit is not yet allowed on a pair."""
    for decision, expected in (("deny", "it"), ("ask", "it"), ("auto", "no rule matches")):
        policy = parse_policy(f'[[rule]]\nname = "it"\ndecision = "{decision}"\ncomponent = "q1"')
        assert decide(policy, _measure(acted_on), _context())[1] == expected


def test_one_of_two_rules_of_one_name_does_not_let_the_requests_of_the_other_be_answered_together() -> None:
    text = '[[rule]]\nname = "it"\ndecision = "ask"\nkind = "write"\n[[rule]]\nname = "it"\ndecision = "ask"\n'
    assert not answers_together(parse_policy(text + "together = true"), "it")
    assert answers_together(parse_policy(text.replace('kind = "write"', "together = true") + "together = true"), "it")


def test_a_rule_that_permits_must_fit_everything_and_one_that_holds_back_anything() -> None:
    both = _write(("x_amplitude", 0.1, 0.2, None), ("t1", 1e-5, 2e-5, None))
    for decision, expected in (("auto", "no rule matches"), ("ask", "it"), ("deny", "it")):
        for matcher, action in (
            ('parameter = "x_*"', both),
            ('component = "q0"', _measure("q0,q1")),
            ("max_change = 0.01", both),
            ('parameter = "x_*"\nmax_change = 0.2', _write(("x_amplitude", 0.1, 0.2, None), ("t1", None, 2e-5, None))),
            ("results_only = true", both),
        ):
            policy = parse_policy(f'[[rule]]\nname = "it"\ndecision = "{decision}"\n{matcher}')
            assert decide(policy, action, _context(verdict=Verdict.ACCEPT))[1] == expected


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        ("22:00-06:00", ["22:00", "23:59", "00:00", "05:59"], ["06:00", "12:00", "21:59"]),
        ("08:30-17:00", ["08:30", "16:59"], ["08:29", "17:00", "23:00"]),
        ("00:00-00:00", ["00:00", "12:00"], []),
    ],
)
def test_hours_go_over_midnight(hours: str, inside: list[str], outside: list[str]) -> None:
    policy = parse_policy(f'[[rule]]\nname = "it"\ndecision = "auto"\nhours = "{hours}"')
    for text, expected in [(time, "it") for time in inside] + [(time, "no rule matches") for time in outside]:
        hour, minute = map(int, text.split(":"))
        moment = datetime(2026, 3, 4, hour, minute, 30, tzinfo=UTC).timestamp()
        assert decide(policy, _measure(), _context(device_time=moment))[1] == expected, text


def test_hours_are_those_of_the_lab() -> None:
    rule = parse_policy('[[rule]]\nname = "it"\ndecision = "auto"\nhours = "22:00-06:00"')
    moment = datetime(2026, 7, 1, 5, 0, tzinfo=UTC).timestamp()  # 22:00 the evening before in Los Angeles
    for zone, expected in (("UTC", "it"), ("America/Los_Angeles", "it"), ("Europe/Berlin", "no rule matches")):
        policy = rule.model_copy(update={"zone": zone})
        assert decide(policy, _measure(), _context(device_time=moment))[1] == expected, zone


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("[[rule]]\ndecision = \"auto\"\n\n[[rule]]\ndecision = 'maybe'", "line 5", "decision"),
        ('[[rule]]\ndecision = "auto"\ncolour = "red"', "line 3", "colour"),
        ('[[rule]]\nname = "x"', "line 1", "decision"),
        ('[[rule]]\ndecision = "auto"\nhours = "late"', "line 3", "22:00-06:00"),
        ('[[rule]]\ndecision = "auto"\nmax_change = -1', "line 3", "max_change"),
        ('[[rule]]\ndecision = "auto"\nmax_change = nan', "line 3", "max_change"),
        ('[[rules]]\ndecision = "auto"', "line 1", "rules"),
        ('[[rule]]\ndecision = "auto"\ntogether = true', "line 3", "answer together"),
        ("[[rule]]\ndecision = auto", "line 2", "TOML"),
        ('zone = "Europe/Berlin"\n[[rule]]\ndecision = "auto"', "line 1", "zone"),
        ('[[rule]]\ndecision = "deny"\neffect = "writes"\nexperiment = "rabi"', "line 4", "protects nothing"),
        ('[[rule]]\ndecision = "deny"\neffect = "measures"\nparameter = "t1"', "line 4", "protects nothing"),
        ('[[rule]]\ndecision = "deny"\nexperiment = "rabi"\nparameter = "t1"', "line 3", "protects nothing"),
        ('[[rule]]\ndecision = "ask"\nverdict = "review"\nkind = "rollback"', "line 3", "protects nothing"),
        ('[[rule]]\ndecision = "deny"\nkind = "measure"\neffect = "writes"', "line 4", "nothing that writes"),
        ('[[rule]]\ndecision = "deny"\neffect = "reads"', "line 3", "nothing reads here"),
        (
            '[[rule]]\ndecision = "deny"\nmax_device_seconds = 30\nmin_device_seconds = 60',
            "line 4",
            "60 is more than max_device_seconds = 30",
        ),
        ("a = " + "[" * 100_000, "TOML", "recursion"),
        ("a = " + "9" * 5000, "TOML", "4300 digits"),
        ("[[rule]]\ndecision = 'auto'\nmax_change = 1" + "0" * 5000, "TOML", "digits"),
    ],
)
def test_nonsense_is_refused_with_its_line(tmp_path: Path, text: str, where: str, what: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(OperatorError) as caught:
        load_policy(path)
    assert where in caught.value.what
    assert what in caught.value.what
    assert "nothing runs" in caught.value.remedy
    assert path.read_text() == text


def test_a_policy_that_is_gone_allows_nothing_and_an_empty_one_asks_about_everything(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    with pytest.raises(OperatorError, match="is gone") as caught:
        load_policy(path)
    assert "reson policy --default" in caught.value.remedy
    assert not path.exists()
    path.write_text("")
    assert load_policy(path).rule == ()
    path.write_bytes(b"\xff\xfe half")
    with pytest.raises(OperatorError, match="no text"):
        load_policy(path)
    with pytest.raises(OperatorError):
        load_policy(tmp_path)


def test_the_policy_in_plain_words() -> None:
    lines = describe(DEFAULT)
    assert len(lines) == len(DEFAULT.rule) + 2
    assert lines[0].startswith("measure on the simulated chip: do by itself")
    assert any("min device seconds 30" in line and line.startswith("long measurements on IBM") for line in lines)
    assert any("results only" in line for line in lines)
    assert lines[-2] == "otherwise: ask a person"
