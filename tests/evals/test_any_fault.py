"""Faults of any strength: they are drawn over what their kinds allow, and what became of a qubit is told fairly."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from reson.evals.any_fault import NAMES, WHERE_FITTING, DrawnFault, drawn_faults, table, told_of
from reson.evals.nights import QubitResult
from reson.tools.devices.simulated.chip_file import ChipFile
from reson.tools.devices.simulated.fault_kinds import KINDS
from reson.tools.devices.simulated.faults import make_fault


def test_every_kind_is_drawn_over_its_whole_range_and_from_a_seed_alone():
    drawn = [fault for seed in range(1400) for fault in drawn_faults(seed, 1)]
    assert {one.kind for one in drawn} == set(NAMES) and drawn[:9] == [drawn_faults(seed, 1)[0] for seed in range(9)]
    for kind in NAMES:
        for name, spec in KINDS[kind].parameters.items():
            values = [one.parameters[name] for one in drawn if one.kind == kind]
            low, high = spec.low, spec.high
            if low > 0 and high > 30 * low:
                low, high, values = math.log(low), math.log(high), [math.log(value) for value in values]
            assert min(values) < low + 0.15 * (high - low) and max(values) > high - 0.15 * (high - low), (kind, name)
    timed = [one for one in drawn if one.begins is not None]
    assert timed and any(one.ends is None for one in timed) and all(KINDS[one.kind].permanent is False for one in timed)


def test_what_is_drawn_is_a_chip_file():
    import tomllib

    for seed in range(28):
        faults = drawn_faults(seed, 5)
        read = ChipFile.model_validate(tomllib.loads("\n\n".join(one.text for one in faults)))
        assert [entry.kind for entry in read.fault] == [one.kind for one in faults]
        for one in faults:
            make_fault(one.kind, one.components, 5, one.parameters)


@pytest.mark.parametrize(
    ("kind", "strength", "named", "right"),
    [
        ("attenuator", {"db": 60.0}, "no_drive_response", True),
        ("attenuator", {"db": 10.0}, "no_drive_response", False),
        ("attenuator", {"db": 10.0}, "weak_drive_line", True),
        ("noisy_amplifier", {"factor": 5.0}, "no_readout_signal", False),
        ("wrong_sideband", {"intermediate": -200e6}, "no_drive_response", False),
        ("wrong_sideband", {"intermediate": -280e6}, "no_drive_response", True),
        ("hot_qubit", {"population": 0.4}, "poor_readout", False),
    ],
)
def test_a_name_is_right_where_the_strength_leaves_no_more_to_be_seen(kind, strength, named, right):
    assert DrawnFault(kind, ("q0",), strength, None, None).is_named((named,)) is right
    assert all(name in NAMES[of] for of, names in WHERE_FITTING.items() for name in names)


HEALTHY = QubitResult(
    seed=1,
    component="q0",
    state="done",
    diagnoses=(),
    expected=None,
    own_troubles=(),
    true_ratio=1.02,
    true_error=2e-4,
    reported_error=2e-4,
)


@pytest.mark.parametrize(
    ("result", "harm"),
    [
        (HEALTHY, ""),
        (replace(HEALTHY, true_ratio=1.6), "done though above the goal"),
        (replace(HEALTHY, diagnoses=("short_t1",)), "healthy and blamed"),
        (replace(HEALTHY, diagnoses=("short_t1",), own_troubles=("short_t1",)), ""),
        (replace(HEALTHY, state="waiting"), "healthy and not calibrated"),
    ],
)
def test_a_healthy_qubit_that_is_blamed_or_left_is_a_harm(result, harm):
    assert told_of(result, None, "finished").harm == harm


def test_what_the_chip_has_of_its_own_is_right_where_no_fault_was_put_in():
    own = replace(HEALTHY, state="failed", diagnoses=("short_t1",), own_troubles=("short_t1",), true_ratio=9.0)
    assert told_of(own, None, "finished").right is True
    assert told_of(replace(own, diagnoses=("hot_qubit",)), None, "finished").right is False
    fault = DrawnFault("hot_qubit", ("q0",), {"population": 0.2}, None, None)
    assert told_of(own, fault, "finished").right is False, "of a faulty one its own trouble is no name"


def test_a_faulty_qubit_without_a_name_is_told_in_the_table():
    fault = DrawnFault("hot_qubit", ("q0",), {"population": 0.2}, None, None)
    missed = told_of(replace(HEALTHY, state="failed", true_ratio=9.0), fault, "finished")
    found = told_of(replace(HEALTHY, state="failed", true_ratio=9.0, diagnoses=("hot_qubit",)), fault, "finished")
    assert (missed.right, missed.harm, found.right, found.harm) == (False, "no name", True, "")
    text = table([missed, found])
    assert "| hot_qubit | 2 | 0 | 1 | 1 | 0 |" in text and "HARM: no name" in text
