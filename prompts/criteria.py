"""What each status code of plot reading means, by family of experiments: one sentence each, for people and models."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

Criteria = dict[str, dict[str, str]]
"""family -> status code -> criterion."""


@cache
def load_criteria() -> Criteria:
    """The criteria of ``criteria.toml``. The families are those of the catalogue (``Experiment.family``)."""
    return tomllib.loads(files("reson.prompts").joinpath("criteria.toml").read_text(encoding="utf-8"))


@cache
def load_further_criteria() -> Criteria:
    """Those of ``further_criteria.toml``, which no reference plot shows; of "any" for every family."""
    return tomllib.loads(files("reson.prompts").joinpath("further_criteria.toml").read_text(encoding="utf-8"))


def criteria_of(family: str) -> dict[str, str]:
    """All codes that a reader of this family's plots may give, each with its criterion."""
    further = load_further_criteria()
    return load_criteria()[family] | further.get(family, {}) | further["any"]


def criterion(family: str, status: str) -> str:
    """The sentence for one code of one family; empty where the family does not use the code."""
    return load_criteria().get(family, {}).get(status, "")
