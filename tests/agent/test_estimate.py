"""What a night would cost, told before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from reson.agent.campaign.schedule import merge
from reson.agent.cli import app
from reson.agent.cli.errors import exit_code_of
from reson.agent.estimate import OPEN_PLAN, estimate
from reson.agent.expert.characterise import PLAN, independent, next_decision
from reson.agent.lab import open_lab
from reson.agent.observation import Attempt, GoalsView, Known, Measure, QubitView
from reson.agent.which_qubits import choose_qubits
from reson.components import Qubit
from reson.errors import OperatorError
from reson.records import CheckCode, Quantity, Status, Verdict
from reson.tools.devices.device import coupling_of, only_waiting_alone
from reson.tools.devices.durations import OVERHEAD, quantum_seconds
from reson.tools.devices.ibm.fakes import fake_backend
from reson.tools.devices.local.device import NoisyDevice, noisy_device
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.possible import why_not


@pytest.fixture(scope="module")
def torino() -> NoisyDevice:
    return noisy_device("fake", "fake:torino", fake_backend("torino"))


def test_a_night_on_a_copy_is_estimated_in_quantum_seconds(torino: NoisyDevice) -> None:
    found = estimate(torino, choose_qubits("chain:4", torino), 300.0)
    assert {row.experiment for row in found.rows} | set(found.left_out) == {step.experiment for step in PLAN}
    assert found.allowance == OPEN_PLAN and found.remaining is None
    assert all(row.jobs == 1 for row in found.rows)  # a generation that cancels ZZ
    assert all(row.seconds > OVERHEAD for row in found.rows)
    assert 100 < found.seconds < 400
    assert found.seconds < found.expected <= found.worst <= 300.0
    assert found.share == pytest.approx(found.expected / 600)


def test_what_a_dry_run_tells_is_what_the_circuits_take(torino: NoisyDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    device, chain = torino, choose_qubits("chain:4", torino)
    rows = {row.experiment: row for row in estimate(device, chain, 300.0).rows}
    known = device.published.first_values(chain)

    def run(circuits: Any, shots: int, **options: Any) -> None:
        raise Sent(quantum_seconds(circuits, shots, device.limits, cast("Any", device.backend.target)))

    monkeypatch.setattr(device.backend, "run", run)
    for step in PLAN:
        if step.experiment not in ("readout_error", "t1", "fine_drag", "layer_fidelity"):
            continue
        row = get(step.experiment)
        asked = {qubit: row.arguments(step.parameters, known[Qubit(qubit)]) for qubit in chain}
        with pytest.raises(Sent) as caught:
            row.acquire(device, asked)
        assert rows[row.name].seconds == pytest.approx(caught.value.seconds, rel=0.1), row.name


class Sent(Exception):
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


GOALS = GoalsView(error_over_coherence_limit=1.5, assignment_fidelity=0.95, t1=15e-6)
Judged = Callable[[Measure], dict[str, Any]]


def accepted(asked: Measure) -> dict[str, Any]:
    return {"verdict": Verdict.ACCEPT, "status": Status.SUCCESS}


def anything(random: Random) -> Judged:
    def judged(asked: Measure) -> dict[str, Any]:
        if random.random() < 0.1:
            return accepted(asked)
        codes = random.choices(list(CheckCode), k=random.choice((1, 1, 2)))
        if random.random() < 0.5:
            codes = [random.choice((CheckCode.IMPRECISE, CheckCode.UNRESOLVED))]
        longest = asked.parameters.get("max_delay", 1e-4)
        return {
            "verdict": Verdict.REVIEW,
            "status": random.choice([*Status, None]),
            "failed": tuple(codes),
            "suggested_range": random.choice([None, (0.0, 9 * longest), (0.0, 0.2 * longest)]),
            "quantities": {"x_angle_error": Quantity(value=random.choice((0.1, 0.3)), stderr=0.01, unit="")},
        }

    return judged


def cost_of_a_night(device: NoisyDevice, qubits: Sequence[int], judged: Judged) -> float:
    """Quantum seconds of all jobs, round by round, as a night on a device behind a queue asks for them."""
    known = {Qubit(qubit): device.published.first_values([qubit])[Qubit(qubit)] for qubit in qubits}
    made: dict[str, list[Attempt]] = {qubit: [] for qubit in known}
    seconds, left = 0.0, set(known)
    for _ in range(100):
        asked: list[Measure] = []
        for name in sorted(left):
            view = QubitView(
                component=name,
                known={
                    key: Known(value=value, stderr=None, age_hours=0.0, measured=False)
                    for key, value in known[name].items()
                },
                design={},
                measured_before=frozenset(),
                attempts=tuple(made[name]),
            )
            decision = next_decision(view, GOALS)
            if isinstance(decision, Measure):
                together = [decision, *independent(view, decision.experiment)]
                asked += [
                    one.model_copy(
                        update={"parameters": get(one.experiment).arguments(one.parameters, known[name], {})}
                    )
                    for one in together
                    if not why_not(get(one.experiment), device)
                ]
                for one in together:
                    if why_not(get(one.experiment), device):
                        made[name].append(attempt(one, {"verdict": Verdict.REJECT}, ""))
            else:
                left.discard(name)
        if not left:
            return seconds
        for job in merge("night", 0, asked, coupling_of(device), only_waiting_alone(device)):
            row = get(job["experiment"])
            seconds += OVERHEAD + max(row.device_seconds(one, device) for one in job["requests"].values())
        for one in asked:
            made[one.component].append(attempt(one, judged(one)))
    raise AssertionError("no end")


def attempt(asked: Measure, judged: dict[str, Any], measurement_id: str = "m") -> Attempt:
    return Attempt.model_validate(
        {
            "measurement_id": measurement_id,
            "experiment": asked.experiment,
            "parameters": asked.parameters,
            "outcome": None,
            "status": None,
            "suggested_range": None,
            "reasons": (),
            "quantities": {},
            "write": "none",
            **judged,
        }
    )


def test_a_night_costs_what_is_told_where_all_is_accepted_and_never_more_than_the_worst(torino: NoisyDevice) -> None:
    chain = choose_qubits("chain:4", torino)
    told = estimate(torino, chain, 1e9)
    assert cost_of_a_night(torino, chain, accepted) == pytest.approx(told.seconds, rel=1e-6)
    costs = [cost_of_a_night(torino, chain, anything(Random(seed))) for seed in range(20)]
    assert told.seconds < min(costs) and max(costs) < told.worst


def test_turns_are_paid_for() -> None:
    device = noisy_device("fake", "fake:sherbrooke", fake_backend("sherbrooke"))
    jobs = {row.experiment: row.jobs for row in estimate(device, choose_qubits("chain:4", device), 300.0).rows}
    assert jobs["t2_hahn"] == jobs["ramsey_xy"] == jobs["fine_drag"] == 2
    assert jobs["t1"] == jobs["standard_rb"] == 1


def test_a_chip_of_ones_own_counts_no_quantum_seconds(tmp_path: Path) -> None:
    lab = open_lab(tmp_path / "lab", qubits=1)
    with pytest.raises(OperatorError, match="counts no quantum seconds"):
        estimate(lab.device(lab.store()), (0,), 300.0)


def test_a_dry_run_tells_it_and_sends_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lab = str(tmp_path / "lab")
    arguments = ["--lab", lab, "night", "--device", "fake:torino", "--qubits", "chain:2", "--dry-run", "--json"]
    assert exit_code_of(app, arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["qubits"] == 2 and told["seconds"] > 0 and told["budget"] == 300.0
    assert told["seconds"] < told["expected"] <= told["worst"] <= 300.0
    assert not list((tmp_path / "lab" / "runs").glob("*"))
