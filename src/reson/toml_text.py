"""TOML as somebody wrote it: whatever it is, there is one error for what cannot be read."""

from __future__ import annotations

import tomllib
from typing import Any


def parse_toml(text: str) -> dict[str, Any]:
    """Raises ``tomllib.TOMLDecodeError``, also for brackets and digits without end, at which the parser gives up."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise tomllib.TOMLDecodeError(str(error).partition(";")[0]) from error
