"""Two promises, tried a thousand times each: Ramsey has its sign right; a Rabi of too few or many periods is refused.

``python -m reson.evals.sign_and_periods`` on chips drawn afresh; ``--tune`` uses those that were tuned on. A Ramsey
trial draws the detuning of the drive from the range that the checks allow, with default arguments and T2 known or not;
a Rabi trial draws the length of the pulse, the range and the number of points so that the sweep holds less than a
quarter of a period or more than ten.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections import Counter
from dataclasses import dataclass

from reson.evals import seeds
from reson.evals.scenario import Setting
from reson.evals.verdicts.pulses import best_amplitude
from reson.evals.verdicts.stage import Stage
from reson.records import Verdict
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

STUDY = "sign and periods"
TRIALS = 1000
SHARE = 0.45
"""Of the detunings that the sampling allows, on either side."""
SMALLEST = 0.05
"""Turns within the window below which a detuning has no sign to speak of."""
FEW, MANY = (0.02, 0.24), (10.3, 40.0)
"""Periods in the sweep, a little beyond the limits of a quarter and of ten."""
LENGTHS = (16e-9, 900e-9)
"""Seconds of the Rabi pulse. Those beyond 200 ns stand for drive lines stronger than the simulated ones."""


@dataclass(frozen=True)
class Trial:
    seed: int
    right: bool
    verdict: Verdict
    what: str


def ramsey(seed: int) -> Trial:
    """Whether the sign of a random detuning comes out right; a missing value is wrong."""
    stage = Stage(frequency=0.0, amplitude=0.005, t1_known=0.5, t2_known=0.5)
    setting = stage.left("ramsey_xy", seed)
    row, device = get("ramsey_xy"), setting.device
    arguments = row.arguments({}, setting.known)
    window = arguments["max_delay"]
    nyquist = (arguments["points"] - 1) / window / 2
    share = setting.rng.uniform(SMALLEST / (window * nyquist), SHARE) * setting.rng.choice([-1, 1])
    setting.controls["drive_frequency"] = device.chip.truth_now().transmons[0].f01 - share * nyquist
    device.load({"q0": setting.controls})
    raw = row.acquire(device, {0: arguments})[0]
    analysis = row.analyse(raw)
    true = device.chip.truth_at((raw.started + raw.ended) / 2).transmons[0].f01 - setting.controls["drive_frequency"]
    found = analysis.quantities.get("offset")
    verdict = judge(row.check(analysis, arguments, {})).verdict
    turns = "nothing" if found is None else f"{found.value * window:+.2f}"
    what = f"{true * window:+.2f} turns in {window * 1e6:.3g} us, found {turns}"
    return Trial(seed, found is not None and bool(found.value * true > 0), verdict, what)


def rabi(seed: int) -> Trial:
    """Whether a sweep of too few or too many periods is not accepted."""
    setting = Stage(frequency=50e3, amplitude=None).left("rabi", seed)
    row, device = get("rabi"), setting.device
    periods, arguments = _sweep(setting)
    raw = row.acquire(device, {0: arguments})[0]
    analysis = row.analyse(raw)
    verdict = judge(row.check(analysis, arguments, {})).verdict
    found = analysis.quantities.get("periods")
    what = f"{periods:.2f} periods in {arguments['points']} points, found {'nothing' if found is None else found.value}"
    return Trial(seed, verdict is not Verdict.ACCEPT, verdict, what)


def _sweep(setting: Setting) -> tuple[float, dict[str, float]]:
    """Periods and arguments of a sweep that cannot carry its result; loads the length of its pulse."""
    truth, rng = setting.device.chip.truth_now().transmons[0], setting.rng
    while True:
        low, high = FEW if rng.random() < 0.5 else MANY
        periods, length = setting.factor(low, high), setting.factor(*LENGTHS)
        highest = 2 * periods * best_amplitude(truth, "x", 0.0, length)
        if 0.01 <= highest <= 1.0:
            break
    setting.device.chip.controls[0] |= setting.controls | {"pulse_duration": length}
    given = {"max_amplitude": highest, "points": int(rng.integers(11, 102))}
    return periods, get("rabi").arguments(given, setting.known)


EXPERIMENTS = {"ramsey_xy": ramsey, "rabi": rabi}


def _trial(case: tuple[str, int]) -> Trial:
    return EXPERIMENTS[case[0]](case[1])


def run(experiment: str, trials: int, first_seed: int, workers: int) -> list[Trial]:
    os.environ["OMP_NUM_THREADS"] = "1"  # small matrices: more threads only get in each other's way
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        return pool.map(_trial, [(experiment, first_seed + n) for n in range(trials)], chunksize=10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS, help="of each experiment")
    parser.add_argument("--only", choices=list(EXPERIMENTS), help="this experiment alone")
    seeds.add_arguments(parser)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    says = {"ramsey_xy": "signs right", "rabi": "sweeps of too few or too many periods not accepted"}
    first = seeds.first_seed(STUDY, asked, asked.trials)
    print(seeds.told(STUDY, first))
    for experiment in [asked.only] if asked.only else EXPERIMENTS:
        trials = run(experiment, asked.trials, first, asked.workers)
        verdicts = ", ".join(f"{verdict} {number}" for verdict, number in Counter(t.verdict for t in trials).items())
        right = sum(trial.right for trial in trials)
        print(f"{experiment}: {right} of {len(trials)} {says[experiment]} ({verdicts})", flush=True)
        for trial in trials:
            if not trial.right:
                print(f"    seed {trial.seed}: {trial.what} ({trial.verdict})")


if __name__ == "__main__":
    main()
