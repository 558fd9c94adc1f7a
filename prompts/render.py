"""Renders the templates of this folder: every word that a model is sent stands in a file here, and can be hashed."""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

LONGEST_DATA = 400
"""Characters of one piece of foreign text that a prompt holds."""

OF_PAIRS = "pairs"
"""Folder of what is only sent where there are pairs."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


def render(name: str, **values: object) -> str:
    """The text of a template. Raises ``jinja2.UndefinedError`` for a value that is missing."""
    return _environment().get_template(name).render(**values).strip() + "\n"


def as_data(text: object, longest: int = LONGEST_DATA) -> str:
    """Foreign text (notes, recollections, remarks of a person) marked as data: one line, bounded, and unable to close
    the mark around it."""
    line = " ".join(_CONTROL.sub(" ", str(text)).replace("⟦", "[").replace("⟧", "]").split())
    return f"⟦{line[:longest]}{'…' if len(line) > longest else ''}⟧"


@cache
def tool_texts() -> dict[str, str]:
    """Descriptions of the tools that are no experiments, and of the arguments that all tools share."""
    return tomllib.loads(_source("tools.toml"))


@cache
def operation_texts() -> dict[str, str]:
    """Descriptions of everything that can be asked of a lab, and of what it is told."""
    return tool_texts() | tomllib.loads(_source("operations/words.toml"))


def prompt_hashes(pairs: bool = False) -> dict[str, str]:
    """File -> SHA-256 (hex) of every text that may be sent; ``pairs``: by a run that is about pairs, too."""
    folder = files("reson.prompts")
    names = [item.name for item in folder.iterdir() if item.name.endswith((".j2", ".toml"))]
    if pairs:
        names += [f"{OF_PAIRS}/{item.name}" for item in folder.joinpath(OF_PAIRS).iterdir()]
    names.sort()
    return {name: hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() for name in names}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters["data"] = as_data
    return environment


def _source(name: str) -> str:
    return files("reson.prompts").joinpath(name).read_text(encoding="utf-8")
