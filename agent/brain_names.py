"""The brains that lab.toml may name, and what can be asked of each. ``brains/opening.py`` opens them."""

from __future__ import annotations

from typing import NamedTuple


class BrainRow(NamedTuple):
    talks: bool = False
    """A conversation is held, and a case is run, with the model of [model]."""
    looks: bool = False
    """It can be shown any picture; one that cannot reads saved data."""


DEFAULT = "offline"
"""No key, no network."""
BRAINS = {
    DEFAULT: BrainRow(),
    "cascade": BrainRow(talks=True, looks=True),
    "openai": BrainRow(talks=True, looks=True),
    "files": BrainRow(looks=True),
    "replay": BrainRow(),
}
