"""Seeds of a study follow from the commit, are used once, and are counted."""

from __future__ import annotations

import argparse
import subprocess

import pytest

from reson.errors import OperatorError
from reson.evals import seeds


def test_seeds_follow_from_study_and_commit_and_lie_beyond_all_that_were_seen() -> None:
    first = seeds.first_of("verdicts", "a" * 40)
    assert first == seeds.first_of("verdicts", "a" * 40)
    assert len({first, seeds.first_of("verdicts", "b" * 40), seeds.first_of("nights", "a" * 40)}) == 3
    assert first >= seeds.FIRST_DRAWN > seeds.FIRST_UNSEEN_SEED


def test_a_range_is_used_once_and_recorded(tmp_path) -> None:
    ledger = tmp_path / "spent.jsonl"
    drawn = seeds.draw("verdicts", 146, "a" * 40, ledger)
    assert seeds.spent("verdicts", ledger) == [drawn]
    assert seeds.spent("nights", ledger) == []
    with pytest.raises(OperatorError, match="used before"):
        seeds.draw("verdicts", 10, "a" * 40, ledger)
    seeds.draw("verdicts", 146, "b" * 40, ledger)
    assert len(seeds.spent("verdicts", ledger)) == 2


@pytest.mark.parametrize(("words", "first"), [(["--tune"], 0), (["--first", "1200"], 1200)])
def test_seeds_that_are_named_are_taken_and_not_recorded(words: list[str], first: int, monkeypatch) -> None:
    parser = argparse.ArgumentParser()
    seeds.add_arguments(parser)
    monkeypatch.setattr(seeds, "draw", None)
    assert seeds.first_seed("verdicts", parser.parse_args(words), 10) == first


def test_what_a_page_says_of_its_seeds(tmp_path, monkeypatch) -> None:
    ledger = tmp_path / "spent.jsonl"
    drawn = seeds.draw("verdicts", 146, "a" * 40, ledger)
    real = seeds.spent
    monkeypatch.setattr(seeds, "spent", lambda study, _=None: real(study, ledger))
    assert "for the first time; this study was run on other seeds never before" in seeds.told("verdicts", drawn.first)
    assert "looked at before" in seeds.told("verdicts", 1000)
    for number, commit in enumerate("bcd"):
        drawn = seeds.draw("verdicts", 146, commit * 40, ledger)
        times = ("once", "2 times", "3 times")[number]
        assert f"for the first time; this study was run on other seeds {times} before" in seeds.told(
            "verdicts", drawn.first
        )
    assert "looked at before" in seeds.told("nights", drawn.first), "the seeds of another study"


def test_what_git_refuses_is_told(tmp_path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        seeds._git(tmp_path, "rev-parse", "HEAD")
