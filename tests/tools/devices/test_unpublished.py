"""What a provider need not publish: it costs what follows from it, and nothing else."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from qiskit.providers import QubitProperties
from qiskit.transpiler import InstructionProperties

from reson.agent.expert.characterise import OPTIONAL, PLAN
from reson.agent.which_qubits import as_components, choose_qubits
from reson.errors import OperatorError, ToolError, ToolErrorKind
from reson.tools.devices.ibm.fakes import fake_backend
from reson.tools.devices.local.device import NoisyDevice, noisy_device
from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.order import NoiseOptions
from reson.tools.devices.published import published
from reson.tools.experiments import sweep
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.possible import why_not
from tests.tools.devices.ibm.recorded import without

WITHOUT_SX = (
    *("almaden", "boeblingen", "burlington", "cambridge", "essex"),
    *("johannesburg", "london", "poughkeepsie", "rochester", "singapore"),
)
NOTHING = [math.nan, math.inf, None, -1.0]
"""What may stand in a target, whose own types let nothing else in."""
ODD = [*NOTHING, 10**400, "0.9", [], True]


@pytest.fixture(scope="module", params=WITHOUT_SX)
def old(request: pytest.FixtureRequest) -> NoisyDevice:
    return noisy_device("fake", f"fake:{request.param}", fake_backend(request.param), seed=3)


def test_devices_of_u1_u2_and_u3_are_characterised_too(old: NoisyDevice) -> None:
    qubit = old.qubits[0]
    known = old.published.first_values([qubit])[f"q{qubit}"]
    assert known["pulse_duration"] > 0
    for step in PLAN:
        row = get(step.experiment)
        arguments = row.arguments(step.parameters, known)
        assert math.isfinite(row.device_seconds(arguments, old))


def test_every_experiment_of_the_plan_can_be_prepared_for_one() -> None:
    device = noisy_device("fake", "fake:essex", fake_backend("essex"), seed=3)
    reasons = {step.experiment: why_not(get(step.experiment), device) for step in PLAN}
    assert {name for name, reason in reasons.items() if reason} <= set(OPTIONAL)
    row, known = get("standard_rb"), device.published.first_values([0])["q0"]
    raw = row.acquire(device, {0: row.arguments({"shots": 100.0, "samples": 2.0, "max_length": 50.0}, known)})
    assert raw[0].arrays["counts"].sum() > 0


@pytest.mark.parametrize("wanted", ["best:10", "chain:2", "best:2"])
def test_that_no_two_qubit_gate_works_is_one_line(wanted: str) -> None:
    device = noisy_device("fake", "fake:kyoto", fake_backend("kyoto"), seed=3)
    told = device.published.none_coupled()
    assert told == "fake:kyoto: none of its 144 ecr gates works, by what its provider publishes"
    with pytest.raises(OperatorError, match="none of its 144 ecr gates works"):
        choose_qubits(wanted, device)
    assert why_not(get("layer_fidelity"), device) == told
    assert why_not(get("t1"), device) is None
    assert len(choose_qubits("all", device)) > 100


@pytest.mark.parametrize("lacking", ["pulse_duration", "t1", "t2_echo", "assignment_fidelity", "error_per_gate"])
def test_whatever_is_not_published_no_default_fails(lacking: str) -> None:
    full = {"pulse_duration": 32e-9, "t1": 1e-4, "t2_echo": 1e-4, "assignment_fidelity": 0.98, "error_per_gate": 3e-4}
    known = {name: value for name, value in full.items() if name != lacking}
    for step in PLAN:
        get(step.experiment).arguments(step.parameters, known)
        get(step.experiment).arguments(step.parameters, {})


def test_a_default_that_cannot_be_is_one_experiment_refused_by_name() -> None:
    row = replace(get("t1"), defaults=lambda known: {"max_delay": 5 * known["t1"]})
    with pytest.raises(ToolError, match="t1 needs the t1 of the qubit") as caught:
        row.arguments({}, {})
    assert caught.value.kind is ToolErrorKind.NOT_ALLOWED


@pytest.mark.parametrize("value", NOTHING)
def test_a_property_that_is_no_number_drops_itself_alone(value: Any) -> None:
    model = cast("Any", line_of_qubits(3, NoiseOptions()))
    target = model.target
    target.qubit_properties = [QubitProperties(t1=value, t2=1e-4), *target.qubit_properties[1:]]
    target.update_instruction_properties("sx", (1,), InstructionProperties(duration=32e-9, error=value))
    target.update_instruction_properties("cz", (0, 1), InstructionProperties(duration=value, error=value))
    general = [SimpleNamespace(name="lf_4", value=value), SimpleNamespace(name="lf_5", value=0.9)]
    model.properties = lambda: SimpleNamespace(general=general, last_update_date="yesterday")
    told = published(model, "d")
    assert told.qubits[0].t1 is None and told.qubits[0].t2 == 1e-4
    assert told.qubits[1].gate_error is None and told.qubits[1].t1 is not None
    assert told.layer_fidelity == {5: 0.9}
    assert told.calibrated is None
    assert {pair.qubits for pair in told.pairs if pair.works} >= {(1, 2)}


@pytest.mark.parametrize("value", ODD)
def test_a_general_property_that_is_none_drops_itself_alone(value: Any) -> None:
    model = cast("Any", line_of_qubits(3, NoiseOptions()))
    general = [SimpleNamespace(name="lf_4", value=value), SimpleNamespace(name="lf_5", value=0.9), SimpleNamespace()]
    zz = SimpleNamespace(name="zz_01", value=value, unit="kHz")
    told_of = [[SimpleNamespace(name="prob_meas1_prep0", value=value)], None]
    facts = {"general": [*general, zz], "qubits": told_of, "last_update_date": "9999-12-31T23:59:59-23:59"}
    model.properties = lambda: SimpleNamespace(**facts)
    told = published(model, "d")
    assert told.layer_fidelity == {5: 0.9} and not told.confusion()


def test_the_chains_of_published_layer_fidelities_are_chosen_by_their_length() -> None:
    model = cast("Any", line_of_qubits(5, NoiseOptions()))
    lists = [
        {"name": "lf_3", "qubits": [3, 2, 1]},
        {"name": "lf_4", "qubits": [0, 1, 2]},  # not as many as it says
        {"name": "lf_x", "qubits": [0]},
        {"name": "lf_2", "qubits": None},
        {"qubits": [1, 2]},
        None,
    ]
    model.properties = lambda: SimpleNamespace(general_qlists=lists)
    told = published(model, "d")
    assert told.layer_chains == {3: (3, 2, 1)}
    device = cast("Any", SimpleNamespace(name="d", published=told, qubits=(0, 1, 2, 3, 4)))
    assert choose_qubits("lf:3", device) == (3, 2, 1)
    with pytest.raises(OperatorError, match="no layer fidelity of 4 qubits\nlf:3"):
        choose_qubits("lf:4", device)
    device.qubits = (0, 1, 3, 4)
    with pytest.raises(OperatorError, match="out of service at d, as its provider publishes: q2"):
        choose_qubits("lf:3", device)


def test_a_published_chain_over_a_pair_that_does_not_work_is_refused_by_its_name() -> None:
    model = cast("Any", line_of_qubits(5, NoiseOptions()))
    model.properties = lambda: SimpleNamespace(general_qlists=[{"name": "lf_3", "qubits": [3, 2, 1]}])
    for place in ((1, 2), (2, 1)):
        model.target.update_instruction_properties("cz", place, InstructionProperties(duration=68e-9, error=1.0))
    device = cast("Any", SimpleNamespace(name="d", published=published(model, "d"), qubits=(0, 1, 2, 3, 4)))
    with pytest.raises(OperatorError, match="lf:3 of d goes over q1-q2, of which no two-qubit gate works"):
        choose_qubits("lf:3", device)


def test_a_qubit_that_is_broken_is_not_said_to_be_none_of_the_device() -> None:
    model = without(line_of_qubits(4, NoiseOptions()), 1)
    device = cast("Any", SimpleNamespace(name="d", published=published(model, "d"), qubits=(0, 2, 3)))
    for chosen in ("0-2", "q1"):
        with pytest.raises(OperatorError, match="out of service at d, as its provider publishes: q1"):
            choose_qubits(chosen, device)
    with pytest.raises(OperatorError, match=r"out of service at d.*q1"):
        as_components((0, 1), device)
    with pytest.raises(OperatorError, match="the device has no qubit 4, 5\nit has 0 to 3"):
        choose_qubits("0-5", device)


@pytest.mark.parametrize("lost", [(), ("sx",), ("measure",)])
def test_a_qubit_that_the_target_leaves_out_does_not_work(lost: tuple[str, ...]) -> None:
    told = published(without(line_of_qubits(3, NoiseOptions()), 1, lost), "d")
    assert {qubit for qubit, known in told.qubits.items() if known.works} == {0, 2}


def test_costs_follow_the_pulses_of_the_device() -> None:
    device = noisy_device("fake", "fake:essex", fake_backend("essex"), seed=3)
    assert sweep.pulse_length(device) == max(one["pulse_duration"] for one in device.controls().values()) != 32e-9
