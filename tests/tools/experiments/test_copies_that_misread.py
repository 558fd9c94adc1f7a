"""Everything that can be measured of two qubits of a copy that misread a quarter and a third of the shots.

What is accepted is right; what is not is known to too little, which more shots mend, or is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from reson.agent.reading import read_saved_data
from reson.components import Pair, Qubit, value_name
from reson.records import SUPPORTS_THE_VALUE, CheckCode, Quantity, Verdict
from reson.tools.data import Past
from reson.tools.devices.ibm.fakes import fake_backend
from reson.tools.devices.local.device import NoisyDevice, noisy_device
from reson.tools.devices.published import PublishedQubit
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.experiments.heights import READOUT_CONTRAST
from reson.tools.experiments.possible import NO_IQ, NO_PULSES, why_not
from reson.tools.verdicts.judge import judge

BAD = (5, 6)
FEW = {"samples": 4.0, "repeats": 30.0}
MANY = {"t2_hahn": 8000.0, "cpmg": 6000.0, "interleaved_rb_x": 6000.0, "interleaved_rb_sx": 6000.0}
"""Shots of what is known to too little by default, which is asked of the others."""
"""Of the benchmarks, whose sequences take most of the time here."""
TOO_LITTLE = {CheckCode.IMPRECISE, CheckCode.UNRESOLVED, CheckCode.HIDDEN_BEAT}
GATE = 1.08
"""Times the published error of a pulse that a copy may have: that of the coherence limit where this is the larger."""
Truth = Callable[[PublishedQubit], float | None]
TRUTHS: dict[str, Truth] = {
    "t1": lambda told: told.t1,
    "t2_echo": lambda told: told.t2,
    "t2_star": lambda told: told.t2,
    "t2_cpmg": lambda told: told.t2,
    "offset": lambda told: 0.0,
    "sx_angle_error": lambda told: 0.0,
    "x_angle_error": lambda told: 0.0,
    "phase_error": lambda told: 0.0,
    "error_per_gate": lambda told: told.gate_error,
    "simultaneous_error_per_gate": lambda told: told.gate_error,
    "sx_error": lambda told: told.gate_error,
    "x_error": lambda told: told.gate_error,
    "incoherent_error": lambda told: told.gate_error,
    "coherent_error": lambda told: 0.0,
    "p1_given_0": lambda told: told.p1_given_0,
    "p0_given_1": lambda told: told.p0_given_1,
    "allxy_deviation": lambda told: 0.0,
    "readout_crosstalk": lambda told: 0.0,
    "state_fidelity": lambda told: 1.0,
    "t1_fluctuation": lambda told: 0.0,
}
NOT_HERE = {NO_IQ, NO_PULSES}


@pytest.fixture
def lagos(monkeypatch: pytest.MonkeyPatch) -> NoisyDevice:
    """Random sequences are drawn by its clock, which stands."""
    device = noisy_device("fake", "fake:lagos", fake_backend("lagos"), seed=21)
    monkeypatch.setattr(device, "now", lambda: datetime(2026, 5, 1, tzinfo=UTC))
    return device


def on_record(device: NoisyDevice, number: int) -> dict[str, Past]:
    """What a measurement of this qubit is shown of the readouts of the device."""
    told = {name: known["assignment_fidelity"] for name, known in device.published.first_values(device.qubits).items()}
    found = {value_name(Qubit(int(name[1:])), READOUT_CONTRAST): 2 * value - 1 for name, value in told.items()}
    found[READOUT_CONTRAST] = found[value_name(Qubit(number), READOUT_CONTRAST)]
    return {name: Past(value=value, stderr=None, age=0.0) for name, value in found.items()}


def agrees(found: Quantity, expected: float) -> bool:
    """Within 4.5 errors, and the share by which a copy may differ from what is published."""
    return abs(found.value - expected) < 4.5 * (found.stderr or 0.0) + (GATE - 1) * abs(expected)


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_is_accepted_is_right_and_what_is_not_is_known_to_too_little(name: str, lagos: NoisyDevice) -> None:
    row, told, right = get(name), lagos.published, 0
    if reason := why_not(row, lagos):
        assert reason in NOT_HERE or reason.startswith("the device has no `")
        return
    given = {key: value for key, value in FEW.items() if key in {one.name for one in row.parameters}}
    given |= {"shots": MANY[name]} if name in MANY else {}
    for number in BAD[1:] if "samples" in given else BAD:
        one = told.qubits[number]
        confusion = dict(zip(("p1_given_0", "p0_given_1"), told.confusion()[number], strict=True))
        known = {**told.first_values([number])[Qubit(number)], **confusion, "t2_echo": one.t2 or 0.0}
        arguments = row.arguments(given, known)
        raw = row.acquire(lagos, {number: arguments})[number]
        (analysis,) = row.analyses([raw])
        judgement = judge(row.check(analysis, raw.parameters, on_record(lagos, number)))
        failed = {check.code for check in judgement.checks if not check.passed}
        status = read_saved_data(analysis).status
        assert status in SUPPORTS_THE_VALUE or failed & TOO_LITTLE, status
        assert failed <= TOO_LITTLE, judgement.reasons
        if judgement.verdict is not Verdict.ACCEPT:
            continue
        for quantity, truth in TRUTHS.items():
            expected = truth(one)
            if (
                quantity in analysis.quantities
                and quantity in {*row.calibrates, "offset", "phase_error"}
                and expected is not None
            ):
                assert agrees(analysis.quantities[quantity], expected), quantity
                right += 1
    assert right or name in ("reset_error", "zz_ramsey", "layer_fidelity", "correlated_readout_error")


def test_the_error_of_a_gate_of_two_qubits_that_both_misread(lagos: NoisyDevice) -> None:
    row, pair = get("layer_fidelity"), Pair(*BAD)
    raw = row.acquire(lagos, {6: row.arguments({"shots": 1500.0}, {})})[6]
    analysis = row.analyse(raw)
    judgement = judge(row.check(analysis, raw.parameters, on_record(lagos, 6)))
    assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
    published = next(one for one in lagos.published.pairs if set(one.qubits) == set(BAD))
    found = analysis.quantities[value_name(pair, "layer_error")]
    pulses = sum(lagos.published.qubits[one].gate_error or 0.0 for one in BAD)
    layer = (published.error or 0.0) + 6 / 5 * 5 / 6 * pulses
    assert found.value == pytest.approx(layer, abs=4 * (found.stderr or 0.0) + 0.1 * layer)
