"""Whatever is read of a pair, every row gives a verdict and a picture, and accepts nothing that holds no signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from reson.agent.reading.gates_of_pairs import PAIR_READERS
from reson.agent.reading.reader import read_saved_data
from reson.prompts.criteria import criterion
from reson.records import Status, Verdict
from reson.tools.data import RawData
from reson.tools.experiments.pair_catalogue import PAIR_ROWS
from reson.tools.quantities import PARAMETERS
from reson.tools.verdicts.judge import judge
from tests.tools.experiments.pairs.bringing_up import PAIR, Bench
from tests.tools.experiments.pairs.test_bell_state import played
from tests.tools.experiments.pairs.test_interleaved import decays


def drawn(raw: RawData, shares: np.ndarray, seed: int) -> RawData:
    """Shots of each circuit from outcomes with these shares, (circuits, 4) or (4,)."""
    rng = np.random.default_rng(seed)
    rows = np.broadcast_to(shares, raw.arrays["counts"].shape)
    return replace(raw, arrays={"counts": np.array([rng.multinomial(raw.shots, row) for row in rows])})


def mixed(first: float, second: float) -> np.ndarray:
    return np.outer([1 - first, first], [1 - second, second]).ravel()


KINDS: dict[str, Callable[[RawData], RawData]] = {
    "all 00": lambda raw: drawn(raw, np.array([1.0, 0, 0, 0]), 1),
    "all 11": lambda raw: drawn(raw, np.array([0, 0, 0, 1.0]), 1),
    "ground state": lambda raw: drawn(raw, mixed(0.02, 0.03), 2),
    "middle": lambda raw: drawn(raw, mixed(0.5, 0.5), 3),
    "excited": lambda raw: drawn(raw, mixed(0.95, 0.97), 4),
    "garbage": lambda raw: drawn(raw, np.random.default_rng(5).dirichlet(np.ones(4), len(raw.circuits)), 5),
    "shuffled": lambda raw: replace(
        raw, arrays={"counts": np.random.default_rng(6).permutation(raw.arrays["counts"], axis=0)}
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PAIR_ROWS)
def test_nothing_is_accepted_where_there_is_nothing(name: str, kind: str, brought: Bench) -> None:
    row = PAIR_ROWS[name]
    made = {"cz_interleaved_rb": lambda: decays(1e-3, 2e-3, 1), "bell_state": played}
    raw = made[name]() if name in made else brought.last(name).raw
    arguments = row.arguments({}, brought.device.controls()[PAIR])
    analysis = row.analyse(KINDS[kind](raw))
    verdict = judge(row.check(analysis, arguments, {})).verdict
    assert verdict is Verdict.REJECT, [one for one in row.check(analysis, arguments, {}) if not one.passed]
    reading = read_saved_data(analysis)
    assert reading.status is not Status.SUCCESS and criterion(row.family, reading.status)
    row.propose(analysis, raw.controls)
    (picture,) = row.pictures([analysis])
    assert picture.startswith(b"\x89PNG")


def test_a_healthy_plot_reads_as_one(brought: Bench) -> None:
    assert set(PAIR_READERS) == set(PAIR_ROWS)
    for name, step in brought.steps:
        reading = read_saved_data(step.analysis)
        assert reading.status is Status.SUCCESS, (name, reading.reason)
    benchmarked = PAIR_ROWS["cz_interleaved_rb"].analyse(decays(1e-3, 2e-3, 1))
    assert read_saved_data(benchmarked).status is Status.SUCCESS
    assert read_saved_data(PAIR_ROWS["bell_state"].analyse(played())).status is Status.SUCCESS


@pytest.mark.parametrize("name", PAIR_ROWS)
def test_rows_speak_of_parameters_that_the_table_knows(name: str) -> None:
    row = PAIR_ROWS[name]
    assert row.name == name
    assert set(row.needs) | set(row.calibrates) <= set(PARAMETERS)
