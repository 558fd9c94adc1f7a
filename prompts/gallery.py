"""The gallery of reference plots: for each experiment one good plot and one for each way in which it goes wrong.

``gallery/index.toml`` lists them; they are made by the simulated chip: ``python -m reson.evals.gallery``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from reson.records import GOOD


@dataclass(frozen=True)
class Reference:
    experiment: str
    status: str
    path: Path
    made: str
    """How the plot came about, in words."""


@cache
def gallery() -> tuple[Reference, ...]:
    """All reference plots, in the order of the index."""
    folder = Path(str(files("reson.prompts").joinpath("gallery")))
    index = folder / "index.toml"
    if not index.exists():
        return ()
    entries = tomllib.loads(index.read_text(encoding="utf-8")).get("plot", [])
    return tuple(Reference(one["experiment"], one["status"], folder / one["file"], one["made"]) for one in entries)


def references(experiment: str, number: int, suspected: str = "") -> tuple[Reference, ...]:
    """At most ``number`` plots of an experiment: the good one, the one of the suspected status, then the others."""
    mine = [one for one in gallery() if one.experiment == experiment]
    ranked = sorted(mine, key=lambda one: (one.status not in GOOD, one.status != suspected))
    return tuple(ranked[:number])
