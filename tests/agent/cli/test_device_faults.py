"""reson device faults: every kind with what it looks like, one of them explained, a wrong name with its nearest."""

from __future__ import annotations

from reson.tools.devices.simulated.fault_kinds import KINDS


def test_all_kinds_are_listed_and_one_is_explained(reson_nowhere):
    listed = reson_nowhere("device", "faults", "--json").json
    assert [row["name"] for row in listed] == list(KINDS)
    assert all(row["looks"] and row["remedy"] and row["sits_on"] for row in listed)
    said = reson_nowhere("device", "faults", "attenuator")
    assert "db, excess attenuation: 20 dB" in said.out
    assert "looks like: " in said.out and "what to do: " in said.out


def test_a_kind_that_is_not_there_is_told_with_the_nearest(reson_nowhere):
    said = reson_nowhere("device", "faults", "atenuator")
    assert said.code != 0
    assert "attenuator" in said.err
