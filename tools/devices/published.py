"""What a provider publishes about its device: the numbers that ours are compared with, and start from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from reson.components import Qubit
from reson.records import Finite, Record
from reson.tools.quantities import PARAMETERS

if TYPE_CHECKING:
    from qiskit.providers import BackendV2
    from qiskit.transpiler import Target

TWO_QUBIT = ("cz", "ecr", "cx")
ONE_PULSE = ("sx", "x", "u2", "rx")
"""Gates that one pulse makes, the first that is told counts: older devices have u1, u2 and u3 in place of SX."""
ZZ_SEEN = 1e3
"""Hz of always-on coupling from which a neighbour's state is seen in the phase of a qubit that waits some 100 us."""
_HERTZ = {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9}
BROKEN_GATE, BROKEN_READOUT = 0.5, 0.4
"""Errors from which a gate or a readout counts as broken: IBM marks a faulty gate with 1."""


class PublishedQubit(Record):
    """Times in seconds; None where the provider tells nothing."""

    t1: Finite | None
    t2: Finite | None
    """With one echo, as IBM publishes it."""
    readout_error: Finite | None
    """(P(1|0) + P(0|1)) / 2"""
    gate_error: Finite | None
    """Average error of one SX."""
    gate_length: Finite | None
    readout_length: Finite | None
    frequency: Finite | None = None
    """Hz."""
    p1_given_0: Finite | None = None
    p0_given_1: Finite | None = None
    offered: bool = True
    """Whether the device takes its pulses and reads it: IBM leaves those of a faulty qubit out of its target."""

    @property
    def works(self) -> bool:
        return self.offered and _below(self.gate_error, BROKEN_GATE) and _below(self.readout_error, BROKEN_READOUT)


class PublishedPair(Record):
    """A two-qubit gate, its qubits in the order in which the coupling map has them."""

    qubits: tuple[int, int]
    gate: str
    error: Finite | None
    length: Finite | None
    zz: Finite | None = None
    """Hz, f11 - f10 - f01 + f00 of the pair at rest."""

    @property
    def works(self) -> bool:
        return self.error is not None and self.error < BROKEN_GATE


class Published(Record):
    """``calibrated``: when the provider last changed any of it, seconds since the Unix epoch; None: not told."""

    device: str
    calibrated: Finite | None
    qubits: dict[int, PublishedQubit]
    pairs: tuple[PublishedPair, ...]
    layer_fidelity: dict[int, Finite] = {}
    """Length of the best chain -> its layer fidelity."""
    layer_chains: dict[int, tuple[int, ...]] = {}
    """Length of the best chain -> the qubits on which the provider measured that, in a row."""

    def zz(self) -> dict[tuple[int, int], float]:
        """Hz, of the pairs whose always-on coupling is told and is not cancelled."""
        return {pair.qubits: pair.zz for pair in self.pairs if pair.zz}

    def none_coupled(self) -> str | None:
        """In words, that no two-qubit gate of a device that has some works; else None."""
        if not self.pairs or any(pair.works for pair in self.pairs):
            return None
        gates = ", ".join(sorted({pair.gate for pair in self.pairs}))
        return f"{self.device}: none of its {len(self.pairs)} {gates} gates works, by what its provider publishes"

    def coupling(self) -> tuple[tuple[int, int], ...]:
        """Pairs that see each other's state while they wait."""
        return tuple(qubits for qubits, value in self.zz().items() if abs(value) >= ZZ_SEEN)

    def confusion(self) -> dict[int, tuple[float, float]]:
        """qubit -> (P(1|0), P(0|1)), where both are told."""
        found = {qubit: (known.p1_given_0, known.p0_given_1) for qubit, known in self.qubits.items()}
        return {qubit: (one, zero) for qubit, (one, zero) in found.items() if _share(one) and _share(zero)}

    def first_values(self, qubits: Iterable[int]) -> dict[str, dict[str, float]]:
        """component -> parameters of the table that a measurement can start from; nothing is invented."""
        found = {Qubit(qubit): _first_values(self.qubits[qubit]) for qubit in qubits}
        return {name: values for name, values in found.items() if values}


def published(backend: BackendV2, device: str) -> Published:
    """Everything that a backend tells by its target, and by ``properties()`` where it has them."""
    target: Target = cast("Any", backend.target)
    properties = getattr(backend, "properties", None)
    told: Any = properties() if callable(properties) else None
    general = tuple(getattr(told, "general", None) or ())
    told_of = tuple(getattr(told, "qubits", None) or ())
    return Published(
        device=device,
        calibrated=_moment(getattr(told, "last_update_date", None)),
        qubits={
            qubit: _qubit(target, qubit, told_of[qubit] if qubit < len(told_of) else ())
            for qubit in range(target.num_qubits or 0)
        },
        pairs=tuple(_with_zz((*_pairs(target), *_without_gate(target, backend)), general)),
        layer_fidelity=_layer_fidelity(general),
        layer_chains=_layer_chains(getattr(told, "general_qlists", None) or ()),
    )


def _qubit(target: Target, qubit: int, told: Iterable[Any]) -> PublishedQubit:
    """``told``: named values of the qubit beside those of the target."""
    more = {str(getattr(one, "name", "")): _number(one, "value") for one in told or ()}
    known = target.qubit_properties[qubit] if target.qubit_properties else None
    pulses = (_properties(target, name, (qubit,)) for name in ONE_PULSE)
    gate, readout = next(filter(None, pulses), None), _properties(target, "measure", (qubit,))
    return PublishedQubit(
        t1=_positive(known, "t1"),
        t2=_positive(known, "t2"),
        readout_error=_error(readout),
        gate_error=_error(gate),
        gate_length=_positive(gate, "duration"),
        readout_length=_positive(readout, "duration"),
        frequency=_positive(known, "frequency"),
        p1_given_0=more.get("prob_meas1_prep0"),
        p0_given_1=more.get("prob_meas0_prep1"),
        offered=_offered(target, qubit),
    )


def _offered(target: Target, qubit: int) -> bool:
    has = target.operation_names
    pulse = next((name for name in ONE_PULSE if name in has), "measure")
    return all(target.instruction_supported(name, (qubit,)) for name in {pulse, "measure"} if name in has)


def _share(value: float | None) -> TypeGuard[float]:
    return value is not None and 0 <= value <= 1


def _number(known: Any, name: str) -> float | None:
    """A value that is told; what is no finite number is one that is not, and costs nothing but itself."""
    value = getattr(known, name, None)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer beyond all floats
        return None


def _error(known: Any) -> float | None:
    value = _number(known, "error")
    return value if _share(value) else None


def _positive(known: Any, name: str) -> float | None:
    value = _number(known, name)
    return value if value is not None and value > 0 else None


def _properties(target: Target, name: str, qubits: tuple[int, ...]) -> Any:
    everywhere: Mapping[Any, Any] = target.get(name, None) or {}
    return everywhere.get(qubits)


def _pairs(target: Target) -> Iterable[PublishedPair]:
    """The best gate of each coupled pair, once for both directions."""
    best: dict[frozenset[int], PublishedPair] = {}
    for name in TWO_QUBIT:
        for qubits, told in (target.get(name, None) or {}).items():
            found = PublishedPair(
                qubits=(qubits[0], qubits[1]),
                gate=name,
                error=_error(told),
                length=_positive(told, "duration"),
            )
            known = best.get(frozenset(qubits))
            if known is None or _worth(found) < _worth(known):
                best[frozenset(qubits)] = found
    return best.values()


def _without_gate(target: Target, backend: Any) -> Iterable[PublishedPair]:
    """Pairs that the device couples and the target leaves out, as the runtime does with a gate that is out of service:
    their qubits see each other all the same.
    """
    gate = next((name for name in TWO_QUBIT if name in target.operation_names), None)
    configuration = getattr(backend, "configuration", None)
    if gate is None or not callable(configuration):
        return
    known = {frozenset(pair.qubits) for pair in _pairs(target)}
    for place in getattr(configuration(), "coupling_map", None) or ():
        if _is_pair(place, target.num_qubits or 0) and frozenset(place) not in known:
            known.add(frozenset(place))
            yield PublishedPair(qubits=(place[0], place[1]), gate=gate, error=None, length=None)


def _is_pair(place: Any, qubits: int) -> bool:
    sound = isinstance(place, list | tuple) and len(place) == 2 and place[0] != place[1]
    return sound and all(isinstance(qubit, int) and 0 <= qubit < qubits for qubit in place)


def _with_zz(pairs: Iterable[PublishedPair], general: Iterable[Any]) -> Iterable[PublishedPair]:
    """ZZ is published as ``zz_4849``: the numbers of the pair run together, which only the coupling map can part."""
    named = {str(one.name): _hertz(one) for one in general if str(getattr(one, "name", "")).startswith("zz_")}
    for pair in pairs:
        first, second = pair.qubits
        told = (named.get(f"zz_{a}{b}") for a, b in ((first, second), (second, first)))
        yield pair.model_copy(update={"zz": next((value for value in told if value is not None), None)})


def _hertz(one: Any) -> float | None:
    value, scale = _number(one, "value"), _HERTZ.get(str(getattr(one, "unit", "")))
    if value is None or scale is None:
        return None
    return value * scale if _possible("zz", value * scale) else None


def _worth(pair: PublishedPair) -> float:
    return 1.0 if pair.error is None else pair.error


def _layer_fidelity(general: Iterable[Any]) -> dict[int, float]:
    named = ((str(getattr(one, "name", "")), _number(one, "value")) for one in general)
    found = ((name[3:], value) for name, value in named if name.startswith("lf_") and _share(value))
    return {int(length): value for length, value in found if length.isdecimal()}


def _layer_chains(lists: Iterable[Any]) -> dict[int, tuple[int, ...]]:
    """Published as ``lf_N`` beside the values of the same names: each a name and its qubits."""
    found: dict[int, tuple[int, ...]] = {}
    for one in lists:
        name, qubits = (one.get(key) for key in ("name", "qubits")) if isinstance(one, Mapping) else (None, None)
        length = str(name or "").removeprefix("lf_")
        if length.isdecimal() and isinstance(qubits, list | tuple) and all(isinstance(qubit, int) for qubit in qubits):
            found[int(length)] = tuple(qubits)
    return {length: qubits for length, qubits in found.items() if len(set(qubits)) == length}


def _moment(when: datetime | str | None) -> float | None:
    """Seconds since the Unix epoch; a date without a time zone is UTC, as the service keeps it."""
    try:
        known = datetime.fromisoformat(str(when)) if when else None
        return known and (known if known.tzinfo else known.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _below(value: float | None, limit: float) -> bool:
    return value is None or value < limit


def _first_values(qubit: PublishedQubit) -> dict[str, float]:
    fidelity = None if qubit.readout_error is None else 1 - qubit.readout_error
    known = {
        "pulse_duration": qubit.gate_length,
        "t1": qubit.t1,
        # beyond twice T1 a published T2 is no physics, only the scatter of two measurements
        "t2_echo": None if qubit.t2 is None or qubit.t1 is None else min(qubit.t2, 2 * qubit.t1),
        "assignment_fidelity": fidelity,
        "error_per_gate": qubit.gate_error if qubit.works else None,
    }
    return {name: value for name, value in known.items() if value and _possible(name, value)}


def _possible(name: str, value: float) -> bool:
    return PARAMETERS[name].low <= value <= PARAMETERS[name].high
