"""What lab.toml leaves open grows with the chip; what it says holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.budgets import GROWTH, grown
from reson.agent.config import Budget, DeviceSettings, read_settings
from reson.agent.lab_file import lab_text


def test_a_small_run_has_the_defaults_and_a_large_one_more_of_everything():
    assert grown(Budget(), 20) == Budget()
    large = grown(Budget(), 127)
    assert large.experiments == 12_700
    assert all(getattr(large, name) > getattr(Budget(), name) for name in GROWTH)
    assert set(GROWTH) == set(Budget.model_fields)


@pytest.mark.parametrize("name", GROWTH)
def test_what_is_written_holds_on_any_chip_also_where_it_is_the_default(name: str):
    said = Budget.model_validate({name: getattr(Budget(), name)})
    assert getattr(grown(said, 1000), name) == getattr(Budget(), name)


@pytest.mark.parametrize(
    ("device", "written"),
    [
        (DeviceSettings(qubits=5), set(GROWTH)),
        (DeviceSettings(qubits=127), set()),
        (DeviceSettings(kind="fake", name="torino"), set()),
        (DeviceSettings(kind="ibm", name="ibm_torino"), {"wall_minutes"}),
    ],
)
def test_a_new_lab_leaves_open_what_its_template_does_not_fit(
    tmp_path: Path, device: DeviceSettings, written: set[str]
):
    path = tmp_path / "lab.toml"
    path.write_text(lab_text(device))
    assert read_settings(path).budget.model_fields_set == written
