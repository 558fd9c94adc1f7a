"""The verdict study in words: a table per experiment, the pulls of the fitted values, and every failure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

import numpy as np
from scipy.stats import chi2

from reson.evals.intervals import Proportion, proportion
from reson.evals.verdicts.comparison import SIGMAS
from reson.evals.verdicts.outcomes import Outcome, Value
from reson.evals.verdicts.trial import Need
from reson.evals.verdicts.trials import ALL_TRIALS
from reson.records import Verdict
from reson.tools.quantities import PARAMETERS

LEAST, MOST = 0.8, 1.25
"""Standard deviation of the pulls between which an error bar is called honest."""
NEEDS = {name: trial.needs for name, trial in ALL_TRIALS.items()}
BIAS = 3.5
"""Standard errors of a mean pull: of fifty means chance lets one go as far in forty studies."""


def summary(outcomes: Sequence[Outcome]) -> str:
    """What a terminal shows: the two tables, what misses the goal, and the failures."""
    parts = (
        verdict_table(outcomes),
        distance_table(outcomes),
        limit_table(outcomes),
        pull_table(outcomes),
        [outside(outcomes)],
        failures(outcomes),
    )
    return "\n\n".join("\n".join(part) for part in parts)


def verdict_table(outcomes: Sequence[Outcome]) -> list[str]:
    lines = [
        "| experiment | measurements | wrong | of them accepted (95 %) | good | good rejected | good to review |",
        "|---|---|---|---|---|---|---|",
    ]
    names = list(dict.fromkeys(outcome.experiment for outcome in outcomes))
    rows = (_row(name, [outcome for outcome in outcomes if outcome.experiment == name]) for name in names)
    return [*lines, *rows, _row("**all**", list(outcomes))]


def _row(name: str, part: Sequence[Outcome]) -> str:
    wrong = [outcome for outcome in part if outcome.wrong]
    good = [outcome for outcome in part if outcome.good]
    rejected = sum(outcome.verdict is Verdict.REJECT for outcome in good)
    review = sum(outcome.verdict is Verdict.REVIEW for outcome in good)
    cells = (
        name,
        len(part),
        len(wrong),
        wrong_accepted(outcomes=part),
        len(good),
        f"{rejected} ({rejected / max(1, len(good)):.1%})",
        f"{review} ({review / max(1, len(good)):.1%})",
    )
    return f"| {' | '.join(map(str, cells))} |"


def wrong_accepted(outcomes: Sequence[Outcome]) -> Proportion:
    """Of the wrong values those that were accepted: only about these can an acceptance be wrong."""
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    return proportion(sum(outcome.verdict is Verdict.ACCEPT for outcome in wrong), len(wrong))


def accepted_values(outcomes: Sequence[Outcome], limits: bool = False) -> dict[tuple[str, str], list[Value]]:
    """(experiment, parameter) -> every value that was accepted, healthy or not; ``limits``: every upper limit."""
    found: dict[tuple[str, str], list[Value]] = {}
    for outcome in outcomes:
        if outcome.verdict is Verdict.ACCEPT:
            for parameter, value in outcome.values.items():
                if value.limit is limits:
                    found.setdefault((outcome.experiment, parameter), []).append(value)
    return found


def distance_table(outcomes: Sequence[Outcome]) -> list[str]:
    """How far accepted values are off, each way of saying it apart: a wide error bar must not hide a large error."""
    lines = [
        "| experiment | parameter | accepted | outside the tolerance | beyond 3 sigma | beyond 5 sigma | both |",
        "|---|---|---|---|---|---|---|",
    ]
    for (experiment, parameter), values in accepted_values(outcomes).items():
        cells = (
            experiment,
            parameter,
            len(values),
            sum(value.outside for value in values),
            sum(value.sigmas > 3 for value in values),
            sum(value.sigmas > SIGMAS for value in values),
            sum(value.wrong for value in values),
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def limit_table(outcomes: Sequence[Outcome]) -> list[str]:
    """How often the truth lies above an accepted upper limit, and how much such a limit leaves open."""
    lines = [
        "| experiment | parameter | accepted upper limits | truth above (95 %) | median of limit over truth |",
        "|---|---|---|---|---|",
    ]
    for (experiment, parameter), values in accepted_values(outcomes, limits=True).items():
        above = proportion(sum(value.truth > value.found for value in values), len(values))
        times = median(value.found / value.truth if value.truth > 0 else math.inf for value in values)
        lines.append(f"| {' | '.join(map(str, (experiment, parameter, len(values), above, f'{times:.2g}')))} |")
    return lines


def pulls(outcomes: Sequence[Outcome]) -> dict[tuple[str, str], np.ndarray]:
    """(experiment, parameter) -> (found - truth) / error of every healthy accepted measurement, shape (n,)."""
    found: dict[tuple[str, str], list[float]] = {}
    for outcome in outcomes:
        if outcome.condition != "healthy" or outcome.verdict is not Verdict.ACCEPT:
            continue
        for parameter, value in outcome.values.items():
            if value.pull is not None:
                found.setdefault((outcome.experiment, parameter), []).append(value.pull)
    return {key: np.array(values) for key, values in found.items()}


def spread_of(pull: np.ndarray) -> tuple[float, float, float]:
    """Standard deviation of pulls of shape (n,), and between what it lies at 95 % if they are normal (chi square)."""
    freedom = len(pull) - 1
    spread = float(pull.std(ddof=1))
    low, high = (spread * math.sqrt(freedom / chi2.ppf(share, freedom)) for share in (0.975, 0.025))
    return spread, low, high


def pull_table(outcomes: Sequence[Outcome]) -> list[str]:
    lines = [
        "| experiment | parameter | values | mean pull | standard deviation | at 95 % within | largest |",
        "|---|---|---|---|---|---|---|",
    ]
    for (experiment, parameter), pull in pulls(outcomes).items():
        spread, low, high = spread_of(pull) if len(pull) > 1 else (math.nan,) * 3
        cells = (
            experiment,
            parameter,
            len(pull),
            f"{pull.mean():+.2f}",
            f"{spread:.2f}",
            f"{low:.2f} to {high:.2f}",
            f"{np.abs(pull).max():.1f}",
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def outside(outcomes: Sequence[Outcome]) -> str:
    """Which standard deviations of pulls miss the goal, which of them by more than chance, and which are biased."""
    missed, surely, biased = [], [], []
    for (experiment, parameter), pull in pulls(outcomes).items():
        if len(pull) < 2:
            continue
        spread, low, high = spread_of(pull)
        name = f"{experiment} {parameter} ({spread:.2f})"
        if not LEAST <= spread <= MOST:
            missed.append(name)
        if high < LEAST or low > MOST:
            surely.append(name)
        if bias_of(pull) > BIAS:
            biased.append(f"{experiment} {parameter} ({pull.mean():+.2f})")
    return (
        f"Outside: {', '.join(missed) or 'none'}. Beyond chance: {', '.join(surely) or 'none'}. "
        f"Mean beyond {BIAS:g} of its error from zero: {', '.join(biased) or 'none'}."
    )


def bias_of(pull: np.ndarray) -> float:
    """By how many of its standard errors the mean of pulls of shape (n,) differs from zero."""
    error = float(pull.std(ddof=1)) / math.sqrt(len(pull))
    return abs(float(pull.mean())) / error if error else math.inf


def failures(outcomes: Sequence[Outcome]) -> list[str]:
    """Every wrong value that was accepted, and every good one that was rejected, with what is known of it."""
    lines = []
    for outcome in outcomes:
        name = f"{outcome.experiment}, seed {outcome.seed}, {outcome.condition}"
        if outcome.wrong and outcome.verdict is Verdict.ACCEPT:
            wrong = (
                f"{key} = {value.found:.6g} ± {value.stderr or 0:.2g}, in truth {value.truth:.6g}"
                for key, value in outcome.values.items()
                if value.wrong
            )
            lines.append(f"- wrong accepted: {name}: {'; '.join(wrong)} (read as {outcome.status})")
        if outcome.good and outcome.verdict is Verdict.REJECT:
            lines.append(f"- good rejected: {name}: {'; '.join(outcome.reasons)}")
    return lines


def review_reasons(outcomes: Sequence[Outcome]) -> list[str]:
    """Why good values were put to review, the most frequent reason first."""
    reasons: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.good and outcome.verdict is Verdict.REVIEW:
            reasons.update(f"{outcome.experiment}: {_kind(reason)}" for reason in outcome.reasons)
    return [f"- {number} x {reason}" for reason, number in reasons.most_common()]


def _kind(reason: str) -> str:
    """A reason without its numbers."""
    return reason.split(" = ")[0].split(":")[0].split(" jumped")[0]


def page(outcomes: Sequence[Outcome], seeds: str, each: int) -> str:
    """The published page (markdown); ``each`` measurements of an experiment are healthy and spoilt in turn.

    ``seeds``: what is to be said of how they were chosen.
    """
    first, last = (pick(outcome.seed for outcome in outcomes) for pick in (min, max))
    good = [outcome for outcome in outcomes if outcome.good]
    lost = sum(outcome.verdict is Verdict.REJECT for outcome in good)
    return "\n".join(
        [
            INTRODUCTION.format(number=len(outcomes), first=first, last=last, each=each, seeds=seeds),
            "## Verdicts\n",
            f"Wrong values accepted: {wrong_accepted(outcomes)}, at 95 % confidence. "
            f"Good values rejected: {proportion(lost, len(good))} (goal 3 %). "
            f"Experiments that never had a wrong value to refuse: {', '.join(never_wrong(outcomes)) or 'none'}.\n",
            *verdict_table(outcomes),
            "\n## How far off are accepted values?\n",
            DISTANCES,
            *distance_table(outcomes),
            LIMITS,
            *limit_table(outcomes),
            "\n## By condition\n",
            *condition_table(outcomes),
            "\n## Are the error bars honest?\n",
            PULLS,
            f"{outside(outcomes)}\n",
            *pull_table(outcomes),
            "\n## Failures\n",
            *(failures(outcomes) or ["None."]),
            "\n## Why good values were put to review\n",
            *(review_reasons(outcomes) or ["None was."]),
            "\n## Tolerances\n",
            "| experiment | parameter | tolerance | because |",
            "|---|---|---|---|",
            *(
                f"| {experiment} | {parameter} | {tolerance(parameter, need)} | {need.reason} |"
                for experiment, needs in NEEDS.items()
                for parameter, need in needs.items()
            ),
            "",
        ]
    )


def never_wrong(outcomes: Sequence[Outcome]) -> list[str]:
    """Experiments of which the study says nothing about wrong values, since it drew none."""
    had = {outcome.experiment for outcome in outcomes if outcome.wrong}
    return [name for name in dict.fromkeys(outcome.experiment for outcome in outcomes) if name not in had]


def condition_table(outcomes: Sequence[Outcome]) -> list[str]:
    lines = [
        "| condition | measurements | accepted | review | rejected | wrong values | wrong accepted |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(outcome.condition for outcome in outcomes):
        part = [outcome for outcome in outcomes if outcome.condition == name]
        verdicts = [sum(outcome.verdict is verdict for outcome in part) for verdict in Verdict]
        wrong = [outcome for outcome in part if outcome.wrong]
        accepted = sum(outcome.verdict is Verdict.ACCEPT for outcome in wrong)
        lines.append(f"| {' | '.join(map(str, (name, len(part), *verdicts, len(wrong), accepted)))} |")
    return lines


def tolerance(parameter: str, need: Need) -> str:
    unit = PARAMETERS[parameter].unit
    return f"{need.tolerance:.2%}" if need.relative else f"{need.tolerance:g} {unit}".strip()


INTRODUCTION = """# How far a verdict can be trusted

Made by `python -m reson.evals.verdicts --write docs/verdicts.md`: {number} simulated measurements of all experiments,
on chips of the seeds {first} to {last}. Each experiment once on each of the first {each} chips: two of five healthy,
one of five with a bad sweep, two of five with a fault: dead, a tenth of the drive, T1 of 2 us, drive 10 kHz to 2 MHz
off, pulses 1 to 30 % off, DRAG off, readout threshold off, few shots, or every shot replaced by noise. On the others,
for the error bars, healthy ones alone. Healthy means what the chip draws for a qubit, now and then with a defect.
Thresholds, error estimates and readings were tuned on seeds below 1000 (`--tune`). {seeds}

The verdict is that of a campaign: numeric checks, bounds, and the offline reader's doubt. A value is *wrong* if it lies
outside 5 combined standard deviations of the truth and outside the tolerance below; whatever comes out of a dead qubit
or of noise is wrong. A measurement is *good* if every value that it would write is right and its sweep could show the
feature. *True* means: frequency (averaged over the shots where a fast defect splits the qubit), T1 and T2 of the hidden
Hamiltonian in the middle of the measurement; amplitudes at which the resonant pulse turns by the gate's angle, and the
DRAG coefficient at which it has no part along Z, by propagation of the true Hamiltonian (so a value that is best only
while the drive is off resonance counts as wrong);
the angle between the clouds of 0 and 1 and the middle between them; the fidelity of telling a perfectly prepared 0 from
a perfectly prepared 1 with the written discrimination, thermal population and decay included; and for benchmarking the
average infidelity of the pulses that were loaded, over all shots where a fast defect splits the qubit, of leakage the
half that benchmarking counts.
"""

DISTANCES = """Values that were accepted, of whatever condition. Outside the tolerance: more than the next step bears,
whatever the error bar says. Beyond 3 and 5 sigma: by the value's own error, combined with the truth's. Both, outside
and beyond 5, is what the study calls wrong."""

LIMITS = """
What cannot be negative and is not three of its errors above zero would be written as an upper limit at 95 %. The truth
should lie above one in twenty at most; such a limit is wrong where the truth lies above it by more than the tolerance,
and by more than 5 errors.
"""

PULLS = f"""Pull = (found - true) / error, of healthy accepted measurements; goal: standard deviation {LEAST} to {MOST}.
The error is that of the value, combined with how far the truth itself moved during the measurement and with what
finding it by sampling leaves open. "At 95 % within" is what so few values tell of a standard deviation if they are
normal; "beyond chance" names those of which not even an end of that range meets the goal."""
