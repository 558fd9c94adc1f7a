"""Names in a policy's rules against those there are: a rule that can never match protects nothing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import translate
from itertools import combinations

from reson.components import Coupler, Pair, Qubit
from reson.tools.devices.order import KINDS
from reson.tools.quantities import PARAMETERS

MOST_QUBITS = 433
"""As many as ``lab.toml`` allows a chip to have."""


def misspelt(patterns: Mapping[str, str | None]) -> tuple[str, str] | None:
    """The first field whose pattern fits no name there is, and a sentence that says so; None where all do.

    ``patterns``: field of a rule -> its pattern, or None where the rule does not have it.
    """
    for field, (what, names) in _KNOWN.items():
        pattern = patterns.get(field)
        if pattern is None or _fits_any(pattern, names()):
            continue
        near = difflib.get_close_matches(pattern.strip().lower(), list(_suggestions(field)), n=2, cutoff=0.5)
        return field, f"{pattern!r} fits no {what}" + (f"; did you mean {' or '.join(near)}?" if near else "")
    return None


def foreign(patterns: Iterable[str], qubits: Sequence[int]) -> list[str]:
    """Patterns of components that fit none of a device with these qubits."""
    return [pattern for pattern in patterns if not _fits_any(pattern, _components(qubits))]


def _fits_any(pattern: str, names: Iterable[str]) -> bool:
    fits = re.compile(translate(pattern)).match
    return any(fits(name) for name in names)


def _experiments() -> Iterable[str]:
    from reson.tools.experiments.catalogue import EXPERIMENTS

    return EXPERIMENTS


def _components(qubits: Sequence[int] = range(MOST_QUBITS)) -> Iterator[str]:
    """Qubits, then pairs and couplers of any two."""
    yield from map(Qubit, qubits)
    for pair in combinations(qubits, 2):
        yield Pair(*pair)
        yield Coupler(*pair)


def _suggestions(field: str) -> Iterable[str]:
    return map(Qubit, range(MOST_QUBITS)) if field == "component" else _KNOWN[field][1]()


_KNOWN: dict[str, tuple[str, Callable[[], Iterable[str]]]] = {
    "parameter": ("parameter", lambda: PARAMETERS),
    "experiment": ("experiment of the catalogue", _experiments),
    "component": ("component, which are named like q3", _components),
    "device_kind": ("kind of device", lambda: KINDS),
}
