"""How well is a record found again? ``python -m reson.evals.recall``; with ``--large``, how fast among 100,000."""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from reson.agent.memory import MemoryHit, open_memory, recall, remember, stated
from reson.evals.intervals import proportion
from reson.evals.recall.questions import Question, questions
from reson.evals.recall.year import NIGHTS, PER_NIGHT, events, patterns, routine

FIRST = 5
SEEDS = {"tuning": 1, "held_out": 20261}
LARGE = 100_000


def study(words: str, seed: int, count: int, documents: int) -> None:
    """Print what of the questions found its record, and what their filters let through."""
    generator = np.random.default_rng(seed)
    rows = patterns()
    year = events(rows, generator)
    routines = documents - len(year)
    record = [*(one.document for one in year), *routine(rows, generator, routines)]
    asked = questions(year, generator, words, count)
    now = max(float(one.metadata["device_time"]) for one in record)
    with tempfile.TemporaryDirectory() as place:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        memory = open_memory(Path(place) / "memory")
        began = time.perf_counter()
        remember(memory, record)
        took = time.perf_counter() - began
        found, first, beyond, seconds, missed = 0, 0, 0, [], []
        for one in asked:
            began = time.perf_counter()
            hits = recall(memory, one.text, where=stated(one.text, now), limit=FIRST)
            seconds.append(time.perf_counter() - began)
            right = [hit.id in one.right for hit in hits]
            found, first = found + any(right), first + any(right[:1])
            beyond += not _kept(one, hits)
            missed += [] if any(right) else [one]
        size = sum(path.stat().st_size for path in Path(place).rglob("*") if path.is_file())
        memory.close()
    share = proportion(found, len(asked))
    print(f"{len(record)} records, {len(asked)} {words} questions, seed {seed}")
    between = f"interval {share.low:.0%} to {share.high:.0%}"
    print(f"right record in the first {FIRST}: {found} ({found / len(asked):.1%}, {between})")
    print(f"right record first: {first}; answers beside what a question states: {beyond}")
    print(f"question: median {1e3 * np.median(seconds):.0f} ms, slowest {1e3 * max(seconds):.0f} ms")
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"index made in {took:.0f} s, {size / 1e6:.0f} MB on disk")
    print(f"memory of the process {held / 1e6:.2f} GB at most, {before / 1e6:.2f} GB before there was an index")
    if words == "tuning":
        for one in missed:
            print(f"  missed {one.topic}: {one.text}")


def _kept(asked: Question, hits: Sequence[MemoryHit]) -> bool:
    """Whether every answer is about the component and from the time that the question states."""
    for hit in hits:
        at = datetime.fromtimestamp(float(hit.metadata["device_time"]), UTC)
        if asked.component not in ("", hit.metadata["component"]):
            return False
        if asked.when and not at.strftime("%Y-%m-%d").startswith(asked.when):
            return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true", help="the questions that weights and glossary were chosen on")
    parser.add_argument("--large", action="store_true", help=f"among {LARGE} records")
    parser.add_argument("--count", type=int, default=300, help="questions")
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    words = "tuning" if options.tune else "held_out"
    seed = SEEDS[words] if options.seed is None else options.seed
    study(words, seed, options.count, LARGE if options.large else NIGHTS * PER_NIGHT)


if __name__ == "__main__":
    main()
