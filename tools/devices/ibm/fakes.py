"""Copies of IBM devices with the properties they had on one day, as they ship with the runtime: no account needed."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from reson.errors import OperatorError

if TYPE_CHECKING:
    from qiskit.providers import BackendV2

PREFIX = "fake_"


def fake_names() -> list[str]:
    """Names like "torino", sorted; they take some seconds to import."""
    return sorted(_classes())


def fake_backend(name: str) -> BackendV2:
    """The copy of ibm_NAME. Raises ``OperatorError`` with the nearest names."""
    known = _classes()
    short = name.removeprefix(PREFIX)
    if short not in known:
        near = difflib.get_close_matches(short, known, n=3, cutoff=0.5)
        raise OperatorError(
            f"there is no copy of a device {name!r}",
            f"did you mean fake:{' or fake:'.join(near)}?" if near else "`reson device list` names them",
        )
    return known[short]()


def _classes() -> dict[str, type[BackendV2]]:
    from qiskit_ibm_runtime import fake_provider

    found: dict[str, type[BackendV2]] = {}
    for one in vars(fake_provider).values():
        full = getattr(one, "backend_name", "") if isinstance(one, type) else ""
        if isinstance(full, str) and full.startswith(PREFIX):
            found[full.removeprefix(PREFIX)] = one
    return found
