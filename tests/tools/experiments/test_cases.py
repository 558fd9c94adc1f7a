"""Small inputs on which a verdict was once wrong, each for a whole kind of fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.campaign.measuring import with_doubt, within_bounds
from reson.agent.reading import read_saved_data
from reson.records import Judgement, Reading, Verdict
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
