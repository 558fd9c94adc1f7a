"""What a person is told to look at first."""

from __future__ import annotations

import pytest

from reson.agent.health import Shortfall
from reson.agent.standing import State, state_of
from reson.agent.worse import Looked, got_worse

DAY = 86_400.0
NOW = 10 * DAY


def short(parameter: str = "t1", times: float = 20.0, since: float | None = NOW - 3600, **more) -> Shortfall:
    known = {"value": 4e-6, "stderr": 1e-7, "unit": "s", "goal": 15e-6, "usual": 90e-6, "measurement_id": "m"}
    return Shortfall(parameter=parameter, times=times, since=since, **known | more)


def looked(name: str, *below: Shortfall, state: State = "below", code: str = "") -> Looked:
    told = {"code": code, "text": f"{code} it is.", "remedy": "Look there.", "evidence": ["m1", "m2"]}
    return Looked(name, state, below, (told,) if code else ())


def test_what_is_lost_comes_first_then_by_harm_and_what_is_old_last():
    qubits = [
        looked("q0", short(times=3)),
        looked("q1", short(times=24)),
        looked("q2", short(times=100, since=NOW - 5 * DAY)),
        looked("q3", state="failed", code="no_drive_response"),
        looked("q4", state="failed", code="no_drive_response"),
        looked("q5", short(since=None, usual=None)),
        looked("q6", state="done"),
    ]
    found = got_worse(qubits, {"q3": NOW - 60, "q4": NOW - 60}, {"q3": DAY}, NOW)
    assert [one.component for one in found] == ["q3", "q1", "q0", "q2"], "q4 never worked, q5 never was better"
    assert (found[0].harm, found[0].measurement_id, found[0].since) == (None, "m2", NOW - 60)


@pytest.mark.parametrize(
    ("below", "code", "why"),
    [
        ((short(),), "hot_qubit", "hot_qubit it is."),
        ((short(),), "short_t1", "the cause is not known. Look there."),
        ((short(),), "", "the cause is not known."),
        ((short("error_per_gate"),), "", "at its coherence limit still"),
        ((short("error_per_gate"), short("over_limit", since=None)), "", "the cause is not known."),
    ],
)
def test_the_reason_is_no_second_telling_of_the_value(below, code, why):
    (found,) = got_worse([looked("q0", *below, code=code)], {}, {}, NOW)
    assert why in found.why


def test_one_line_for_each_qubit_that_begins_with_what_the_rest_follows_from():
    (found,) = got_worse([looked("q0", short("error_per_gate", 23, value=4e-3, unit=""), short("t1", 20))], {}, {}, NOW)
    assert found.what.startswith("T1 90 µs → 4.00(10) µs, 20 times worse than usual, below the goal of 15 µs")
    assert found.what.endswith("; also error per gate 23 times") and found.harm == 23


DONE = {"kind": "done", "component": "q0", "why": "at the limit"}


@pytest.mark.parametrize(
    ("word", "waits", "below", "state"),
    [
        (DONE, False, (), "done"),
        (DONE, False, (short(),), "below"),
        (DONE, True, (short(),), "waiting"),
        (DONE | {"kind": "give_up"}, False, (short(),), "failed"),
        (DONE | {"kind": "escalate"}, False, (), "open"),
        (None, False, (short(),), "open"),
    ],
)
def test_one_place_decides_the_state(word, waits, below, state):
    class Row:
        why = "a person looks"

    found, why = state_of(word, [Row()] if waits else [], below, "nothing closed it")  # type: ignore[list-item]
    assert found == state and why
    if state == "below":
        assert "T1" in why and "at the limit" in why
