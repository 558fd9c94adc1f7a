"""The verdict study in words: a table per experiment, the pulls of the fitted values, and every failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from reson.evals.verdicts import Outcome
from reson.records import Verdict


def summary(outcomes: Sequence[Outcome]) -> str:
    """What a terminal shows: the two tables and the failures."""
    return "\n".join([*verdict_table(outcomes), "", *pull_table(outcomes), "", *failures(outcomes)])


def verdict_table(outcomes: Sequence[Outcome]) -> list[str]:
    lines = [
        "| experiment | measurements | wrong | wrong accepted | of measurements | good | good rejected | good to review |",
        "|---|---|---|---|---|---|---|---|",
    ]
    names = list(dict.fromkeys(outcome.experiment for outcome in outcomes))
    for name in names:
        lines.append(_row(name, [outcome for outcome in outcomes if outcome.experiment == name]))
    return [*lines, _row("**all**", list(outcomes))]


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


def page(outcomes: Sequence[Outcome], first_seed: int) -> str:
    return "\n".join([*verdict_table(outcomes), "", *pull_table(outcomes), "", *failures(outcomes), ""])
