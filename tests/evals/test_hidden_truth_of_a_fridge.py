"""`reson device truth` of a chip with realism: the values that a clean one has not."""

import json

from reson.evals.hidden_truth import lines_of, truth_of
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.device import open_chip
from reson.tools.devices.simulated.realism import parts_of

START = 1.7e9


def test_all_hidden_values_are_plain_json_with_and_without_realism() -> None:
    for parts in ((), parts_of("fridge")):
        told = truth_of(open_chip(ChipDescription(seed=15, qubits=3, realism=parts), START))
        assert json.loads(json.dumps(told, allow_nan=False))["realism"] == list(parts)
    one = told["qubits"]["q0"]
    assert one["flicker"] > 0
    assert one["compression"] > 1
    assert len(one["resonator"]["line"]["dips"]) >= 2


def test_a_person_reads_what_is_special_of_each_qubit() -> None:
    fridge = lines_of(open_chip(ChipDescription(seed=15, qubits=3, realism=parts_of("fridge")), START))
    assert fridge[2].startswith("realism: flicker, ")
    for line in fridge[3:6]:
        for words in ("1/f noise", "T2*", "echo", "parities", "T1 wanders by"):
            assert words in line
    clean = lines_of(open_chip(ChipDescription(seed=15, qubits=3), START))
    assert not any("1/f" in line or "realism" in line or "parities" in line for line in clean)
