"""Files that are written whole: for whom, and with what."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reson.tools.store.whole import write_whole


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.parametrize(("private", "mode"), [(False, 0o640), (True, 0o600)])
def test_a_file_is_for_whom_the_umask_says_and_a_private_one_for_its_owner(
    tmp_path: Path, umask: None, private: bool, mode: int
) -> None:
    for content in ("first é", b"then"):
        path = write_whole(tmp_path / "one", content, private=private)
        assert path.stat().st_mode & 0o7777 == mode
        assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert list(tmp_path.iterdir()) == [path], "and nothing is left beside it"
