"""The drive line map finds each qubit's line: its own, another one, or none."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent.reading.reader import read_saved_data
from reson.components import Qubit
from reson.records import Status, Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import open_chip
from reson.tools.devices.simulated.faults import make_fault
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.experiments.drive_line_map import EXPERIMENT
from reson.tools.verdicts.judge import judge

QUBITS = 6
SCENARIO = (
    make_fault("swapped_drive_lines", ["q1", "q4"], QUBITS),
    make_fault("dead_drive_line", ["q2"], QUBITS),
    make_fault("attenuator", ["q5"], QUBITS, {"db": 40.0}),
)


@pytest.fixture(scope="module", params=[5, 23])
def measured(request: pytest.FixtureRequest) -> dict[int, RawData]:
    device = open_chip(ChipDescription(request.param, QUBITS, scenario=SCENARIO), 1.8e9)
    truth = device.chip.truth.transmons
    device.load({Qubit(qubit): {"readout_frequency": ground_frequency(one)} for qubit, one in enumerate(truth)})
    controls = device.controls()
    return EXPERIMENT.acquire(device, {q: EXPERIMENT.arguments({}, controls[Qubit(q)]) for q in range(QUBITS)})


def verdict(analysis: Analysis) -> Verdict:
    return judge(EXPERIMENT.check(analysis, {}, {})).verdict


def test_each_qubit_gets_the_line_that_really_reaches_it(measured: dict[int, RawData]) -> None:
    found = {qubit: EXPERIMENT.analyse(raw) for qubit, raw in measured.items()}
    lines = {qubit: one.quantities["line"].value for qubit, one in found.items() if one.quantities}
    assert lines == {0: 0, 1: 4, 3: 3, 4: 1}
    assert {qubit: verdict(one) for qubit, one in found.items()} == {
        qubit: Verdict.ACCEPT if qubit in lines else Verdict.REJECT for qubit in range(QUBITS)
    }
    read = {qubit: read_saved_data(one).status for qubit, one in found.items()}
    assert read == {qubit: Status.SUCCESS if qubit in lines else Status.NO_SIGNAL for qubit in range(QUBITS)}


def test_two_lines_that_answer_are_no_clear_map(measured: dict[int, RawData]) -> None:
    raw = measured[0]
    mean = raw.arrays["iq_mean"].copy()
    lines = [circuit["xval"] for circuit in raw.circuits]
    mean[lines.index(3)] = mean[lines.index(0)]
    analysis = EXPERIMENT.analyse(RawData(**{**vars(raw), "arrays": raw.arrays | {"iq_mean": mean}}))
    assert verdict(analysis) is Verdict.REVIEW
    assert read_saved_data(analysis).status is Status.MULTIPLE_PEAKS


def test_noise_alone_is_rejected_and_kept(measured: dict[int, RawData]) -> None:
    rng = np.random.default_rng(1)
    raw = measured[0]
    spread = raw.arrays["iq_stderr"]
    analysis = EXPERIMENT.analyse(raw)
    for _ in range(200):
        noise = rng.normal(0, spread[:, 0]) + 1j * rng.normal(0, spread[:, 1])
        analysis = EXPERIMENT.analyse(RawData(**{**vars(raw), "arrays": raw.arrays | {"iq_mean": noise}}))
        assert verdict(analysis) is Verdict.REJECT
        assert analysis.error and len(analysis.series[0].x) == QUBITS
        assert read_saved_data(analysis).status is Status.NO_SIGNAL
    assert EXPERIMENT.draw(analysis).axes


def test_nothing_is_written(measured: dict[int, RawData]) -> None:
    assert EXPERIMENT.propose(EXPERIMENT.analyse(measured[1]), {}) == []


def test_crossed_labels_are_found_at_the_frequency_that_the_other_line_was_made_for() -> None:
    """q1 is called by the resonator of the qubit that line 4 was made for; both lie 60 MHz off their design."""
    device = open_chip(ChipDescription(5, QUBITS, scenario=SCENARIO), 1.8e9)
    truth = device.chip.truth.transmons
    readout = {"readout_frequency": ground_frequency(truth[1])}
    device.load(
        {"q1": readout | {"drive_frequency": truth[4].f01 - 60e6}, "q4": {"drive_frequency": truth[1].f01 + 60e6}}
    )
    found = {}
    for span, points in ((0.0, 1), (150e6, 7)):
        arguments = EXPERIMENT.arguments({"span": span, "points": points, "reach": 3}, device.controls()["q1"])
        raw = EXPERIMENT.acquire(device, {1: arguments})[1]
        assert EXPERIMENT.device_seconds(arguments, device) > 0
        found[span] = EXPERIMENT.analyse(raw)
    assert not found[0.0].quantities
    assert found[150e6].quantities["line"].value == 4 and verdict(found[150e6]) is Verdict.ACCEPT
    assert found[150e6].series[0].x == (0, 1, 2, 3, 4)
