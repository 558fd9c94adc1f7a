from __future__ import annotations

import pytest

from tests.tools.experiments.pairs.bringing_up import CHAIN, Bench, opened


@pytest.fixture(scope="session")
def brought() -> Bench:
    """A healthy pair after the whole chain."""
    made = opened(11)
    for name in CHAIN:
        made.measure(name)
    return made
