"""What an endpoint says that it cannot take: told from its own words, and from nothing else.

One line for each part of a request and each kind of wording; a failure that names no part says nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

OPTIONAL = {
    "max_tokens": r"max_tokens",
    "max_completion_tokens": r"max_completion_tokens",
    "stream_options": r"stream_options",
    "stream": r"\bstream(ing)?\b(?!_)",
    "temperature": r"\btemperature\b",
    "tool_choice": r"tool[_ ]choice",
    "response_format": r"response_format|json_schema",
    "system": r"system (role|message|prompt)s?\b|roles? must alternate|only user.{0,20}assistant",
}
"""Part of a request that may be left out (the system's words go to the user's then) -> how it is named."""

FEATURES = {
    "tools": r"\btools?\b|function.?call",
    "images": r"\bimages?\b|image_url|\bvision\b|multi-?modal|mmproj",
    "response_format": r"response_format|json_schema|structured output|grammar",
}
"""Part of a question without which it is another question -> how it is named."""

_NO = re.compile(
    r"not (?:yet )?(?:be )?(?:support|allow|permit|implement|accept|enabl|avail)|not a multi|unsupported|"
    r"does(?: not|n't) (?:support|accept|take|allow)|cannot (?:take|accept|process)|only support|no endpoints found|"
    r"unknown|unrecogni[sz]ed|unexpected|unavailable|disabled|extra_forbidden|extra inputs|forbidden|"
    r"requires? |must be|must alternate|invalid|at most|deprecated|are supported",
    re.IGNORECASE,
)
_PASSES = re.compile(
    r"(?:unknown|unexpected|internal) (?:\w+ )?(?:error|failure|exception)|"
    r"(?:server|service|upstream|backend) (?:is )?un|temporar|try again|later\b|"
    r"overload|\bbusy\b|timed? ?out|out of memory|\bloading\b|"
    r"api[ _-]?key|\bquota|\bcredit|\bbilling|per (?:second|minute|hour|day|month)|rate.?limit|"
    r"\bplan\b|\btier\b|\btrial\b|subscri|\bupgrade|permission|organi[sz]ation|\bregion|"
    r"maintenance|\bcapacity\b|safety|content polic|moderat|"
    r"context.{0,9}(?:length|window|size)|\bdecod(?:e|ing)\b|\bfetch|\bdownload|"
    r"\bpixels?\b|dimension|resolution|aspect|too (?:small|large|big)|corrupt",
    re.IGNORECASE,
)
"""Of a time, an account, rules, a length or a file: whatever feature is named beside it may be there all the same."""
_NOT_THERE = re.compile(r"\bmodel\b.{0,80}(does not exist|not found)|no such model", re.IGNORECASE)


def refused_part(message: str, sent: Iterable[str]) -> str | None:
    """The optional part among those ``sent`` that the endpoint does not take: the one that it names first."""
    return _first(message, {name: OPTIONAL[name] for name in sent if name in OPTIONAL})


def refused_feature(message: str, sent: Iterable[str]) -> str | None:
    """The feature among those ``sent`` that the endpoint says it lacks."""
    if _PASSES.search(message):
        return None
    return _first(message, {name: FEATURES[name] for name in sent if name in FEATURES})


def _first(message: str, names: dict[str, str]) -> str | None:
    if not _NO.search(message) or _NOT_THERE.search(message):
        return None
    found = {name: match.start() for name, how in names.items() if (match := re.search(how, message, re.IGNORECASE))}
    return min(found, key=lambda name: found[name]) if found else None
