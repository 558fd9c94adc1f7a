"""What was measured, before it is drawn: panels of points, maps and clouds, with the label of what was simulated."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

Label = dict[str, float]
"""Status -> weight; more than one where a picture is open to both."""


@dataclass
class Trace:
    x: np.ndarray
    y: np.ndarray
    err: np.ndarray | None = None
    fit: tuple[np.ndarray, np.ndarray] | None = None
    """The drawn curve: (x, y)."""
    joined: bool | None = None
    """Points joined by a line; None: as the style has it."""

    def along(self, part: float) -> float:
        """The place on the horizontal axis at this part (0 to 1) of the sweep."""
        return float(self.x[0] + part * (self.x[-1] - self.x[0]))


@dataclass
class Cloud:
    x: np.ndarray
    y: np.ndarray


@dataclass
class Panel:
    traces: list[Trace] = field(default_factory=list)
    grid: np.ndarray | None = None
    """A map: (rows, columns), row 0 at the bottom."""
    over: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    """Curves over a map, or points (``dots``)."""
    dots: bool = False
    clouds: list[Cloud] = field(default_factory=list)
    circles: list[tuple[float, float, float]] = field(default_factory=list)
    """x, y, radius over clouds."""
    marks: list[float] = field(default_factory=list)
    """Places on the horizontal axis that a vertical line marks."""
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    x_log: bool = False
    y_log: bool = False
    words: tuple[str, str] = ("", "")
    bars: tuple[np.ndarray, np.ndarray] | None = None
    """A histogram: edges, heights; (series, heights) where several lie over each other."""


@dataclass
class Sheet:
    family: str
    label: Label
    panels: list[Panel]
    drawn: bool
    """Whether a fitted curve is on it."""

    @property
    def status(self) -> str:
        return max(self.label, key=lambda status: self.label[status])
