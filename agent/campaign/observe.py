"""Builds what the brain sees from the store: the table, this run's attempts, and what memory recalls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate
from typing import NamedTuple

from reson.agent.campaign.attempts import attempt_of
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.dependence import moved_at
from reson.agent.campaign.earlier_nights import faults, remembered
from reson.agent.campaign.remembering import recall
from reson.agent.campaign.state import CampaignState
from reson.agent.expert.plans import BRING_UP, REFINE, SEARCH, UPKEEP, WHY_ABOVE_LIMIT
from reson.agent.expert.replaying import succeeded
from reson.agent.observation import (
    Attempt,
    DiagnosisCode,
    GoalsView,
    Known,
    Observation,
    PairView,
    QubitView,
    Recollection,
    Remembered,
)
from reson.components import Pair, Qubit, parse
from reson.records import ActionKind, Verdict
from reson.tools.devices.device import bounds_of, published_of
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.experiments.cz_interleaved_rb import known_of
from reson.tools.experiments.possible import why_not
from reson.tools.store.approvals import list_approvals, writes_of
from reson.tools.store.measurements import list_measurements, used
from reson.tools.store.parameters import ParameterRow, Table, current, log, values
from reson.tools.store.runs import get_run

RECALLED = 3
"""How many recollections a brain gets for a qubit that is in trouble or new."""


def observe(bench: Bench, state: CampaignState) -> Observation:
    """Everything the brain decides from, for the qubits that are ready and of which nothing is asked yet."""
    asked = state.get("held", {})
    names = [name for name, qubit in state["qubits"].items() if qubit["state"] == "ready" and name not in asked]
    goals, budget = bench.config.goals, bench.budget()
    spent = used(bench.store, bench.run_id)
    read = _Read(
        table=current(bench.store, bench.device.name),
        began=get_run(bench.store, bench.run_id).started_device,
        rollbacks={row.id for row in list_approvals(bench.store, kind=ActionKind.ROLLBACK)},
        impossible=_impossible(bench),
    )
    return Observation(
        device=bench.device.name,
        goals=GoalsView.model_validate(goals.model_dump()),
        qubits=tuple(_view(bench, state, name, read) for name in names),
        device_seconds_left=max(0.0, budget.device_minutes * 60 - spent.device_seconds),
        experiments_left=max(0, budget.experiments - spent.measurements),
    )


class _Read(NamedTuple):
    """What is read once for all components of an observation."""

    table: Table
    began: float
    rollbacks: AbstractSet[str]
    impossible: dict[str, str]


def _impossible(bench: Bench) -> dict[str, str]:
    """Of a calibration, what the device cannot run. A device without pulse access has a plan of its own."""
    if published_of(bench.device) is not None:
        return {}
    steps = {step.experiment for step in (*BRING_UP, *UPKEEP, *REFINE, *WHY_ABOVE_LIMIT)}
    reasons = {name: why_not(CATALOGUE[name], bench.device) for name in sorted(steps)}
    return {name: reason for name, reason in reasons.items() if reason}


def _view(bench: Bench, state: CampaignState, component: str, read: _Read) -> QubitView:
    whole = read.table
    past = log(bench.store, bench.device.name, component=component)
    # from when this run's measurements count: its start, or the last rollback by a person if later
    since = max([read.began, *(row.valid_from for row in past if row.approval_id in read.rollbacks)])
    made = _attempts(bench, state, component, since)
    attempts = tuple(attempt for _, attempt in made)
    view = QubitView(
        component=component,
        known=_table_of(bench, whole.get(component, {})),
        design=_design(past),
        measured_before=_measured_before(bench, component, since),
        attempts=attempts,
        recalled=_recall(bench, component, attempts),
        faults=faults(bench, component),
        limits=dict(bounds_of(bench.device)),
        impossible=read.impossible,
        planned=tuple(state.get("plans", {}).get(component, ())),
        remembered=remembered(bench, component) if not attempts or not succeeded(attempts[-1]) else Remembered(),
        moved_after=_moved_after(bench, whole, component, since, made),
    )
    one = parse(component)
    return _pair(bench, state, whole, one, view) if isinstance(one, Pair) else view


def _pair(bench: Bench, state: CampaignState, table: Table, pair: Pair, view: QubitView) -> PairView:
    first, second = (Qubit(number) for number in pair.qubits())
    both = {name: state["qubits"][name] for name in (first, second) if name in state["qubits"]}
    closed = [name for name, one in both.items() if one["state"] == "failed"]
    jumping = [
        name
        for name, one in both.items()
        if any(diagnosis["code"] == DiagnosisCode.TWO_FREQUENCIES for diagnosis in one["diagnoses"])
    ]
    known = dict(view.known)
    limit = known_of(pair, values(table)).get("coherence_limit")
    if limit is not None:
        known["coherence_limit"] = Known(value=limit, stderr=None, age_hours=0.0, measured=True)
    fields = {
        "known": known,
        "first": _table_of(bench, table.get(first, {})),
        "second": _table_of(bench, table.get(second, {})),
        "designed": None if view.attempts else _designed(bench, pair),
        "set_aside": tuple(closed),
        "jumping": tuple(jumping),
    }
    return PairView.model_validate({**dict(view), **fields})


def _design(past: Sequence[ParameterRow]) -> dict[str, float]:
    return {row.parameter: row.value for row in past if row.author == "design"}


def _designed(bench: Bench, pair: Pair) -> tuple[float, ...] | None:
    """Drive frequencies of both qubits by design, Hz."""
    of_both = [
        _design(log(bench.store, bench.device.name, component=Qubit(number), parameter="drive_frequency"))
        for number in pair.qubits()
    ]
    return tuple(one["drive_frequency"] for one in of_both) if all(of_both) else None


def _table_of(bench: Bench, rows: Mapping[str, ParameterRow]) -> dict[str, Known]:
    return {name: _known(row, bench.clock()) for name, row in rows.items()}


def _moved_after(
    bench: Bench, table: Table, component: str, since: float, attempts: Sequence[tuple[float, Attempt]]
) -> int | None:
    """How many of the attempts came before the last move of a coupler's bias beside a qubit: see ``QubitView``."""
    moved = moved_at(table, component) if isinstance(parse(component), Qubit) else None
    if moved is None:
        return None
    if moved > since:
        return sum(ended <= moved for ended, _ in attempts)
    then = _then(bench, component, since).get("drive_frequency")
    stale = then is not None and then.measurement_id is not None and then.valid_from < moved
    return 0 if stale else None


def _known(row: ParameterRow, now: float) -> Known:
    return Known(
        value=row.value,
        stderr=row.stderr,
        confidence=row.confidence,
        age_hours=(now - row.valid_from) / 3600,
        measured=row.measurement_id is not None,
    )


def _then(bench: Bench, component: str, since: float) -> Mapping[str, ParameterRow]:
    """The values in force at a moment of the device's clock."""
    return current(bench.store, bench.device.name, as_of=since, only=[component]).get(component, {})


def _measured_before(bench: Bench, component: str, since: float) -> frozenset[str]:
    rows = _then(bench, component, since)
    return frozenset(name for name, row in rows.items() if row.measurement_id is not None)


def _attempts(bench: Bench, state: CampaignState, component: str, since: float) -> list[tuple[float, Attempt]]:
    """(device time at which it was over, attempt), in order; one that did not run is as old as what ran before it."""
    rows = list_measurements(bench.store, run_id=bench.run_id, component=component)
    rows = [row for row in rows if row.device_ended > since]
    answers = writes_of(bench.store, bench.run_id, [row.id for row in rows])
    made = [
        (row.step, row.device_ended, attempt_of(row, answers.get(row.id))) for row in rows if row.judgement is not None
    ]
    refused = [
        (entry["step"], 0.0, Attempt.model_validate(entry["attempt"]))
        for entry in state["refused"]
        if entry["component"] == component
    ]
    in_order = sorted(made + refused, key=lambda item: item[0])
    latest = accumulate((ended for _, ended, _ in in_order), max)
    return [(ended, attempt) for ended, (_, _, attempt) in zip(latest, in_order, strict=True)]


def _recall(bench: Bench, component: str, attempts: tuple[Attempt, ...]) -> tuple[Recollection, ...]:
    """Asked only where experience helps: what once found this qubit, for one that is new tonight or has just failed;
    and for one that has failed what was like it, on any qubit.
    """
    well = bool(attempts) and attempts[-1].verdict is Verdict.ACCEPT
    if isinstance(parse(component), Pair):
        return () if well or not attempts else _like(bench, component, attempts[-1])
    if well and any(attempt.experiment == SEARCH for attempt in attempts):
        return ()
    found = recall(bench, SEARCH, 1, component=component, experiment=SEARCH, verdict=str(Verdict.ACCEPT))
    if well or not attempts:
        return found
    return (*found, *_like(bench, component, attempts[-1]))


def _like(bench: Bench, component: str, last: Attempt) -> tuple[Recollection, ...]:
    question = f"{last.experiment} on {component}: {last.verdict} {last.status or 'refused'}"
    return recall(bench, question, RECALLED, earlier_runs=True)
