"""Rolling back a real lab: the values return, and with them the measurements behind them."""

from __future__ import annotations

from reson.agent.lab import open_lab
from reson.agent.operations.rolling_back import roll_back
from reson.tools.store.parameters import current, rollback_changes


def test_a_value_rolled_back_to_keeps_its_measurement(make_lab, calibrate):
    lab = make_lab()
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("experiments = 2000", "experiments = 3"))
    lab = open_lab(lab.directory)
    calibrate(lab)
    store = lab.store()
    before = current(store, "simulated-3")["q0"]
    moment = max(row.valid_from for row in before.values())
    calibrate(lab)
    after = current(store, "simulated-3")["q0"]
    assert after["readout_frequency"].value != before["readout_frequency"].value
    roll_back(lab, store, rollback_changes(store, "simulated-3", ["q0"], moment), "ada", "it was better")
    back = current(store, "simulated-3")["q0"]
    assert {name: back[name].value for name in before} == {name: row.value for name, row in before.items()}
    assert back["readout_frequency"].measurement_id == before["readout_frequency"].measurement_id
    assert back["readout_frequency"].verdict == "accept"
