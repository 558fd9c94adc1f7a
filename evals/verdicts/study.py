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
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from reson.agent.campaign.measuring import with_doubt, within_bounds
from reson.agent.reading import read_saved_data
from reson.errors import ToolError
from reson.evals import seeds
from reson.evals.verdicts.comparison import compare
from reson.evals.verdicts.outcomes import Outcome
from reson.evals.verdicts.report import page, summary
from reson.evals.verdicts.setting import HEALTHY, Setting, condition, prepare
from reson.evals.verdicts.trial import true_values
from reson.evals.verdicts.trials import TRIALS
from reson.records import Verdict
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.verdicts.judge import judge

EACH = 56
"""Measurements of each experiment, healthy and spoilt in turn."""
MORE = 90
"""Further healthy ones of each, for the error bars."""
PROGRESS = 200
STUDY = "verdicts"


def measure(experiment: str, number: int, first_seed: int) -> Outcome:
    """Measurement ``number`` of an experiment, on the chip of its own seed, judged and compared with the truth."""
    seed = first_seed + number
    trial, row = TRIALS[experiment], get(experiment)
    what, setting = prepare(experiment, trial.stage, trial.sweeps, trial.qubits, seed, number, trial.coupling)
    arguments = _arguments(setting)
    now = setting.device.chip.truth_now().transmons[0]
    never = trial.meaningless(setting)
    fits = not never and trial.adequate(setting, arguments, now)
    try:
        raw = row.acquire(setting.device, {0: arguments})[0]
    except ToolError as error:  # the device refuses the pulse: nothing can be written
        reasons = (f"refused: {error.message}",)
        return Outcome(experiment, number, seed, what, False, Verdict.REJECT, Verdict.REJECT, "", reasons)
    raw = replaced_by_noise(raw, setting.rng) if setting.noise else raw
    analysis = row.analyse(raw)
    changes = row.propose(analysis, raw.controls)
    numbers = judge([*row.check(analysis, arguments, setting.history), *within_bounds(changes)])
    reading = read_saved_data(analysis)
    judgement = with_doubt(numbers, reading)
    truth = true_values(trial, setting.device, raw, {change.parameter: change.new for change in changes})
    return Outcome(
        experiment=experiment,
        number=number,
        seed=seed,
        condition=what,
        adequate=fits,
        verdict=judgement.verdict,
        by_numbers=numbers.verdict,
        status=str(reading.status),
        reasons=judgement.reasons,
        values={
            change.parameter: compare(
                trial.needs[change.parameter], change.new, change.stderr, truth[change.parameter], never
            )
            for change in changes
        },
    )


def _arguments(setting: Setting) -> dict[str, float]:
    """Complete arguments, kept within the limits of the catalogue."""
    row = get(setting.experiment)
    usual = row.arguments({}, setting.known)
    wanted = setting.given | {name: factor * usual[name] for name, factor in setting.scaled.items()}
    specs = {spec.name: spec for spec in row.parameters}
    within = {name: float(np.clip(value, specs[name].low, specs[name].high)) for name, value in wanted.items()}
    return row.arguments({k: round(v) if specs[k].integer else v for k, v in within.items()}, setting.known)


def replaced_by_noise(raw: RawData, rng: np.random.Generator) -> RawData:
    """The same measurement with every shot drawn from one distribution: nothing depends on the sweep."""
    number, arrays = len(raw.circuits), {}
    if "counts" in raw.arrays:
        ones = rng.binomial(raw.shots, rng.uniform(0.02, 0.98), number)
        arrays["counts"] = np.stack([raw.shots - ones, ones], axis=1)
    elif "iq" in raw.arrays:
        arrays["iq"] = rng.standard_normal((number, raw.shots, 2)).view(complex)[..., 0] + 3.0
    else:
        spread = 1 / np.sqrt(raw.shots)
        arrays["iq_mean"] = spread * rng.standard_normal((number, 2)).view(complex)[..., 0] + 3.0
        arrays["iq_stderr"] = np.full((number, 2), spread)
    return replace(raw, arrays=arrays)


def _job(case: tuple[str, int, int]) -> Outcome:
    return measure(*case)


def numbers(each: int, healthy: int) -> list[int]:
    """Of the first ``each`` measurements, and of the next ``healthy`` ones that are healthy."""
    more = (number for number in itertools.count(each) if condition(number) == HEALTHY)
    return [*range(each), *itertools.islice(more, healthy)]


def run_study(
    each: int, first_seed: int, workers: int, experiments: tuple[str, ...] = (), healthy: int = 0
) -> list[Outcome]:
    """All measurements, in the order of the catalogue."""
    names = experiments or [name for name in CATALOGUE if name in TRIALS]
    cases = [(name, number, first_seed) for name in names for number in numbers(each, healthy)]
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
    parser.add_argument("--only", nargs="*", default=[], choices=list(TRIALS), help="these experiments alone")
    seeds.add_arguments(parser)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", type=Path, help="write the report here (markdown)")
    parser.add_argument("--json", type=Path, help="also write every measurement here")
    asked = parser.parse_args()
    first = seeds.first_seed(STUDY, asked, numbers(asked.each, asked.healthy)[-1] + 1)
    outcomes = run_study(asked.each, first, asked.workers, tuple(asked.only), asked.healthy)
    print(summary(outcomes))
    if asked.write:
        asked.write.write_text(page(outcomes, seeds.told(STUDY, first), asked.each))
    if asked.json:
        asked.json.write_text(json.dumps([_plain(outcome) for outcome in outcomes], indent=1))


def _plain(outcome: Outcome) -> Mapping[str, object]:
    return asdict(outcome) | {"wrong": outcome.wrong, "good": outcome.good}
