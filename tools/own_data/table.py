"""A file of numbers, whatever its format: named columns, all of which are arrays of numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from reson.errors import OperatorError

LARGEST = 64 * 2**20
"""Bytes of a file, and of what it holds once unpacked."""
MOST_ROWS = 200_000
"""Of a table: single shots of a readout are the longest that make sense."""
_HEADED = (re.compile(r"(.*?)\s*[\[(]([^\])]*)[\])]\s*"), re.compile(r"(.*)_(ns|us|µs|ms|s|Hz|kHz|MHz|GHz|mV|uV|µV|V)"))


@dataclass(frozen=True)
class Table:
    """Columns by name, of any shape; the first axis counts the rows. ``units`` where the file names them."""

    name: str
    """Of the file, for messages."""
    columns: Mapping[str, np.ndarray]
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def described(self) -> str:
        """The names, with the shape of what is no plain column."""
        return ", ".join(f"{name} {one.shape}" if one.ndim > 1 else name for name, one in self.columns.items())


def unit_of(heading: str) -> str:
    """The unit that a heading like "delay (us)", "delay [us]" or "delay_us" names; empty where it names none."""
    return _parted(heading)[1]


def name_of(heading: str) -> str:
    """A heading without the unit that it names."""
    return _parted(heading)[0]


def _parted(heading: str) -> tuple[str, str]:
    for pattern in _HEADED:
        if found := pattern.fullmatch(heading):
            return found[1].strip(), found[2].strip()
    return heading, ""


def refused(name: str, why: str, remedy: str) -> OperatorError:
    return OperatorError(f"{name} {why}", remedy)


def require_size(name: str, size: int, what: str = "holds") -> None:
    """Raises ``OperatorError`` for more than ``LARGEST`` bytes."""
    if size > LARGEST:
        remedy = "cut it to one measurement on one qubit"
        raise refused(name, f"{what} {size / 2**20:.0f} MB, and {LARGEST / 2**20:.0f} MB are the most", remedy)


def require_rows(name: str, rows: int) -> None:
    """Raises ``OperatorError`` for more than ``MOST_ROWS``."""
    if rows > MOST_ROWS:
        remedy = "average the shots of each point, or keep them as an array (points, shots) of an NPZ or HDF5 file"
        raise refused(name, f"has {rows:,} rows, and {MOST_ROWS:,} are the most", remedy)
