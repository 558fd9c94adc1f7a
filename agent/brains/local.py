"""`reson read` without a lab and without a key: files in, what the eyes see out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reson.agent.reading.picture.pixels import load_files
from reson.agent.reading.picture.sight import Sight, picture_family, see
from reson.errors import OperatorError

LOCAL = "local"
"""Its name as a brain."""


def family_of(experiment: str) -> str:
    """The eyes' family of an experiment, or of one of their own families; empty for nothing.

    Raises ``OperatorError`` for an experiment whose plots they do not know.
    """
    from reson.tools.experiments.catalogue import CATALOGUE

    if not experiment:
        return ""
    family = picture_family(CATALOGUE[experiment].family if experiment in CATALOGUE else experiment)
    if not family:
        raise OperatorError(
            f"the eyes without a key were not trained on plots of {experiment}",
            "name a model with vision under [model] in lab.toml and add --brain openai; docs/brains.md",
        )
    return family


def read_files(pictures: Sequence[Path], experiment: str = "") -> Sight:
    """The pictures of one measurement. Raises ``OperatorError``."""
    return see(load_files(pictures), family_of(experiment))
