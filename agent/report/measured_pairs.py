"""Two-qubit gates as a run has measured them: each pair's error in a full layer, and what it leaves for the gate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from reson.agent.report.content import Qubit, Value
from reson.agent.report.published_content import ComparedCoupling, ComparedPair
from reson.components import Pair, parse
from reson.records import Quantity
from reson.tools.devices.published import Published, PublishedPair
from reson.tools.experiments.layer_fidelity import credited, gate_error, layer_fidelity


def measured_pairs(
    told: Published, members: Mapping[int, Qubit], layers: Mapping[str, Value]
) -> tuple[ComparedPair, ...]:
    """Every pair of which this run has measured a layer's error, one or both qubits being of the run; ``layers``: what
    the table has of pairs.
    """
    found = (_compare(pair, told, members, layers.get(Pair(*pair.qubits))) for pair in told.pairs)
    return tuple(one for one in found if one is not None)


def measured_couplings(told: Published, zz: Mapping[str, Value]) -> tuple[ComparedCoupling, ...]:
    """Every pair of which this run has measured the always-on ZZ; ``zz``: what the table has of pairs, Hz."""
    published: dict[str, float | None] = {Pair(*pair.qubits): pair.zz for pair in told.pairs}
    return tuple(_coupling(name, value, published.get(name)) for name, value in zz.items() if value.fresh)


def _coupling(name: str, value: Value, published: float | None) -> ComparedCoupling:
    first, second = parse(name).qubits()
    measured = Quantity(value=value.value, stderr=value.stderr, unit="Hz")
    return ComparedCoupling(
        qubits=(first, second), measured=measured, published=published, sigmas=_sigmas(measured, published)
    )


def _sigmas(measured: Quantity, published: float | None) -> float | None:
    return None if published is None or not measured.stderr else (measured.value - published) / measured.stderr


def _compare(
    pair: PublishedPair, told: Published, members: Mapping[int, Qubit], layer: Value | None
) -> ComparedPair | None:
    pulses = [_pulse_error(qubit, told, members) for qubit in pair.qubits]
    if layer is None or not layer.fresh or any(one is None for one in pulses):
        return None
    known = [one for one in pulses if one is not None]
    stderr = math.hypot(layer.stderr or 0.0, gate_error(0.0, math.hypot(*(one.stderr or 0.0 for one in known))))
    measured = Quantity(value=credited(layer.value, sum(one.value for one in known)), stderr=stderr)
    return ComparedPair(
        qubits=pair.qubits,
        gate=pair.gate,
        layer_error=Quantity(value=layer.value, stderr=layer.stderr),
        measured=measured,
        published=pair.error,
        sigmas=_sigmas(measured, pair.error),
    )


def _pulse_error(qubit: int, told: Published, members: Mapping[int, Qubit]) -> Quantity | None:
    """Error per pulse: of this run, or the published one of a qubit that does not belong to it."""
    value = members[qubit].values.get("error_per_gate") if qubit in members else None
    if value is not None and value.fresh:
        return Quantity(value=value.value, stderr=value.stderr)
    published = told.qubits[qubit].gate_error if qubit in told.qubits else None
    return None if published is None else Quantity(value=published)


def error_per_layered_gate(chain: Sequence[int], pairs: Iterable[ComparedPair]) -> float | None:
    """EPLG of a chain: 1 - (product of the pairs' process fidelities)^(1 / pairs); None where one was not measured."""
    errors = {frozenset(pair.qubits): pair.layer_error.value for pair in pairs}
    links = [frozenset(link) for link in pairwise(chain)]
    if not links or any(link not in errors for link in links):
        return None
    return 1 - layer_fidelity([errors[link] for link in links]) ** (1 / len(links))


def provider_chain(told: Published, pairs: Sequence[ComparedPair]) -> tuple[int, ...]:
    """The longest of the chains whose layer fidelity is published, of which every pair was measured; else empty."""
    whole = [chain for chain in told.layer_chains.values() if error_per_layered_gate(chain, pairs) is not None]
    return max(whole, key=len, default=())


def published_per_layered_gate(told: Published, length: int) -> float | None:
    """EPLG that the provider publishes for its best chain of ``length`` qubits."""
    fidelity = told.layer_fidelity.get(length)
    return None if fidelity is None or length < 2 else 1 - fidelity ** (1 / (length - 1))
