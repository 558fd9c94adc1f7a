"""One healthy measurement of every experiment that the verdict study knows, each made once in a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from reson.evals.scenario import play
from reson.evals.verdicts.trials import ALL_TRIALS
from reson.records import Check
from reson.tools.data import Analysis, Past, RawData
from reson.tools.experiments.catalogue import get

SEEDS = {"ramsey_xy": 4, "cz_settling": 4}
"""Of chips on which no check fails; 3 for the others."""
NAMES = tuple(ALL_TRIALS)


@dataclass(frozen=True)
class Healthy:
    raw: RawData
    analysis: Analysis
    arguments: dict[str, float]
    history: Mapping[str, Past]

    def checks(self, analysis: Analysis | None = None, history: Mapping[str, Past] | None = None) -> list[Check]:
        row = get(self.raw.experiment)
        return row.check(analysis or self.analysis, self.arguments, self.history if history is None else history)


@cache
def healthy(name: str, seed: int | None = None) -> Healthy:
    setting = ALL_TRIALS[name].scenario(name, SEEDS.get(name, 3) if seed is None else seed, 0).ready()
    arguments = setting.arguments()
    played = play(setting, arguments)
    return Healthy(played.raw, played.analysis, arguments, setting.history)
