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


class BesidePublished(Record):
    """What this run has measured of a pair, beside the published value, which comes without an error."""

    qubits: tuple[int, int]
    measured: Quantity
    published: Finite | None
    sigmas: Finite | None

    @property
    def agrees(self) -> bool:
        return self.sigmas is None or abs(self.sigmas) <= WITHIN


class ComparedPair(BesidePublished):
    """A two-qubit gate: ``measured`` is its average error, the layer's without that of the pulses of the Cliffords."""

    gate: str
    layer_error: Quantity
    """Average error of a layer: a Clifford on each of both, and the gate, while all pairs of the layer are played."""

    @property
    def times_worse(self) -> float:
        """How many times worse than published; 1 where nothing is."""
        return self.measured.value / self.published if self.published else 1.0


class ComparedCoupling(BesidePublished):
    """The always-on ZZ of a pair, Hz."""


class PublishedThen(Record):
    """What was published when a run was made: medians over the qubits of the present run and the pairs among them."""

    run_id: str
    ended: Finite | None
    """End of the run on the device's clock, seconds since the Unix epoch."""
    calibrated: Finite | None
    """When the provider had last changed its numbers."""
    t1: Finite | None
    t2: Finite | None
    gate_error: Finite | None
    readout_error: Finite | None
    pair_error: Finite | None


class Chain(Record):
    """Coupled qubits in a row, and how often a circuit on them succeeds: two SX on each qubit, one two-qubit gate on
    each pair, every qubit read, each waiting while the gates of the others are played."""

    qubits: tuple[int, ...]
    success: Finite
    """By measured errors; of pairs that were not measured by published ones."""
    success_published: Finite
    """By published errors alone."""
    eplg: Finite | None = None
    """Error per layered gate by what was measured; None where a pair of the chain was not."""


class Layout(Record):
    measured: Chain
    """Chosen by what was measured."""
    published: Chain
    """Of the same length, chosen by published errors."""
    coupling_map: tuple[tuple[int, int], ...]
    """Pairs of measured qubits without those that are bad or whose gate is broken; both directions."""
    left_out: tuple[str, ...]
    """Bad qubits and pairs, in words."""
    pairs_measured: int = 0
    """Of the pairs of the recommended chain: how many were measured in this run."""
    eplg_published: Finite | None = None
    """That the provider publishes for its best chain of as many qubits, wherever it lies on the device."""
    provider_chain: tuple[int, ...] = ()
    """The longest chain of the provider's own layer fidelities of which this run has measured every pair."""
    provider_measured: Finite | None = None
    """EPLG of that chain, as measured here."""
    provider_published: Finite | None = None
    """EPLG of that chain, as published."""


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
    pairs: tuple[ComparedPair, ...] = ()
    couplings: tuple[ComparedCoupling, ...] = ()
    history: tuple[PublishedThen, ...] = ()
    """Of the newest runs, this one last."""
    layout: Layout | None

    @property
    def unchanged(self) -> bool:
        """Whether the provider has told the same date of calibration in the run before."""
        dates = [one.calibrated for one in self.history[-2:]]
        return len(dates) == 2 and dates[0] is not None and dates[0] == dates[1]

    def of(self, component: str, parameter: str) -> Compared | None:
        found = (one for one in self.compared if (one.component, one.parameter) == (component, parameter))
        return next(found, None)
