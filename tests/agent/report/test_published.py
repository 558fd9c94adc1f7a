"""Measured against published: agreement, what broke, what was republished, and the layout that follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.report.content import Qubit, Value
from reson.agent.report.measured_pairs import provider_chain
from reson.agent.report.published import against_published, keep, published_in
from reson.agent.report.published_content import AgainstPublished
from reson.components import Pair
from reson.events import ProviderTold
from reson.tools.devices.published import Published, PublishedPair, PublishedQubit
from reson.tools.store.store import Store, open_store

RING = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 5))


def told(broken_pair: int | None = None, **t1: float) -> Published:
    """Six equal qubits in a ring."""
    return Published(
        device="ibm:ring",
        calibrated=1.7e9,
        qubits={
            n: PublishedQubit(
                t1=t1.get(f"q{n}", 100e-6),
                t2=80e-6,
                readout_error=0.01,
                gate_error=3e-4,
                gate_length=32e-9,
                readout_length=1e-6,
            )
            for n in range(6)
        },
        pairs=tuple(
            PublishedPair(qubits=pair, gate="cz", error=1.0 if n == broken_pair else 5e-3, length=68e-9)
            for n, pair in enumerate(RING)
        ),
    )


def qubit(name: str, **values: float) -> Qubit:
    usual = {"t1": 100e-6, "t2_echo": 80e-6, "assignment_fidelity": 0.99, "error_per_gate": 3e-4} | values
    errors = {"t1": 2e-6, "t2_echo": 3e-6, "assignment_fidelity": 1e-3, "error_per_gate": 6e-6}
    return Qubit(
        component=name,
        state="done",
        why="",
        values={
            key: Value(value=value, stderr=errors[key], unit="s" if key[0] == "t" else "", measured=True, fresh=True)
            for key, value in usual.items()
        },
        coherence_limit=None,
        over_limit=None,
        diagnoses=(),
        story=(),
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path)


def compare(
    store: Store,
    qubits: list[Qubit],
    now: Published | None = None,
    before: Published | None = None,
    layers: dict[str, float] | None = None,
) -> AgainstPublished:
    def kept(one: Published) -> Published:
        found = published_in(store, [ProviderTold.model_construct(**keep(store, one))])
        assert found is not None
        return found

    earlier = [("night-0001", 1.7e9 + 3600, kept(before))] if before else []
    errors = {
        pair: Value(value=value, stderr=2e-4, unit="", measured=True, fresh=True)
        for pair, value in (layers or {}).items()
    }
    return against_published(("night-0002", 1.7e9 + 90000), kept(now or told()), qubits, errors, earlier)


def ring(**changed: Qubit) -> list[Qubit]:
    return [changed.get(f"q{n}", qubit(f"q{n}")) for n in range(6)]


def test_without_a_published_table_there_is_nothing_to_compare(store: Store) -> None:
    assert published_in(store, []) is None


def test_agreement_counts_three_standard_deviations(store: Store) -> None:
    found = compare(store, ring(q1=qubit("q1", t1=105.9e-6), q2=qubit("q2", t1=106.1e-6)))
    by_name = {one.parameter: (one.within, one.compared) for one in found.agreement}
    assert by_name == {
        "t1": (5, 6),
        "t2_echo": (6, 6),
        "assignment_fidelity": (6, 6),
        "error_per_gate": (6, 6),
    }
    assert not found.changed  # significant, but better


def test_what_broke_is_named_and_left_out_of_the_layout(store: Store) -> None:
    found = compare(store, ring(q3=qubit("q3", t1=12e-6, error_per_gate=2.4e-3)))
    assert found.changed == (
        "q3: t1 is 12.0(20) µs, published 100 µs: 8.3 times worse",
        "q3: error_per_gate is 2.4000(60) × 10⁻³, published 3 × 10⁻⁴: 8.0 times worse",
    )
    assert found.layout is not None
    assert 3 not in found.layout.measured.qubits
    assert all(3 not in pair for pair in found.layout.coupling_map)
    assert found.layout.left_out[0].startswith("q3: t1 8.3 times worse")
    assert found.layout.measured.qubits == (2, 1, 0, 5, 4)


def test_the_measured_layout_avoids_what_the_published_one_does_not(store: Store) -> None:
    poor = [qubit(f"q{n}", assignment_fidelity=0.85) for n in (0, 3)]
    found = compare(store, ring(q0=poor[0], q3=poor[1]))
    assert found.layout is not None
    assert found.layout.measured.success >= found.layout.published.success
    assert found.layout.published.success_published >= found.layout.measured.success_published - 1e-12


def test_a_broken_pair_is_told(store: Store) -> None:
    found = compare(store, ring(), now=told(broken_pair=2))
    assert found.layout is not None
    assert (2, 3) not in found.layout.coupling_map
    assert found.layout.left_out == ("cz of q2 and q3: published as broken",)
    assert found.layout.measured.qubits == (2, 1, 0, 5, 4, 3)


def test_what_the_provider_changed_since_the_run_before(store: Store) -> None:
    found = compare(store, ring(), now=told(q4=40e-6), before=told())
    assert found.republished == ("q4: published t1 went from 100 µs to 40 µs",)


def test_a_lost_blob_costs_the_comparison_only(store: Store) -> None:
    event = ProviderTold.model_construct(**keep(store, told()))
    store.blobs.path(event.blob, ".json").unlink()
    assert published_in(store, [event]) is None


def test_measured_pairs_are_compared_and_choose_the_chain(store: Store) -> None:
    pulses = 6 / 5 * 5 / 6 * 2 * 3e-4  # of the Cliffords of both qubits
    good, bad = 5e-3 + pulses, 16e-3 + pulses
    found = compare(store, ring(), layers={"q0-q1": good, "q0-q5": good, "q1-q2": good, "q2-q3": bad})
    errors = {pair.qubits: pair.measured.value for pair in found.pairs}
    assert errors == pytest.approx({(0, 1): 5e-3, (0, 5): 5e-3, (1, 2): 5e-3, (2, 3): 16e-3})
    assert [pair.qubits for pair in found.pairs if not pair.agrees] == [(2, 3)]
    assert found.changed == ("cz of q2 and q3: error is 0.016\u202f00(20), published 5 × 10⁻³: 3.2 times worse",)
    assert found.layout is not None
    assert found.layout.measured.qubits == (2, 1, 0, 5, 4, 3)  # around the bad pair, which is not broken
    assert found.layout.pairs_measured == 3
    assert found.layout.measured.eplg is None  # two pairs of the chain were not measured
    assert (2, 3) in found.layout.coupling_map


def test_a_pair_far_worse_than_published_is_left_out(store: Store) -> None:
    found = compare(store, ring(), layers={"q2-q3": 0.05})
    assert found.layout is not None
    assert (2, 3) not in found.layout.coupling_map
    assert found.layout.left_out == ("cz of q2 and q3: 9.9 times worse than published",)


def test_the_error_per_layered_gate_of_equal_pairs_is_that_of_one(store: Store) -> None:
    found = compare(store, ring(), layers={Pair(n, (n + 1) % 6): 8e-3 for n in range(6)})
    assert found.layout is not None
    assert found.layout.measured.eplg == pytest.approx(8e-3 * 5 / 4)  # process infidelity of two qubits
    assert found.layout.pairs_measured == 5
    chains = {3: (0, 1, 2), 4: (0, 1, 2, 4), 2: (3, 4)}  # q2 and q4 are no pair
    assert provider_chain(told().model_copy(update={"layer_chains": chains}), found.pairs) == (0, 1, 2)
    assert provider_chain(told(), found.pairs) == ()


def test_the_history_tells_when_the_provider_calibrated(store: Store) -> None:
    assert compare(store, ring()).history == ()
    same = compare(store, ring(), before=told())
    assert [one.run_id for one in same.history] == ["night-0001", "night-0002"]
    assert same.history[0].t1 == 100e-6
    assert same.history[1].pair_error == 5e-3
    assert same.unchanged
    newer = told(broken_pair=2).model_copy(update={"calibrated": 1.7e9 + 86400})
    other = compare(store, ring(), now=newer, before=told())
    assert not other.unchanged
    assert other.republished == ("cz of q2 and q3: published as broken",)


def test_a_measured_zz_stands_beside_the_published_one() -> None:
    now = told().model_copy(update={"pairs": tuple(pair.model_copy(update={"zz": -6e4}) for pair in told().pairs[:2])})
    zz: dict[str, Value] = {
        name: Value(value=value, stderr=200.0, unit="Hz", measured=True, fresh=fresh)
        for name, value, fresh in (
            (Pair(0, 1), -5.99e4, True),
            (Pair(1, 2), -4e4, True),
            (Pair(2, 3), -4e4, True),
            (Pair(3, 4), -4e4, False),
        )
    }
    found = against_published(("run-0002", 1.7e9), now, ring(), {}, (), zz).couplings
    assert [(one.qubits, one.published, one.agrees) for one in found] == [
        ((0, 1), -6e4, True),
        ((1, 2), -6e4, False),
        ((2, 3), None, True),
    ]
