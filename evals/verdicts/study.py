"""How far a verdict can be trusted: thousands of measurements, healthy and spoilt, judged against the hidden truth.

``python -m reson.evals.verdicts`` draws chips that nobody has seen from the hash of the commit (``seeds``); ``--tune``
uses those that thresholds, error estimates and readings are improved on.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from reson.evals import seeds
from reson.evals.verdicts.measuring import measure
from reson.evals.verdicts.outcomes import Outcome
from reson.evals.verdicts.report import page, summary
from reson.evals.verdicts.stage import HEALTHY, Stage, condition
from reson.evals.verdicts.trials import ALL_TRIALS
from reson.tools.devices.simulated.realism import CLEAN, FRIDGE
from reson.tools.experiments.catalogue import EXPERIMENTS

EACH = 56
"""Measurements of each experiment, healthy and spoilt in turn."""
MORE = 90
"""Further healthy ones of each, for the error bars."""
PROGRESS = 200
STUDY, FRIDGE_STUDY = "verdicts", "fridge verdicts"
JUDGED = [name for name in EXPERIMENTS if name in ALL_TRIALS]


def _job(case: tuple[str, int, int, str]) -> Outcome:
    return measure(*case)


def numbers(each: int, healthy: int) -> list[int]:
    """Of the first ``each`` measurements, and of the next ``healthy`` ones that are healthy."""
    more = (number for number in itertools.count(each) if condition(number) == HEALTHY)
    return [*range(each), *itertools.islice(more, healthy)]


def run_study(
    each: int,
    first_seed: int,
    workers: int,
    experiments: tuple[str, ...] = (),
    healthy: int = 0,
    realism: str = CLEAN,
) -> list[Outcome]:
    """All measurements, in the order of the catalogue."""
    names = experiments or JUDGED
    cases = [(name, number, first_seed, realism) for name in names for number in numbers(each, healthy)]
    os.environ["OMP_NUM_THREADS"] = "1"  # small matrices: more threads only get in each other's way
    outcomes: list[Outcome] = []
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for outcome in pool.imap(_job, cases, chunksize=10):
            outcomes.append(outcome)
            if len(outcomes) % PROGRESS == 0:
                print(f"{len(outcomes)} of {len(cases)} measurements", file=sys.stderr, flush=True)
    return outcomes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=EACH, help="measurements of each experiment")
    parser.add_argument("--healthy", type=int, default=MORE, help="further healthy ones of each, for the error bars")
    parser.add_argument("--only", nargs="*", default=[], choices=JUDGED, help="these experiments alone")
    parser.add_argument("--fridge", action="store_true", help="chips with all that a fridge brings; no pairs")
    seeds.add_arguments(parser)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", type=Path, help="write the report here (markdown)")
    parser.add_argument("--json", type=Path, help="also write every measurement here")
    asked = parser.parse_args()
    study, realism = (FRIDGE_STUDY, FRIDGE) if asked.fridge else (STUDY, CLEAN)
    names = tuple(asked.only) or tuple(name for name in JUDGED if realism == CLEAN or _of_qubits(name))
    first = seeds.first_seed(study, asked, numbers(asked.each, asked.healthy)[-1] + 1)
    outcomes = run_study(asked.each, first, asked.workers, names, asked.healthy, realism)
    print(summary(outcomes))
    if asked.write:
        asked.write.write_text(page(outcomes, seeds.told(study, first), asked.each))
    if asked.json:
        asked.json.write_text(json.dumps([_plain(outcome) for outcome in outcomes], indent=1))


def _of_qubits(name: str) -> bool:
    return isinstance(ALL_TRIALS[name].stage, Stage)


def _plain(outcome: Outcome) -> Mapping[str, object]:
    return asdict(outcome) | {"wrong": outcome.wrong, "good": outcome.good}
