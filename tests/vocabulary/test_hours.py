"""Hours are those of a place's clock, also over a change to summer time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from reson.agent.config import LabConfig
from reson.hours import next_time, shown

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
        (f"{NOVEMBER}T08:20", "01:15", "America/Los_Angeles", f"{NOVEMBER}T09:15"),  # which comes twice
        (f"{NOVEMBER}T09:05", "01:15", "America/Los_Angeles", f"{NOVEMBER}T09:15"),
        (f"{NOVEMBER}T09:20", "01:15", "America/Los_Angeles", "2026-11-02T09:15"),
        (f"{MARCH}T09:00", "02:30", "America/Los_Angeles", f"{MARCH}T10:30"),  # which does not come at all
        ("2026-06-01T20:00", "22:00", "Asia/Kolkata", "2026-06-02T16:30"),
    ],
)
def test_the_next_time_at_which_a_clock_shows_an_hour(now: str, hour: str, zone: str, then: str) -> None:
    assert next_time(_utc(now), hour, zone) == _utc(then)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"])
@pytest.mark.parametrize("day", [MARCH, NOVEMBER, "2026-03-29", "2026-10-25", "2026-04-05", "2026-10-04"])
@pytest.mark.parametrize("hour", ["00:30", "01:15", "01:45", "02:10", "02:30", "06:00", "22:00"])
def test_it_is_never_past_and_shows_that_hour(zone: str, day: str, hour: str) -> None:
    begins = _utc(f"{day}T00:00") - timedelta(days=1)
    for now in (begins + timedelta(minutes=11 * step) for step in range(3 * 24 * 60 // 11)):
        then = next_time(now, hour, zone)
        assert timedelta() <= then - now <= timedelta(hours=25)
        left_out = timedelta() < shown(then, zone).replace(tzinfo=None) - _on(then, zone, hour) <= timedelta(hours=1)
        assert shown(then, zone).strftime("%H:%M") == hour or left_out


def _on(moment: datetime, zone: str, hour: str) -> datetime:
    """That hour on the same day, by a clock without a zone."""
    return datetime.fromisoformat(f"{shown(moment, zone):%Y-%m-%d}T{hour}")


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
