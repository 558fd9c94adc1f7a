"""What a report says of a device whose provider publishes its properties, as data."""

from __future__ import annotations

from reson.records import Finite, Quantity, Record

WITHIN = 3.0
"""Standard deviations of the measurement within which it agrees with the published value."""


class Compared(Record):
    """One value of one qubit, measured in this run, beside the published one."""

    component: str
    parameter: str
    measured: Quantity
    published: Finite
    sigmas: Finite | None
    """(measured - published) over the standard deviation of the measurement; published values come without one."""
    times_worse: Finite
    """How many times worse than published; below 1 where it is better. Of a fidelity its shortfall counts."""

    @property
    def agrees(self) -> bool:
        return self.sigmas is not None and abs(self.sigmas) <= WITHIN


class Agreement(Record):
    parameter: str
    within: int
    """Of the qubits that have both values: how many agree within three standard deviations."""
    compared: int


class Chain(Record):
    """Coupled qubits in a row, and how often a short circuit on them succeeds: two SX on each qubit, one two-qubit
    gate on each pair, every qubit read."""

    qubits: tuple[int, ...]
    success: Finite
    """By measured errors of qubits and published errors of pairs."""
    success_published: Finite
    """By published errors alone."""


class Layout(Record):
    measured: Chain
    """Chosen by what was measured."""
    published: Chain
    """Of the same length, chosen by published errors."""
    coupling_map: tuple[tuple[int, int], ...]
    """Pairs of measured qubits without those that are bad or whose gate is broken; both directions."""
    left_out: tuple[str, ...]
    """Bad qubits and pairs, in words."""


class AgainstPublished(Record):
    device: str
    calibrated: Finite | None
    """When the provider last changed its numbers, seconds since the Unix epoch."""
    agreement: tuple[Agreement, ...]
    compared: tuple[Compared, ...]
    changed: tuple[str, ...]
    """What is significantly and by far worse than published, in words."""
    republished: tuple[str, ...]
    """What the provider changed since the run before, in words."""
    layout: Layout | None

    def of(self, component: str, parameter: str) -> Compared | None:
        found = (one for one in self.compared if (one.component, one.parameter) == (component, parameter))
        return next(found, None)
