"""Which qubits or pairs a run is about, from how people name them: 0-4, all, best:10; q0-q1."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from reson.components import Component, Pair, Qubit, parse
from reson.errors import OperatorError, ToolError
from reson.tools.devices.device import published_of

if TYPE_CHECKING:
    from reson.tools.devices.device import Device
    from reson.tools.devices.published import Published

FIRST_OF_PAIRS = "coupler_arc"
"""Where this can run, a pair can be brought up."""


def parse_qubits(text: str, available: tuple[int, ...], told: Published | None = None) -> tuple[int, ...]:
    """ "0-2,4" -> (0, 1, 2, 4). ``told``: what is published of the device.

    Raises ``OperatorError`` for nonsense and for qubits that the device lacks.
    """
    chosen: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().removeprefix("q").partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise OperatorError(f"{text!r} names no qubits", "write them like 0-4 or 0,2,3")
        chosen += range(int(first), int(last if dash else first) + 1)
    return check_qubits(tuple(dict.fromkeys(chosen)), available, told)


def choose_qubits(text: str, device: Device) -> tuple[int, ...]:
    """ "best:10": the best ten connected qubits by what the provider publishes; "chain:10": the best ten in a row;
    "lf:10": the ten of the layer fidelity that the provider publishes; "all"; else as ``parse_qubits``.

    Raises ``OperatorError``.
    """
    kind = text.strip().partition(":")[0]
    if kind == "all":
        return device.qubits
    told = published_of(device)
    if kind not in ("best", "chain", "lf"):
        return parse_qubits(text, device.qubits, told)
    from reson.tools.devices.layout import best_connected, chain_of, published_costs, usual_wait

    if told is None:
        raise OperatorError(f"{device.name} publishes nothing to choose by", "name qubits like 0-4")
    if kind == "lf":
        return _provider_chain(told, length_of(text), device)
    choose, length = chain_of if kind == "chain" else best_connected, length_of(text)
    require_coupled(told, length)
    return choose(published_costs(told, device.qubits, usual_wait(told, length)), length)


def require_coupled(told: Published, number: int) -> None:
    """Raises ``OperatorError`` for more than one qubit of a device of which no two-qubit gate works."""
    if number > 1 and (broken := told.none_coupled()):
        raise OperatorError(broken, "its qubits can be measured by themselves: `--qubits all`, or some like 0-4")


def _provider_chain(told: Published, length: int, device: Device) -> tuple[int, ...]:
    if length not in told.layer_chains:
        has = ", ".join(f"lf:{one}" for one in sorted(told.layer_chains)[:8])
        raise OperatorError(f"{device.name} publishes no layer fidelity of {length} qubits", has or "it publishes none")
    chain = check_qubits(told.layer_chains[length], device.qubits, told)
    works = {frozenset(pair.qubits) for pair in told.pairs if pair.works}
    if gone := [Pair(*link) for link in pairwise(chain) if frozenset(link) not in works]:
        raise OperatorError(
            f"lf:{length} of {device.name} goes over {', '.join(gone)}, of which no two-qubit gate works",
            "`chain:N` chooses among those that work",
        )
    return chain


def length_of(text: str) -> int:
    """ "chain:10" -> 10. Raises ``OperatorError``."""
    kind, _, number = text.strip().partition(":")
    if not number.isdecimal() or int(number) < 1:
        raise OperatorError(f"{text!r} names no qubits", f"write it like {kind}:10")
    return int(number)


def choose_components(text: str, usual: str, experiment: str, device: Device) -> tuple[Component, ...]:
    """What a run is about: pairs where its one experiment measures pairs, else qubits. ``usual``: which of the qubits
    where the text is empty. Raises ``OperatorError``.
    """
    from reson.tools.experiments.catalogue import get
    from reson.tools.experiments.possible import works_at

    if experiment and (row := get(experiment)).targets == "pair":
        return choose_pairs(text or "all", [(a, b) for a, b in works_at(device, row.gates)[1]])
    return as_components(choose_qubits(text or usual or "all", device), device)


def with_pairs(components: tuple[Component, ...], device: Device) -> tuple[Component, ...]:
    """The same and each pair of qubits among them that the device can bring up to a gate by a pulse on its coupler."""
    from reson.tools.experiments.catalogue import get
    from reson.tools.experiments.possible import why_not, works_at

    row, mine = get(FIRST_OF_PAIRS), {number for one in components for number in one.qubits()}
    if why_not(row, device) is not None:
        return components
    return (*components, *(Pair(a, b) for a, b in works_at(device, row.gates)[1] if {a, b} <= mine))


def as_components(qubits: tuple[int, ...], device: Device) -> tuple[Component, ...]:
    """Raises ``OperatorError`` for qubits that the device lacks."""
    return tuple(Qubit(qubit) for qubit in check_qubits(qubits, device.qubits, published_of(device)))


def choose_pairs(text: str, available: Iterable[tuple[int, int]]) -> tuple[Pair, ...]:
    """ "q0-q1,q2-q1": those two, whichever qubit is named first; "all". Raises ``OperatorError`` for another pair."""
    known = sorted({Pair(*pair) for pair in available}, key=lambda pair: pair.qubits())
    if text.strip() == "all":
        return tuple(known)
    chosen = [_pair(part.strip()) for part in text.split(",")]
    if unknown := [pair for pair in chosen if pair not in known]:
        has = f"it has {', '.join(known[:8])}{' ...' if len(known) > 8 else ''}" if known else "it has none at all"
        raise OperatorError(f"the device has no pair {', '.join(unknown[:8])} for this experiment", has)
    return tuple(dict.fromkeys(chosen))


def _pair(text: str) -> Pair:
    try:
        found = parse(text)
    except ToolError:
        found = None
    if not isinstance(found, Pair):
        raise OperatorError(f"{text!r} names no pair", "write pairs like q0-q1 or q0-q1,q2-q3")
    return found


def check_qubits(chosen: tuple[int, ...], available: tuple[int, ...], told: Published | None = None) -> tuple[int, ...]:
    """The same. ``told``: what is published of the device. Raises ``OperatorError`` for qubits that it lacks."""
    unknown = [qubit for qubit in chosen if qubit not in available]
    broken = [qubit for qubit in unknown if told is not None and qubit in told.qubits]
    if unknown and unknown == broken and told is not None:
        names = ", ".join(Qubit(qubit) for qubit in broken[:8])
        raise OperatorError(
            f"out of service at {told.device}, as its provider publishes: {names}", "name others, or use best:N"
        )
    if unknown or not chosen:
        lacking = ", ".join([str(qubit) for qubit in unknown if qubit not in broken][:8])
        raise OperatorError(
            f"the device has no qubit {lacking}" if unknown else "no qubit was named",
            f"it has {available[0]} to {available[-1]}",
        )
    return chosen
