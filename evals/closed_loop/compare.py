"""Two evaluations side by side: where they differ, and which differences are more than chance."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import fmean

from reson.evals.closed_loop.running import CaseResult
from reson.evals.closed_loop.summary import Results
from reson.evals.intervals import Proportion, holm, proportion, sign_flip
from reson.records import Finite, Record

SIGNIFICANT = 0.05
"""Of the adjusted p-value."""
USED = ("experiments", "shots", "device_seconds", "error_over_limit", "error_above_limit", "tokens", "cost", "latency")
"""Figures that are compared run by run: smaller is better in all of them."""


class PassDifference(Record):
    """Of one kind of case, or all: runs of the same case and repeat, paired."""

    kind: str
    first: Proportion
    second: Proportion
    only_first: int
    """Pairs of which only the first passed."""
    only_second: int
    p: Finite
    """Of flipping signs of cases (repeats averaged), adjusted for the number of kinds (Holm)."""
    significant: bool


class FigureDifference(Record):
    name: str
    pairs: int
    ratio: Finite | None
    """Median of second over first."""
    p: Finite
    """Of flipping signs of cases (repeats averaged), adjusted for the number of figures (Holm)."""
    significant: bool


class Comparison(Record):
    first: str
    second: str
    only_in_one: tuple[str, ...]
    """Cases that only one of them ran; they are left out."""
    passes: tuple[PassDifference, ...]
    figures: tuple[FigureDifference, ...]
    now_failing: tuple[str, ...]
    """Case and repeat that the first passed and the second did not."""
    now_passing: tuple[str, ...]


def compare(first: Results, second: Results, names: tuple[str, str]) -> Comparison:
    """Pair the runs by case and repeat, and say what differs."""
    one, other = ({(run.case, run.repeat): run for run in results.runs} for results in (first, second))
    pairs = [(one[key], other[key]) for key in one if key in other]
    alone = {case for case, _ in one.keys() ^ other.keys()}
    return Comparison(
        first=names[0],
        second=names[1],
        only_in_one=tuple(sorted(alone)),
        passes=_passes(pairs),
        figures=_figures(pairs),
        now_failing=_moved(pairs, lambda a, b: a.passed and not b.passed),
        now_passing=_moved(pairs, lambda a, b: b.passed and not a.passed),
    )


Pair = tuple[CaseResult, CaseResult]


def _passes(pairs: list[Pair]) -> tuple[PassDifference, ...]:
    kinds = {"all": pairs} | {a.kind: [pair for pair in pairs if pair[0].kind == a.kind] for a, _ in pairs}
    counted = []
    for kind, members in kinds.items():
        lost = sum(a.passed and not b.passed for a, b in members)
        won = sum(b.passed and not a.passed for a, b in members)
        counted.append((kind, members, lost, won))
    adjusted = holm([sign_flip(by_case(members, _passed)) for _, members, _, _ in counted])
    return tuple(
        PassDifference(
            kind=kind,
            first=proportion(sum(a.passed for a, _ in members), len(members)),
            second=proportion(sum(b.passed for _, b in members), len(members)),
            only_first=lost,
            only_second=won,
            p=p,
            significant=p < SIGNIFICANT,
        )
        for (kind, members, lost, won), p in zip(counted, adjusted, strict=True)
    )


def by_case(pairs: list[Pair], figure: Callable[[CaseResult, CaseResult], tuple[float, float] | None]) -> list[float]:
    """Second minus first of each case, averaged over its repeats: what is independent of each other is the cases."""
    found: dict[str, list[float]] = {}
    for a, b in pairs:
        if values := figure(a, b):
            found.setdefault(a.case, []).append(values[1] - values[0])
    return [fmean(differences) for differences in found.values()]


def _passed(a: CaseResult, b: CaseResult) -> tuple[float, float]:
    return float(a.passed), float(b.passed)


def _figures(pairs: list[Pair]) -> tuple[FigureDifference, ...]:
    figures = {name: partial(_both, name=name) for name in USED}
    values = {name: [found for a, b in pairs if (found := figure(a, b))] for name, figure in figures.items()}
    names = [name for name in USED if values[name]]
    adjusted = holm([sign_flip(by_case(pairs, figures[name])) for name in names])
    return tuple(
        FigureDifference(
            name=name, pairs=len(values[name]), ratio=_ratio(values[name]), p=p, significant=p < SIGNIFICANT
        )
        for name, p in zip(names, adjusted, strict=True)
    )


def _both(a: CaseResult, b: CaseResult, name: str) -> tuple[float, float] | None:
    """The figure of both runs, where both passed and both have it: a run that gave up early used little."""
    scores = (a.scores.get(name), b.scores.get(name))
    values = [one.value for one in scores if one is not None and one.value is not None]
    return (values[0], values[1]) if len(values) == 2 and a.passed and b.passed else None


def _ratio(found: list[tuple[float, float]]) -> float | None:
    from statistics import median

    if any(a < 0 for a, _ in found):  # of what may be below zero a ratio says nothing
        return None
    ratios = [b / a for a, b in found if a]
    return median(ratios) if ratios else None


def _moved(pairs: list[Pair], moved: Callable[[CaseResult, CaseResult], bool]) -> tuple[str, ...]:
    return tuple(f"{a.case} #{a.repeat}" for a, b in pairs if moved(a, b))


def lines(found: Comparison) -> list[str]:
    """The comparison in words."""
    said = []
    for one in found.passes:
        verdict = "significant" if one.significant else "within chance"
        said.append(f"{one.kind}: {one.first} then {one.second}; {one.only_second} won, {one.only_first} lost, "
                    f"p = {one.p:.2g}, {verdict}")  # fmt: skip
    for figure in found.figures:
        verdict = "significant" if figure.significant else "within chance"
        ratio = "-" if figure.ratio is None else f"{figure.ratio:.3f}"
        said.append(f"{figure.name}: second over first {ratio} (median of {figure.pairs} pairs), p = {figure.p:.2g}, "
                    f"{verdict}")  # fmt: skip
    said += [f"fails now: {name}" for name in found.now_failing]
    said += [f"passes now: {name}" for name in found.now_passing]
    if found.only_in_one:
        said.append(f"left out, since only one of them ran it: {', '.join(found.only_in_one)}")
    return said
