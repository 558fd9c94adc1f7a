"""chip.toml: values of one's own, faults with their times, one clear error for what cannot be."""

import math
from pathlib import Path

import pytest

from reson.errors import OperatorError
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.chip_file import load_chip
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip
from reson.tools.devices.simulated.truth import draw_truth

OWN = """
seed = 11
qubits = 3

[qubit.q1]
f01 = 4.9e9
anharmonicity = -320e6
t1 = 40e-6
x_amplitude = 0.4
design_frequency = 4.91e9
resonator.bare = 7.1e9
resonator.noise = 2.0
"""


@pytest.fixture
def chip(tmp_path: Path):
    def write(text: str, **asked):
        path = tmp_path / "chip.toml"
        path.write_text(text)
        return load_chip(path, **asked)

    return write


def opened(description, clock: float = 1.7e9) -> SimulatedDevice:
    return open_chip(description, clock)


def test_given_values_hold_and_the_rest_is_drawn(chip):
    device = opened(chip(OWN))
    drawn = draw_truth(11, 3).transmons
    mine = device.chip.truth.transmons
    assert (mine[0], mine[2]) == (drawn[0], drawn[2])
    assert (mine[1].f01, mine[1].anharmonicity, mine[1].t1) == (4.9e9, -320e6, 40e-6)
    assert mine[1].t2 / mine[1].t1 == pytest.approx(drawn[1].t2 / drawn[1].t1)
    assert 0.4 * mine[1].gain * area(32e-9) == pytest.approx(math.pi)
    assert mine[1].thermal_population == drawn[1].thermal_population
    assert (mine[1].resonator.bare, mine[1].resonator.noise) == (7.1e9, 2.0)
    assert mine[1].resonator.phase == drawn[1].resonator.phase
    assert device.design_controls()["q1"]["drive_frequency"] == 4.91e9


def test_what_the_file_does_not_say_comes_from_the_lab(chip):
    described = chip("", seed=21, qubits=4)
    assert (described.seed, described.qubits, described.name) == (21, 4, "simulated-21")


def test_the_name_follows_the_values_and_nothing_else(chip):
    own = chip(OWN)
    assert own.name.startswith("chip-") and own.name == chip(OWN.replace("40e-6", "4.0e-5")).name
    assert own.name != chip(OWN.replace("40e-6", "41e-6")).name
    assert own.name != chip(OWN.replace("seed = 11", "seed = 12")).name
    assert own.name == chip(OWN + '[[fault]]\nkind = "hot_qubit"\ncomponent = "q0"\n').name
    assert chip('name = "aurora"\n' + OWN).name == own.name.replace("chip", "aurora")


def test_faults_come_and_go_by_the_clock(chip):
    described = chip("""
        [[fault]]
        kind = "attenuator"
        component = "q1"
        db = 10
        from = 2026-01-01T23:00:00Z
        until = "2026-01-02T01:00:00+01:00"

        [[fault]]
        kind = "swapped_drive_lines"
        components = ["q0", "q2"]

        [[fault]]
        kind = "failing_job"
        probability = 0.1
        from = 2026-01-01 23:30:00
    """)
    first, second, third = described.scenario
    eleven = 1767308400.0
    assert (first.kind, first.qubits, first.parameters) == ("attenuator", (1,), {"db": 10.0})
    assert (first.since, first.until) == (eleven, eleven + 3600)
    assert (second.qubits, second.since, second.until) == ((0, 2), -math.inf, math.inf)
    assert (third.since, third.parameters["probability"]) == (eleven + 1800, 0.1)
    chip_then = opened(described, eleven + 1).chip
    assert chip_then.truth_now().drive_lines == (2, 1, 0, 3, 4)
    gains = [chip_then.truth_at(eleven + seconds).transmons[1].gain for seconds in (-1, 1, 3601)]
    assert gains[1] == pytest.approx(gains[0] / math.sqrt(10), rel=1e-3)
    assert gains[2] == pytest.approx(gains[0], rel=1e-3)


def test_faults_of_the_lab_come_on_top(chip):
    described = chip('[[fault]]\nkind = "hot_qubit"\ncomponent = "q0"\n', faults={"q1": "short_t1"})
    assert [fault.kind for fault in described.scenario] == ["short_t1", "hot_qubit"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("seed = -1", "seed"),
        ("qubits = 0", "qubits"),
        ("colour = 3", "colour"),
        ("seed = ", "TOML"),
        ('name = "My Chip"', "name"),
        ("[qubit.q9]\nt1 = 1e-5", "q9"),
        ("[qubit.q1]\nt1 = 2.0", "qubit.q1.t1"),
        ("[qubit.q1]\nT1 = 2e-5", "qubit.q1.T1"),
        ("[qubit.q1]\nf01 = nan", "qubit.q1.f01"),
        ("[qubit.q1.resonator]\nkappa = 0", "qubit.q1.resonator.kappa"),
        ('[[fault]]\ncomponent = "q1"', "fault.0.kind"),
        ('[[fault]]\nkind = "tired"\ncomponent = "q1"', "tired"),
        ('[[fault]]\nkind = "attenuator"\ncomponent = "q1"\ndB = 3', "dB"),
        ('[[fault]]\nkind = "attenuator"\ncomponent = "q1"\ndb = "3"', "db"),
        ('[[fault]]\nkind = "attenuator"\ncomponent = "q1"\nfrom = "yesterday"', "fault.0.from"),
    ],
)
def test_a_bad_file_is_refused_by_the_name_of_the_key(chip, text, word):
    with pytest.raises(OperatorError) as found:
        chip(text)
    assert word in str(found.value)
    assert "chip.toml" in found.value.what


@pytest.mark.parametrize(
    ("values", "word"), [("t2 = 300e-6\nt1 = 100e-6", "T2"), ("resonator.bare = 5.1e9\nf01 = 5e9", "resonator")]
)
def test_values_that_do_not_fit_together_are_refused_when_the_chip_is_opened(chip, values, word):
    with pytest.raises(OperatorError) as found:
        opened(chip(f"[qubit.q1]\n{values}"))
    assert word in found.value.what


def test_a_missing_file_and_a_disagreement_are_told(tmp_path, chip):
    with pytest.raises(OperatorError, match=r"nowhere\.toml"):
        load_chip(tmp_path / "nowhere.toml")
    with pytest.raises(OperatorError, match="seed = 3"):
        chip("seed = 3", seed=7)
