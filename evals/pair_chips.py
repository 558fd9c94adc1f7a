"""Cold nights on chips of five qubits in a line with tunable couplers, qubits and pairs, judged by the hidden truth.

``python -m reson.evals.pair_chips --seeds 20`` draws the chips from the commit's hash and prints each as it comes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reson.components import Pair, Qubit
from reson.evals import seeds
from reson.evals.intervals import proportion
from reson.evals.pair_nights import CLOCK
from reson.evals.true_pair import CzErrors, true_cz

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.tools.devices.simulated.device import SimulatedDevice

QUBITS = 5
GOAL, NEVER_ABOVE = 1.5, 2.0
"""Times the limit of qubits and coupler up to which a CZ is good, and above which no pair may be called done."""
DONE = ("done", "below")
"""States of a report that a night closed as calibrated."""
GOOD_FIDELITY = 1e-3
"""Error of a CZ below which its fidelity is above 99.9 %."""


@dataclass(frozen=True)
class PairResult:
    seed: int
    component: str
    state: str
    """As the report says."""
    diagnoses: tuple[str, ...]
    both_done: bool
    """Whether both its qubits are."""
    apart: float
    """Hz between the qubits."""
    depth: float
    """Anharmonicity of the upper one, Hz, positive."""
    true: CzErrors
    device_seconds: float

    @property
    def ratio(self) -> float:
        return self.true.error / self.true.limit

    @property
    def excess(self) -> float:
        """True error minus that limit, which a ratio forgives where coherence is short."""
        return self.true.error - self.true.limit

    @property
    def inside(self) -> bool:
        """By the rule of frequencies, 60 MHz to 0.6 anharmonicities apart."""
        return 60e6 < self.apart < 0.6 * self.depth


@dataclass(frozen=True)
class ChipResult:
    seed: int
    ending: str
    qubits_done: int
    device_seconds: float
    pair_device_seconds: float
    """Of the jobs in which pairs were measured, disjoint ones at once."""
    cpu_seconds: float
    pairs: tuple[PairResult, ...]


def run_night(seed: int, t1_factor: float = 1.0) -> ChipResult:
    """One cold chip and one night in a lab of its own; every drawn T1 (and T2 with it) times ``t1_factor``."""
    from reson.agent.launch import Plan, start
    from reson.tools.devices.simulated.device import SimulatedDevice
    from reson.tools.store.measurements import list_measurements

    with tempfile.TemporaryDirectory() as directory:
        lab = _new_lab(Path(directory), seed, t1_factor)
        ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
        store = lab.store()
        device = lab.device(store)
        assert isinstance(device, SimulatedDevice), "only a simulated chip has a truth to compare with"
        report = json.loads((ended.report.parent / "report.json").read_text())
        rows = list_measurements(store, run_id=ended.run_id)
    said = {one["component"]: one for one in report["qubits"]}
    jobs = {row.job_id: row.device_ended - row.device_started for row in rows}
    spent = {name: sum(jobs[one] for one in {row.job_id for row in rows if row.component == name}) for name in said}
    used = resource.getrusage(resource.RUSAGE_SELF)
    return ChipResult(
        seed=seed,
        ending=ended.ending,
        qubits_done=sum(said[Qubit(qubit)]["state"] in DONE for qubit in range(QUBITS)),
        device_seconds=sum(jobs.values()),
        pair_device_seconds=sum(jobs[one] for one in {row.job_id for row in rows if "-" in row.component}),
        cpu_seconds=used.ru_utime + used.ru_stime,
        pairs=tuple(_judged(device, said, Pair(*edge), seed, spent) for edge in pairwise(range(QUBITS))),
    )


def _new_lab(directory: Path, seed: int, t1_factor: float) -> Lab:
    from reson.agent.lab import open_lab
    from reson.agent.lab_file import NEW_CHIP
    from reson.tools.devices.simulated.device import open_simulated

    described = NEW_CHIP
    if t1_factor != 1.0:
        drawn = open_simulated(seed, QUBITS, {}, CLOCK).chip.truth.transmons
        described += "".join(
            f"[qubit.{Qubit(qubit)}]\nt1 = {t1_factor * one.t1!r}\n" for qubit, one in enumerate(drawn)
        )
    return open_lab(directory, seed=seed, qubits=QUBITS, chip=described)


def _judged(
    device: SimulatedDevice, said: Mapping[str, Any], pair: Pair, seed: int, spent: Mapping[str, float]
) -> PairResult:
    both = [device.chip.truth_now().transmons[qubit] for qubit in pair.qubits()]
    upper = max(both, key=lambda one: one.f01)
    return PairResult(
        seed=seed,
        component=pair,
        state=said[pair]["state"],
        diagnoses=tuple(one["code"] for one in said[pair]["diagnoses"]),
        both_done=all(said[Qubit(qubit)]["state"] in DONE for qubit in pair.qubits()),
        apart=abs(both[0].f01 - both[1].f01),
        depth=abs(upper.anharmonicity),
        true=true_cz(device, (pair.qubits()[0], pair.qubits()[1])),
        device_seconds=spent[pair],
    )


def _run(asked: tuple[int, float]) -> ChipResult:
    found = run_night(*asked)
    lines = [
        f"{one.component} {one.state} {one.ratio:.2f} of the limit, error {one.true.error:.1e}, coherent "
        f"{one.true.coherent:.0e}, leakage {one.true.leakage:.0e} ({one.true.coherent_leakage:.0e} of the pulse), "
        f"zz {one.true.idle_zz:.0f} Hz{' ' + ','.join(one.diagnoses) if one.diagnoses else ''}"
        for one in found.pairs
    ]
    print(
        f"seed {found.seed}: {found.ending}, {found.qubits_done} of {QUBITS} qubits, "
        f"{found.pair_device_seconds:.0f} of {found.device_seconds:.0f} s of device, {found.cpu_seconds:.0f} s of CPU",
        *lines,
        sep="\n  ",
        flush=True,
    )
    return found


def summarise(chips: Sequence[ChipResult]) -> str:
    """What the issue of two-qubit gates asks, with its denominators."""
    pairs = [pair for chip in chips for pair in chip.pairs]
    able = [pair for pair in pairs if pair.inside and pair.both_done]
    done = [pair for pair in pairs if pair.state in DONE]
    good = [pair for pair in able if pair in done and pair.ratio <= GOAL]
    unnamed = [pair for pair in pairs if pair not in done and not pair.diagnoses]
    harmful = [pair for pair in done if pair.ratio > NEVER_ABOVE]
    above = [pair for pair in done if pair.ratio > GOAL]
    fine = [pair for pair in done if pair.true.error < GOOD_FIDELITY]
    lines = [
        f"{len(chips)} chips, {len(pairs)} pairs, of them {len(able)} inside the rule with both qubits done",
        f"of these done, within {GOAL} times the limit by the truth: {proportion(len(good), len(able))}",
        f"called done above {GOAL}: {len(above)}; above {NEVER_ABOVE}: {len(harmful)}",
        f"neither done nor named: {len(unnamed)}",
        f"CZ fidelity above 99.9 % of those done: {proportion(len(fine), len(done))}",
    ]
    if done:
        lines += [
            "median of those done: "
            f"{statistics.median(pair.ratio for pair in done):.2f} of the limit, "
            f"{statistics.median(pair.excess for pair in done):.1e} above it "
            f"(worst {max(pair.excess for pair in done):.1e}), "
            f"coherent {statistics.median(pair.true.coherent for pair in done):.1e}, "
            f"leakage {statistics.median(pair.true.leakage for pair in done):.1e}, "
            f"that of the pulse alone {statistics.median(pair.true.coherent_leakage for pair in done):.1e}, "
            f"idle ZZ {statistics.median(abs(pair.true.idle_zz) for pair in done):.0f} Hz",
            f"idle ZZ below 1 kHz: {proportion(sum(abs(pair.true.idle_zz) < 1e3 for pair in done), len(done))}",
            f"device time of a pair: median {statistics.median(pair.device_seconds for pair in done):.0f} s",
            f"of the pairs in layers: median {statistics.median(chip.pair_device_seconds for chip in chips):.0f} s, "
            f"most {max(chip.pair_device_seconds for chip in chips):.0f} s",
        ]
    lines.append(f"CPU of a night: median {statistics.median(chip.cpu_seconds for chip in chips):.0f} s")
    lines += [
        f"  missed: seed {pair.seed} {pair.component}: {pair.state} {', '.join(pair.diagnoses)}, "
        f"{pair.ratio:.2f} of the limit, {pair.apart / 1e6:.0f} MHz apart"
        for pair in able
        if pair not in good
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40, help="how many chips")
    seeds.add_arguments(parser)
    parser.add_argument("--t1-factor", type=float, default=1.0, help="times every drawn T1; 1.67 makes 150 us of 90")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, help="also write the results here")
    asked = parser.parse_args()
    study = "pair chips"
    first = seeds.first_seed(study, asked, asked.seeds)
    chips = []
    with multiprocessing.get_context("spawn").Pool(asked.workers, maxtasksperchild=1) as pool:
        each = [(seed, asked.t1_factor) for seed in range(first, first + asked.seeds)]
        for chip in pool.imap(_run, each):
            chips.append(chip)
            if asked.json:
                asked.json.write_text(json.dumps([asdict(one) for one in chips], indent=1))
    print(seeds.told(study, first))
    print(summarise(chips))


if __name__ == "__main__":
    main()
