"""Faults of tunable couplers: each changes what it says, over a range of strengths, and the healthy pair not at all."""

import math

import numpy as np
import pytest

from reson.errors import OperatorError
from reson.evals.true_pair import load_best_cz, true_cz
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.coupler_faults import COUPLER_EFFECTS
from reson.tools.devices.simulated.couplers import tunable_of
from reson.tools.devices.simulated.device import SimulatedDevice, open_chip
from reson.tools.devices.simulated.fault_kinds import KINDS, Scope
from reson.tools.devices.simulated.faults import make_fault
from reson.tools.devices.simulated.layouts import checked_edges

START = 1.7e9
QUBITS = 4
PAIR = (0, 1)
OF_COUPLERS = [name for name, kind in KINDS.items() if kind.scope is Scope.COUPLER]


def _device(kind: str | None = None, *components: str, **parameters: float) -> SimulatedDevice:
    scenario = (make_fault(kind, components or ("q0-q1",), QUBITS, parameters),) if kind else ()
    edges = checked_edges("line", QUBITS)
    return open_chip(ChipDescription(1, QUBITS, scenario=scenario, coupling=edges, tunable=True), START)


def _zz_at(device: SimulatedDevice, pair: str, bias: float) -> float:
    device.load({pair: {"coupler_bias": bias}})
    low, high = (int(name[1:]) for name in pair.split("-"))
    return next(one.zz for one in device.chip.truth_now().couplers if one.qubits == (low, high))


def test_every_kind_is_made_and_leaves_the_other_pairs_alone():
    healthy = _device().chip.truth_now()
    for kind in OF_COUPLERS:
        truth = _device(kind).chip.truth_now()
        assert truth.couplers[0] != healthy.couplers[0], kind
        assert truth.couplers[2] == healthy.couplers[2], kind
    assert set(COUPLER_EFFECTS) < set(OF_COUPLERS)


@pytest.mark.parametrize("db", [3.0, 6.0, -6.0])
def test_an_attenuated_line_stretches_the_arc(db):
    factor = 10 ** (db / 20)
    healthy, faulty = tunable_of(_device().chip.truth, PAIR), _device("attenuated_flux_line", db=db).chip.truth_now()
    line = tunable_of(faulty, PAIR).line
    assert line.bias(0.3) - line.bias(0.0) == pytest.approx(
        factor * (healthy.line.bias(0.3) - healthy.line.bias(0.0)), rel=1e-3
    )


@pytest.mark.parametrize("flux", [-0.1, 0.05, 0.2])
def test_trapped_flux_moves_the_arc(flux):
    healthy, faulty = _device(), _device("trapped_flux", flux=flux)
    gain = tunable_of(healthy.chip.truth, PAIR).line.gain
    for bias in (0.0, 0.1, 0.2):
        wanted = _zz_at(healthy, "q0-q1", bias + flux / gain)
        assert _zz_at(faulty, "q0-q1", bias) == pytest.approx(wanted, rel=1e-2, abs=200)


def test_a_dead_line_leaves_the_zz_where_it_is():
    device = _device("dead_flux_line")
    values = [_zz_at(device, "q0-q1", bias) for bias in (-0.2, 0.0, 0.3)]
    assert max(values) - min(values) < 1e-6
    assert math.isnan(tunable_of(device.chip.truth_now(), PAIR).line.bias(0.1))


def test_swapped_lines_answer_to_each_others_bias():
    device = _device("swapped_flux_lines", "q0-q1", "q2-q3")
    before = [one.zz for one in device.chip.truth_now().couplers]
    device.load({"q0-q1": {"coupler_bias": 0.29}})
    after = [one.zz for one in device.chip.truth_now().couplers]
    assert after[0] == before[0]
    assert abs(after[2] - before[2]) > 1e3


@pytest.mark.parametrize(
    ("kind", "parameters", "least"),
    [("lossy_coupler", {"t1": 3e-6}, 5e-4), ("lossy_coupler", {"t1": 1e-6}, 2e-3), ("coupler_defect", {}, 1e-3)],
)
def test_a_lossy_way_costs_fidelity_and_no_phase(kind, parameters, least):
    healthy, faulty = _device(), _device(kind, **parameters)
    errors = []
    for device in (healthy, faulty):
        load_best_cz(device, (0, 1))
        errors.append(true_cz(device, (0, 1)))
    assert errors[1].error > errors[0].error + least
    assert errors[1].error < 0.2


@pytest.mark.parametrize("apart", [20e6, 290e6, 400e6])
def test_a_collision_moves_the_upper_qubit(apart):
    device = _device("frequency_collision", apart=apart)
    first, second = (device.chip.truth.transmons[qubit].f01 for qubit in (0, 1))
    assert abs(first - second) == pytest.approx(apart)
    designed = device.design_controls()
    assert abs(designed["q0"]["drive_frequency"] - designed["q1"]["drive_frequency"]) == pytest.approx(apart, abs=20e6)
    tunable = tunable_of(device.chip.truth, PAIR)
    found = tunable.curve().at(float(tunable.frequency(tunable.idle)))
    assert np.array(found[:2]) == pytest.approx(np.array([first, second]), abs=5e3)


@pytest.mark.parametrize(
    ("components", "tunable", "message"),
    [(("q0-q2",), True, "lacks"), (("q0-q1",), False, "lacks"), (("q0",), True, "sits on")],
)
def test_a_fault_where_there_is_no_such_coupler_is_refused(components, tunable, message):
    edges = checked_edges("line", QUBITS)
    with pytest.raises(OperatorError, match=message):
        fault = make_fault("trapped_flux", components, QUBITS)
        open_chip(ChipDescription(1, QUBITS, scenario=(fault,), coupling=edges, tunable=tunable), START)
