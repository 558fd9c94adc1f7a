"""Raw data as bytes: a numpy ``.npz`` archive without pickle, with the rest as JSON inside."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from reson.components import Qubit, parse
from reson.tools.data import RawData

FORMAT = "reson-raw-1"
RAW = ".npz"
"""Suffix of the files."""
_HEADER = "header"
_ARRAY = "array."  # keeps an array's name from meaning anything to numpy.savez


def pack_raw(raw: RawData) -> bytes:
    """The same data gives the same bytes. Raises ``ValueError`` for NaN outside the arrays or arrays of objects."""
    if objects := [name for name, array in raw.arrays.items() if array.dtype.hasobject]:
        raise ValueError(f"arrays of objects cannot be stored: {', '.join(objects)}")
    header = {
        "format": FORMAT,
        "experiment": raw.experiment,
        # the data of a qubit keeps the bytes, and so the hash, that it had before there were pairs
        **({"qubit": raw.qubit} if isinstance(raw.component, Qubit) else {"component": raw.component}),
        "parameters": raw.parameters,
        "controls": raw.controls,
        "shots": raw.shots,
        "circuits": raw.circuits,
        "started": raw.started,
        "ended": raw.ended,
    }
    text = json.dumps(header, allow_nan=False, default=_plain)
    arrays = {_ARRAY + name: array for name, array in raw.arrays.items()}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **{_HEADER: np.frombuffer(text.encode(), np.uint8)}, **arrays)
    return buffer.getvalue()


def unpack_raw(data: bytes) -> RawData:
    """Inverse of ``pack_raw``. Raises ``ValueError`` for another format."""
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        header = json.loads(archive[_HEADER].tobytes())
        arrays = {name.removeprefix(_ARRAY): archive[name] for name in archive.files if name.startswith(_ARRAY)}
    if header.pop("format") != FORMAT:
        raise ValueError(f"raw data is not of format {FORMAT}")
    component = Qubit(header.pop("qubit")) if "qubit" in header else parse(header.pop("component"))
    return RawData(**header, component=component, arrays=arrays)


def _plain(value: Any) -> Any:
    """Metadata of circuits may hold numpy numbers."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not JSON")
