"""No token leaves this package: texts of the service are cleared of it before anybody sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"
_NAMED = re.compile(r"(?i)\b(bearer|apikey|api_key|token|authorization)(\W{1,4})([A-Za-z0-9._~+/=-]{12,})")
_LONG = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{40,}(?![A-Za-z0-9_-])")
"""An IBM API key has 44 characters of this kind; no job id or device name is as long."""


def without_secrets(text: str, known: Iterable[str] = ()) -> str:
    """The text on one line with every known secret, and everything that looks like one, replaced."""
    line = " ".join(text.split())
    for secret in known:
        if secret:
            line = line.replace(secret, HIDDEN)
    return _LONG.sub(HIDDEN, _NAMED.sub(rf"\1\2{HIDDEN}", line))
