"""What a question names plainly becomes a filter: components, runs, dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from reson.components import Pair, Qubit

_QUBIT = re.compile(r"(?<![\w-])q(?:ubits?)?\s*(\d{1,4})(?![\w-])", re.IGNORECASE)
_PAIR = re.compile(r"(?<!\w)q(\d{1,4})-q(\d{1,4})(?!\w)", re.IGNORECASE)
_RUN = re.compile(r"\b(?:night|calibrate|run)-\d+\b")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october")
_MONTHS += ("november", "december")
_NAMED = "|".join(f"{one[:3]}(?:{one[3:]})?" for one in _MONTHS)
_DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DAY = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_NAMED})|({_NAMED})\s+(\d{{1,2}})(?:st|nd|rd|th)?)\b(?:,?\s+(\d{{4}}))?"
)
_MONTH = re.compile(rf"\b(?:in|since|of|during|last)\s+({_NAMED})\b(?:\s+(\d{{4}}))?")

_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "$in": lambda value, wanted: value in wanted,
    "$gte": lambda value, wanted: value >= wanted,
    "$lt": lambda value, wanted: value < wanted,
}

Where = list[dict[str, Any]]
"""Conditions on a document's metadata, all of which must hold."""


def stated(question: str, now: float) -> Where:
    """Conditions for what the question states: components, runs, a month or a day (of UTC).

    ``now``: seconds since the Unix epoch on the device's clock; a date without a year is the last one before it.
    """
    low = question.lower()
    found: Where = []
    pairs = [str(Pair(*sorted(map(int, pair)))) for pair in _PAIR.findall(low)]
    names = dict.fromkeys([str(Qubit(int(number))) for number in _QUBIT.findall(low)] + pairs)
    if names:
        found.append({"component": {"$in": list(names)}})
    if runs := list(dict.fromkeys(_RUN.findall(low))):
        found.append({"run_id": {"$in": runs}})
    if span := _span(low, datetime.fromtimestamp(now, UTC)):
        first, end = span
        found += [{"device_time": {"$gte": first.timestamp()}}, {"device_time": {"$lt": end.timestamp()}}]
    return found


def keeps(where: Where, metadata: Mapping[str, Any]) -> bool:
    """Whether a document's metadata fulfil such conditions."""
    told = ((metadata.get(name), *how.items()) for condition in where for name, how in condition.items())
    return all(_HOLDS[word](value, wanted) for value, (word, wanted) in told)


def _span(low: str, now: datetime) -> tuple[datetime, datetime] | None:
    """From when until when, where the question says so and there is such a day."""
    try:
        if date := _DATE.search(low):
            first = datetime(int(date[1]), int(date[2]), int(date[3]), tzinfo=UTC)
            return first, first + timedelta(days=1)
        if day := _DAY.search(low):
            first = _last(_month(day[2] or day[3]), int(day[1] or day[4]), day[5], now)
            return first, first + timedelta(days=1)
        if month := _MONTH.search(low):
            first = _last(_month(month[1]), 1, month[2], now)
            return first, (first + timedelta(days=32)).replace(day=1)
    except ValueError:  # 31 June
        return None
    return None


def _month(word: str) -> int:
    return next(number for number, name in enumerate(_MONTHS, start=1) if name.startswith(word[:3]))


def _last(month: int, day: int, year: str | None, now: datetime) -> datetime:
    if year:
        return datetime(int(year), month, day, tzinfo=UTC)
    first = datetime(now.year, month, day, tzinfo=UTC)
    return first if first <= now else first.replace(year=now.year - 1)
