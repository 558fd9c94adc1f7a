"""Reson: a lab assistant that brings up superconducting qubits and keeps them calibrated."""

import os

# Small matrices: threads of numpy's linear algebra only get in each other's way, at ten times the processor time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
