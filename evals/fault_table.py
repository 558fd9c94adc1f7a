"""One ``[[fault]]`` of a chip.toml."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime


def fault_table(
    kind: str,
    components: Sequence[str],
    parameters: Mapping[str, float],
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> str:
    """A fault that is there between two moments; None: from the first, or to the last."""
    lines = ["[[fault]]", f'kind = "{kind}"', *([f"components = {json.dumps(list(components))}"] if components else [])]
    lines += [f"{name} = {json.dumps(value)}" for name, value in parameters.items()]
    lines += [f"{word} = {at.isoformat()}" for word, at in (("from", begins), ("until", ends)) if at is not None]
    return "\n".join([*lines, ""])
