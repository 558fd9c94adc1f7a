"""How often the eyes are right: by family, by code and by look, with Wilson intervals, and whether they know it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from reson.agent.reading.picture.labels import FAMILIES, FITS, FOREIGN, KINDS, STATUSES, outcome_of
from reson.agent.reading.picture.pixels import load_files
from reson.agent.reading.picture.sight import Sight, picture_family, see_each
from reson.evals.eyes.dataset import Pictures
from reson.evals.intervals import Proportion, proportion
from reson.prompts.gallery import gallery
from reson.records import GOOD, Json, Status
from reson.tools.experiments.catalogue import get

QUESTIONS = ("success or failure", "status", "outcome", "fit")
CLEAR = 0.99
"""Weight of a label from which a picture is open to no other; only those are counted."""
BINS = 10


@dataclass(frozen=True)
class Seen:
    """One picture whose truth is clear, and what the eyes said of it."""

    family: str
    status: Status
    fit: str
    """Empty where it is not known."""
    look: str
    sight: Sight

    @property
    def right(self) -> dict[str, bool]:
        said = self.sight.reading
        right = {
            "success or failure": (said.status in GOOD) == (self.status in GOOD),
            "status": said.status is self.status,
            "outcome": said.outcome is outcome_of(self.family, self.status),
        }
        return right | ({"fit": str(said.reliability) == self.fit} if self.fit else {})


def seen(pictures: Pictures) -> list[Seen]:
    """Those with a clear status, each read with its family named."""
    clear = pictures.part(np.flatnonzero(pictures.status.max(1) > CLEAR))
    families = [KINDS[kind] for kind in clear.kind]
    sights = see_each(clear.pixels, families)
    truth = [STATUSES[n] for n in clear.status.argmax(1)]
    fits = [str(FITS[n]) for n in clear.fit]
    return [Seen(*one) for one in zip(families, truth, fits, clear.look.tolist(), sights, strict=True)]


def seen_in_gallery() -> list[Seen]:
    """The reference plots in prompts/gallery: our simulated chips in our own figures, which nobody was trained on."""
    plots = [(one, picture_family(get(one.experiment).family)) for one in gallery()]
    known = [(one, family) for one, family in plots if family and one.status in FAMILIES[family]]
    sights = see_each(load_files(one.path for one, _ in known), [family for _, family in known])
    return [
        Seen(family, Status(one.status), "", one.experiment, sight)
        for (one, family), sight in zip(known, sights, strict=True)
    ]


def shares(some: Sequence[Seen], by: Callable[[Seen], str]) -> dict[str, dict[str, Proportion]]:
    """Group -> question -> share that was right; the last group is all."""
    groups: dict[str, list[Seen]] = {}
    for one in some:
        groups.setdefault(by(one), []).append(one)
    groups = dict(sorted(groups.items())) | {"all": list(some)}
    return {
        name: {q: _share([one.right[q] for one in group if q in one.right]) for q in QUESTIONS}
        for name, group in groups.items()
    }


def _share(right: Sequence[bool]) -> Proportion:
    return proportion(sum(right), len(right))


def calibration_error(some: Sequence[Seen]) -> float:
    """Expected calibration error of the status: mean gap of confidence and accuracy over ten bins, by their weight."""
    sure = np.array([max(one.sight.statuses.values()) for one in some])
    right = np.array([one.right["status"] for one in some])
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())]
    return float(sum(gaps))


def foreign_told(pictures: Pictures) -> Proportion:
    """Of pictures that are no such plot: for how many the eyes say so, are unsure, or see no success."""
    some = pictures.part(np.flatnonzero(pictures.kind == KINDS.index(FOREIGN)))
    families = [list(FAMILIES)[n % len(FAMILIES)] for n in range(len(some))]
    told = [bool(one.unsure) or one.reading.status not in GOOD for one in see_each(some.pixels, families)]
    return proportion(sum(told), len(told))


def document(some: Sequence[Seen]) -> Json:
    def told(groups: dict[str, dict[str, Proportion]]) -> Json:
        return {name: {q: one.to_json() for q, one in qs.items()} for name, qs in groups.items()}

    return {
        "pictures": len(some),
        "calibration_error": calibration_error(some),
        "unsure": sum(bool(one.sight.unsure) for one in some),
        "by_family": told(shares(some, lambda one: one.family)),
        "by_code": told(shares(some, lambda one: f"{one.family} {one.status}")),
        "by_look": told(shares(some, lambda one: one.look)),
    }


def table(groups: dict[str, dict[str, Proportion]]) -> list[str]:
    """Markdown lines."""
    lines = [f"| | pictures | {' | '.join(QUESTIONS)} |", f"|---|---|{'---|' * len(QUESTIONS)}"]
    for name, qs in groups.items():
        cells = [
            "-"
            if q.value is None or q.low is None or q.high is None
            else f"{100 * q.value:.1f} ({100 * q.low:.0f} to {100 * q.high:.0f})"
            for q in qs.values()
        ]
        lines.append(f"| {name} | {next(iter(qs.values())).total} | {' | '.join(cells)} |")
    return lines
