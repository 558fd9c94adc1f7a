"""What a benchmark is given, and how its figures are written down."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

Figure = tuple[str, float, str]
"""(what, value, unit)."""


@dataclass(frozen=True)
class Asked:
    """What a person chose; each benchmark takes of it what concerns it, and its own default where that is empty."""

    qubits: tuple[int, ...] = ()
    """Sizes of the chip."""
    nights: int | None = None
    """Of a synthetic record."""
    year: Path | None = None
    """A lab with such a record, in place of one that is made."""
    keep: Path | None = None
    """Where labs are made that are to stay."""
    copies: tuple[str, ...] = ()
    """Of devices."""

    @contextmanager
    def place(self) -> Iterator[Path]:
        """A directory for labs."""
        if self.keep is not None:
            self.keep.mkdir(parents=True, exist_ok=True)
            yield self.keep
        else:
            with tempfile.TemporaryDirectory() as place:
                yield Path(place)


Bench = Callable[[Asked], Iterable[str]]
"""Its lines, as they come."""


def figures(found: Iterable[Figure]) -> Iterator[str]:
    return (f"{what:<72} {value:>12.4g} {unit}" for what, value, unit in found)


def row(cells: Sequence[str], *, label: str | None = None) -> str:
    """A line of a table: cells of one width, after a label where there is one."""
    return ("" if label is None else f"{label:22}") + "".join(f"{cell:>11}" for cell in cells)


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Wall time of some work, the median of several times."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)
