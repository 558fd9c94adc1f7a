"""Which versions a result was made with."""

from __future__ import annotations

import platform
from importlib.metadata import version

PACKAGES = ("reson", "qiskit", "qiskit-experiments", "langgraph", "chromadb", "numpy", "scipy")


def provenance() -> dict[str, str]:
    """Package name -> version, of Python and of the packages that a result depends on."""
    return {"python": platform.python_version()} | {package: version(package) for package in PACKAGES}
