"""Nothing depends on the unit of the IQ plane: volts, accumulator counts or anything between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reson.agent.campaign.measuring import with_doubt, within_bounds
from reson.agent.reading import read_saved_data
from reson.evals.verdicts.stage import HEALTHY, condition
from reson.evals.verdicts.trials import TRIALS
from reson.records import Judgement, Quantity, Reading
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge

SEED, NUMBER = 100, 0
IQ = (
    "resonator_spectroscopy",
    "punch_out",
    "qubit_spectroscopy",
    "drive_line_map",
    "rabi",
    "readout",
    "readout_frequency_sweep",
    "readout_power",
    "three_state_readout",
    "qubit_power_map",
    "rabi_time",
    "ef_spectroscopy",
    "ef_rabi",
    "leakage_rb",
)
IN_ITS_UNIT = {"readout_threshold", "height", "contrast", "level", "response", "own_response", "second_response"}
"""Quantities that are lengths in the IQ plane."""


def healthy(name: str) -> RawData:
    trial, row = TRIALS[name], get(name)
    assert condition(NUMBER) == HEALTHY
    setting = trial.scenario(name, SEED, NUMBER).ready()
    arguments = row.arguments(setting.given, setting.known)
    return row.acquire(setting.device, {0: arguments})[0]


def judged(raw: RawData) -> tuple[Judgement, Reading, dict[str, Quantity]]:
    row = get(raw.experiment)
    analysis = row.analyse(raw)
    checks = [*row.check(analysis, raw.parameters, {}), *within_bounds(row.propose(analysis, raw.controls))]
    reading = read_saved_data(analysis)
    row.pictures([analysis])
    return with_doubt(judge(checks), reading), reading, analysis.quantities


@pytest.mark.parametrize("name", IQ)
def test_a_factor_on_all_data_changes_no_verdict_and_no_value(name: str) -> None:
    raw = healthy(name)
    assert "counts" not in raw.arrays
    judgement, reading, found = judged(raw)
    for factor in (1e-9, 1e-4, 1e9):
        arrays = {key: (factor * array).astype(array.dtype) for key, array in raw.arrays.items()}
        scaled, seen, values = judged(replace(raw, arrays=arrays))
        assert (scaled.verdict, scaled.failed, seen.status) == (judgement.verdict, judgement.failed, reading.status)
        assert values.keys() == found.keys()
        for key, one in values.items():
            unit = factor if key in IN_ITS_UNIT else 1.0
            wide = found[key].stderr or 1e-3 * abs(found[key].value)
            assert abs(one.value / unit - found[key].value) <= 0.02 * wide + 1e-12, (factor, key)
            if one.stderr is not None:
                assert abs(one.stderr / unit - wide) <= 0.02 * wide, (factor, key)
