"""What a user could run on the chip today: the longest chain of calibrated pairs, and the best of those."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from reson.agent.report.content import Qubit
from reson.components import Pair, parse
from reson.tools.devices.layout import Costs, best_chain, cost
from reson.wording import quantity

USABLE = ("done", "below")


def best_chain_of(members: Sequence[Qubit]) -> str:
    """In a sentence; empty where no pair was calibrated."""
    errors = {one.component: one.values["cz_error"] for one in members if _is_usable(one)}
    both = {parse(name).qubits(): known.value for name, known in errors.items()}
    own = {parse(one.component).qubits()[0]: one for one in members if not isinstance(parse(one.component), Pair)}
    pairs = {edge: -math.log1p(-error) for (low, high), error in both.items() for edge in ((low, high), (high, low))}
    costs = Costs({qubit: _cost(own.get(qubit)) for edge in both for qubit in edge}, pairs)
    chain = best_chain(costs, len(costs.qubits))
    if len(chain) < 2:
        return ""
    if chain[0] > chain[-1]:
        chain = chain[::-1]
    mean = sum(both[min(edge), max(edge)] for edge in pairwise(chain)) / (len(chain) - 1)
    named = "-".join(f"q{qubit}" for qubit in chain)
    return f"{named}, {len(chain)} qubits with a CZ error of {quantity(float(f'{mean:.3g}'), None, '')} in the mean"


def _is_usable(one: Qubit) -> bool:
    return isinstance(parse(one.component), Pair) and one.state in USABLE and "cz_error" in one.values


def _cost(one: Qubit | None) -> float:
    """Of a qubit's pulses and readout, as far as they are known."""
    known = {} if one is None else one.values
    error, fidelity = known.get("error_per_gate"), known.get("assignment_fidelity")
    return cost(None if error is None else error.value, None if fidelity is None else 1 - fidelity.value)
