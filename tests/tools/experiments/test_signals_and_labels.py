"""Averaged IQ where counts are usual, and labels of 0 and 1 that are turned round, wherever data can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.components import Qubit
from reson.evals.verdicts.trials import TRIALS
from reson.records import CheckCode, Status, Verdict
from reson.tools.allxy_pairs import IDEAL
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.data_checks import data_checks
from reson.tools.verdicts.judge import judge

SEED, HEALTHY, DEAD = 0, 0, 3
"""A seed, and the numbers of a healthy measurement and of one on a dead drive line in the verdict study."""
LABELLED = (
    "t1",
    "t2_hahn",
    "cpmg",
    "ramsey_xy",
    "standard_rb",
    "fine_x_amplitude",
    "fine_drag",
    "readout_error",
    "allxy",
)
T = 20e-6
CURVES: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "t1": ("t1", lambda t: np.exp(-t / T)),
    "t2_hahn": ("t2_echo", lambda t: 0.5 - 0.5 * np.exp(-t / T)),
    "cpmg": ("t2_cpmg", lambda t: 0.5 + 0.5 * np.exp(-t / T)),
}
"""Quantity of the decay time, and P(1) over the delay."""


def measured(name: str, number: int) -> RawData:
    trial, row = TRIALS[name], get(name)
    setting = trial.scenario(name, SEED + number, number).ready()
    return row.acquire(setting.device, {0: row.arguments(setting.given, setting.known)})[0]


@pytest.mark.parametrize("name", LABELLED)
def test_labels_turned_round_are_named(name: str) -> None:
    raw = measured(name, HEALTHY)
    assert all(check.passed for check in data_checks(raw, get(name).decay_from))
    turned = replace(raw, arrays={"counts": raw.arrays["counts"][:, ::-1]})
    row = get(name)
    analysis = row.analyse(turned)
    judgement = judge(row.check(analysis, raw.parameters, {}))
    assert judgement.verdict is Verdict.REJECT and CheckCode.INTERCHANGED in judgement.failed
    assert "0 and 1 are interchanged" in read_saved_data(analysis).reason


@pytest.mark.parametrize("name", LABELLED)
def test_a_drive_that_does_nothing_is_named(name: str) -> None:
    (failed,) = [check for check in data_checks(measured(name, DEAD), get(name).decay_from) if not check.passed]
    assert failed.message.startswith("no excitation")


BARE = {
    "allxy": (np.arange(21.0), IDEAL),
    "readout_error": (np.arange(4.0), np.arange(4) % 2),
    "rx_sweep": (np.linspace(1e-3, np.pi, 41), 0.5 - 0.5 * np.cos(3 * np.linspace(1e-3, np.pi, 41))),
}
"""Of a file that says nothing but x and counts: x, and the chance of being in 1."""


@pytest.mark.parametrize(("turned", "said"), [(True, "0 and 1 are interchanged"), (False, "no excitation")])
@pytest.mark.parametrize("name", BARE)
def test_labels_are_named_by_what_a_sequence_ends_in(name: str, turned: bool, said: str) -> None:
    x, one = BARE[name]
    row, shots = get(name), 2000
    chance = 0.97 - 0.93 * one if turned else np.full(len(x), 0.04)
    ones = np.random.default_rng(5).binomial(shots, chance)
    given = row.arguments({"shots": shots}, {})
    circuits = [{"xval": float(at)} for at in x]
    raw = RawData(
        name, Qubit(0), given, {}, shots, circuits, {"counts": np.stack([shots - ones, ones], axis=1)}, 0.0, 1.0
    )
    (failed,) = [check for check in data_checks(raw, row.decay_from) if not check.passed]
    assert failed.message.startswith(said)


@pytest.mark.parametrize("volts", [3e-5, -3e-5])
@pytest.mark.parametrize("name", CURVES)
def test_a_decay_of_averaged_iq_in_volts(name: str, volts: float) -> None:
    """Whatever the angle of the signal, its sign and its size: judged by signal and noise."""
    quantity, curve = CURVES[name]
    rng, t, noise = np.random.default_rng(4), np.linspace(16e-9, 5 * T, 41), 0.02
    plane = (0.3 + curve(t) + noise * rng.normal(size=41) + 1j * noise * rng.normal(size=41)) * volts * np.exp(0.7j)
    raw = RawData(
        experiment=name,
        component=Qubit(0),
        parameters={"max_delay": 5 * T, "points": 41, "shots": 1000, "echoes": 2},
        controls={},
        shots=1000,
        circuits=[{"xval": float(delay)} for delay in t],
        arrays={"iq_mean": plane, "iq_stderr": np.full((41, 2), noise * abs(volts))},
        started=0.0,
        ended=1.0,
    )
    row = get(name)
    analysis = row.analyse(raw)
    found = analysis.quantities[quantity]
    assert abs(found.value - T) < 4 * (found.stderr or 0.0)
    judgement = judge(row.check(analysis, raw.parameters, {}))
    assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
    assert read_saved_data(analysis).status is Status.SUCCESS
    silent = replace(raw, arrays=raw.arrays | {"iq_mean": volts * noise * (rng.normal(size=41) + 1j)})
    assert judge(row.check(row.analyse(silent), raw.parameters, {})).verdict is Verdict.REJECT
