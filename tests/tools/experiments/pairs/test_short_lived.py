"""A pair of which one qubit lives a few microseconds is measured within that time, and gets what coherence allows."""

from __future__ import annotations

import pytest

from reson.agent.observation import Done
from reson.components import Qubit
from reson.evals.pair_nights import night
from reson.tools.devices.simulated.chip_file import ChipDescription, QubitValues
from reson.tools.devices.simulated.device import open_chip
from reson.tools.experiments.cz_interleaved_rb import known_of
from reson.tools.experiments.pair_catalogue import PAIR_ROWS
from tests.tools.experiments.pairs.bringing_up import PAIR


@pytest.mark.parametrize(
    ("first", "second", "hold"),
    [
        ((90e-6, 80e-6), (80e-6, 70e-6), 15e-6),
        ((8e-6, 14e-6), (51e-6, 40e-6), 5.49e-6),
        ((90e-6, 80e-6), (8e-6, 14e-6), 3.64e-6),
        ((2e-6, 2e-6), (2e-6, 2e-6), 1e-6),
    ],
)
def test_an_echo_is_held_for_what_its_qubits_keep(
    first: tuple[float, float], second: tuple[float, float], hold: float
) -> None:
    table = {str(Qubit(n)): {"t1": one[0], "t2_echo": one[1]} for n, one in enumerate((first, second))}
    arguments = PAIR_ROWS["coupler_idle"].arguments({}, known_of(PAIR, table))
    assert arguments["hold"] == pytest.approx(hold, rel=0.01)
    assert PAIR_ROWS["coupler_idle"].arguments({}, known_of(PAIR, {}))["hold"] == pytest.approx(15e-6)


@pytest.mark.parametrize("qubit", [0, pytest.param(1, marks=pytest.mark.study)])
def test_it_is_brought_up(qubit: int) -> None:
    short = {qubit: QubitValues(t1=8e-6, t2=12e-6)}
    ended = night(open_chip(ChipDescription(11, 2, short, coupling=((0, 1),), tunable=True), 1.8e9))
    assert isinstance(ended.decision, Done), ended.decision
    assert ended.true.error < 1.5 * ended.true.limit
    idle = next(one for one in reversed(ended.attempts) if one.experiment == "coupler_idle")
    known_to = idle.quantities["zz_left"].stderr or 0.0
    assert known_to < 1.2e3 and abs(ended.true.idle_zz) < 5 * known_to
