"""Choices on a small coupled device, against all that there are."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from reson.errors import OperatorError
from reson.tools.devices.layout import best_chain, best_connected, chain_of, published_costs, usual_wait, waiting
from reson.tools.devices.published import Published, PublishedPair, PublishedQubit

GRID = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 6), (6, 7), (7, 8), (2, 8), (5, 9), (8, 9)]


def device(seed: int, broken: int | None = None) -> Published:
    rng = np.random.default_rng(seed)

    def qubit(index: int) -> PublishedQubit:
        gate = 1.0 if index == broken else float(rng.uniform(1e-4, 1e-3))
        readout = float(rng.uniform(0.005, 0.05))
        return PublishedQubit(
            t1=1e-4, t2=1e-4, readout_error=readout, gate_error=gate, gate_length=32e-9, readout_length=1e-6
        )

    pairs = [PublishedPair(qubits=pair, gate="cz", error=float(rng.uniform(2e-3, 3e-2)), length=68e-9) for pair in GRID]
    return Published(device="d", calibrated=None, qubits={n: qubit(n) for n in range(10)}, pairs=tuple(pairs))


@pytest.mark.parametrize("seed", range(5))
def test_the_best_chain_is_the_best_of_all_chains(seed: int) -> None:
    costs = published_costs(device(seed))
    every = (
        chain
        for chain in itertools.permutations(range(10), 5)
        if all(pair in costs.pairs for pair in itertools.pairwise(chain))
    )
    assert costs.of(best_chain(costs, 5)) == pytest.approx(min(map(costs.of, every)))


@pytest.mark.parametrize("seed", range(5))
def test_a_connected_set_holds_together_and_is_close_to_the_best(seed: int) -> None:
    costs = published_costs(device(seed))
    found = best_connected(costs, 4)
    assert connected(found)
    totals = [sum(costs.qubits[q] for q in group) for group in itertools.combinations(range(10), 4) if connected(group)]
    # pairs count too, so the sum over qubits alone need not be the least; it must be among the good ones
    assert sum(costs.qubits[q] for q in found) <= np.quantile(totals, 0.5)


def connected(group: tuple[int, ...]) -> bool:
    reached = {group[0]}
    for _ in group:
        reached |= {b for pair in GRID for a, b in (pair, pair[::-1]) if a in reached and b in group}
    return reached == set(group)


def test_broken_parts_are_left_out() -> None:
    costs = published_costs(device(1, broken=2))
    assert 2 not in costs.qubits
    assert 2 not in best_connected(costs, 9 - 1)
    assert all(2 not in pair for pair in costs.pairs)


def test_success_is_the_product_of_its_parts() -> None:
    told = device(3)
    costs = published_costs(told)
    first, second = told.qubits[0], told.qubits[1]
    expected = (1 - told.pairs[0].error) * math.prod(  # type: ignore[operator]
        (1 - (one.gate_error or 0)) ** 2 * (1 - (one.readout_error or 0)) for one in (first, second)
    )
    assert math.exp(-costs.of((0, 1))) == pytest.approx(expected)


def test_a_chain_that_the_device_has_not_is_refused() -> None:
    costs = published_costs(device(2, broken=2))
    assert chain_of(costs, 4) == best_chain(costs, 4)
    with pytest.raises(OperatorError, match="no 11 qubits in a row"):
        chain_of(costs, 11)


def test_too_many_are_refused() -> None:
    with pytest.raises(OperatorError, match="no 11 connected qubits"):
        best_connected(published_costs(device(1)), 11)


def test_a_wait_costs_what_its_coherence_limit_is() -> None:
    from reson.tools.experiments.standard_rb import coherence_limit

    for t1, t2 in ((1e-4, 1e-4), (2e-4, 5e-5)):
        # process infidelity is one and a half times the average one of a qubit
        assert waiting(1e-7, t1, t2) == pytest.approx(1.5 * coherence_limit(t1, t2, 1e-7), rel=5e-3)
    assert waiting(1e-6, None, 1e-4) == 0.0


def test_where_qubits_wait_those_that_forget_are_avoided() -> None:
    told = device(4)
    best = best_chain(published_costs(told, waits=usual_wait(told, 4)), 4)
    worn = {n: known.model_copy(update={"t1": 2e-6, "t2": 2e-6}) for n, known in told.qubits.items() if n == best[1]}
    later = told.model_copy(update={"qubits": told.qubits | worn})
    assert best[1] in best_chain(published_costs(later), 4)
    assert best[1] not in best_chain(published_costs(later, waits=usual_wait(later, 4)), 4)
