"""chip.toml's realism: the clean chip stays as it is, each part comes by itself, and each has its distribution."""

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from qiskit import QuantumCircuit
from scipy.special import mathieu_a, mathieu_b

from reson.errors import OperatorError
from reson.tools.devices.simulated.backend import SimulatedBackend
from reson.tools.devices.simulated.charge import charged, junction, offset_charge, with_dispersion
from reson.tools.devices.simulated.chip_file import ChipDescription, load_chip
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip
from reson.tools.devices.simulated.drift import truth_at
from reson.tools.devices.simulated.fabrication import RESONATOR_SPREAD
from reson.tools.devices.simulated.realism import PARTS, parts_of
from reson.tools.devices.simulated.truth import DESIGN_GAIN, ChipTruth, TransmonTruth, draw_truth

START = 1.7e9
FRIDGE = parts_of("fridge")


def opened(seed: int, parts: tuple[str, ...] = FRIDGE, qubits: int = 5, **asked) -> SimulatedDevice:
    return open_chip(ChipDescription(seed=seed, qubits=qubits, realism=parts, **asked), START)


@pytest.fixture(scope="module")
def many() -> list[ChipTruth]:
    return [opened(seed).chip.truth for seed in range(60)]


def _all(many: list[ChipTruth]) -> list[TransmonTruth]:
    return [one for truth in many for one in truth.transmons]


def test_the_clean_chip_gives_the_same_shots_as_before_there_was_a_fridge():
    """Counts of a job with waits, echoes, a neighbour and a long sequence, as the chip gave them before."""
    found = []
    for edges in ((), ((0, 1), (1, 2))):
        device = open_chip(ChipDescription(seed=7, qubits=3, coupling=edges), START)
        circuits = []
        for wait in (0.5, 20.0, 80.0):
            for echo in (False, True):
                circuit = QuantumCircuit(3, 3)
                circuit.sx([0, 1, 2])
                for part in range(1 + echo):
                    if part:
                        circuit.x([0, 2])
                    circuit.delay(wait / (1 + echo), [0, 1, 2], unit="us")
                circuit.sx([0, 1, 2])
                circuit.measure([0, 1, 2], [0, 1, 2])
                circuits.append(circuit)
        device.load({f"q{qubit}": {"readout_threshold": 0.5} for qubit in range(3)})
        for start in (0.0, 7200.0):
            device.chip.clock = round((START + start) * 1e6)
            found.append(SimulatedBackend(device.name, device.chip).run(circuits, shots=2000).result().get_counts())
    written = json.dumps(found, sort_keys=True)
    assert hashlib.sha256(written.encode()).hexdigest()[:16] == "73f265641b1012f0"


def test_a_clean_chip_keeps_its_name_and_a_fridge_is_another_chip():
    assert ChipDescription(seed=7).name == "simulated-7"
    names = {ChipDescription(seed=7, realism=parts).name for parts in ((), FRIDGE, ("flicker",), ("parity",))}
    assert len(names) == 4


@pytest.mark.parametrize("part", PARTS)
def test_a_part_by_itself_changes_something_and_no_other_part_what_it_draws(part):
    clean, alone, whole = (opened(5, parts).chip.truth for parts in ((), (part,), FRIDGE))
    assert asdict(alone) != asdict(clean)
    for one, other in zip(clean.transmons, alone.transmons, strict=True):
        assert one.f01 == other.f01
    if part == "flicker":
        assert [one.flicker for one in alone.transmons] == [one.flicker for one in whole.transmons]
        assert [one.gain for one in alone.transmons] == [one.gain for one in clean.transmons]
    if part == "fabrication":
        assert [one.design_error for one in alone.transmons] == [one.design_error for one in whole.transmons]
        assert [one.t1 for one in alone.transmons] == [one.t1 for one in clean.transmons]


def test_more_qubits_leave_those_there_as_they_are_but_for_what_a_tone_sees_of_them():
    own = tuple(part for part in FRIDGE if part != "feedline")
    assert opened(2, own, qubits=3).chip.truth.transmons == opened(2, own, qubits=5).chip.truth.transmons[:3]
    assert ChipDescription(seed=2, qubits=3, realism=own).name != ChipDescription(seed=2, qubits=5, realism=own).name


@pytest.mark.parametrize("written", ['"fridge"', '["parity", "flicker"]', '"clean"', '"parity"'])
def test_the_file_names_the_realism(tmp_path: Path, written: str):
    path = tmp_path / "chip.toml"
    path.write_text(f"realism = {written}")
    expected = {'"fridge"': FRIDGE, '"clean"': (), '"parity"': ("parity",)}.get(written, ("flicker", "parity"))
    assert load_chip(path).realism == expected


@pytest.mark.parametrize("written", ['"freezer"', '["flicker", "moonlight"]', "3"])
def test_an_unknown_realism_is_refused_by_name(tmp_path: Path, written: str):
    path = tmp_path / "chip.toml"
    path.write_text(f"realism = {written}")
    with pytest.raises(OperatorError) as told:
        load_chip(path)
    assert "realism" in told.value.what
    assert written == "3" or any(word in told.value.what for word in ("freezer", "moonlight"))


def test_values_of_the_file_hold_on_a_fridge_chip(tmp_path: Path):
    path = tmp_path / "chip.toml"
    path.write_text('realism = "fridge"\n[qubit.q1]\nanharmonicity = -240e6\nresonator.kappa = 3e6\nt1 = 70e-6')
    mine = open_chip(load_chip(path), START).chip.truth.transmons[1]
    assert (mine.anharmonicity, mine.resonator.kappa, mine.t1) == (-240e6, 3e6, 70e-6)
    assert mine.dispersion == with_dispersion(mine).dispersion


def test_designs_are_missed_as_fabs_miss_them(many):
    errors = [np.std([one.design_error for one in truth.transmons]) for truth in many]
    assert 15e6 < np.median(errors) < 90e6
    assert max(errors) > 90e6
    drawn = _all(many)
    assert all(-350e6 <= one.anharmonicity <= -180e6 for one in drawn)
    assert all(abs(20 * np.log10(one.gain / DESIGN_GAIN)) <= 6 for one in drawn)
    assert all(abs(one.resonator.design_error) <= RESONATOR_SPREAD for one in drawn)
    kappas = np.array([one.resonator.kappa for one in drawn])
    assert np.all((kappas >= 0.2e6) & (kappas <= 10e6))
    assert np.median(kappas) == pytest.approx(np.sqrt(0.2e6 * 10e6), rel=0.25)
    assert all(one.resonator.bare - one.f01 > 4 * one.resonator.coupling for one in drawn)


def test_crossed_labels_are_rare_and_name_both_lines():
    crossed = [
        truth for truth in (opened(seed, ("fabrication",)).chip.truth for seed in range(200)) if truth.drive_lines
    ]
    assert 1 <= len(crossed) <= 15
    for truth in crossed:
        assert truth.drive_lines is not None
        one, other = (qubit for qubit, line in enumerate(truth.drive_lines) if line != qubit)
        plain = opened(truth.seed, ("fabrication",)).design_controls()
        # the line of each is designed for the qubit that it leads to
        for line, target in ((one, other), (other, one)):
            designed = plain[f"q{line}"]["drive_frequency"]
            assert abs(designed - truth.transmons[target].f01) < 330e6
        assert abs(other - one) == 1


@pytest.mark.parametrize(("f01", "anharmonicity"), [(5e9, -300e6), (5.3e9, -240e6), (4.7e9, -345e6)])
def test_charge_dispersion_is_that_of_the_exact_levels(f01, anharmonicity):
    """The levels are E_C times characteristic values of Mathieu's equation (Koch et al., eq. 2.1)."""
    charging, ratio = junction(f01, anharmonicity)
    q = ratio / 2
    none = charging * np.array([mathieu_a(0, q), mathieu_b(2, q), mathieu_a(2, q)])
    half = charging * np.array([mathieu_b(1, q), mathieu_a(1, q), mathieu_b(3, q)])
    mean = (np.diff(none) + np.diff(half)) / 2
    assert mean == pytest.approx([f01, f01 + anharmonicity], rel=1e-6)
    found = with_dispersion(replace(draw_truth(1, 1).transmons[0], f01=f01, anharmonicity=anharmonicity)).dispersion
    assert found == pytest.approx(np.diff(half) - np.diff(none), rel=1e-3, abs=1.0)
    asymptotic = charging * 2**9 * np.sqrt(2 / np.pi) * q**1.25 * np.exp(-np.sqrt(16 * q))  # eq. 2.5, level 1
    assert abs(found[0]) == pytest.approx(asymptotic, rel=0.3)


def test_parities_beat_as_the_offset_charge_has_it():
    drawn = replace(draw_truth(1, 1).transmons[0], dispersion=(-50e3, 1e6), defects=())
    splits = []
    for hour in range(60):
        now = charged(drawn, 3, 0, START + 3600 * hour)
        if now.defects:
            (parity,) = now.defects
            assert parity.is_fast
            assert parity.share == 0.5
            assert now.f01 + parity.pull / 2 == pytest.approx(drawn.f01)
            assert now.anharmonicity + parity.bend / 2 == pytest.approx(drawn.anharmonicity)
            splits.append(parity.pull)
        else:
            splits.append(now.parity_split)
    expected = [-50e3 * np.cos(2 * np.pi * offset_charge(3, 0, START + 3600 * hour)) for hour in range(60)]
    assert splits == pytest.approx(expected)
    assert np.mean(np.square(splits)) == pytest.approx(50e3**2 / 2, rel=0.4)  # an offset charge anywhere


def test_the_offset_charge_creeps_and_jumps():
    charges = np.array([offset_charge(4, 1, START + 10.0 * step) for step in range(1500)])
    steps = np.abs(np.diff(charges))
    jumps = np.count_nonzero(steps > 0.1)
    assert 2 <= jumps <= 20  # of some eight
    assert 0 < np.median(steps) < 0.02


def test_t1_wanders_by_its_share_over_days_with_a_slow_tail():
    """A week of hours: the spread is what is drawn, and it grows with the time between two looks as 1/f noise does."""
    drawn = replace(draw_truth(1, 1).transmons[0], t1_wander=0.2, defects=())
    chip = ChipTruth(seed=9, transmons=(drawn,) * 12)
    looks = np.array([[one.t1 for one in truth_at(chip, START + 600.0 * step).transmons] for step in range(1008)])
    logs = np.log(looks)
    assert logs.std() == pytest.approx(0.2, rel=0.15)
    grown = [np.var(logs[lag:] - logs[:-lag]) for lag in (1, 4, 16, 64)]
    # the structure function of 1/f noise grows with the logarithm of the lag: by equal steps
    steps = np.diff(grown)
    assert np.all(steps > 0)
    assert steps.max() / steps.min() < 2.5


def test_1_over_f_noise_goes_on_below_a_job_as_a_slow_walk_of_f01():
    drawn = replace(draw_truth(1, 1).transmons[0], flicker=1e3, quasi_static=0.0, defects=())
    loud = ChipTruth(seed=9, transmons=(drawn,) * 12)
    still = ChipTruth(seed=9, transmons=(replace(drawn, flicker=0.0),) * 12)
    times = START + 7200.0 * np.arange(60)
    walk = [
        [
            one.f01 - other.f01
            for one, other in zip(truth_at(loud, now).transmons, truth_at(still, now).transmons, strict=True)
        ]
        for now in times
    ]
    slowest, fastest = 6 * 3600.0, 1 / (2 * np.pi * 0.05)
    assert np.std(walk) == pytest.approx(1e3 * np.sqrt(np.log(slowest / fastest)), rel=0.2)


def test_most_qubits_have_a_slow_defect_at_some_time(many):
    slow = [any(not defect.is_fast for defect in one.defects) for one in _all(many)]
    assert np.mean(slow) > 0.7
