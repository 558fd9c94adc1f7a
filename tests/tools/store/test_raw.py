from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from reson.components import Pair, Qubit
from reson.tools.data import RawData
from reson.tools.store.raw import pack_raw, unpack_raw

NAMES = st.sampled_from(["counts", "iq", "iq_mean", "iq_stderr", "file", "header", "allow_pickle"])
ARRAYS = st.sampled_from([np.int64, np.float64, np.complex64, np.complex128]).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=6))
)
NUMBERS = st.dictionaries(st.text(max_size=8), st.floats(allow_nan=False, allow_infinity=False), max_size=3)
RAW = st.builds(
    RawData,
    experiment=st.text(max_size=10),
    component=st.builds(Qubit, st.integers(0, 400)) | st.builds(Pair, st.integers(0, 9), st.integers(10, 19)),
    parameters=NUMBERS,
    controls=NUMBERS,
    shots=st.integers(1, 10**6),
    circuits=st.lists(NUMBERS, max_size=3),
    arrays=st.dictionaries(NAMES, ARRAYS, max_size=3),
    started=st.floats(0, 1e10),
    ended=st.floats(0, 1e10),
)


@given(RAW)
def test_data_comes_back_bit_for_bit(raw: RawData) -> None:
    packed = pack_raw(raw)
    assert packed == pack_raw(raw)
    again = unpack_raw(packed)
    for name in ("experiment", "component", "parameters", "controls", "shots", "circuits", "started", "ended"):
        assert getattr(again, name) == getattr(raw, name)
    assert set(again.arrays) == set(raw.arrays)
    for name, array in raw.arrays.items():
        assert again.arrays[name].dtype == array.dtype
        assert again.arrays[name].shape == array.shape
        assert again.arrays[name].tobytes() == array.tobytes()


def _raw(circuits: list, **arrays: np.ndarray) -> RawData:
    return RawData("t1", Qubit(0), {}, {}, 1, circuits, arrays, 0.0, 1.0)


def test_numpy_numbers_in_metadata_become_plain_ones() -> None:
    raw = _raw([{"delay": np.float32(0.5), "n": np.int64(3), "pair": np.array([1, 2])}])
    assert unpack_raw(pack_raw(raw)).circuits == [{"delay": 0.5, "n": 3, "pair": [1, 2]}]


def test_what_could_not_be_read_safely_is_refused() -> None:
    with pytest.raises(ValueError, match="objects"):
        pack_raw(_raw([], counts=np.array([{}], dtype=object)))
    with pytest.raises(ValueError, match="JSON"):
        pack_raw(_raw([{"x": float("nan")}]))
