"""The verdict study in words: a table per experiment, the pulls of the fitted values, and every failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from reson.evals.verdicts.outcomes import Outcome
from reson.evals.verdicts.trial import Need
from reson.evals.verdicts.trials import TRIALS
from reson.records import Verdict
from reson.tools.quantities import PARAMETERS

CAUSES: dict[tuple[str, str], str] = {
    ("ramsey_xy", "bad sweep"): "the sweep was too coarse or too short for the artificial detuning; not traced further",
    ("standard_rb", "healthy"): "not traced; a defect that switches during the measurement is suspected",
}
"""What lets a wrong value through, by experiment and condition, as far as it was understood."""


def summary(outcomes: Sequence[Outcome]) -> str:
    """What a terminal shows: the two tables and the failures."""
    return "\n".join([*verdict_table(outcomes), "", *pull_table(outcomes), "", *failures(outcomes)])


def verdict_table(outcomes: Sequence[Outcome]) -> list[str]:
    lines = [
        "| experiment | measurements | wrong | wrong accepted | share | good | good rejected | good to review |",
        "|---|---|---|---|---|---|---|---|",
    ]
    names = list(dict.fromkeys(outcome.experiment for outcome in outcomes))
    rows = (_row(name, [outcome for outcome in outcomes if outcome.experiment == name]) for name in names)
    return [*lines, *rows, _row("**all**", list(outcomes))]


def _row(name: str, part: Sequence[Outcome]) -> str:
    accepted = [outcome for outcome in part if outcome.wrong and outcome.verdict is Verdict.ACCEPT]
    good = [outcome for outcome in part if outcome.good]
    rejected = sum(outcome.verdict is Verdict.REJECT for outcome in good)
    review = sum(outcome.verdict is Verdict.REVIEW for outcome in good)
    cells = (
        name,
        len(part),
        sum(outcome.wrong for outcome in part),
        len(accepted),
        f"{len(accepted) / len(part):.2%}",
        len(good),
        f"{rejected} ({rejected / max(1, len(good)):.1%})",
        f"{review} ({review / max(1, len(good)):.1%})",
    )
    return f"| {' | '.join(map(str, cells))} |"


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


def pull_table(outcomes: Sequence[Outcome]) -> list[str]:
    lines = [
        "| experiment | parameter | values | mean pull | standard deviation | largest |",
        "|---|---|---|---|---|---|",
    ]
    for (experiment, parameter), pull in pulls(outcomes).items():
        spread = f"{pull.std(ddof=1):.2f}" if len(pull) > 1 else "-"
        lines.append(
            f"| {experiment} | {parameter} | {len(pull)} | {pull.mean():+.2f} | {spread} | {np.abs(pull).max():.1f} |"
        )
    return lines


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
            cause = CAUSES.get((outcome.experiment, outcome.condition), "cause not known")
            lines.append(f"- wrong accepted: {name}: {'; '.join(wrong)} (read as {outcome.status}). Cause: {cause}.")
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


def page(outcomes: Sequence[Outcome], first_seed: int) -> str:
    """The published page (markdown)."""
    wrong = sum(outcome.wrong and outcome.verdict is Verdict.ACCEPT for outcome in outcomes)
    good = [outcome for outcome in outcomes if outcome.good]
    lost = sum(outcome.verdict is Verdict.REJECT for outcome in good)
    spreads = {key: float(pull.std(ddof=1)) for key, pull in pulls(outcomes).items() if len(pull) > 1}
    outside = [f"{key[0]} {key[1]} ({spread:.2f})" for key, spread in spreads.items() if not 0.8 <= spread <= 1.25]
    return "\n".join(
        [
            INTRODUCTION.format(number=len(outcomes), first=first_seed, last=max(outcome.seed for outcome in outcomes)),
            "## Verdicts\n",
            f"Wrong values accepted: {wrong} of {len(outcomes)} ({wrong / len(outcomes):.2%}; goal 0.5 %). "
            f"Good values rejected: {lost} of {len(good)} ({lost / max(1, len(good)):.2%}; goal 3 %).\n",
            *verdict_table(outcomes),
            "\n## By condition\n",
            *condition_table(outcomes),
            "\n## Are the error bars honest?\n",
            "Pull = (found - true) / error, of healthy accepted measurements; goal: standard deviation 0.8 to 1.25. "
            f"Outside: {', '.join(outside) or 'none'}.\n",
            *pull_table(outcomes),
            PULLS,
            "\n## Failures\n",
            *(failures(outcomes) or ["None."]),
            "\n## Why good values were put to review\n",
            *(review_reasons(outcomes) or ["None was."]),
            "\n## Tolerances\n",
            "| experiment | parameter | tolerance | because |",
            "|---|---|---|---|",
            *(
                f"| {experiment} | {parameter} | {_tolerance(parameter, need)} | {need.reason} |"
                for experiment, trial in TRIALS.items()
                for parameter, need in trial.needs.items()
            ),
            "",
        ]
    )


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


def _tolerance(parameter: str, need: Need) -> str:
    unit = PARAMETERS[parameter].unit
    return f"{need.tolerance:.2%}" if need.relative else f"{need.tolerance:g} {unit}".strip()


INTRODUCTION = """# How far a verdict can be trusted

Made by `python -m reson.evals.verdicts --write docs/verdicts.md`: {number} simulated measurements of all experiments,
each experiment once on each chip of the seeds {first} to {last}, two of five healthy,
one of five with a bad sweep, two of five with a fault: dead, a tenth of the drive, T1 of 2 us, drive 10 kHz to 2 MHz
off, pulses 1 to 30 % off, DRAG off, readout threshold off, few shots,
or every shot replaced by noise. Thresholds, error estimates and readings were tuned on seeds
below 1000 alone (`--tune`).

The verdict is that of a campaign: numeric checks, bounds, and the offline reader's doubt. A value is *wrong* if it lies
outside 5 combined standard deviations of the truth and outside the tolerance below; whatever comes out of a dead qubit
or of noise is wrong. A measurement is *good* if every value that it would write is right and its sweep could show the
feature. *True* means: frequency, T1 and T2 of the hidden Hamiltonian in the middle of the measurement; amplitudes at
which the resonant pulse turns by the gate's angle, and the DRAG coefficient at which it has no part along Z, by
propagation of the true Hamiltonian (so a value that is best only while the drive is off resonance counts as wrong);
the angle between the clouds of 0 and 1 and the middle between them; the fidelity of telling a perfectly prepared 0 from
a perfectly prepared 1 with the written discrimination, thermal population and decay included; and for benchmarking the
average infidelity of the pulses that were loaded.
"""

PULLS = """
With some twenty values each, a standard deviation is known to 15 % only. Means away from zero are systematic: the
assignment fidelity contains the preparation by an X pulse that is not fine-tuned yet, spectroscopy of the resonator
reads the share of a warm qubit, and the readout's best frequency lies beside the middle of the two dips. The wide pulls
of DRAG and benchmarking come from single outliers, which were not traced.
"""
