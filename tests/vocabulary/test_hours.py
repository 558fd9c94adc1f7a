"""Hours are those of a place's clock, also over a change to summer time."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from reson.agent.config import LabConfig
from reson.hours import next_time

MARCH, NOVEMBER = "2026-03-08", "2026-11-01"
"""Days on which Los Angeles changes its clock."""


@pytest.mark.parametrize(
    ("now", "hour", "zone", "then"),
    [
        ("2026-01-16T06:00", "06:00", "America/Los_Angeles", "2026-01-16T14:00"),  # 22:00 there: eight hours
        ("2026-01-16T06:00", "06:00", "UTC", "2026-01-16T06:00"),
        ("2026-01-16T06:01", "06:00", "UTC", "2026-01-17T06:00"),
        (f"{MARCH}T06:00", "06:00", "America/Los_Angeles", f"{MARCH}T13:00"),  # a night of seven hours
        (f"{NOVEMBER}T05:00", "06:00", "America/Los_Angeles", f"{NOVEMBER}T14:00"),  # and one of nine
        ("2026-06-01T20:00", "22:00", "Asia/Kolkata", "2026-06-02T16:30"),
    ],
)
def test_the_next_time_at_which_a_clock_shows_an_hour(now: str, hour: str, zone: str, then: str) -> None:
    assert next_time(_utc(now), hour, zone) == _utc(then)


def test_without_a_name_the_clock_is_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        assert next_time(_utc(f"{MARCH}T06:00"), "06:00", "") == _utc(f"{MARCH}T13:00")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_which_clock_a_lab_goes_by() -> None:
    assert LabConfig().zone == "UTC"
    assert LabConfig.model_validate({"device": {"kind": "fake", "name": "torino"}}).zone == ""
    assert LabConfig.model_validate({"night": {"time_zone": "Europe/Berlin"}}).zone == "Europe/Berlin"
    with pytest.raises(ValueError, match="a time zone is written like Europe/Berlin"):
        LabConfig.model_validate({"night": {"time_zone": "Mars/Olympus"}})


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
