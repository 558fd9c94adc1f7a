"""A lab of an older Reson goes on: its requests are asked anew in today's names, answered, written and reported."""

from __future__ import annotations

import tarfile
from pathlib import Path

from tests.agent.cli.conftest import call
from tests.old_labs import LABS


def test_a_request_under_an_old_name_is_asked_again_for_the_pair(tmp_path: Path) -> None:
    with tarfile.open(LABS) as archive:
        archive.extractall(tmp_path, filter="data")
    lab = tmp_path / "pair"
    resumed = call(lab, "resume", "run-0002", "--json")
    assert resumed.code == 3, resumed.err
    (waits,) = call(lab, "approvals", "list", "--json").json
    assert [(one["component"], one["parameter"]) for one in waits["action"]["arguments"]["changes"]] == [
        ("q0-q1", "zz")
    ]
    assert call(lab, "approvals", "approve", waits["id"], "--by", "ada").code == 0
    assert call(lab, "resume", "run-0002", "--json").code == 0
    written = call(lab, "params", "log", "q0-q1", "zz", "--json").json
    assert [row["was"] for row in written] == ["q0.zz_1", "q1.zz_1", None]
    for run in ("run-0001", "run-0002"):
        assert call(lab, "report", run).code == 0
    assert call(lab, "check").code == 0
