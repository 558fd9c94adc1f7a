"""Whether lab.toml still speaks of the lab on record: an emptied, cut or exchanged file must not start a night.

A key that is gone from the file falls back to its default without a word: another chip, a larger budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reson.components import Qubit, qubits_of
from reson.errors import OperatorError
from reson.events import Started
from reson.tools.store.runs import OWN_DATA, devices_on_record, list_runs
from reson.tools.store.table import current
from reson.trajectory import whole_events

if TYPE_CHECKING:
    from reson.agent.config import LabConfig
    from reson.tools.store.store import Store

LIMITS = ("device", "budget", "night")
"""Sections whose defaults must not take over unnoticed."""


def require_device(store: Store, name: str) -> None:
    """Raises ``OperatorError`` where the record is of other devices only."""
    known = devices_on_record(store)
    if known and name not in known:
        raise OperatorError(
            f"this lab's record is of {', '.join(known)}, and its lab.toml describes {name}",
            "put lab.toml (and the chip file it names) back, or choose another directory with --lab for another device",
        )


def require_qubits(store: Store, name: str, qubits: Iterable[int]) -> None:
    """Raises ``OperatorError`` where the parameter table has qubits that the device lacks."""
    known = {Qubit(qubit) for qubit in qubits}
    lacking = [one for one in qubits_of(current(store, name)) if one not in known]
    if lacking:
        raise OperatorError(
            f"the parameter table has {', '.join(lacking)} of {name}, which the device of lab.toml lacks",
            "put `qubits` in lab.toml back, or choose another directory with --lab for another chip",
        )


def require_limits(store: Store, runs: Path, config: LabConfig) -> None:
    """Raises ``OperatorError`` where the last run had a limit of its own that lab.toml no longer mentions."""
    before = _last_settings(store, runs)
    lost = [
        f"{section}.{key} (it was {value!r} in the last run)"
        for section in LIMITS
        for key, value in _no_longer(getattr(config, section), before.get(section))
    ]
    if lost:
        raise OperatorError(
            f"lab.toml no longer says {', '.join(lost)}", "put it back, or write out the value that holds from now on"
        )


def _no_longer(section: Any, before: Any) -> Iterator[tuple[str, Any]]:
    now = section.to_json()
    for key, value in (before if isinstance(before, dict) else {}).items():
        if key in now and key not in section.model_fields_set and now[key] != value:
            yield key, value


def _last_settings(store: Store, runs: Path) -> dict[str, Any]:
    """The configuration that the last run wrote into its trajectory; nothing where that cannot be read."""
    for run in (one for one in list_runs(store, limit=1_000_000) if one.device != OWN_DATA):
        try:
            first = next(whole_events(_first_line(runs / run.id / "trajectory.jsonl")), None)
        except OSError:
            return {}
        return first.config if isinstance(first, Started) else {}
    return {}


def _first_line(path: Path) -> bytes:
    """Nothing where no file is in its place: a pipe would be waited for without end."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.readline()
