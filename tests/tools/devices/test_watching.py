"""Readings of many days: what jumped, what was off once, what alarms, and what only scatters."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from reson.tools.devices.published import Published, PublishedPair, PublishedQubit, _moment
from reson.tools.devices.watching import Seen, findings, series

DAY = 86_400.0
T1 = 1e-4


def reading(day: int, t1: float = T1, readout: float = 0.02, error: float = 6e-3, works: bool = True) -> Seen:
    qubit = PublishedQubit(
        t1=t1,
        t2=8e-5,
        readout_error=readout,
        gate_error=3e-4 if works else 1.0,
        gate_length=32e-9,
        readout_length=1e-6,
    )
    pair = PublishedPair(qubits=(1, 0), gate="cz", error=error, length=68e-9)
    told = Published(device="d", calibrated=day * DAY, qubits={0: qubit}, pairs=(pair,))
    return Seen(moment=day * DAY + 3600, told=told)


def days(values: list[float], name: str = "t1") -> list[Seen]:
    scatter = [0.98, 1.01, 1.0, 1.02, 0.99, 1.03, 0.97]
    made = {"t1": lambda day, value: reading(day, t1=value), "readout": lambda day, value: reading(day, readout=value)}
    one = made.get(name, lambda day, value: reading(day, error=value))
    return [one(day, value * scatter[day % 7]) for day, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "kind", "alarm"),
    [
        ([T1] * 8, "", False),
        ([T1] * 6 + [0.25 * T1], "sudden", True),
        ([T1] * 6 + [0.53 * T1], "sudden", False),  # far, but not by a factor of two
        ([T1] * 6 + [0.25 * T1] * 3, "jump", True),
        ([T1] * 6 + [0.25 * T1, T1, T1], "outlier", False),
        ([T1] * 6 + [3 * T1] * 3, "jump", False),  # for the better
        ([T1] * 3 + [0.25 * T1], "", False),  # too few before it
        ([T1] * 6 + [0.75 * T1] * 3, "", False),  # transmons wander by that much
    ],
)
def test_a_series_is_judged(values: list[float], kind: str, alarm: bool) -> None:
    found = findings(days(values))
    assert [one.kind for one in found] == ([kind] if kind else [])
    if found:
        (one,) = found
        assert (one.component, one.quantity, one.alarm) == ("q0", "t1", alarm)
        assert one.moment == values.index(next(value for value in values if value != T1)) * DAY
        assert one.before == pytest.approx(T1, rel=0.03)


def test_a_jump_that_went_back_alarms_no_more() -> None:
    found = findings(days([T1] * 6 + [0.25 * T1] * 5 + [T1] * 5))
    assert [one.kind for one in found] == ["jump", "jump"]
    assert not any(one.alarm for one in found)


@pytest.mark.parametrize(("name", "usual", "bad"), [("readout", 0.02, 0.08), ("error", 6e-3, 3e-2)])
def test_errors_alarm_where_they_grow(name: str, usual: float, bad: float) -> None:
    (worse,) = findings(days([usual] * 6 + [bad] * 2, name))
    assert worse.kind == "jump" and worse.alarm
    (better,) = findings(days([bad] * 6 + [usual] * 2, name))
    assert better.kind == "jump" and not better.alarm


def test_what_goes_out_of_service_alarms_until_it_works_again() -> None:
    history = [reading(day, works=day < 3) for day in range(5)]
    (found,) = findings(history)
    assert (found.kind, found.component, found.moment, found.alarm) == ("broken", "q0", 3 * DAY, True)
    assert not findings([*history, reading(6)])[0].alarm
    gone = history[0].told.model_copy(update={"pairs": (), "calibrated": 1 * DAY})
    (pair,) = findings([history[0], Seen(moment=2 * DAY, told=gone)])
    assert (pair.component, pair.kind) == ("q0-q1", "broken")


def test_a_repeated_value_is_no_new_reading() -> None:
    same = [reading(day) for day in range(10)]
    assert len(series(same)["q0", "t1"]) == 1
    assert not findings([*same, reading(11, t1=0.1 * T1)])  # one value that was repeated has no spread


def test_what_wanders_as_transmons_do_raises_few_alarms() -> None:
    """T1 with 20 % of scatter, 30 days, 100 qubits: at most two findings in three days for the whole device."""
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(100):
        found += len(findings([reading(day, t1=float(T1 * rng.lognormal(0, 0.2))) for day in range(30)]))
    assert found < 20


def test_a_value_that_is_not_published_any_more_is_told_until_it_is_back() -> None:
    history = [reading(day) for day in range(3)]
    qubit = history[0].told.qubits[0].model_copy(update={"t1": None})
    told = history[0].told.model_copy(update={"qubits": {0: qubit}, "calibrated": 3 * DAY})
    gone = [*history, Seen(moment=3.5 * DAY, told=told)]
    (found,) = findings([*gone, Seen(moment=4.5 * DAY, told=told.model_copy(update={"calibrated": 4 * DAY}))])
    assert (found.kind, found.component, found.quantity) == ("withheld", "q0", "t1")
    assert (found.moment, found.alarm) == (3 * DAY, False)
    assert not findings([*gone, reading(5)])
    assert not findings([])


def test_a_date_to_come_is_not_believed() -> None:
    early = reading(3)
    late = early.model_copy(update={"told": early.told.model_copy(update={"calibrated": 300 * DAY})})
    assert late.dated == late.moment
    assert reading(4).is_news_after(late)


def test_an_answer_from_before_the_last_is_no_news() -> None:
    first, last = reading(3, t1=0.9e-4), reading(4, t1=1.1e-4)
    assert last.is_news_after(first) and not first.is_news_after(last) and not last.is_news_after(last)
    undated = first.model_copy(update={"told": first.told.model_copy(update={"calibrated": None})})
    assert undated.is_news_after(last) and last.is_news_after(undated)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("2026-03-01T12:00:00+00:00", 1772366400.0),
        ("2026-03-01T12:00:00", 1772366400.0),
        ("2026-03-01T07:00:00-05:00", 1772366400.0),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_without_a_time_zone_is_utc(told: str | None, seconds: float | None, monkeypatch: Any) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert _moment(told) == seconds
    finally:
        monkeypatch.undo()
        time.tzset()
