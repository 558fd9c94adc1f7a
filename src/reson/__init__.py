"""Reson: a lab assistant that brings up superconducting qubits and keeps them calibrated."""

__version__ = "0.1.0"
