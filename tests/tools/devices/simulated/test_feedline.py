"""The feedline of a fridge chip: what a sweep over it shows, against the lines and dips that it is made of."""

from dataclasses import replace

import numpy as np
import pytest

from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import open_chip
from reson.tools.devices.simulated.feedline import HUMP, RIPPLE, SLOPE
from reson.tools.devices.simulated.readout import readout_of
from reson.tools.devices.simulated.resonators import Line
from reson.tools.devices.simulated.ring_up import Tone, ground_frequency, pointer_states

START = 1.7e9
WEAK = 1e-3


def transmons(seed: int, qubits: int = 5):
    return open_chip(ChipDescription(seed=seed, qubits=qubits, realism=("feedline",)), START).chip.truth.transmons


def _sweep(transmon, frequencies: np.ndarray) -> np.ndarray:
    """Signal of level 0 over that of a flat line off resonance."""
    points = [pointer_states(transmon, frequency, WEAK)[0][0] for frequency in frequencies]
    return np.array(points) / (transmon.resonator.gain * WEAK)


def test_a_tone_sees_the_other_resonators_of_its_line_and_not_those_of_the_next():
    nine = transmons(3, 9)
    line, next_line = nine[0].resonator.line, nine[8].resonator.line
    assert line is not None
    assert next_line is not None
    dips = [one.frequency for one in line.dips]
    for other in nine[1:8]:
        assert ground_frequency(other) in dips
    assert ground_frequency(nine[0]) not in dips
    assert ground_frequency(nine[8]) not in dips
    assert next_line.slope != line.slope


def test_a_sweep_far_from_its_resonator_shows_the_line():
    """At the frequency of a neighbour the signal falls by its depth, and between resonators it is the line's level."""
    first, second, *_ = transmons(4)
    bare = replace(first, resonator=replace(first.resonator, depth=0.0))
    at_dip = ground_frequency(second)
    width = second.resonator.kappa
    near = np.abs(_sweep(bare, np.array([at_dip - 20 * width, at_dip, at_dip + 20 * width])))
    deepest = abs(1 - second.resonator.depth * np.exp(1j * second.resonator.asymmetry))
    assert near[1] / near[[0, 2]].mean() == pytest.approx(deepest, abs=0.03)


def test_slope_hump_and_ripple_have_their_sizes_in_decibels():
    flat = (0.0, 7e9, 1e8)

    def level(line: Line, at: float) -> float:
        return 20 * np.log10(abs(line.passes(at)))

    slope = Line(7e9, 3.0 / 1e9, flat, (0.0, 50e6, 0.0))
    assert level(slope, 7.5e9) - level(slope, 7.0e9) == pytest.approx(1.5)
    hump = Line(7e9, 0.0, (2.0, 7.1e9, 50e6), (0.0, 50e6, 0.0))
    assert level(hump, 7.1e9) == pytest.approx(2.0)
    assert level(hump, 7.15e9) == pytest.approx(2.0 * np.exp(-0.5))
    ripple = Line(7e9, 0.0, flat, (1.5, 40e6, 0.3))
    levels = [level(ripple, 7e9 + 1e6 * step) for step in range(80)]
    assert max(levels) == pytest.approx(1.5, abs=0.02)
    assert levels[:40] == pytest.approx(levels[40:])
    for seed in range(20):
        drawn = transmons(seed)[0].resonator.line
        assert drawn is not None
        assert abs(drawn.slope) * 1e9 <= SLOPE
        assert abs(drawn.hump[0]) <= HUMP
        assert RIPPLE[0] <= drawn.ripple[0] <= RIPPLE[1]


def test_the_line_turns_the_readout_as_it_turns_the_pointer_states():
    one, *_ = transmons(6)
    tone = Tone(ground_frequency(one) + 0.3e6, 0.02)
    readout = readout_of([one], [tone])
    centres, _ = pointer_states(one, tone.frequency, tone.amplitude)
    assert readout.courses[0, :, -1, 0] == pytest.approx(centres)
