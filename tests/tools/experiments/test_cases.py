"""Small inputs on which a verdict was once wrong, each for a whole kind of fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.campaign.measuring import with_doubt, within_bounds
from reson.agent.reading import read_saved_data
from reson.records import CheckCode, Judgement, Reading, Status, Verdict
from reson.tools.data import Analysis
from reson.tools.experiments.catalogue import get
from reson.tools.store.raw import unpack_raw
from reson.tools.verdicts.judge import judge

CASES = Path(__file__).parent / "cases"


def tried(name: str) -> tuple[Judgement, Reading, Analysis]:
    raw = unpack_raw((CASES / f"{name}.npz").read_bytes())
    row = get(raw.experiment)
    analysis = row.analyse(raw)
    checks = [*row.check(analysis, raw.parameters, {}), *within_bounds(row.propose(analysis, raw.controls))]
    reading = read_saved_data(analysis)
    return with_doubt(judge(checks), reading), reading, analysis


@pytest.mark.parametrize("name", ["04-readout", "04-qubit_spectroscopy"])
def test_a_constant_channel_is_named(name: str) -> None:
    judgement, reading, analysis = tried(name)
    assert judgement.verdict is Verdict.REJECT
    assert "constant channel" in judgement.reasons[0] and "constant channel" in reading.reason
    assert get(analysis.experiment).pictures([analysis])[0]


def test_a_readout_in_the_units_of_an_accumulator_is_calibrated() -> None:
    judgement, _, analysis = tried("12-readout")
    assert judgement.verdict is Verdict.ACCEPT
    assert analysis.quantities["readout_threshold"].value > 1e6


@pytest.mark.parametrize("name", ["11-t1", "11-ramsey_xy"])
def test_interchanged_labels_are_named_and_rejected(name: str) -> None:
    judgement, reading, _ = tried(name)
    assert judgement.verdict is Verdict.REJECT and CheckCode.INTERCHANGED in judgement.failed
    assert any("0 and 1 are interchanged" in reason and "readout" in reason for reason in judgement.reasons)
    assert "0 and 1 are interchanged" in reading.reason and reading.status is not Status.NO_SIGNAL


def test_t1_of_averaged_iq_is_judged_by_its_noise() -> None:
    judgement, reading, analysis = tried("13-t1")
    assert judgement.verdict is Verdict.ACCEPT, judgement.reasons
    assert reading.status is Status.SUCCESS
    t1 = analysis.quantities["t1"]
    assert abs(t1.value - 12e-6) < 4 * (t1.stderr or 0.0)
