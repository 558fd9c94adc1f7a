"""The expert for pairs in closed loop on simulated chips of one pair, judged by the hidden truth.

Only the pair is brought up: what its qubits' bring-up finds is loaded from the truth each time a bias has moved them.
``python -m reson.evals.pair_nights 400-411`` prints a line for each chip as it comes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reson.agent.campaign.attempts import objections
from reson.agent.campaign.measuring import with_doubt, within_bounds
from reson.agent.config import Goals
from reson.agent.expert import pairs
from reson.agent.observation import Attempt, Decision, Done, GiveUp, GoalsView, Known, Measure, PairView
from reson.agent.reading.reader import read_saved_data
from reson.components import Pair, Qubit
from reson.evals.true_pair import CzErrors, true_cz
from reson.evals.tuned_qubits import known_table, tuned
from reson.records import Verdict
from reson.tools.data import Values
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.experiments.cz_interleaved_rb import known_of
from reson.tools.experiments.pair_catalogue import PAIR_ROWS
from reson.tools.verdicts.judge import judge

PAIR = Pair(0, 1)
CLOCK = 1.8e9
GOALS = GoalsView.model_validate(Goals().model_dump())


@dataclass(frozen=True)
class Night:
    """How the bring-up of a pair ended."""

    decision: Done | GiveUp
    attempts: tuple[Attempt, ...]
    device_seconds: float
    true: CzErrors

    @property
    def code(self) -> str:
        return "done" if isinstance(self.decision, Done) else self.decision.diagnoses[0].code


def night(device: SimulatedDevice, pair: Pair = PAIR) -> Night:
    """Bring a pair of this chip up from the controls that are loaded."""
    attempts: list[Attempt] = []
    seconds = 0.0
    device.load(tuned(device))
    while isinstance(decision := _next(device, pair, attempts), Measure):
        attempt, took = _measured(device, pair, decision)
        attempts.append(attempt)
        seconds += took
    assert isinstance(decision, Done | GiveUp), "a pair asks no person"
    first, second = pair.qubits()
    return Night(decision, tuple(attempts), seconds, true_cz(device, (first, second)))


def _next(device: SimulatedDevice, pair: Pair, attempts: list[Attempt]) -> Decision:
    table, designed = known_table(device), device.design_controls()
    first, second = (Qubit(number) for number in pair.qubits())
    view = PairView(
        component=pair,
        known=_known(known_of(pair, table)),
        design={},
        measured_before=frozenset(),
        attempts=tuple(attempts),
        first=_known(table[first]),
        second=_known(table[second]),
        designed=(designed[first]["drive_frequency"], designed[second]["drive_frequency"]),
    )
    return pairs.next_decision(view, GOALS)


def _known(values: Values) -> dict[str, Known]:
    return {name: Known(value=one, stderr=None, age_hours=0.0, measured=True) for name, one in values.items()}


def _measured(device: SimulatedDevice, pair: Pair, decision: Measure) -> tuple[Attempt, float]:
    """The measurement as a campaign makes and judges it, and what is accepted loaded; its device time, seconds."""
    row = PAIR_ROWS[decision.experiment]
    arguments = row.arguments(decision.parameters, known_of(pair, known_table(device)))
    raw = row.measure(device, {pair: arguments})[pair]
    analysis = row.analyse(raw)
    reading, changes = read_saved_data(analysis), row.propose(analysis, raw.controls)
    judgement = with_doubt(judge([*row.check(analysis, arguments, {}), *within_bounds(changes)]), reading)
    accepted = judgement.verdict is Verdict.ACCEPT
    if accepted:
        controls = device.controls()[pair]
        device.load({pair: {one.parameter: one.new for one in changes if one.parameter in controls}})
        if any(one.parameter == "coupler_bias" for one in changes):
            device.load(tuned(device))
    failed = objections(judgement)
    attempt = Attempt(
        measurement_id=f"{decision.experiment}-{raw.started:.3f}",
        experiment=decision.experiment,
        parameters=arguments,
        verdict=judgement.verdict,
        outcome=reading.outcome,
        status=reading.status,
        suggested_range=reading.suggested_range,
        reasons=tuple(one.message for one in failed),
        failed=tuple(one.code for one in failed),
        quantities=analysis.quantities,
        write="written" if accepted and changes else "none",
    )
    return attempt, raw.ended - raw.started


def nights(seeds: range, faults: Mapping[str, str]) -> Iterator[str]:
    """A line for each chip."""
    for seed in seeds:
        found = night(open_simulated(seed, 2, faults, CLOCK, "line", tunable=True))
        true = found.true
        yield (
            f"{seed} {found.code}: error {true.error:.2e}, {true.error / true.limit:.2f} of the limit, coherent "
            f"{true.coherent:.1e}, leakage {true.leakage:.1e}, zz {true.idle_zz:.0f} Hz; "
            f"{len(found.attempts)} measurements, {found.device_seconds:.0f} s; {found.decision.why}"
        )


if __name__ == "__main__":
    first, _, last = sys.argv[1].partition("-")
    for line in nights(range(int(first), int(last or first) + 1), {PAIR: sys.argv[2]} if len(sys.argv) > 2 else {}):
        print(line, flush=True)
