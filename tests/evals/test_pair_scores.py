"""What became of pairs, on ends whose right score is plain: by the fault's name, by the truth, and counted by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reson.agent.observation import Diagnosis, DiagnosisCode, Done, GiveUp
from reson.components import Pair
from reson.evals import pair_chips, pair_faults
from reson.evals.pair_chips import ChipResult, PairResult
from reson.evals.pair_faults import BESIDE, BRING_UP, HEALTHY, NAMES, TURN, Case, line, table, told_of
from reson.evals.pair_nights import PAIR, Night
from reson.evals.true_pair import CzErrors, load_best_cz
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.devices.simulated.fault_kinds import KINDS

TRUE = CzErrors(
    error=1.1e-3,
    coherent=2e-5,
    leakage=1e-5,
    coherent_leakage=1e-6,
    qubits_limit=0.9e-3,
    coupler_limit=0.1e-3,
    idle_zz=400.0,
)


class OfThisLength:
    """A device of which only the length of the CZ is asked."""

    def controls(self) -> dict[str, dict[str, float]]:
        return {PAIR: {"cz_duration": 60e-9}}


@pytest.fixture(autouse=True)
def limit_of_a_thousandth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_faults, "times", lambda device: {"q0": {}, "q1": {}})
    monkeypatch.setattr(pair_faults, "cz_limit", lambda *given: 1e-3)


def ended(code: str, error: float) -> Night:
    if code == "done":
        decision = Done(component=PAIR, why="good")
    else:
        named = Diagnosis(code=DiagnosisCode(code), text="seen", remedy="mend it")
        decision = GiveUp(component=PAIR, why="named", diagnoses=(named,))
    return Night(decision, (), 100.0, replace(TRUE, error=error))


def told(
    kind: str, code: str, error: float, strength: dict[str, float] | None = None, faulty: bool = True
) -> pair_faults.Told:
    case = Case(7, kind, strength or {}, None, None, 2, (PAIR,) if faulty else ())
    return told_of(case, PAIR, ended(code, error), OfThisLength())  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("kind", "code", "strength", "right"),
    [
        ("dead_flux_line", "no_interaction", {}, True),
        ("dead_flux_line", "flux_gain_off", {}, False),
        ("attenuated_flux_line", "flux_gain_off", {"db": 1.0}, True),
        ("attenuated_flux_line", "one_wall", {"db": 2.9}, False),
        ("attenuated_flux_line", "one_wall", {"db": 3.1}, True),
        ("attenuated_flux_line", "one_wall", {"db": 9.1}, False),
        ("attenuated_flux_line", "no_interaction", {"db": 19.0}, False),
        ("attenuated_flux_line", "no_interaction", {"db": 21.0}, True),
        ("trapped_flux", "one_wall", {"flux": 0.14}, False),
        ("trapped_flux", "one_wall", {"flux": -0.16}, True),
        ("trapped_flux", "flux_gain_off", {"flux": 0.3}, False),
        ("trapped_flux", "pair_collision", {"flux": 0.3}, False),
        ("flux_line_tail", "settling", {"height": 0.1}, True),
        ("lossy_coupler", "cz_above_limit", {}, True),
        ("lossy_coupler", "settling", {}, False),
        ("frequency_collision", "pair_beyond_anharmonicity", {}, True),
        ("frequency_collision", "no_interaction", {}, False),
        ("flux_crosstalk", "flux_offset_off", {}, False),
        ("swapped_flux_lines", "no_interaction", {}, True),
    ],
)
def test_a_fault_is_named_by_its_own_name_and_for_its_strength(
    kind: str, code: str, strength: dict[str, float], right: bool
) -> None:
    found = told(kind, code, 1.0, strength)
    assert (found.right, found.harm, found.kind) == (right, "", kind)
    assert ("MISSED" in line(found)) is not right
    beside = told(kind, code, 1.0, strength, faulty=False)
    assert (beside.right, beside.harm, beside.kind) == (False, "healthy and blamed", HEALTHY), (
        "whatever its neighbour has"
    )
    assert "HARM: healthy and blamed" in line(beside) and "healthy beside" in line(beside)


@pytest.mark.parametrize("kind", list(NAMES))
@pytest.mark.parametrize(
    ("error", "right", "harm"),
    [(1.49e-3, True, False), (1.51e-3, False, False), (1.99e-3, False, False), (2.01e-3, False, True)],
)
def test_done_is_right_within_the_goal_and_a_harm_at_twice_the_limit(
    kind: str, error: float, right: bool, harm: bool
) -> None:
    found = told(kind, "done", error, faulty=kind != HEALTHY)
    assert (found.right, bool(found.harm)) == (right, harm)
    assert found.ratio == pytest.approx(error / 1e-3)
    assert found.excess == pytest.approx(error - 1e-3)


def test_a_faulty_coupler_s_own_loss_is_no_excuse_and_a_sound_one_s_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_faults, "cz_limit", lambda *given: 0.1e-3)
    lossy = replace(TRUE, error=1.8e-3, qubits_limit=0.4e-3, coupler_limit=1.4e-3)
    for faulty, ratio in ((True, 4.5), (False, 1.0)):
        case = Case(7, "lossy_coupler", {}, None, None, 2, (PAIR,) if faulty else ())
        night = replace(ended("done", 1.8e-3), true=lossy)
        assert told_of(case, PAIR, night, OfThisLength()).ratio == pytest.approx(ratio)  # pyright: ignore[reportArgumentType]


def test_cases_are_drawn_kind_by_kind_on_chips_inside_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the chips, which take seconds: each seed its kind, its pairs and its hours, and the same again."""
    monkeypatch.setattr(pair_faults, "_all_inside", lambda chip, qubits: chip % 3 == 0)
    cases = [pair_faults.drawn(seed) for seed in range(40 * len(TURN))]
    assert [case.kind for case in cases[: len(TURN)]] == list(TURN) and set(TURN) == set(NAMES)
    assert cases[:5] == [pair_faults.drawn(seed) for seed in range(5)]
    assert all(case.seed % 3 == 0 and 0 <= case.seed < 2**32 for case in cases)
    assert max(case.seed for case in cases) > 0.9 * 2**32
    for case in cases:
        assert case.qubits == (3 if case.kind in BESIDE else 2)
        several = case.kind == "swapped_flux_lines"
        assert case.faulty == () if case.kind == HEALTHY else case.faulty[0] == Pair(0, 1)
        assert len(case.faulty) == (0 if case.kind == HEALTHY else 2 if several else 1)
    timed = [case for case in cases if case.begins is not None]
    able = [case for case in cases if case.kind != HEALTHY and not KINDS[case.kind].permanent]
    assert 0.3 < len(timed) / len(able) < 0.5, "four in ten"
    assert all(0 <= case.begins <= BRING_UP and case in able for case in timed if case.begins is not None)
    lasting = [case.ends - case.begins for case in timed if case.ends is not None and case.begins is not None]
    assert 0.4 < len(lasting) / len(timed) < 0.6 and min(lasting) > 0 and max(lasting) <= BRING_UP


def test_the_table_of_faulty_pairs_counts_by_hand() -> None:
    those = [
        told("trapped_flux", "flux_offset_off", 1.0, {"flux": 0.2}),
        told("trapped_flux", "done", 1.1e-3, {"flux": 0.01}),
        told("trapped_flux", "pair_collision", 1.0, {"flux": 0.2}),
        told("lossy_coupler", "done", 2.5e-3),
        told(HEALTHY, "done", 1.1e-3, faulty=False),
        told(HEALTHY, "settling", 1.0, faulty=False),
    ]
    text = table(those)
    assert "| trapped_flux | 3 | 1 | 1 | 1 |" in text
    assert "| lossy_coupler | 1 | 0 | 0 | 1 |" in text
    assert "| none | 2 | 1 | 0 | 1 |" in text
    assert "faulty pairs named or calibrated: 2 of 4 (50.0 %" in text
    assert "healthy pairs calibrated: 1 of 2" in text
    assert "called done above 2 times the limit: 1" in text


def pair(state: str, error: float, apart: float = 100e6, both_done: bool = True, **more: object) -> PairResult:
    named = () if state != "failed" else ("settling",)
    found = PairResult(
        1, "q0-q1", state, named, both_done, apart, 300e6, replace(TRUE, error=error), device_seconds=100.0
    )
    return replace(found, **more)


@pytest.mark.parametrize(
    ("apart", "inside"), [(59e6, False), (61e6, True), (179e6, True), (181e6, False)]
)  # 60 MHz to 0.6 anharmonicities of 300 MHz
def test_the_rule_of_frequencies(apart: float, inside: bool) -> None:
    assert pair("done", 1.1e-3, apart).inside is inside


def test_the_summary_of_chips_counts_by_hand() -> None:
    """The limit is 1e-3. Of six pairs four could be done; one of these is above the goal and one has no name."""
    pairs = (
        pair("done", 0.9e-3),
        pair("below", 1.2e-3),
        pair("done", 1.6e-3, true=replace(TRUE, error=1.6e-3, idle_zz=-2e3)),
        pair("open", 9e-3),
        pair("failed", 9e-3, apart=20e6),
        pair("done", 2.5e-3, both_done=False),
    )
    chips = [
        ChipResult(1, "finished", 5, 600.0, 200.0, 50.0, pairs[:3]),
        ChipResult(2, "finished", 5, 600.0, 300.0, 70.0, pairs[3:]),
    ]
    text = pair_chips.summarise(chips)
    assert "2 chips, 6 pairs, of them 4 inside the rule with both qubits done" in text
    assert "by the truth: 2 of 4 (50.0 %" in text
    assert "called done above 1.5: 2; above 2.0: 1" in text
    assert "neither done nor named: 1" in text
    assert "above 99.9 % of those done: 1 of 4" in text
    assert "1.40 of the limit, 4.0e-04 above it (worst 1.5e-03)" in text
    assert "idle ZZ 400 Hz" in text and "idle ZZ below 1 kHz: 3 of 4" in text
    assert "of the pairs in layers: median 250 s, most 300 s" in text
    assert "CPU of a night: median 60 s" in text
    missed = [line for line in text.splitlines() if line.startswith("  missed")]
    assert (
        len(missed) == 2 and "done" in missed[0] and "1.60 of the limit, 100 MHz" in missed[0] and "open" in missed[1]
    )


def test_a_pair_is_told_by_its_report_and_by_the_chip() -> None:
    """Of a chip of five qubits in a line: whose frequencies, which is the upper one, and when both are done."""
    device = open_simulated(712, 5, {}, 1.8e9, "line", tunable=True)
    load_best_cz(device, (1, 2))
    said: dict[str, Any] = {
        f"q{n}": {"state": state} for n, state in enumerate(("done", "below", "done", "failed", "open"))
    }
    said["q1-q2"] = {"state": "done", "diagnoses": []}
    said["q2-q3"] = {"state": "failed", "diagnoses": [{"code": "settling"}]}
    spent = {"q1-q2": 90.0, "q2-q3": 30.0}
    good, bad = (pair_chips._judged(device, said, Pair(*edge), 712, spent) for edge in ((1, 2), (2, 3)))
    assert (good.state, good.diagnoses, good.both_done, good.device_seconds) == ("done", (), True, 90.0)
    assert (bad.state, bad.diagnoses, bad.both_done) == ("failed", ("settling",), False)
    first, second = (device.chip.truth_now().transmons[n] for n in (1, 2))
    assert good.apart == pytest.approx(abs(first.f01 - second.f01))
    assert good.depth == pytest.approx(-max((first, second), key=lambda one: one.f01).anharmonicity)
    assert good.ratio == pytest.approx(1.0, abs=0.2) and bad.ratio > 2, "one has its best pulse, the other none"


def test_a_night_s_code_is_done_or_its_first_name() -> None:
    assert ended("done", 1e-3).code == "done"
    assert ended("settling", 1e-3).code == "settling"
    assert isinstance(PAIR, Pair)
