"""From a file, or the bytes of one that was uploaded, to a table of numbers."""

from __future__ import annotations

from pathlib import Path, PurePath

from reson.errors import OperatorError
from reson.tools.own_data.archives import read_hdf5, read_npz
from reson.tools.own_data.table import Table, refused, require_size
from reson.tools.own_data.text_file import read_text

FORMATS = {
    ".csv": read_text,
    ".tsv": read_text,
    ".txt": read_text,
    ".dat": read_text,
    ".npz": read_npz,
    ".h5": read_hdf5,
    ".hdf5": read_hdf5,
    ".hdf": read_hdf5,
}
MAGIC = {
    b"\x93NUMPY": ".npy",
    b"PK\x03\x04": ".npz",
    b"\x89HDF\r\n\x1a\n": ".h5",
    b"\x80\x04": ".pkl",
    b"\x80\x05": ".pkl",
}
"""First bytes of a file -> what it is, whatever it is called."""


def read_file(path: Path) -> Table:
    """Raises ``OperatorError`` for what cannot be read, or is too large."""
    try:
        require_size(path.name, path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}", "name a file of measured data") from error
    return read_bytes(path.name, data)


def read_bytes(name: str, data: bytes) -> Table:
    """Raises ``OperatorError`` for what is no table of numbers."""
    require_size(name, len(data))
    kind = next((suffix for magic, suffix in MAGIC.items() if data.startswith(magic)), PurePath(name).suffix.lower())
    if kind == ".pkl":
        raise refused(
            name, "is a pickle, which could run any code when opened, and is refused", "save it as CSV or NPZ"
        )
    if kind not in FORMATS:
        raise refused(name, "is of no format that can be read", f"there are CSV, NPZ and HDF5: {', '.join(FORMATS)}")
    return FORMATS[kind](name, data)
