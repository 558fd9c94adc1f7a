"""Measured against published: what the provider says of its device, what was found, and which qubits to use."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from reson import components
from reson.agent.report.content import Qubit, Value
from reson.agent.report.measured_pairs import (
    error_per_layered_gate,
    measured_couplings,
    measured_pairs,
    provider_chain,
    published_per_layered_gate,
)
from reson.agent.report.published_content import AgainstPublished, Agreement, Chain, Compared, ComparedPair, Layout
from reson.agent.report.published_history import RUNS, republished, then
from reson.errors import OperatorError
from reson.events import Event, ProviderTold
from reson.records import Json, Quantity
from reson.tools.devices.layout import Costs, best_chain, cost, published_costs, usual_wait, waiting
from reson.tools.devices.published import Published, PublishedPair
from reson.tools.store.store import Store
from reson.wording import quantity

EVENT = "published"
BLOB = ".json"
COMPARED = ("t1", "t2_echo", "assignment_fidelity", "error_per_gate")
WORSE = 2.0
"""Factor by which a qubit must be worse than published before it counts as changed, beside being significant."""
BAD_READOUT = 0.25
LONGEST_CHAIN = 20


def keep(store: Store, told: Published) -> Json:
    """Store what is published; the body of the event that names it."""
    sha = store.blobs.put(told.model_dump_json().encode(), BLOB)
    return {"blob": sha, "calibrated": told.calibrated}


def published_in(store: Store, trajectory: Sequence[Event]) -> Published | None:
    """What was published when a run started, by its trajectory; None where nothing was, or its blob is lost."""
    event = next((event for event in trajectory if isinstance(event, ProviderTold)), None)
    if event is None:
        return None
    try:
        return Published.model_validate_json(store.blobs.get(event.blob, BLOB))
    except OperatorError:
        return None  # a lost blob costs the comparison, not the report


def against_published(
    run: tuple[str, float | None],
    told: Published,
    qubits: Sequence[Qubit],
    layers: Mapping[str, Value],
    before: Sequence[tuple[str, float | None, Published]] = (),
    zz: Mapping[str, Value] | None = None,
) -> AgainstPublished:
    """``run``: its name and end; ``layers``: error of a pair's layer; ``before``: name, end and published properties of
    runs before, the newest first; ``zz``: always-on ZZ of a pair, Hz.
    """
    members = {
        name.number: qubit
        for qubit in qubits
        if isinstance(name := components.parse(qubit.component), components.Qubit)
    }
    compared = tuple(found for qubit in qubits for found in _compare(qubit, told))
    pairs = measured_pairs(told, members, layers)
    earlier = reversed(before[:RUNS])
    return AgainstPublished(
        device=told.device,
        calibrated=told.calibrated,
        agreement=tuple(_agreements(compared)),
        compared=compared,
        changed=(
            *(_words(one) for one in compared if one.times_worse >= WORSE and not one.agrees),
            *(_pair_words(one) for one in pairs if one.times_worse >= WORSE and not one.agrees),
        ),
        republished=republished(before[0][2], told, sorted(members)) if before else (),
        layout=_layout(told, members, pairs),
        pairs=pairs,
        couplings=measured_couplings(told, zz or {}),
        history=(*(then(*one, members) for one in earlier), then(*run, told, members)) if before else (),
    )


def _compare(qubit: Qubit, told: Published) -> Iterable[Compared]:
    of = components.parse(qubit.component)
    if not isinstance(of, components.Qubit) or (index := of.number) not in told.qubits:
        return
    published = told.first_values([index]).get(qubit.component, {})
    for name in COMPARED:
        value = qubit.values.get(name)
        if value is None or not value.fresh or name not in published:
            continue
        measured = Quantity(value=value.value, stderr=value.stderr, unit=value.unit)
        yield Compared(
            component=qubit.component,
            parameter=name,
            measured=measured,
            published=published[name],
            sigmas=(value.value - published[name]) / value.stderr if value.stderr else None,
            times_worse=_times_worse(name, value.value, published[name]),
        )


def _times_worse(name: str, measured: float, published: float) -> float:
    if name == "assignment_fidelity":
        return max(1 - measured, 1e-9) / max(1 - published, 1e-9)
    if name == "error_per_gate":
        return measured / published
    return published / measured if measured > 0 else math.inf


def _agreements(compared: Sequence[Compared]) -> Iterable[Agreement]:
    for name in COMPARED:
        of_name = [one for one in compared if one.parameter == name]
        if of_name:
            yield Agreement(parameter=name, within=sum(one.agrees for one in of_name), compared=len(of_name))


def _words(one: Compared) -> str:
    measured = quantity(one.measured.value, one.measured.stderr, one.measured.unit)
    published = quantity(float(f"{one.published:.4g}"), None, one.measured.unit)
    return f"{one.component}: {one.parameter} is {measured}, published {published}: {one.times_worse:.1f} times worse"


def _pair_words(one: ComparedPair) -> str:
    measured = quantity(one.measured.value, one.measured.stderr)
    published = quantity(float(f"{one.published or 0.0:.4g}"))
    return f"{_pair_name(one)}: error is {measured}, published {published}: {one.times_worse:.1f} times worse"


def _pair_name(pair: ComparedPair | PublishedPair) -> str:
    return f"{pair.gate} of q{pair.qubits[0]} and q{pair.qubits[1]}"


def _layout(told: Published, members: Mapping[int, Qubit], pairs: Sequence[ComparedPair]) -> Layout | None:
    """The recommendation, from the qubits of this run; None where fewer than two of them are coupled."""
    bad = {index: why for index, qubit in members.items() if (why := _bad(qubit, told, index))}
    waits = usual_wait(told, min(len(members), LONGEST_CHAIN))
    by_published = published_costs(told, members, waits)
    poor = [pair for pair in pairs if pair.times_worse >= 2 * WORSE and not pair.agrees]
    good = _without(published_costs(told, members.keys() - bad.keys(), waits), poor)
    by_measured = _with_measured(good, members, pairs, waits)
    chain = best_chain(by_measured, LONGEST_CHAIN)
    if len(chain) < 2:
        return None
    usual = best_chain(by_published, len(chain))
    everything = _with_measured(by_published, members, pairs, waits)
    inside = {frozenset(pair.qubits) for pair in pairs}
    provider = provider_chain(told, pairs)
    broken = [pair for pair in told.pairs if not pair.works and set(pair.qubits) <= members.keys()]
    return Layout(
        measured=_chain(chain, everything, by_published, pairs),
        published=_chain(usual, everything, by_published, pairs),
        coupling_map=tuple(sorted(good.pairs)),
        left_out=(
            *(f"q{index}: {why}" for index, why in bad.items()),
            *(f"{_pair_name(pair)}: {pair.times_worse:.1f} times worse than published" for pair in poor),
            *(f"{_pair_name(pair)}: published as broken" for pair in broken),
        ),
        pairs_measured=sum(frozenset(link) in inside for link in pairwise(chain)),
        eplg_published=published_per_layered_gate(told, len(chain)),
        provider_chain=provider,
        provider_measured=error_per_layered_gate(provider, pairs),
        provider_published=published_per_layered_gate(told, len(provider)),
    )


def _chain(qubits: tuple[int, ...], measured: Costs, published: Costs, pairs: Sequence[ComparedPair]) -> Chain:
    return Chain(
        qubits=qubits,
        success=math.exp(-measured.of(qubits)),
        success_published=math.exp(-published.of(qubits)),
        eplg=error_per_layered_gate(qubits, pairs),
    )


def _without(costs: Costs, pairs: Sequence[ComparedPair]) -> Costs:
    bad = {frozenset(pair.qubits) for pair in pairs}
    return Costs(costs.qubits, {link: value for link, value in costs.pairs.items() if frozenset(link) not in bad})


def _with_measured(costs: Costs, members: Mapping[int, Qubit], pairs: Sequence[ComparedPair], waits: float) -> Costs:
    """Costs by what was measured in this run, where it was, and else as they are."""
    found = {frozenset(pair.qubits): -math.log1p(-pair.measured.value) for pair in pairs}
    return Costs(
        {index: _measured_cost(members[index], known, waits) for index, known in costs.qubits.items()},
        {link: found.get(frozenset(link), known) for link, known in costs.pairs.items()},
    )


def _measured_cost(qubit: Qubit, otherwise: float, waits: float) -> float:
    names = ("error_per_gate", "assignment_fidelity", "t1", "t2_echo")
    error, fidelity, t1, t2 = (qubit.values.get(name) for name in names)
    if error is None or fidelity is None or t1 is None or t2 is None:
        return otherwise
    return cost(error.value, 1 - fidelity.value) + waiting(waits, t1.value, t2.value)


def _bad(qubit: Qubit, told: Published, index: int) -> str:
    """Why a qubit should not be used; empty where it may."""
    fidelity = qubit.values.get("assignment_fidelity")
    if qubit.state == "failed":
        return qubit.why
    if index in told.qubits and not told.qubits[index].works:
        return "published as broken"
    if fidelity is not None and 1 - fidelity.value > BAD_READOUT:
        return f"readout error {1 - fidelity.value:.2f}"
    worse = [one for one in _compare(qubit, told) if one.times_worse >= 2 * WORSE and not one.agrees]
    return "; ".join(f"{one.parameter} {one.times_worse:.1f} times worse than published" for one in worse)
