"""Pulls of the resonator against theory and a second solver; drawn resonators and their readout."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import qutip
from scipy.integrate import solve_ivp

from reson.evals.best_readout import best_frequency, best_readout, separations
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.devices.simulated.drift import truth_at
from reson.tools.devices.simulated.resonators import DESIGN_READOUT_AMPLITUDE, READOUT_TIME, pull_table, pulls
from reson.tools.devices.simulated.ring_up import Fields, Tone, ground_frequency, pointer_states
from reson.tools.devices.simulated.truth import LEVELS, draw_truth

DETUNING, ANHARMONICITY, COUPLING = 2.2e9, -300e6, 80e6


def test_few_photons_pull_as_second_order_perturbation_theory_says():
    """Koch et al. 2007: chi_(j-1, j) - chi_(j, j+1) with chi_(j, j+1) = (j + 1) g^2 / (f_(j, j+1) - f_r)."""
    coupling = 5e6
    partial = [(j + 1) * coupling**2 / -(DETUNING - j * ANHARMONICITY) for j in range(LEVELS)]
    for level in range(LEVELS):
        expected = (partial[level - 1] if level else 0) - partial[level]
        found = float(pulls(DETUNING, ANHARMONICITY, coupling, level, np.array(0.0)))
        assert found == pytest.approx(expected, rel=2e-3)


def test_two_levels_follow_the_formula_of_jaynes_and_cummings():
    """A huge anharmonicity leaves two levels: the pull of the lower one is that of sqrt((delta / 2)^2 + g^2 n)."""
    photons = np.array([0.0, 10, 100, 1000, 10_000])
    rung = lambda n: np.sqrt(DETUNING**2 / 4 + COUPLING**2 * n)  # noqa: E731
    found = pulls(DETUNING, -1e15, COUPLING, 0, photons)
    # a level above takes part by some MHz at 1e15 Hz, which is nothing
    assert found == pytest.approx(rung(photons + 1) - rung(photons), rel=1e-3)


def test_pulls_agree_with_qutips_dressed_states():
    """The whole Hamiltonian of six levels and 40 photons diagonalised at once, states labelled by their overlap."""
    levels, photons = 6, 40
    a: Any = qutip.tensor(qutip.destroy(photons), qutip.qeye(levels))
    b: Any = qutip.tensor(qutip.qeye(photons), qutip.destroy(levels))
    number = b.dag() * b
    static = -DETUNING * number + ANHARMONICITY / 2 * number * (number - 1)
    energies, states = (static + COUPLING * (a.dag() * b + a * b.dag())).eigenstates()
    overlaps = np.array([np.abs(state.full()[:, 0]) ** 2 for state in states])
    for level in range(LEVELS):
        energy = [energies[np.argmax(overlaps[:, n * levels + level])] for n in range(12)]
        found = pulls(DETUNING, ANHARMONICITY, COUPLING, level, np.arange(11.0))
        assert found == pytest.approx(np.diff(energy), abs=1.0)


def test_strong_tones_find_the_bare_resonator():
    table = pull_table(DETUNING, ANHARMONICITY, COUPLING, LEVELS)
    assert np.all(np.abs(table[:, -1]) < 0.03 * np.abs(table[:, 0]))
    assert table[:, 0] == pytest.approx(np.sort(table[:, 0])[::-1])  # each level pulls less than the one below


@pytest.mark.parametrize("amplitude", [0.02, 0.1, 0.4])
def test_the_field_solves_its_equation(transmon, amplitude):
    """Against an adaptive solver with pulls straight from the ladder."""
    truth = transmon.resonator
    tone = Tone(ground_frequency(transmon) - 0.5e6, amplitude)
    (field,) = Fields().of([transmon], [tone])
    photons = np.unique(np.rint(np.geomspace(1, 3e4, 800))) - 1
    for level in range(LEVELS):
        pulled = pulls(truth.bare - transmon.f01, transmon.anharmonicity, truth.coupling, level, photons)

        def slope(_time: float, state: np.ndarray, pulled: np.ndarray = pulled) -> np.ndarray:
            here = np.interp(truth.photons * amplitude**2 * abs(state[0]) ** 2, photons, pulled)
            rate = math.pi * truth.kappa + 2j * math.pi * (truth.bare + here - tone.frequency)
            out = truth.gain * amplitude * (1 - truth.depth * np.exp(1j * truth.asymmetry) * state[0])
            return np.array([math.pi * truth.kappa - rate * state[0], out / np.hypot(1, abs(out) / truth.saturation)])

        end = solve_ivp(slope, (0, READOUT_TIME), np.zeros(2, dtype=complex), rtol=1e-8, atol=1e-12).y[:, -1]
        assert abs(field.field[level, -1] - end[0]) < 2e-3
        assert abs(field.signal[level, -1] - end[1] / READOUT_TIME) < 2e-3 * abs(end[1] / READOUT_TIME) + 5e-3


def test_the_steady_state_agrees_with_qutip():
    """A small driven, damped resonator with a transmon, whole master equation: the field that the ladder gives."""
    detuning, coupling, kappa, drive = 60.0, 4.0, 1.0, 0.25  # MHz; about a quarter of a photon
    a: Any = qutip.tensor(qutip.destroy(8), qutip.qeye(4))
    b: Any = qutip.tensor(qutip.qeye(8), qutip.destroy(4))
    number = b.dag() * b
    for tone in (0.0, 0.3):
        static = -tone * (a.dag() * a + number) - detuning * number - 30 / 2 * number * (number - 1)
        exchange = coupling * (a.dag() * b + a * b.dag())
        driven = drive * (a + a.dag())
        steady = qutip.steadystate(2 * np.pi * (static + exchange + driven), [np.sqrt(2 * np.pi * kappa) * a])
        pulled = float(pulls(detuning, -30.0, coupling, 0, np.array(0.0)))
        expected = -1j * drive / (kappa / 2 + 1j * (pulled - tone))
        found = complex(qutip.expect(a, steady))
        assert abs(found - expected) < 0.02 * abs(expected)


def test_three_levels_have_three_pointer_states_as_the_linear_formula_says(transmon):
    """At a photon or so: the closed form of a field that grows to its steady state at each level's own frequency."""
    linear = replace(transmon, resonator=replace(transmon.resonator, saturation=1e9))
    truth, tone = linear.resonator, Tone(ground_frequency(linear) - 0.4e6, 0.003)
    centres, sigma = pointer_states(linear, *tone)
    assert sigma == truth.noise
    for level in range(3):
        rate = math.pi * truth.kappa + 2j * math.pi * (ground_frequency(linear, level) - tone.frequency)
        grown = 1 - (1 - np.exp(-rate * READOUT_TIME)) / (rate * READOUT_TIME)
        dip = truth.depth * np.exp(1j * truth.asymmetry) * math.pi * truth.kappa / rate * grown
        expected = truth.gain * tone.amplitude * (1 - dip) * np.exp(1j * truth.phase)
        assert abs(centres[level] - expected) < 2e-3 * abs(expected)


def test_drawn_resonators_lie_where_a_chip_has_them():
    drawn = [transmon for seed in range(10) for transmon in draw_truth(seed, 9).transmons]
    for truth in drawn:
        resonator = truth.resonator
        assert 6.8e9 < resonator.bare < 7.5e9
        assert 0.8e6 <= resonator.kappa <= 2e6
        assert 60e6 <= resonator.coupling <= 90e6
        shift = ground_frequency(truth, 1) - ground_frequency(truth)
        assert -1.1e6 < shift < -0.5e6
    assert np.std([truth.resonator.design_error for truth in drawn]) == pytest.approx(3e6, rel=0.25)
    assert draw_truth(3, 2).transmons[1].resonator == draw_truth(3, 9).transmons[1].resonator


@pytest.mark.parametrize("seed", range(3))
def test_readout_is_usable_once_the_resonator_is_found_and_good_once_it_is_tuned(seed):
    for truth in draw_truth(seed, 3).transmons:
        found = [Tone(ground_frequency(truth), DESIGN_READOUT_AMPLITUDE)]
        best = best_readout(truth)
        tuned = [Tone(best["readout_frequency"], best["readout_amplitude"])]
        assert 2.9 < separations(truth, found)[0] < 4.2
        assert 5.2 < separations(truth, tuned)[0] < 6.8
        ground, excited = (ground_frequency(truth, level) for level in (0, 1))
        assert abs(best_frequency(truth, 0.02) - (ground + excited) / 2) < 60e3


def test_the_plane_turns_slowly():
    truth = draw_truth(2, 200)
    phases = [
        np.array([transmon.resonator.phase for transmon in truth_at(truth, time).transmons])
        for time in (1.7e9, 1.7e9 + 300, 1.7e9 + 40 * 3600)
    ]
    assert np.std(phases[1] - phases[0]) < 0.003
    assert np.std(phases[2] - phases[0]) == pytest.approx(0.02 * math.sqrt(2), rel=0.2)


def test_a_cold_chip_is_tuned_beside_its_resonators():
    device = open_simulated(5, 5, {}, 1.7e9)
    for values, truth in zip(device.design_controls().values(), device.chip.truth.transmons, strict=True):
        assert values["readout_frequency"] - ground_frequency(truth) == pytest.approx(truth.resonator.design_error)
