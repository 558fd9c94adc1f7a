"""Hours of a day on the clock of a place: when a night begins and ends, and when a rule of the policy holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"
"""Regular expression of a time of day, HH:MM."""


def shown(moment: datetime, zone: str) -> datetime:
    """The moment on the clock of a place; ``zone``: an IANA name, empty for this machine's own."""
    return moment.astimezone(ZoneInfo(zone) if zone else None)


def next_time(now: datetime, hour: str, zone: str) -> datetime:
    """The next moment from ``now`` on, in UTC, at which that clock shows ``hour`` (HH:MM), also over a change to summer
    time: an hour that it shows twice comes twice, and one that it leaves out comes an hour later.
    """
    hours, minutes = (int(part) for part in hour.split(":"))
    today = shown(now, zone).replace(tzinfo=None, hour=hours, minute=minutes, second=0, microsecond=0)
    found = []
    for then in (today, today + timedelta(days=1)):
        first, second = (_moment(then.replace(fold=fold), zone) for fold in (0, 1))
        found += [first, max(first, second)]
    return min(moment for moment in found if moment >= now)


def _moment(local: datetime, zone: str) -> datetime:
    return (local.replace(tzinfo=ZoneInfo(zone)) if zone else local).astimezone(UTC)


def clock_of(zone: str) -> str:
    """The clock in words."""
    return zone or "local time of this machine"
