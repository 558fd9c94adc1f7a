"""What must wait for what: a pair for its two qubits, and whatever rests on a qubit's frequency for a look at it after
the bias of a coupler beside it was moved. All of it follows from the table, so that a resumed run finds it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from reson.agent.campaign.bench import Bench
from reson.agent.campaign.state import CampaignState, Job, QubitState, held, ready
from reson.components import pairs_of, parse, qubits_of
from reson.records import Verdict
from reson.tools.experiments.catalogue import get
from reson.tools.store.measurements import list_measurements
from reson.tools.store.parameters import ParameterRow, Table, current

BIAS, FREQUENCY, LOOK = "coupler_bias", "drive_frequency", "ramsey_xy"
OPEN = ("ready", "parked")


def settled(bench: Bench, qubits: Mapping[str, QubitState]) -> dict[str, QubitState]:
    """The states with qubits that a bias has moved opened again, and pairs held as long as a qubit of theirs is open.

    A run about pairs alone leaves their qubits to whoever started it.
    """
    found, pairs = dict(qubits), pairs_of(qubits)
    mine = qubits_of(qubits)
    if not (pairs and mine):
        return found
    table = current(bench.store, bench.device.name)
    for name in mine:
        if found[name]["state"] == "done" and is_stale(bench, table, name):
            found[name] = ready("the bias of a coupler has moved it")
    for pair in pairs:
        if found[pair]["state"] in ("held", "ready"):
            waits = [one for one in mine if one.number in pair.qubits() and found[one]["state"] in OPEN]
            found[pair] = held(f"waits for {' and '.join(waits)}") if waits else ready("its qubits are through")
    return found


def without_moved(bench: Bench, state: CampaignState, job: Job) -> Job:
    """The job without the pairs a qubit of which was moved since it was asked for, and will be looked at first.

    What finds a bias itself echoes the frequencies away, and goes on. A job that a person has granted stays whole or
    waits whole: it was granted as it is.
    """
    row = get(job["experiment"])
    if row.targets != "pair" or BIAS in row.calibrates:
        return job
    table = current(bench.store, bench.device.name)
    moved = {
        one.number
        for one in qubits_of(state["qubits"])
        if state["qubits"][one]["state"] in (*OPEN, "done") and is_stale(bench, table, one)
    }
    kept = [name for name in job["requests"] if not moved & set(parse(name).qubits())]
    if len(kept) == len(job["requests"]):
        return job
    kept = [] if job["approval"] else kept
    return cast("Job", {**job, "requests": {name: job["requests"][name] for name in kept}})


def is_stale(bench: Bench, table: Table, qubit: str) -> bool:
    """Whether a bias beside this qubit is newer than its frequency, and than every accepted look at it."""
    moved = moved_at(table, qubit)
    frequency = table.get(qubit, {}).get(FREQUENCY)
    if moved is None or (frequency is not None and frequency.valid_from >= moved):
        return False
    looks = list_measurements(bench.store, component=qubit, experiment=LOOK)
    return not any(
        one.device_started >= moved and one.judgement is not None and one.judgement.verdict is Verdict.ACCEPT
        for one in looks
    )


def moved_at(table: Mapping[str, Mapping[str, ParameterRow]], qubit: str) -> float | None:
    """Device time at which the bias of a coupler beside a qubit was last written; None where none ever was."""
    number = parse(qubit).qubits()
    return max((row.valid_from for row in _biases(table, number)), default=None)


def _biases(table: Mapping[str, Mapping[str, ParameterRow]], number: tuple[int, ...]) -> Iterable[ParameterRow]:
    for name, rows in table.items():
        row = rows.get(BIAS)
        if row is not None and row.author != "design" and set(number) <= set(parse(name).qubits()):
            yield row
