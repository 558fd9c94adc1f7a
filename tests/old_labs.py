"""Labs made by real runs at 5db9c49 (schema 1): ``pair`` on a chip of two coupled qubits, ``manila`` on a copy of
ibm_manila. Whatever opens a lab must bear them.
"""

from __future__ import annotations

from pathlib import Path

LABS = Path(__file__).parent / "labs" / "5db9c49.tar.xz"
