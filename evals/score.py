"""What a scorer says of a run."""

from __future__ import annotations

from reson.records import Finite, Record


class Score(Record):
    value: Finite | None = None
    """None: nothing to score here."""
    passed: bool | None = None
    """None: a figure to compare, not to pass."""
    detail: str = ""
