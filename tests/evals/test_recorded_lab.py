"""A recorded lab keeps the rules of the live one: neighbours are measured one after the other."""

from __future__ import annotations

from pathlib import Path

from reson.evals.replaying import gate
from reson.evals.replaying.replay import replay
from tests.evals.conftest import recorded, short_case

CHIP = 'seed = 2960\nqubits = 2\ncoupling = "line"\n'


def test_neighbours_of_a_recorded_chip_are_measured_in_turns_as_they_were(tmp_path: Path) -> None:
    case = short_case("coupled", chip=CHIP, seed=2960, qubits=2, budget={"experiments": 6})
    recording = recorded(case, tmp_path)
    assert recording.coupling == ((0, 1),)
    first = [one for one in recording.measured if one.experiment == "resonator_spectroscopy"]
    assert len({one.job for one in first}) == len(first) == 2, "each alone"
    assert replay(recording, live=False, other=gate.ask_offline).differences == []
    apart = recording.model_copy(update={"coupling": ()})
    assert replay(apart, live=False, other=gate.ask_offline).differences, "the coupling is what keeps them apart"
