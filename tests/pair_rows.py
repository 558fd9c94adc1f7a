"""A value of a pair in the table of a lab: whatever looks at the lab must bear it."""

from __future__ import annotations

from pathlib import Path

from reson.agent.lab import EPOCH, device_name, open_lab
from reson.components import Pair
from reson.tools.store.parameters import seed_table

PAIR = Pair(0, 1)


def add_pair_row(directory: Path) -> None:
    """One recorded value of q0-q1, older than every run."""
    lab = open_lab(directory)
    values: dict[str, dict[str, float]] = {PAIR: {"error_per_gate": 2e-3}}
    seed_table(lab.store(), device_name(lab.config.device), values, EPOCH.timestamp(), "design", "a value of a pair")
