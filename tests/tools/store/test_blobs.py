from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from reson.errors import OperatorError
from reson.tools.store.blobs import Blobs


def test_content_is_found_again_under_its_hash(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    sha = blobs.put(b"figure", ".png")
    assert sha == hashlib.sha256(b"figure").hexdigest()
    assert blobs.get(sha, ".png") == b"figure"
    assert [path.name for path in blobs.directory.iterdir()] == [f"{sha}.png"]


def test_whole_content_is_not_written_again(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    path = blobs.path(blobs.put(b"data", ".npz"), ".npz")
    before = path.stat().st_ino
    blobs.put(b"data", ".npz")
    assert path.stat().st_ino == before


@pytest.mark.parametrize("left", [b"", b"da", b"dbta", b"data and more"])
def test_damaged_content_is_refused_and_repaired_by_putting_it_again(tmp_path: Path, left: bytes) -> None:
    blobs = Blobs(tmp_path)
    sha = blobs.put(b"data", ".npz")
    blobs.path(sha, ".npz").write_bytes(left)
    with pytest.raises(OperatorError, match="damaged"):
        blobs.get(sha, ".npz")
    blobs.put(b"data", ".npz")
    assert blobs.get(sha, ".npz") == b"data"


def test_missing_content_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=f"{'0' * 64}.png is missing"):
        Blobs(tmp_path).get("0" * 64, ".png")


@pytest.mark.parametrize(("sha", "suffix"), [("../lab", ".db"), ("0" * 63, ".png"), ("0" * 64, "/../../x")])
def test_no_name_leads_out_of_the_directory(tmp_path: Path, sha: str, suffix: str) -> None:
    with pytest.raises(ValueError, match="no name of a blob"):
        Blobs(tmp_path).path(sha, suffix)


def test_a_write_that_the_system_cuts_short_leaves_nothing_behind(tmp_path: Path) -> None:
    """The file size limit stands in for a full disk: both fail in the middle of writing."""
    script = """
import resource, sys
from pathlib import Path
from reson.errors import OperatorError
from reson.tools.store.blobs import Blobs
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
blobs = Blobs(Path(sys.argv[1]))
blobs.put(b"small", ".npz")
try:
    blobs.put(bytes(100_000), ".npz")
except OperatorError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, timeout=600
    )
    assert "the limit of file size is reached" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == [hashlib.sha256(b"small").hexdigest() + ".npz"]


def test_a_file_in_the_place_of_the_directory_is_the_operators_business(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("not a directory")
    with pytest.raises(OperatorError):
        Blobs(tmp_path / "blobs").put(b"data", ".npz")
