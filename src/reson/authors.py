"""Who stands behind an answer or a value, as the record spells it: a person by name, or a rule of the policy."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

_POLICY = "policy"
LONGEST = 80
"""Letters of a name."""
_MARKS = " .-_'@+\\/0123456789"
"""Beside letters: what names, logins and addresses are written with."""
_BESIDE = {"CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "MODIFIER"}
"""Scripts that are written beside others and look like none of them."""
_UNSEEN = re.compile("FILLER|VARIATION SELECTOR|JOINER|INHERENT")
"""In the names of letters and marks that show nothing."""
_MOST_MARKS = 4
"""Marks on one letter."""
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
    plain = as_recorded(name)
    letters = [one for one in plain if one.isalpha()]
    others = [one for one in plain if not one.isalpha() and not _is_mark(one)]
    scripts = {re.split("[ -]", unicodedata.name(one, ""))[0] for one in letters} - _BESIDE
    return (
        bool(letters)
        and len(plain) <= LONGEST
        and plain == unicodedata.normalize("NFKC", plain)  # no letter in the shape of another one
        and all(one in _MARKS for one in others)
        and len(scripts) <= 1
        and not any(_UNSEEN.search(unicodedata.name(one, "")) for one in plain)
        and not any(marks and len(list(run)) > _MOST_MARKS for marks, run in groupby(plain, _is_mark))
        and not "".join(letters).casefold().startswith(_POLICY)
    )


def as_recorded(name: str) -> str:
    """A name as it is kept: letters and their marks in one, nothing before and after it."""
    return unicodedata.normalize("NFC", name).strip()


def _is_mark(one: str) -> bool:
    """Whether it stands on a letter or beside it, and not by itself."""
    return unicodedata.category(one) in ("Mn", "Mc")
