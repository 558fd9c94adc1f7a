"""A study of chips one after the other, each told when it is done: the seeds, the progress, the table and the file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from reson.evals import seeds

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
"""What became of one component of a chip."""


def add_arguments(parser: argparse.ArgumentParser, count: int) -> None:
    """``count``: chips by default."""
    parser.add_argument("--count", type=int, default=count, help="how many chips")
    seeds.add_arguments(parser)
    parser.add_argument("--json", type=Path, help="also write the results here, chip by chip")


def study(
    name: str,
    asked: argparse.Namespace,
    run: Callable[[int], list[T]],
    line: Callable[[T], str],
    table: Callable[[list[T]], str],
) -> None:
    """``run``: seed of a chip -> what became of it."""
    first = seeds.first_seed(name, asked, asked.count)
    told: list[T] = []
    for seed in range(first, first + asked.count):
        of_chip = run(seed)
        told += of_chip
        print("\n".join(map(line, of_chip)), flush=True)
        if asked.json:
            asked.json.write_text(json.dumps([asdict(one) for one in told], indent=1))
    print(seeds.told(name, first))
    print(table(told))
