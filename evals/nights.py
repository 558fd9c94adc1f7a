"""Whole nights on many simulated chips, compared with the hidden truth: ``make eval``.

The chips are drawn afresh from the commit's hash (``seeds``); thresholds and defaults were tuned on others.
A night's exit is compared with the true average gate error of the calibrated pulses at the end of the night.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reson.components import Qubit
from reson.evals import seeds
from reson.evals.faulty_chips import QUBITS, TEN_KINDS, FaultyChip, faulty_chip
from reson.evals.intervals import proportion
from reson.evals.scorers import MOST_EXCESS, NEVER_ABOVE

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.tools.devices.simulated.device import SimulatedDevice

GOAL = 1.5
FRIDGE = FaultyChip('realism = "fridge"\n', {})


@dataclass(frozen=True)
class QubitResult:
    seed: int
    component: str
    state: str
    """done or failed, as the report says."""
    diagnoses: tuple[str, ...]
    expected: str | None
    """The diagnosis that the qubit's fault must get; None for one that no fault was put into."""
    own_troubles: tuple[str, ...]
    """Diagnoses that are right without a fault: the chip itself has defects that come and go on this qubit."""
    true_ratio: float
    """True mean error of X and SX over the true coherence limit."""
    true_error: float
    """Mean error of X and SX."""
    reported_error: float | None

    @property
    def true_excess(self) -> float:
        """True error minus coherence limit: a ratio forgives a pulse that is far off where the coherence is short."""
        return self.true_error * (1 - 1 / self.true_ratio)

    @property
    def reached(self) -> bool:
        """Called done, and good in truth: by the ratio and by what the ratio forgives."""
        return self.state == "done" and self.true_ratio <= GOAL and self.true_excess <= MOST_EXCESS

    @property
    def harmful(self) -> bool:
        """Called done though no goal would have it so."""
        return self.state == "done" and (self.true_ratio > NEVER_ABOVE or self.true_excess > MOST_EXCESS)


@dataclass(frozen=True)
class NightResult:
    seed: int
    ending: str
    measurements: int
    measurements_second: int | None
    """Measurements of a second night on the same lab, if it was asked for."""
    device_seconds: float
    wall_seconds: float
    qubits: tuple[QubitResult, ...]


def make_lab(directory: Path, seed: int, qubits: int, faulty: FaultyChip | None) -> Lab:
    """A new lab on the chip of this seed, with the faults of a scenario."""
    from reson.agent.lab import open_lab

    return open_lab(directory, seed=seed, qubits=qubits, chip=faulty.text if faulty else "")


def run_night(seed: int, qubits: int = 5, second: bool = False, faulty: FaultyChip | None = None) -> NightResult:
    """One cold chip, one night (or two), in a lab of its own."""
    from reson.agent.launch import Plan, start
    from reson.tools.devices.simulated.device import SimulatedDevice
    from reson.tools.store.measurements import list_measurements
    from reson.tools.store.parameters import current

    with tempfile.TemporaryDirectory() as directory:
        lab = make_lab(Path(directory), seed, qubits, faulty)
        began = time.monotonic()
        ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
        wall = time.monotonic() - began
        store = lab.store()
        device = lab.device(store)
        assert isinstance(device, SimulatedDevice), "only a simulated chip has a truth to compare with"
        table = current(store, device.name)
        report = json.loads((ended.report.parent / "report.json").read_text())
        reported = {said["component"]: said for said in report["qubits"]}
        results = []
        for qubit in range(qubits):
            name = Qubit(qubit)
            benchmark = table[name].get("error_per_gate")
            expected = faulty.expected.get(name) if faulty else None
            results.append(
                judged(device, seed, qubit, reported[name], expected, benchmark.value if benchmark else None)
            )
        rows = list_measurements(store, run_id=ended.run_id)
        again = None
        if second:
            next_night = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
            again = len(list_measurements(store, run_id=next_night.run_id))
        jobs = {row.job_id: row.device_ended - row.device_started for row in rows}
        return NightResult(seed, ended.ending, len(rows), again, sum(jobs.values()), wall, tuple(results))


def judged(
    device: SimulatedDevice,
    seed: int,
    qubit: int,
    said: Mapping[str, Any],
    expected: str | None,
    reported_error: float | None,
) -> QubitResult:
    """What a report says of a qubit, beside the pulses that are loaded now."""
    from reson.evals.truth import true_gate_errors

    truth = true_gate_errors(device, qubit)
    error = (truth.x + truth.sx) / 2
    return QubitResult(
        seed=seed,
        component=Qubit(qubit),
        state="done" if said["state"] == "below" else said["state"],  # a night is judged by how it closed
        diagnoses=tuple(diagnosis["code"] for diagnosis in said["diagnoses"]),
        expected=expected,
        own_troubles=_own_troubles(device, qubit),
        true_ratio=error / truth.coherence_limit,
        true_error=error,
        reported_error=reported_error,
    )


def _own_troubles(device: SimulatedDevice, qubit: int) -> tuple[str, ...]:
    """What a two-level defect of the chip's own does to a qubit while it is coupled, as a diagnosis names it."""
    defects = device.chip.truth.transmons[qubit].defects
    return tuple("two_frequencies" if defect.is_fast else "short_t1" for defect in defects)


def _run(arguments: tuple[str, int, bool]) -> NightResult:
    study, seed, second = arguments
    match study:
        case "faulty nights":
            result = run_night(seed, QUBITS, second, faulty_chip(seed))
        case "fridge nights":
            result = run_night(seed, second=second, faulty=FRIDGE)
        case _:
            result = run_night(seed, second=second)
    lines = [
        f"{q.component} {q.state} {q.true_ratio:.2f}{' ' + ','.join(q.diagnoses) if q.diagnoses else ''}"
        for q in result.qubits
    ]
    print(
        f"seed {seed}: {result.ending}, {result.measurements} measurements, {result.wall_seconds:.0f} s:",
        "; ".join(lines),
        flush=True,
    )
    return result


def summarise(nights: list[NightResult]) -> str:
    qubits = [qubit for night in nights for qubit in night.qubits]
    reached = [qubit for qubit in qubits if qubit.reached]
    harmful = [qubit for qubit in qubits if qubit.harmful]
    done = [qubit for qubit in qubits if qubit.state == "done"]
    ratios, excesses = [qubit.true_ratio for qubit in done], [qubit.true_excess for qubit in done]
    lines = [
        f"{len(nights)} nights, {len(qubits)} healthy qubits",
        f"calibrated by the hidden truth, to <= {GOAL} x the coherence limit and {MOST_EXCESS:g} above it: "
        f"{proportion(len(reached), len(qubits))}",
        f"reported as calibrated though above {NEVER_ABOVE} x or by {MOST_EXCESS:g}: {len(harmful)}",
        f"true error over coherence limit: median {statistics.median(ratios):.3f}, worst {max(ratios):.3f}",
        f"true error minus coherence limit: median {statistics.median(excesses):.1e}, worst {max(excesses):.1e}",
        f"measurements per night: median {statistics.median(night.measurements for night in nights):g}",
    ]
    seconds = [night.measurements_second / night.measurements for night in nights if night.measurements_second]
    if seconds:
        lines.append(
            f"second night's measurements over the first's: median {statistics.median(seconds):.2f}, "
            f"largest {max(seconds):.2f}"
        )
    lines += [
        f"  missed: seed {q.seed} {q.component}: {q.state} {q.diagnoses} true ratio {q.true_ratio:.2f}"
        for q in qubits
        if q not in reached
    ]
    return "\n".join(lines)


def summarise_faults(nights: list[NightResult]) -> str:
    """How many faults were named rightly, and what became of the healthy qubits beside them."""
    qubits = [qubit for night in nights for qubit in night.qubits]
    faulty = [qubit for qubit in qubits if qubit.expected]
    healthy = [qubit for qubit in qubits if not qubit.expected and not qubit.own_troubles]
    unspoilt = [qubit for qubit in qubits if not qubit.expected]
    troubled = [qubit for qubit in qubits if not qubit.expected and qubit.own_troubles]
    wrong = [qubit for qubit in faulty if not _named_rightly(qubit)]
    good = [qubit for qubit in healthy if qubit.reached]
    harmful = [qubit for qubit in qubits if qubit.harmful]
    blamed = [qubit for qubit in healthy if qubit.diagnoses]
    misnamed = [qubit for qubit in troubled if not set(qubit.diagnoses) <= set(qubit.own_troubles)]
    endings = ", ".join(sorted({night.ending for night in nights}))
    lines = [
        f"{len(nights)} chips with one fault of each of {len(TEN_KINDS)} kinds; endings: {endings}",
        f"qubits with a fault that were named rightly: {proportion(len(faulty) - len(wrong), len(faulty))}",
        f"healthy qubits calibrated to <= {GOAL} x the coherence limit: {len(good)} of {len(healthy)}",
        "the same with those that have a defect of the chip's own: "
        f"{sum(qubit.reached for qubit in unspoilt)} of {len(unspoilt)}",
        f"healthy qubits with a diagnosis: {len(blamed)}",
        f"qubits with a defect of the chip's own that got another name: {len(misnamed)} of {len(troubled)}",
        f"reported as calibrated though above {NEVER_ABOVE} x or by {MOST_EXCESS:g}: {len(harmful)}",
    ]
    missed = [*wrong, *misnamed, *blamed, *(qubit for qubit in healthy if qubit not in good and qubit not in blamed)]
    lines += [
        f"  seed {q.seed} {q.component}: expected {q.expected or ' or '.join(q.own_troubles) or 'nothing'}, "
        f"{q.state} {', '.join(q.diagnoses) or 'nothing'}, true ratio {q.true_ratio:.2f}"
        for q in missed
    ]
    return "\n".join(lines)


def _named_rightly(qubit: QubitResult) -> bool:
    """Its fault was named, and nothing else but what the chip itself has there."""
    named = set(qubit.diagnoses)
    return qubit.expected in named and named <= {qubit.expected, *qubit.own_troubles}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many chips")
    seeds.add_arguments(parser)
    parser.add_argument("--second", action="store_true", help="also a second night on each chip")
    parser.add_argument(
        "--faults", action="store_true", help="20 qubits, with one fault of each of ten kinds on every chip"
    )
    parser.add_argument("--fridge", action="store_true", help="chips with all that a fridge brings, without a fault")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, help="also write the results here")
    asked = parser.parse_args()
    study = "faulty nights" if asked.faults else "fridge nights" if asked.fridge else "nights"
    first = seeds.first_seed(study, asked, asked.seeds)
    with multiprocessing.get_context("spawn").Pool(asked.workers, maxtasksperchild=4) as pool:
        nights = pool.map(
            _run, [(study, seed, asked.second) for seed in range(first, first + asked.seeds)], chunksize=1
        )
    print(seeds.told(study, first))
    print(summarise_faults(nights) if asked.faults else summarise(nights))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(night) for night in nights], indent=1))


if __name__ == "__main__":
    main()
