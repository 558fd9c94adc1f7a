"""Faults of a scenario: which is in force when, and what it does to the hidden truth.

A scenario is a tuple of faults. What it does is a pure function of time: a chip that is opened again at the same clock
has the same faults. Those of jobs are in ``job_troubles``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from reson.components import Pair, Qubit
from reson.errors import OperatorError
from reson.tools.devices.simulated.coupler_faults import with_coupler_fault, with_swapped_flux_lines
from reson.tools.devices.simulated.fault_kinds import KINDS, Scope
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth

_RENAMED = {"dead": "dead_drive_line", "weak_drive": "attenuator"}


@dataclass(frozen=True)
class Fault:
    """One fault: ``qubits`` that it sits on (none for one of the device), complete parameters in SI units."""

    kind: str
    qubits: tuple[int, ...]
    parameters: Mapping[str, float]
    since: float = -math.inf
    """Seconds since the Unix epoch, on the chip's clock."""
    until: float = math.inf

    def holds_at(self, time: float) -> bool:
        return self.since <= time < self.until


Scenario = tuple[Fault, ...]

_GIVE = {
    Scope.DEVICE: "Give no component.",
    Scope.QUBIT: 'Give one, like component = "q3".',
    Scope.PAIR: 'Give components = ["q1", "q2"].',
    Scope.COUPLER: 'Give one pair, like component = "q1-q2".',
    Scope.COUPLERS: 'Give two pairs, like components = ["q1-q2", "q3-q4"].',
}


def make_fault(
    kind: str,
    components: Sequence[str],
    n_qubits: int,
    parameters: Mapping[str, float] | None = None,
    since: float = -math.inf,
    until: float = math.inf,
) -> Fault:
    """A fault with its parameters filled in. Raises ``OperatorError`` that names what is wrong."""
    if kind not in KINDS:
        hint = f"It is called {_RENAMED[kind]} now." if kind in _RENAMED else f"Use one of {', '.join(KINDS)}."
        raise OperatorError(f"{kind!r} is no known fault.", f"{hint} `reson device faults` describes them.")
    spec = KINDS[kind]
    known: dict[str, int] = {Qubit(qubit): qubit for qubit in range(n_qubits)}
    if spec.scope in (Scope.COUPLER, Scope.COUPLERS):
        components = [part for name in components for part in name.split("-")]
    for name in components:
        if name not in known:
            raise OperatorError(
                f"The fault {kind} is given for {name}, which this chip lacks.", f"It has q0 to q{n_qubits - 1}."
            )
    wanted = {Scope.QUBIT: 1, Scope.PAIR: 2, Scope.DEVICE: 0, Scope.COUPLER: 2, Scope.COUPLERS: 4}[spec.scope]
    halves = {frozenset(components[:2]), frozenset(components[2:])}
    alike = len(halves) < 2 if spec.scope is Scope.COUPLERS else len(set(components)) != wanted
    if alike or len(components) != wanted:
        raise OperatorError(
            f"The fault {kind} sits on {spec.scope}, and is given for {', '.join(components) or 'no component'}.",
            _GIVE[spec.scope],
        )
    if not since < until:
        raise OperatorError(f"The fault {kind} ends before it begins.", "Give an `until` that lies after `from`.")
    if spec.permanent and (since > -math.inf or until < math.inf):
        raise OperatorError(
            f"The fault {kind} can neither begin nor end: it was there from the start.", "Leave out `from` and `until`."
        )
    return Fault(kind, tuple(known[name] for name in components), _complete(kind, parameters or {}), since, until)


def _complete(kind: str, given: Mapping[str, float]) -> dict[str, float]:
    specs = KINDS[kind].parameters
    for name, value in given.items():
        if name not in specs:
            has = f"It has {', '.join(specs)}." if specs else "It has none."
            raise OperatorError(f"The fault {kind} has no parameter {name}.", has)
        spec = specs[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not spec.low <= value <= spec.high:
            raise OperatorError(
                f"The fault {kind} is given {name} = {value!r}.",
                f"Give {spec.low:g} to {spec.high:g}{' ' + spec.unit if spec.unit else ''}: {spec.meaning}.",
            )
    return {name: float(given.get(name, spec.default)) for name, spec in specs.items()}


def named(faults: Mapping[str, str], n_qubits: int) -> Scenario:
    """Faults by component with the defaults of their kind, in force at all times. Raises ``OperatorError``."""
    return tuple(make_fault(kind, [name], n_qubits) for name, kind in faults.items())


def in_force(truth: ChipTruth, scenario: Scenario, time: float) -> ChipTruth:
    """The chip with the faults that hold at a time (seconds since the epoch), before any drift."""
    for fault in scenario:
        if not fault.holds_at(time):
            continue
        pairs = pairs_of(fault)
        match KINDS[fault.kind].scope:
            case Scope.QUBIT:
                truth = _changed(truth, fault)
            case Scope.PAIR:
                truth = _swapped(truth, *fault.qubits)
            case Scope.COUPLER:
                truth = with_coupler_fault(truth, fault.kind, pairs[0], fault.parameters)
            case Scope.COUPLERS:
                truth = with_swapped_flux_lines(truth, *pairs)
            case Scope.DEVICE:
                pass
    return truth


def pairs_of(fault: Fault) -> list[tuple[int, int]]:
    """The pairs on whose couplers a fault sits, the smaller qubit first."""
    if KINDS[fault.kind].scope not in (Scope.COUPLER, Scope.COUPLERS):
        return []
    halves = (fault.qubits[start : start + 2] for start in range(0, len(fault.qubits), 2))
    return [(min(half), max(half)) for half in halves]


def require_couplers(truth: ChipTruth, scenario: Scenario) -> None:
    """Raises ``OperatorError`` where a fault sits on a tunable coupler that the chip lacks."""
    tunable = {one.qubits for one in truth.couplers if one.tunable}
    for fault in scenario:
        for pair in pairs_of(fault):
            if pair not in tunable:
                raise OperatorError(
                    f"The fault {fault.kind} sits on the tunable coupler of {Pair(*pair)}, which this chip lacks.",
                    'Set couplers = "tunable", and name neighbours.',
                )


def permanent(truth: ChipTruth, scenario: Scenario) -> ChipTruth:
    """The chip with the faults that were there from the start alone: what its design values are made from."""
    return in_force(truth, tuple(fault for fault in scenario if KINDS[fault.kind].permanent), 0.0)


def _changed(truth: ChipTruth, fault: Fault) -> ChipTruth:
    transmons = list(truth.transmons)
    (qubit,) = fault.qubits
    transmons[qubit] = EFFECTS[fault.kind](transmons[qubit], **fault.parameters)
    return replace(truth, transmons=tuple(transmons))


def _swapped(truth: ChipTruth, one: int, other: int) -> ChipTruth:
    lines = list(truth.drive_lines or range(len(truth.transmons)))
    lines[one], lines[other] = lines[other], lines[one]
    return replace(truth, drive_lines=tuple(lines))


def _dead_drive_line(transmon: TransmonTruth) -> TransmonTruth:
    return replace(transmon, gain=0.0)


def _attenuator(transmon: TransmonTruth, db: float) -> TransmonTruth:
    return replace(transmon, gain=transmon.gain * 10 ** (-db / 20))


def _oscillator_off(transmon: TransmonTruth, offset: float) -> TransmonTruth:
    return replace(transmon, carrier_offset=transmon.carrier_offset + offset)


def _wrong_sideband(transmon: TransmonTruth, intermediate: float) -> TransmonTruth:
    return replace(transmon, mirror=transmon.f01 + transmon.design_error - intermediate)


def _clipped_generator(transmon: TransmonTruth, level: float) -> TransmonTruth:
    return replace(transmon, clip=level)


def _leaky_pulse(transmon: TransmonTruth, spurious: float) -> TransmonTruth:
    return replace(transmon, spurious=spurious)


def _dead_readout_line(transmon: TransmonTruth) -> TransmonTruth:
    return _with_resonator(transmon, transmission=0.0)


def _readout_saturated(transmon: TransmonTruth, level: float) -> TransmonTruth:
    return _with_resonator(transmon, saturation=transmon.resonator.saturation * level)


def _noisy_amplifier(transmon: TransmonTruth, factor: float) -> TransmonTruth:
    return _with_resonator(transmon, noise=transmon.resonator.noise * factor)


def _with_resonator(transmon: TransmonTruth, **values: float) -> TransmonTruth:
    return replace(transmon, resonator=replace(transmon.resonator, **values))


def _defect_on_resonance(transmon: TransmonTruth, coupling: float, decoherence_rate: float) -> TransmonTruth:
    """Relaxation into a defect on resonance at the rate 2 g^2 / Gamma (Barends et al., PRL 111, 080502 (2013))."""
    rate = 2 * (2 * math.pi * coupling) ** 2 / decoherence_rate
    t1 = 1 / (1 / transmon.t1 + rate)
    return replace(transmon, t1=t1, t2=1 / (1 / (2 * t1) + transmon.dephasing_rate))


def _short_t1(transmon: TransmonTruth, t1: float) -> TransmonTruth:
    return replace(transmon, t1=t1, t2=t1 * transmon.t2 / transmon.t1)


def _hot_qubit(transmon: TransmonTruth, population: float) -> TransmonTruth:
    return replace(transmon, thermal_population=population)


def _frequency_guess_off(transmon: TransmonTruth, offset: float) -> TransmonTruth:
    return replace(transmon, design_error=offset)


EFFECTS: dict[str, Callable[..., TransmonTruth]] = {
    "dead_drive_line": _dead_drive_line,
    "attenuator": _attenuator,
    "oscillator_off": _oscillator_off,
    "wrong_sideband": _wrong_sideband,
    "clipped_generator": _clipped_generator,
    "leaky_pulse": _leaky_pulse,
    "dead_readout_line": _dead_readout_line,
    "readout_saturated": _readout_saturated,
    "noisy_amplifier": _noisy_amplifier,
    "defect_on_resonance": _defect_on_resonance,
    "short_t1": _short_t1,
    "hot_qubit": _hot_qubit,
    "frequency_guess_off": _frequency_guess_off,
}
"""What a fault of one qubit does to it."""
