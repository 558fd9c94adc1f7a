"""Hours of a day on the clock of a place: when a night begins and ends, and when a rule of the policy holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"
"""Regular expression of a time of day, HH:MM."""


def shown(moment: datetime, zone: str) -> datetime:
    """The moment on the clock of a place; ``zone``: an IANA name, empty for this machine's own."""
    return moment.astimezone(ZoneInfo(zone) if zone else None)


def next_time(now: datetime, hour: str, zone: str) -> datetime:
    """The next moment from ``now`` on at which that clock shows ``hour`` (HH:MM), also over a change to summer time."""
    hours, minutes = (int(part) for part in hour.split(":"))
    today = shown(now, zone).replace(tzinfo=None)
    then = today.replace(hour=hours, minute=minutes, second=0, microsecond=0)
    then += timedelta(days=0 if then >= today else 1)
    return then.replace(tzinfo=ZoneInfo(zone)) if zone else then.astimezone()


def clock_of(zone: str) -> str:
    """The clock in words."""
    return zone or "local time of this machine"
