"""Who stands behind an answer or a value, as the record spells it: a person by name, or a rule of the policy."""

from __future__ import annotations

import unicodedata

_POLICY = "policy"
LONGEST = 80
"""Letters of a name."""
_MARKS = " .-_'@+\\/0123456789"
"""Beside letters: what names, logins and addresses are written with."""
_ALIKE = {"LATIN", "CYRILLIC", "GREEK"}
"""Scripts whose letters look the same."""
PERSON = "RESON_PERSON"
"""Environment variable by which the console tells a run that it starts who asked for it."""
RULES = f"{_POLICY}:%"
"""Pattern (SQL) of all authors that are rules."""


def of_rule(rule: str) -> str:
    return f"{_POLICY}: {rule}"


def is_rule(author: str) -> bool:
    return author.startswith(f"{_POLICY}:")


def may_be_a_person(name: str) -> bool:
    """Whether a person can be told by it: some letter, nothing invisible, no mixture of scripts that look alike, and
    not the name under which the policy answers.
    """
    plain = unicodedata.normalize("NFKC", name).strip()
    letters = [one for one in plain if one.isalpha()]
    marks = [one for one in plain if not one.isalpha() and unicodedata.category(one) not in ("Mn", "Mc")]
    scripts = {unicodedata.name(one, "").split(" ")[0] for one in letters} & _ALIKE
    return (
        bool(letters)
        and len(plain) <= LONGEST
        and all(one in _MARKS for one in marks)
        and len(scripts) <= 1
        and not "".join(letters).casefold().startswith(_POLICY)
    )
