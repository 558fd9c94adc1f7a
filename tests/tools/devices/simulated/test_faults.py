"""Faults: each does to the hidden truth what its row says, where and when the scenario says."""

import math

import numpy as np
import pytest

from reson.errors import OperatorError
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import open_chip, open_simulated
from reson.tools.devices.simulated.fault_kinds import KINDS, Scope
from reson.tools.devices.simulated.faults import EFFECTS, in_force, make_fault, named
from reson.tools.devices.simulated.truth import draw_truth


def test_every_kind_of_one_qubit_has_an_effect():
    assert set(EFFECTS) == {name for name, kind in KINDS.items() if kind.scope is Scope.QUBIT}


@pytest.mark.parametrize("name", EFFECTS)
def test_a_fault_changes_its_own_qubit_only(name):
    truth = draw_truth(3, 4)
    faulty = in_force(truth, named({"q2": name}, 4), 0.0)
    assert [one != other for one, other in zip(truth.transmons, faulty.transmons, strict=True)] == [0, 0, 1, 0]


def test_magnitudes():
    healthy = draw_truth(3, 4)

    def after(kind, **parameters):
        fault = make_fault(kind, ["q1"], 4, parameters)
        return in_force(healthy, (fault,), 0.0).transmons[1]

    before = healthy.transmons[1]
    assert after("dead_drive_line").gain == 0
    assert after("attenuator", db=20.0).gain == pytest.approx(before.gain / 10)
    assert after("attenuator", db=10.0).gain == pytest.approx(before.gain / math.sqrt(10))
    assert after("frequency_guess_off").design_error == 30e6
    assert after("hot_qubit", population=0.3).thermal_population == 0.3
    short = after("short_t1", t1=2e-6)
    assert (short.t1, short.t2 / short.t1) == (2e-6, pytest.approx(before.t2 / before.t1))
    defect = after("defect_on_resonance", coupling=100e3, decoherence_rate=1e7)
    assert 1 / defect.t1 - 1 / before.t1 == pytest.approx(2 * (2 * math.pi * 100e3) ** 2 / 1e7)
    assert defect.dephasing_rate == pytest.approx(before.dephasing_rate)
    assert defect.t2 <= 2 * defect.t1


def test_swapped_lines():
    fault = make_fault("swapped_drive_lines", ["q1", "q3"], 4)
    assert in_force(draw_truth(3, 4), (fault,), 0.0).drive_lines == (0, 3, 2, 1)


def test_a_fault_holds_from_its_time_until_its_time():
    fault = make_fault("hot_qubit", ["q0"], 1, since=1.7e9 + 60, until=1.7e9 + 120)
    device = open_chip(ChipDescription(5, 1, scenario=(fault,)), 1.7e9)
    at = [device.chip.truth_at(1.7e9 + seconds).transmons[0].thermal_population for seconds in (0, 59, 60, 119, 120)]
    assert at == [pytest.approx(at[0])] * 2 + [0.2] * 2 + [pytest.approx(at[0])]


def test_the_design_knows_of_a_wrong_guess_only():
    healthy, faulty = (
        open_simulated(3, 3, faults, 1.7e9).design_controls()
        for faults in ({}, {"q0": "frequency_guess_off", "q1": "wrong_sideband", "q2": "short_t1"})
    )
    assert healthy["q0"] != faulty["q0"]
    assert [healthy[name] for name in ("q1", "q2")] == [faulty[name] for name in ("q1", "q2")]


@pytest.mark.parametrize(
    ("kind", "components", "parameters", "times", "word"),
    [
        ("tired", ["q1"], {}, {}, "tired"),
        ("dead", ["q1"], {}, {}, "dead_drive_line"),
        ("attenuator", ["q9"], {}, {}, "q9"),
        ("attenuator", [], {}, {}, "one qubit"),
        ("attenuator", ["q0", "q1"], {}, {}, "one qubit"),
        ("swapped_drive_lines", ["q1"], {}, {}, "two qubits"),
        ("swapped_drive_lines", ["q1", "q1"], {}, {}, "two qubits"),
        ("failing_job", ["q1"], {}, {}, "whole device"),
        ("attenuator", ["q1"], {"dB": 20.0}, {}, "dB"),
        ("attenuator", ["q1"], {"db": 1000.0}, {}, "1000"),
        ("attenuator", ["q1"], {"db": math.nan}, {}, "nan"),
        ("attenuator", ["q1"], {"db": True}, {}, "True"),
        ("attenuator", ["q1"], {}, {"since": 2.0, "until": 2.0}, "ends before"),
        ("frequency_guess_off", ["q1"], {}, {"since": 2.0}, "start"),
    ],
)
def test_an_impossible_fault_is_the_operators_to_mend(kind, components, parameters, times, word):
    with pytest.raises(OperatorError) as found:
        make_fault(kind, components, 3, parameters, **times)
    assert word in str(found.value)


@pytest.mark.parametrize("offset", [40e6, -60e6])
def test_a_shifted_oscillator_moves_the_line_against_the_offset(offset, calibrate):
    fault = make_fault("oscillator_off", ["q0"], 1, {"offset": offset})
    device = open_chip(ChipDescription(4, 1, scenario=(fault,)), 1.7e9)
    calibrate(device)
    assert _excited(device, -offset) > 0.97
    assert _excited(device, 0.0) < 0.05


def test_on_the_wrong_sideband_a_higher_frequency_is_a_lower_one_and_the_second_transition_is_above(calibrate):
    fault = make_fault("wrong_sideband", ["q0"], 1, {"intermediate": 20e6})
    device = open_chip(ChipDescription(4, 1, scenario=(fault,)), 1.7e9)
    truth = device.chip.truth_now().transmons[0]
    calibrate(device)
    assert truth.mirror is not None
    device.load({"q0": {"drive_frequency": 2 * truth.mirror - truth.f01}})
    assert _excited(device, 0.0) > 0.97
    ef = math.pi / (math.sqrt(2) * truth.gain * area(32e-9))
    above, below = (_excited_then(device, ef, sign * abs(truth.anharmonicity)) for sign in (1, -1))
    assert above > 0.97 and below < 0.2  # population of level 2 after pi pulses on 0-1 and 1-2


def test_on_the_wrong_sideband_drag_wants_the_opposite_sign(calibrate):
    fault = make_fault("wrong_sideband", ["q0"], 1)
    device = open_chip(ChipDescription(4, 1, scenario=(fault,)), 1.7e9)
    truth = device.chip.truth_now().transmons[0]
    calibrate(device)
    assert truth.mirror is not None
    right = device.controls()["q0"]["drag_beta"]
    errors = []
    for beta in (right, -right):
        device.load({"q0": {"drive_frequency": 2 * truth.mirror - truth.f01, "drag_beta": beta}})
        echoes = [("x",), ("rz", math.pi)] * 12  # turn back and forth: a phase error of the pulse adds up
        errors.append(abs(_populations(device, [("sx",), *echoes, ("rz", math.pi / 2), ("sx",)])[1] - 0.5))
    assert errors[1] < 0.3 * errors[0]


def _excited(device, dfreq: float) -> float:
    """Population of level 1 after the loaded pi pulse, its carrier shifted."""
    return _populations(device, [("drive", device.controls()["q0"]["x_amplitude"], dfreq)])[1]


def _excited_then(device, amp: float, dfreq: float) -> float:
    return _populations(device, [("x",), ("drive", amp, dfreq)])[2]


def _populations(device, steps) -> np.ndarray:
    from qiskit import QuantumCircuit

    from reson.tools.devices.drive import DriveGate
    from reson.tools.devices.simulated.program import read_circuits

    circuit = QuantumCircuit(1, 1)
    for name, *values in steps:
        if name == "drive":
            circuit.append(DriveGate(values[0], 0.0, values[1], 32e-9), [0])
        else:
            getattr(circuit, name)(*values, 0)
    circuit.measure(0, 0)
    chip = device.chip
    ((_, populations),) = chip.populations(read_circuits([circuit], chip.controls), chip.truth_now())
    return populations[0]
