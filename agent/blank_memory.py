"""Memory of this process that a library hands to a file without having written it: blank, so that no secret is in it.

The vector index saves room that it set aside and never used. What lies there is whatever the process had freed before:
a header with a key was found in ``memory/*/data_level0.bin``.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_PERTURB = -6
"""``M_PERTURB`` of glibc's malloc.h: what is handed out is filled with the complement of this byte."""


@contextmanager
def blank_memory() -> Iterator[None]:
    """While it lasts, memory handed out by glibc (Linux) is filled with zeros; elsewhere nothing happens."""
    setting = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if setting is None:
        yield
        return
    setting(_PERTURB, 0xFF)
    try:
        yield
    finally:
        setting(_PERTURB, 0)
