"""A recorded lab keeps the rules of the live one, and another brain can be asked beside it."""

from __future__ import annotations

from pathlib import Path

from reson.evals.closed_loop.endpoint import model_settings, serving
from reson.evals.replaying import gate
from reson.evals.replaying.model_check import ask, side_by_side
from reson.evals.replaying.recording import Recording
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


def test_another_brain_beside_a_recording_is_shown_with_the_plots(plain: Recording) -> None:
    """A model that reads every plot as noise: each reading differs, and its page holds both answers and the plot."""
    with serving("contrary") as url:
        settings = {"brain": "openai", "model": model_settings("contrary", url)}
        found = replay(plain, live=False, other=ask(settings))
    readings = [one for one in found.answers if one.what == "reading"]
    assert len(readings) == len(plain.measured) and found.asked > len(readings)
    assert found.answers == found.differences, "the lab is as it was"
    page = side_by_side(plain, found, "contrary")
    assert page.count("NO_SIGNAL (I see nothing but noise)") == len(readings)
    assert page.count("data:image/png;base64,") >= len(readings)
    assert "The lab has changed" not in page
