"""Arrays by name: NPZ without pickle, and HDF5 without links to anywhere else."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np

from reson.tools.own_data.table import Table, refused, require_size, unit_of

KINDS = "biufc"
"""Of arrays that hold numbers."""
WORDS = "SU"
DEEPEST = 6
"""Groups within groups of an HDF5 file that are looked into."""
MOST_ARRAYS = 500
PICKLED = "holds a pickled object, which could run any code when opened, and is refused"


def read_npz(name: str, data: bytes) -> Table:
    """Raises ``OperatorError``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as members:
            require_size(name, sum(member.file_size for member in members.infolist()), "unpacks to")
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            columns = {key: archive[key] for key in archive.files}
    except ValueError as error:
        if "pickle" in str(error):
            remedy = "save plain arrays: np.savez(file, delay=..., p1=...) of numbers"
            raise refused(name, PICKLED, remedy) from None
        raise refused(name, f"is no NPZ file that can be read ({error})", "save it again with np.savez") from None
    except (zipfile.BadZipFile, OSError, KeyError, EOFError) as error:
        raise refused(name, f"is no NPZ file that can be read ({error})", "save it again with np.savez") from None
    return _table(name, columns, {})


def read_hdf5(name: str, data: bytes) -> Table:
    """Data sets by their path in the file. Raises ``OperatorError``."""
    import h5py

    columns: dict[str, np.ndarray] = {}
    units: dict[str, str] = {}

    def look(group: Any, path: str, depth: int) -> None:
        for key in group:
            link = group.get(key, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise refused(name, f"links from {path}{key} to elsewhere", "copy the data into the file itself")
            one = group[key]
            if isinstance(one, h5py.Group):
                if depth < DEEPEST:
                    look(one, f"{path}{key}/", depth + 1)
                continue
            if isinstance(one, h5py.Dataset) and (one.dtype.kind in KINDS + "S" or one.dtype.names):
                take(one, f"{path}{key}")

    def take(one: Any, path: str) -> None:
        if one.is_virtual or one.external:
            raise refused(name, f"keeps {path} in another file", "copy the data into the file itself")
        require_size(
            name, sum(array.nbytes for array in columns.values()) + one.size * one.dtype.itemsize, "unpacks to"
        )
        if len(columns) >= MOST_ARRAYS:
            raise refused(name, f"holds more than {MOST_ARRAYS} arrays", "give a file of one measurement")
        if one.dtype.names:  # a table: each of its fields is a column
            columns.update({f"{path}/{field}": one[field] for field in one.dtype.names})
            return
        columns[path] = one[()]
        told = next((one.attrs[key] for key in ("unit", "units") if key in one.attrs), "")
        told = told.ravel()[0] if isinstance(told, np.ndarray) and told.size == 1 else told
        if unit := told.decode() if isinstance(told, bytes) else told if isinstance(told, str) else "":
            units[path] = str(unit)

    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            look(file, "", 0)
    except (OSError, KeyError, RuntimeError, ValueError, UnicodeDecodeError) as error:
        why = f"is no HDF5 file that can be read ({str(error).splitlines()[0]})"
        raise refused(name, why, "save it again, or as CSV or NPZ") from None
    return _table(name, columns, units)


def _table(name: str, columns: dict[str, np.ndarray], units: dict[str, str]) -> Table:
    kept = {key: np.asarray(one) for key, one in columns.items() if one.dtype.kind in KINDS + WORDS and one.ndim}
    if not kept:
        raise refused(name, "holds no array of numbers", "save the swept values and the data as arrays")
    return Table(name, kept, {key: unit_of(key) for key in kept if unit_of(key)} | units)
