"""What one run may use where lab.toml does not say: more on a larger chip. What is written there holds as it stands."""

from __future__ import annotations

from typing import NamedTuple

from reson.agent.config import Budget

ENOUGH_FOR = 20
"""Qubits and pairs of a run for which the defaults of ``Budget`` are meant."""


class Growth(NamedTuple):
    more: float
    """For each qubit or pair beyond those."""
    why: str


GROWTH = {
    "experiments": Growth(100, "a cold qubit takes 15 to 30 measurements, one in trouble up to 60"),
    "shots": Growth(5_000_000, "each qubit's shots count, also those of one job"),
    "device_minutes": Growth(1.0, "a job serves many qubits; remedies of one do not"),
    "wall_minutes": Growth(2.0, "the device's time, fits and pictures"),
}


def grown(budget: Budget, components: int) -> Budget:
    """The budget of a run about so many qubits and pairs: as configured, and grown where nothing is."""
    beyond = max(0, components - ENOUGH_FOR)
    free = {name: growth for name, growth in GROWTH.items() if name not in budget.model_fields_set}
    known = {name: getattr(budget, name) for name in free}
    return budget.model_copy(
        update={name: type(known[name])(known[name] + beyond * growth.more) for name, growth in free.items()}
    )
