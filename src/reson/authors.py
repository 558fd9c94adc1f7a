"""Who stands behind an answer or a value, as the record spells it: a person by name, or a rule of the policy."""

from __future__ import annotations

_POLICY = "policy"
RULES = f"{_POLICY}:%"
"""Pattern (SQL) of all authors that are rules."""


def of_rule(rule: str) -> str:
    return f"{_POLICY}: {rule}"


def is_rule(author: str) -> bool:
    return author.startswith(f"{_POLICY}:")


def may_be_a_person(name: str) -> bool:
    """Whether nobody could take the name for the policy's."""
    return bool(name.strip()) and not name.strip().lower().startswith(_POLICY)
