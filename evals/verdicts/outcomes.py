"""What one measurement of the verdict study came to."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from reson.records import Verdict


@dataclass(frozen=True)
class Value:
    """One parameter that a measurement would write, beside the truth."""

    found: float
    stderr: float | None
    truth: float
    wrong: bool
    """Outside 5 combined standard deviations and outside what the next step bears."""
    right: bool = True
    """Within both."""
    outside: bool = False
    """Outside what the next step bears, whatever its error says."""
    limit: bool = False
    """Whether it would be written as an upper limit. Then it is off only where the truth lies above it."""
    unsure: float = 0.0
    """Standard error of the truth itself: how far it moved meanwhile, and what finding it by sampling leaves open."""

    @property
    def pull(self) -> float | None:
        return (self.found - self.truth) / math.hypot(self.stderr, self.unsure) if self.stderr else None

    @property
    def sigmas(self) -> float:
        """Distance from the truth in combined standard deviations; infinite where neither has an error."""
        distance, error = abs(self.found - self.truth), math.hypot(self.stderr or 0.0, self.unsure)
        return distance / error if error else (math.inf if distance else 0.0)


@dataclass(frozen=True)
class Outcome:
    """One measurement of the study."""

    experiment: str
    number: int
    seed: int
    condition: str
    adequate: bool
    verdict: Verdict
    """With the reading's doubt, as a campaign applies it."""
    by_numbers: Verdict
    status: str
    reasons: tuple[str, ...]
    values: dict[str, Value] = field(default_factory=dict)

    @property
    def wrong(self) -> bool:
        return any(value.wrong for value in self.values.values())

    @property
    def good(self) -> bool:
        return self.adequate and bool(self.values) and not self.wrong
