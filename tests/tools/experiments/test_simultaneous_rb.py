"""Simultaneous benchmarking: the error with neighbours that are played on, against the exact one and that alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reson.evals.true_simultaneous import true_simultaneous_error
from reson.evals.truth import true_gate_errors
from reson.evals.verdicts.stage import Stage
from reson.records import Verdict
from reson.tools.devices.simulated.couplers import CouplerTruth
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

ROW = get("simultaneous_rb")
BEST = Stage(frequency=0.0, amplitude=0.0, beta=0.0)


def _device(seed: int, zz: float) -> SimulatedDevice:
    """Two neighbours with a coupling of ``zz`` Hz and no crosstalk."""
    device = replace(BEST, qubits=2, coupling="line").left("tests", seed).device
    device.chip.truth = replace(device.chip.truth, couplers=(CouplerTruth((0, 1), zz),))
    return device


def test_without_coupling_it_is_the_error_alone() -> None:
    device = _device(3, 0.0)
    errors = true_gate_errors(device, 0)
    assert true_simultaneous_error(device, 0) == pytest.approx(0.8 * errors.sx + 0.2 * errors.x, rel=0.06)


def test_a_strong_coupling_shows_and_is_measured_rightly() -> None:
    """0.4 MHz: a neighbour in 1 turns the qubit by 80 mrad within each pulse."""
    device = _device(3, 0.4e6)
    errors, truth = true_gate_errors(device, 0), true_simultaneous_error(device, 0)
    isolated = 0.8 * errors.sx + 0.2 * errors.x
    assert truth > 2 * isolated
    known = device.controls()["q0"] | {"error_per_gate": isolated}
    arguments = {0: ROW.arguments({"max_length": round(0.75 / truth, -1), "samples": 16}, known)}
    analysis = ROW.analyse(ROW.acquire(device, arguments)[0])
    judgement = judge(ROW.check(analysis, arguments[0], {}))
    assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
    found = analysis.quantities["simultaneous_error_per_gate"]
    assert found.stderr is not None
    assert abs(found.value - truth) < 4 * np.hypot(found.stderr, 0.04 * truth)
    assert analysis.quantities["added_error"].value > isolated
    assert [change.parameter for change in ROW.propose(analysis, {})] == ["simultaneous_error_per_gate"]


def test_neighbours_that_were_not_asked_for_play_along(monkeypatch) -> None:
    from reson.tools.experiments import acquisition

    device = replace(BEST, qubits=4, coupling="line").left("tests", 3).device
    played = {}
    original = acquisition.acquire

    def watched(name, on, arguments, experiments, kind):
        played.update(arguments)
        return original(name, on, arguments, experiments, kind)

    monkeypatch.setattr(acquisition, "acquire", watched)
    given = {"max_length": 50, "samples": 2, "shots": 100}
    found = ROW.acquire(device, {1: ROW.arguments(given, device.controls()["q1"])})
    assert set(found) == {1}
    assert set(played) == {0, 1, 2}


def test_an_error_smaller_than_that_alone_is_looked_at() -> None:
    device = _device(3, 0.0)
    errors = true_gate_errors(device, 0)
    known = device.controls()["q0"] | {"error_per_gate": 3 * errors.sx}
    arguments = {0: ROW.arguments({"max_length": round(0.75 / errors.sx, -1)}, known)}
    analysis = ROW.analyse(ROW.acquire(device, arguments)[0])
    assert judge(ROW.check(analysis, arguments[0], {})).verdict is Verdict.REVIEW
