"""Seeds for a study that nobody can have tuned on: they follow from the commit's hash, are used once, and are recorded.

A failure found on a seed leads to a change, and from then on the seed judges what it has taught. So each study draws a
fresh range from the hash of the commit that it judges, and ``spent_seeds.jsonl`` says how often it was drawn before.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
from pathlib import Path

from reson.errors import OperatorError
from reson.records import Record

FIRST_UNSEEN_SEED = 1000
"""Below lie the seeds that thresholds and defaults were tuned on; from here to ``FIRST_DRAWN`` those of tests and of
the studies before seeds were drawn, all of them seen."""
FIRST_DRAWN = 1_000_000
SPENT = Path(__file__).with_name("spent_seeds.jsonl")


class Draw(Record):
    """One use of a range of seeds."""

    study: str
    commit: str
    first: int
    count: int


def first_of(study: str, commit: str) -> int:
    """First seed of a study on a commit: ``FIRST_DRAWN`` plus 32 bits of a hash of both."""
    return FIRST_DRAWN + int(hashlib.sha256(f"{study} {commit}".encode()).hexdigest()[:8], 16)


def spent(study: str, ledger: Path = SPENT) -> list[Draw]:
    """Draws of this study so far, the oldest first."""
    lines = ledger.read_text().splitlines() if ledger.exists() else []
    draws = [Draw.model_validate_json(line) for line in lines]
    return [one for one in draws if one.study == study]


def draw(study: str, count: int, commit: str, ledger: Path = SPENT) -> Draw:
    """A fresh range for this commit, put on record. Raises ``OperatorError`` where it was drawn before."""
    fresh = Draw(study=study, commit=commit, first=first_of(study, commit), count=count)
    if any(one.commit == commit for one in spent(study, ledger)):
        raise OperatorError(
            f"the seeds of {study} on {commit[:12]} were used before: what they showed is known",
            "commit a change and draw again, or repeat them with --first and call them seen",
        )
    with ledger.open("a") as file:
        file.write(json.dumps(fresh.to_json()) + "\n")
    return fresh


def commit_here() -> str:
    """Hash of the commit that is checked out. Raises ``OperatorError`` outside a checkout, or with changes in it."""
    place = Path(__file__).resolve().parent
    try:
        changed = _git(place, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!evals/spent_seeds.jsonl")
        commit = _git(place, "rev-parse", "HEAD")
    except (OSError, subprocess.CalledProcessError) as error:
        raise OperatorError("no commit to draw seeds from: this is no checkout", "give the first seed") from error
    if changed:
        raise OperatorError("seeds are drawn from a commit, and the tree has changes beyond it", "commit them first")
    return commit


def _git(place: Path, *words: str) -> str:
    top = subprocess.run(["git", "rev-parse", "--show-toplevel"], cwd=place, capture_output=True, text=True, check=True)
    done = subprocess.run(["git", *words], cwd=top.stdout.strip(), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--tune", action="store_true", help=f"seeds below {FIRST_UNSEEN_SEED}, to tune on")
    group.add_argument("--first", type=int, help="first seed, of a range that counts as seen; default: drawn afresh")


def first_seed(study: str, asked: argparse.Namespace, count: int) -> int:
    """The first seed that the command line asks for; drawn and recorded where it names none."""
    if asked.tune:
        return 0
    return asked.first if asked.first is not None else draw(study, count, commit_here()).first


def told(study: str, first: int) -> str:
    """What a page says of the seeds it rests on."""
    draws = spent(study)
    if not any(one.first == first for one in draws):
        return "These seeds were looked at before; nothing here is a blind test."
    number = len(draws) - 1
    times = {0: "never", 1: "once"}.get(number, f"{number} times")
    return (
        f"Drawn from the commit's hash and used for the first time; this study was run on other seeds {times} before."
    )
