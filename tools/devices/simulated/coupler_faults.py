"""What a fault of a tunable coupler does to the hidden truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from reson.tools.devices.simulated.couplers import tunable_of
from reson.tools.devices.simulated.flux_line import Tail
from reson.tools.devices.simulated.truth import ChipTruth
from reson.tools.devices.simulated.tunable import CouplerDefect, TunableTruth, resettled

Pair = tuple[int, int]


def with_coupler_fault(truth: ChipTruth, kind: str, pair: Pair, parameters: Mapping[str, float]) -> ChipTruth:
    """The chip with a fault on the tunable coupler of a pair."""
    if kind == "frequency_collision":
        return _collided(truth, pair, **parameters)
    if kind == "coupler_defect":
        upper = max(truth.transmons[qubit].f01 for qubit in pair)
        return _changed(truth, pair, lambda one: _defect(one, upper, **parameters))
    return _changed(truth, pair, lambda one: COUPLER_EFFECTS[kind](one, **parameters))


def with_swapped_flux_lines(truth: ChipTruth, first: Pair, second: Pair) -> ChipTruth:
    """Each coupler gets bias and pulses that are meant for the other."""
    for pair, other in ((first, second), (second, first)):
        truth = _changed(truth, pair, lambda one, other=other: _driven_by(one, other))
    return truth


def _changed(truth: ChipTruth, pair: Pair, change: Callable[[TunableTruth], TunableTruth]) -> ChipTruth:
    changed = change(tunable_of(truth, pair))
    couplers = (replace(one, tunable=changed) if one.qubits == pair else one for one in truth.couplers)
    return replace(truth, couplers=tuple(couplers))


def _driven_by(coupler: TunableTruth, other: Pair) -> TunableTruth:
    others = tuple(one for one in coupler.heard if one[0] != other)
    heard = (*others, (other, coupler.line.gain))
    return replace(coupler, line=replace(coupler.line, pulse_gain=0.0), heard=heard, biased_by=other)


def _collided(truth: ChipTruth, pair: Pair, apart: float) -> ChipTruth:
    """The upper qubit is moved, and the couplers of all its pairs idle where that leaves a zero of their ZZ."""
    lower, upper = sorted(pair, key=lambda qubit: truth.transmons[qubit].f01)
    transmons = list(truth.transmons)
    transmons[upper] = replace(transmons[upper], f01=transmons[lower].f01 + apart)
    couplers = []
    for one in truth.couplers:
        if one.tunable is not None and upper in one.qubits:
            first, second = (transmons[qubit].f01 for qubit in one.qubits)
            one = replace(one, tunable=resettled(one.tunable, first, second))
        couplers.append(one)
    return replace(truth, transmons=tuple(transmons), couplers=tuple(couplers))


def _defect(
    coupler: TunableTruth, upper: float, above: float, coupling: float, decoherence_rate: float
) -> TunableTruth:
    return replace(coupler, defect=CouplerDefect(upper + above, coupling, decoherence_rate))


def _dead(coupler: TunableTruth) -> TunableTruth:
    return replace(coupler, line=replace(coupler.line, gain=0.0))


def _attenuated(coupler: TunableTruth, db: float) -> TunableTruth:
    return replace(coupler, line=replace(coupler.line, gain=coupler.line.gain * 10 ** (-db / 20)))


def _trapped(coupler: TunableTruth, flux: float) -> TunableTruth:
    return replace(coupler, line=replace(coupler.line, offset=coupler.line.offset + flux))


def _tail(coupler: TunableTruth, amplitude: float, time: float) -> TunableTruth:
    return replace(coupler, line=replace(coupler.line, tails=(Tail(amplitude, time),)))


def _lossy(coupler: TunableTruth, t1: float) -> TunableTruth:
    return replace(coupler, t1=t1)


def _crosstalk(coupler: TunableTruth, share: float) -> TunableTruth:
    return replace(coupler, heard=tuple((pair, share) for pair, _ in coupler.heard))


COUPLER_EFFECTS: dict[str, Callable[..., TunableTruth]] = {
    "dead_flux_line": _dead,
    "attenuated_flux_line": _attenuated,
    "trapped_flux": _trapped,
    "flux_line_tail": _tail,
    "lossy_coupler": _lossy,
    "flux_crosstalk": _crosstalk,
}
"""Of those that change the coupler alone."""
