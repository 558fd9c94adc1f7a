"""What a circuit that is placed on a device may be expected to keep: gates, readout, and the time its qubits wait."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from qiskit import QuantumCircuit
from qiskit.transpiler import Target

from reson.errors import OperatorError
from reson.tools.devices.coherent import MIXED, Held, Wait, held, kept, phases
from reson.tools.devices.durations import seconds_of
from reson.tools.devices.layout import UNKNOWN
from reson.tools.devices.published import Published, PublishedPair, PublishedQubit

MOST = 0.999
"""Error from which a part counts as useless, so that a logarithm exists."""


@dataclass(frozen=True)
class Rating:
    """Minus the logarithm of what each of them leaves; their sum is that of the circuit's success."""

    pulses: float
    gates: float
    readout: float
    idle: float
    zz: float
    """What neighbours do to each other while both wait."""

    @property
    def cost(self) -> float:
        return sum(getattr(self, one.name) for one in fields(self))

    @property
    def success(self) -> float:
        return math.exp(-self.cost)


def lost(error: float | None, qubits: int) -> float:
    """Cost of a gate by its average error: the process infidelity is (d + 1) / d of it. Nielsen, quant-ph/0205035."""
    dimension = 2**qubits
    return -math.log1p(-min((UNKNOWN if error is None else error) * (dimension + 1) / dimension, MOST))


def readout_cost(error: float | None) -> float:
    return -math.log1p(-min(UNKNOWN if error is None else error, MOST))


def idling(seconds: float, t1: float | None, t2: float | None, state: Held = MIXED, *, read: bool = False) -> float:
    """Cost of a wait in a state, by relaxation and dephasing. Times in seconds; nothing where one is not known.

    The entanglement fidelity (Schumacher, quant-ph/9604023) of amplitude and phase damping, the sum of |tr(rho K)|^2
    over their Kraus operators: of a qubit entangled with others (1 + exp(-t/T1) + 2 exp(-t/T2)) / 4, and one in 0 loses
    nothing. ``read``: where the qubit is read next its phase is not seen.
    """
    if not t1 or not t2:
        return 0.0
    left = math.exp(-seconds / t1)
    if read:
        return -math.log1p(-min(state.excited * (1 - left), MOST))
    phase, ground = math.exp(-seconds / min(t2, 2 * t1)) / math.sqrt(left), 1 - state.excited
    staying = ground**2 + left * state.excited**2 + 2 * math.sqrt(left) * phase * ground * state.excited
    return -math.log(max(staying + (1 - left) * state.coherence, 1 - MOST))


def coupled(angle: float) -> float:
    """Cost of a phase (rad) on 11, from two neighbours that wait at the same time, in whatever state they are.

    The process fidelity of diag(1, 1, 1, exp(i phi)) is (10 + 6 cos phi) / 16.
    """
    return -math.log((10 + 6 * math.cos(angle)) / 16)


def rate(circuit: QuantumCircuit, target: Target, told: Published) -> Rating:
    """Of a circuit in the device's own gates and qubits, every gate played as late as it can be.

    Raises ``OperatorError`` for control flow.
    """
    places = {bit: place for place, bit in enumerate(circuit.qubits)}
    pairs = {frozenset(pair.qubits): pair for pair in told.pairs}
    pulses = gates = readout = 0.0
    for one in circuit.data:
        at = [places[bit] for bit in one.qubits]
        if one.operation.name == "measure":
            readout += sum(readout_cost(told.qubits[qubit].readout_error) for qubit in at)
        elif len(at) == 2 and one.operation.name != "barrier":
            gates += lost(_pair_error(one.operation.name, (at[0], at[1]), pairs.get(frozenset(at)), target), 2)
        elif len(at) == 1 and one.operation.name != "delay" and seconds_of(one, places, target) > 0:
            pulses += lost(told.qubits[at[0]].gate_error, 1)
    mine, starts = _timeline(circuit, target)
    states = held(circuit) if mine else {}
    idle = sum(waiting(mine, qubit, states, told.qubits[qubit]) for qubit in mine)
    turned = phases(mine, told.zz())
    left = kept(circuit, starts, turned) if turned else 1.0
    zz = sum(coupled(angle) for _, _, angle in turned) if left is None else -math.log(max(left, 1 - MOST))
    return Rating(pulses, gates, readout, idle, zz)


def _pair_error(name: str, place: tuple[int, int], pair: PublishedPair | None, target: Target) -> float | None:
    """Of the pair's own gate as it is known; of another one that the device has there (RZZ) as it is published."""
    if (pair is None or name != pair.gate) and name in target.operation_names:
        return getattr((target[name] or {}).get(place), "error", None)
    return None if pair is None else pair.error


def waiting(
    spans: Mapping[int, list[Wait]], qubit: int, states: Mapping[tuple[int, int], Held], on: PublishedQubit
) -> float:
    """Cost of all waits of a circuit's qubit, as ``waits`` and ``held`` tell of them, ``on`` a qubit of a device."""
    return sum(
        idling(one.end - one.begin, on.t1, on.t2, states.get((one.after, qubit), MIXED), read=one.read)
        for one in spans.get(qubit, ())
    )


def waits(circuit: QuantumCircuit, target: Target) -> dict[int, list[Wait]]:
    """Qubit -> when it waits, seconds back from the end of the circuit, every gate played as late as it can be.

    A qubit that has not been touched, or has been read, is not said to wait.
    """
    return _timeline(circuit, target)[0]


def _timeline(circuit: QuantumCircuit, target: Target) -> tuple[dict[int, list[Wait]], list[float]]:
    """(``waits``, when each instruction begins in seconds back from the end)."""
    places = {bit: place for place, bit in enumerate(circuit.qubits)}
    free: dict[int, float] = {}
    """Qubit -> seconds from the end back to where something may be played on it."""
    played: dict[int, float] = {}
    """Qubit -> seconds from the end back to the start of what is played on it next."""
    read: set[int] = set()
    """Qubits whose next instruction is a readout."""
    found: dict[int, list[Wait]] = {}
    begun: list[float] = []
    for index, one in reversed(list(enumerate(circuit.data))):
        at = [places[bit] for bit in one.qubits]
        if getattr(one.operation, "blocks", ()):
            raise OperatorError("a circuit with control flow cannot be rated", "leave its branches out")
        ends = max((free.get(qubit, 0.0) for qubit in at), default=0.0)
        starts = ends + seconds_of(one, places, target)
        free |= dict.fromkeys(at, starts)
        begun.append(starts)
        if one.operation.name in ("barrier", "delay"):
            continue
        for qubit in at:
            if qubit in played and ends > played[qubit]:
                found.setdefault(qubit, []).append(Wait(played[qubit], ends, index, qubit in read))
        played |= dict.fromkeys(at, starts)
        read = read | {*at} if one.operation.name == "measure" else read - {*at}
    return found, begun[::-1]


def active(circuit: QuantumCircuit) -> list[int]:
    """The qubits on which anything is played or read."""
    places = {bit: place for place, bit in enumerate(circuit.qubits)}
    return sorted({places[bit] for one in circuit.data if one.operation.name != "barrier" for bit in one.qubits})


def pairs_in(circuit: QuantumCircuit) -> Iterable[tuple[int, int]]:
    """The pairs of qubits between which gates are played, each time one is."""
    places = {bit: place for place, bit in enumerate(circuit.qubits)}
    for one in circuit.data:
        if len(one.qubits) == 2 and one.operation.name != "barrier":
            first, second = (places[bit] for bit in one.qubits)
            yield first, second
