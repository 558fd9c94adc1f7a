"""A seal for what is left in a lab and believed later: whoever may write to the lab alone cannot make one.

Its key lies with the person who runs Reson (``$XDG_STATE_HOME/reson/seal.key``), outside every lab.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

_BYTES = 32


def seal_of(text: str) -> str:
    """HMAC-SHA256 of the text; empty where there is no key and none can be kept."""
    key = _key()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest() if key else ""


def _key() -> bytes:
    home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    path = Path(home).expanduser() / "reson" / "seal.key"
    with suppress(OSError, RuntimeError):  # no home, or none that can be written
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "wb") as file:
                file.write(secrets.token_bytes(_BYTES))
        key = path.read_bytes()
        return key if len(key) == _BYTES else b""
    return b""
