"""What is memory worth? The same second night with and without it: ``python -m reson.evals.memory_off``.

Each chip has two qubits, one of which (of swapped lines both) has a fault that no calibration mends. After a cold night
the lab is copied, and the next night runs on both copies, on one with ``[memory] use = false``.
``--nights 10`` follows single labs instead, and tells what their lessons come to.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, start
from reson.evals import seeds
from reson.evals.faulty_chips import FaultyChip, faulty_chip
from reson.evals.nights import make_lab
from reson.tools.store.lessons import list_lessons
from reson.tools.store.measurements import list_measurements

STUDY = "memory off"
KINDS = (
    "dead_drive_line",
    "dead_readout_line",
    "readout_saturated",
    "noisy_amplifier",
    "hot_qubit",
    "clipped_generator",
    "swapped_drive_lines",
)


@dataclass(frozen=True)
class Compared:
    kind: str
    named: bool
    """Whether the first night gave every faulty qubit its name."""
    first: int
    """Measurements of the faulty qubits in the first night, and in the second by what it knew."""
    remembering: int
    forgetful: int
    still_named: tuple[bool, bool]
    """Whether the second night gave the same names: with memory, without."""


def compared(seed: int, kind: str) -> Compared:
    """Two nights on one chip, the second one twice."""
    faulty = faulty_chip(seed, 2, (kind,))
    with tempfile.TemporaryDirectory() as place:
        lab = make_lab(Path(place) / "with", seed, 2, faulty)
        cold = _night(lab)
        shutil.copytree(lab.directory, Path(place) / "without")
        without = open_lab(Path(place) / "without")
        settings = without.directory / "lab.toml"
        settings.write_text(settings.read_text().replace("use = true", "use = false"))
        runs = [(lab, cold), (lab, _night(lab)), (without, _night(open_lab(without.directory)))]
        first, remembering, forgetful = (_measurements(one, run, faulty) for one, run in runs)
        named = [_named(one, run, faulty) for one, run in runs]
    return Compared(kind, named[0], first, remembering, forgetful, (named[1], named[2]))


def _night(lab: Lab) -> str:
    return start(lab, Plan(kind="night", rest=True), lambda kind, body: None).run_id


def _measurements(lab: Lab, run: str, faulty: FaultyChip) -> int:
    return sum(row.component in faulty.expected for row in list_measurements(lab.store(), run_id=run))


def _named(lab: Lab, run: str, faulty: FaultyChip) -> bool:
    told = {(row.component, row.code) for row in list_lessons(lab.store(), run_id=run)}
    return set(faulty.expected.items()) <= told


def follow(seed: int, kind: str, nights: int) -> None:
    """Print, night by night, what one lab has learnt and what its faulty qubits still cost."""
    faulty = faulty_chip(seed, 2, (kind,))
    with tempfile.TemporaryDirectory() as place:
        lab = make_lab(Path(place), seed, 2, faulty)
        for number in range(1, nights + 1):
            run = _night(lab)
            every, still = list_lessons(lab.store()), list_lessons(lab.store(), open_only=True)
            most = max(Counter((row.component, row.code) for row in still).values(), default=0)
            bare = sum(not row.evidence for row in every)
            cost = _measurements(lab, run, faulty)
            said = f"{len(every)} lessons, {len(still)} open, at most {most} of one kind, {bare} without evidence"
            print(f"  night {number}: {cost} measurements of the faulty; {said}", flush=True)
        for row in list_lessons(lab.store(), open_only=True):
            print(f"  open: {row.component} {row.code}, since night of {row.since_device:.0f}: {row.text[:90]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chips", type=int, default=2, help="chips for each kind of fault")
    parser.add_argument("--kinds", nargs="+", default=KINDS)
    parser.add_argument("--nights", type=int, default=0, help="follow one chip of each kind for so many nights")
    seeds.add_arguments(parser)
    asked = parser.parse_args()
    first = seeds.first_seed(STUDY, asked, asked.chips * len(asked.kinds))
    if asked.nights:
        for index, kind in enumerate(asked.kinds):
            print(f"{kind}, seed {first + index}")
            follow(first + index, kind, asked.nights)
        return
    rows = []
    for index in range(asked.chips * len(asked.kinds)):
        row = compared(first + index, asked.kinds[index % len(asked.kinds)])
        rows.append(row)
        print(f"seed {first + index}: {row}", flush=True)
    print("| fault | first night | second, memory on | second, memory off | named: first, on, off |")
    print("|---|---|---|---|---|")
    for kind in asked.kinds:
        mine = [row for row in rows if row.kind == kind]
        cost = [sum(getattr(row, name) for row in mine) for name in ("first", "remembering", "forgetful")]
        names = [sum(row.named for row in mine), *(sum(row.still_named[one] for row in mine) for one in (0, 1))]
        print(f"| {kind} | {' | '.join(map(str, cost))} | {', '.join(map(str, names))} of {len(mine)} |")
    with_it, without = sum(row.remembering for row in rows), sum(row.forgetful for row in rows)
    print(f"on the faulty qubits {with_it} in place of {without}: {with_it / without:.2f}")
    print(seeds.told(STUDY, first))


if __name__ == "__main__":
    main()
