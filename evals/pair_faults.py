"""Pairs with a fault of any kind, at any strength that its kind declares, always there or from some time in the night.

``python -m reson.evals.pair_faults --count 60`` brings up the pair of each chip from design values and prints, kind by
kind, what became of it: calibrated, named, or neither. Qubits are tuned from the truth, as in ``pair_nights``. A fault
that reaches beyond its own coupler sits on a chip of three qubits, and the healthy pair beside it is brought up, too:
it must be as good as without the fault. Every eighth pair is healthy.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from reson.agent.expert.pair_rule import PairFit, pair_fit
from reson.agent.observation import DiagnosisCode
from reson.components import Pair
from reson.evals import chip_by_chip
from reson.evals.fault_strengths import drawn_strength
from reson.evals.intervals import proportion
from reson.evals.pair_nights import CLOCK, GOALS, Night, night
from reson.evals.tuned_qubits import times, tuned
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip
from reson.tools.devices.simulated.fault_kinds import KINDS, Scope
from reson.tools.devices.simulated.faults import make_fault
from reson.tools.experiments.cz_interleaved_rb import cz_limit

STREAM = 0x70666175
BRING_UP = 100.0
"""Seconds of device until the benchmark of a sound pair, about: a fault that begins does so before it."""
BEGINS = 0.4
"""Share of faults that begin in the course of the night."""
NEVER_ABOVE = 2.0
HEALTHY = "none"
FAULTS = tuple(name for name, kind in KINDS.items() if kind.scope in (Scope.COUPLER, Scope.COUPLERS))
TURN = (*FAULTS[: len(FAULTS) // 2], HEALTHY, *FAULTS[len(FAULTS) // 2 :])
"""Kinds in the order of the seeds, and a healthy pair among them."""
BESIDE = ("flux_crosstalk", "swapped_flux_lines")
"""Kinds that take two couplers to be felt."""

OUTSIDE = (DiagnosisCode.PAIR_TOO_CLOSE, DiagnosisCode.PAIR_COLLISION, DiagnosisCode.PAIR_BEYOND)
ABOVE = (DiagnosisCode.CZ_ABOVE_LIMIT, DiagnosisCode.CONTRAST_LOST, DiagnosisCode.LEAKAGE)

Fits = Callable[[Mapping[str, float]], bool]


def _always(strength: Mapping[str, float]) -> bool:
    return True


def _attenuates(least: float, most: float = math.inf) -> Fits:
    return lambda strength: least <= strength["db"] <= most


def _displaces(least: float) -> Fits:
    return lambda strength: abs(strength["flux"]) >= least


NAMES: Mapping[str, Mapping[DiagnosisCode, Fits]] = {
    "dead_flux_line": {DiagnosisCode.NO_INTERACTION: _always},
    "attenuated_flux_line": {
        DiagnosisCode.FLUX_GAIN_OFF: _always,
        DiagnosisCode.ONE_WALL: _attenuates(3.0, 9.0),  # the other one lies beyond the range
        DiagnosisCode.NO_INTERACTION: _attenuates(20.0),  # a tenth of the flux hardly moves a coupler at its top
    },
    "trapped_flux": {
        DiagnosisCode.FLUX_OFFSET_OFF: _always,
        DiagnosisCode.ONE_WALL: _displaces(0.15),  # the other one lies beyond the range
    },
    "flux_line_tail": {DiagnosisCode.SETTLING: _always},
    "lossy_coupler": dict.fromkeys(ABOVE, _always),
    "coupler_defect": dict.fromkeys(ABOVE, _always),
    "flux_crosstalk": {},
    "frequency_collision": dict.fromkeys(OUTSIDE, _always),
    "swapped_flux_lines": {DiagnosisCode.NO_INTERACTION: _always},
    HEALTHY: {},
}
"""Kind of fault -> diagnoses that are right for it, and for which strengths. Every kind may be too weak to matter, or
be calibrated away: then the pair is done."""


@dataclass(frozen=True)
class Case:
    """One chip: its fault, and which of its pairs have it."""

    seed: int
    """Of the chip."""
    kind: str
    strength: Mapping[str, float]
    begins: float | None
    """Seconds after the night began; None: always there."""
    ends: float | None
    qubits: int
    faulty: tuple[Pair, ...]

    @property
    def told(self) -> str:
        strength = ", ".join(f"{name} {value:.3g}" for name, value in self.strength.items())
        hours = "" if self.begins is None else f" {self.begins:.0f} to {self.ends or math.inf:.0f} s"
        return f"{self.kind} {strength}{hours}"

    def opened(self) -> SimulatedDevice:
        edges = tuple(pairwise(range(self.qubits)))
        faults = ()
        if self.kind != HEALTHY:
            since = -math.inf if self.begins is None else CLOCK + self.begins
            until = math.inf if self.ends is None else CLOCK + self.ends
            faults = (make_fault(self.kind, self.faulty, self.qubits, self.strength, since, until),)
        return open_chip(ChipDescription(self.seed, self.qubits, scenario=faults, coupling=edges, tunable=True), CLOCK)


@dataclass(frozen=True)
class Told:
    """What became of one pair."""

    seed: int
    pair: str
    kind: str
    fault: str
    code: str
    ratio: float
    """True error at the end over what qubits and a sound coupler allow."""
    excess: float
    """True error at the end minus that."""
    right: bool
    harm: str
    measurements: int
    device_seconds: float
    why: str


def drawn(seed: int) -> Case:
    """The case of a seed: kinds in turn, on the first chip of this seed's stream whose pairs lie inside the rule."""
    rng = np.random.default_rng([seed, STREAM])
    kind = TURN[seed % len(TURN)]
    qubits = 3 if kind in BESIDE else 2
    pairs = _pairs(qubits)
    chip = int(rng.integers(2**32))
    while not _all_inside(chip, qubits):
        chip = int(rng.integers(2**32))
    strength = {} if kind == HEALTHY else drawn_strength(kind, rng)
    begins = ends = None
    if kind != HEALTHY and not KINDS[kind].permanent and rng.random() < BEGINS:
        begins = float(rng.uniform(0, BRING_UP))
        ends = begins + float(rng.uniform(0, BRING_UP)) if rng.random() < 0.5 else None
    faulty = () if kind == HEALTHY else tuple(pairs) if kind == "swapped_flux_lines" else (pairs[0],)
    return Case(chip, kind, strength, begins, ends, qubits, faulty)


def _all_inside(seed: int, qubits: int) -> bool:
    """Whether the pairs of a chip without faults may have a CZ by their frequencies."""
    edges = tuple(pairwise(range(qubits)))
    device = open_chip(ChipDescription(seed, qubits, coupling=edges, tunable=True), CLOCK)
    known = {name: values | times(device)[name] for name, values in tuned(device).items()}
    return all(pair_fit(*(known[f"q{qubit}"] for qubit in edge)) is PairFit.INSIDE for edge in edges)


def run(seed: int) -> list[Told]:
    case = drawn(seed)
    device = case.opened()
    return [told_of(case, pair, night(device, pair), device) for pair in _pairs(case.qubits)]


def _pairs(qubits: int) -> list[Pair]:
    """Of a line."""
    return [Pair(*edge) for edge in pairwise(range(qubits))]


def told_of(case: Case, pair: Pair, found: Night, device: SimulatedDevice) -> Told:
    """A pair is right that is calibrated within the goal by the truth, or named by its fault."""
    faulty = pair in case.faulty
    known = times(device)
    duration = device.controls()[pair]["cz_duration"]
    limit = cz_limit(duration, *(known[f"q{qubit}"] for qubit in pair.qubits()))
    assert limit is not None, "the truth knows both times"
    allowed = max(limit, found.true.qubits_limit + (0.0 if faulty else found.true.coupler_limit))
    ratio = found.true.error / allowed
    calibrated = found.code == "done" and ratio <= GOALS.error_over_coherence_limit
    fits = NAMES[case.kind].get(DiagnosisCode(found.code)) if found.code != "done" and faulty else None
    named = fits is not None and fits(case.strength)
    harm = ""
    if found.code == "done" and ratio > NEVER_ABOVE:
        harm = f"done above {NEVER_ABOVE:g} times the limit"
    elif not faulty and found.code != "done":
        harm = "healthy and blamed"
    return Told(
        seed=case.seed,
        pair=pair,
        kind=case.kind if faulty else HEALTHY,
        fault=case.told,
        code=found.code,
        ratio=ratio,
        excess=found.true.error - allowed,
        right=calibrated or named,
        harm=harm,
        measurements=len(found.attempts),
        device_seconds=found.device_seconds,
        why=found.decision.why,
    )


def line(one: Told) -> str:
    about = ("" if one.right else " MISSED") + (f" HARM: {one.harm}" if one.harm else "")
    return (
        f"- chip {one.seed} {one.pair}: {one.fault if one.kind != HEALTHY else f'healthy beside {one.fault}'}: "
        f"{one.code}, {one.ratio:.2f} of the limit, {one.excess:.1e} above it, "
        f"{one.measurements} measurements, {one.device_seconds:.0f} s{about}"
    )


def table(told: list[Told]) -> str:
    """Kind by kind, as Markdown, and below what all of it comes to."""
    rows = ["| fault | pairs | calibrated | named | neither |", "|---|---|---|---|---|"]
    for kind in TURN:
        those = [one for one in told if one.kind == kind]
        done, right = sum(one.code == "done" and one.right for one in those), sum(one.right for one in those)
        rows.append(f"| {kind} | {len(those)} | {done} | {right - done} | {len(those) - right} |")
    faulty, healthy = ([one for one in told if (one.kind == HEALTHY) is beside] for beside in (False, True))
    return "\n".join(
        [
            *rows,
            "",
            f"faulty pairs named or calibrated: {proportion(sum(one.right for one in faulty), len(faulty))}",
            f"healthy pairs calibrated: {proportion(sum(one.right for one in healthy), len(healthy))}",
            f"called done above {NEVER_ABOVE:g} times the limit: "
            f"{sum(one.code == 'done' and one.ratio > NEVER_ABOVE for one in told)}",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    chip_by_chip.add_arguments(parser, 60)
    chip_by_chip.study("pair faults", parser.parse_args(), run, line, table)


if __name__ == "__main__":
    main()
