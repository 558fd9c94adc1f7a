"""Runs: started, resumed and stopped. ``reson.agent.operations.processes`` starts them as processes of their own."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from reson.agent import launch
from reson.agent.holder import stop_holder
from reson.agent.launch import Ended, HourOrNone, Plan
from reson.agent.operations.measurements import LIST_MEASUREMENTS
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, Nothing, Operation
from reson.agent.operations.values import table_of
from reson.components import as_qubit, joined
from reson.records import Effect, Finite, Json
from reson.tools.experiments.catalogue import get
from reson.tools.store.approvals import list_approvals
from reson.tools.store.parameters import values

Named = Annotated[list[str], Field(min_length=1)]


class OneExperiment(Arguments):
    experiment: Annotated[str, AfterValidator(lambda name: get(name).name)]
    components: Named
    parameters: dict[str, Finite] = {}
    write: bool = False


class Components(Arguments):
    components: Named


class Resumed(Arguments):
    run_id: str
    until: HourOrNone = ""


def _start(at: OpenLab, plan: Plan) -> Ended:
    return launch.start(at.lab, plan, at.watch)


def _resume(at: OpenLab, asked: Resumed) -> Ended:
    return launch.resume(at.lab, asked.run_id, at.watch, asked.until)


def _run_experiment(at: OpenLab, asked: OneExperiment) -> Ended:
    """Measure now. Raises ``ToolError`` before anything runs where an argument is refused."""
    row, known = get(asked.experiment), values(table_of(at))
    for name in asked.components:
        row.arguments(asked.parameters, known.get(row.target(name), {}))
    return _start(
        at,
        Plan(
            kind="run",
            measure=joined(asked.components),
            experiment=row.name,
            parameters=asked.parameters,
            writes=asked.write,
        ),
    )


def _calibrate(at: OpenLab, asked: Components) -> Ended:
    qubits = tuple(dict.fromkeys(as_qubit(name).number for name in asked.components))
    return _start(at, Plan(kind="calibrate", qubits=qubits))


def ended_in_words(at: OpenLab, ended: Ended) -> Json:
    waiting = list_approvals(at.store, status="pending", run_id=ended.run_id)
    return {
        "run": ended.run_id,
        "ending": str(ended.ending),
        "reason": ended.reason,
        "report": str(ended.report),
        "measurements": LIST_MEASUREMENTS.in_words(at, {"run_id": ended.run_id}),
        "waiting_for_a_person": [row.id for row in waiting],
    }


START = Operation("start", Effect.WRITES, Plan, _start, ended_in_words)
RESUME = Operation("resume", Effect.WRITES, Resumed, _resume, ended_in_words)
RUN_EXPERIMENT = Operation("run_experiment", Effect.MEASURES, OneExperiment, _run_experiment, ended_in_words)
CALIBRATE = Operation("calibrate", Effect.WRITES, Components, _calibrate, ended_in_words)
STOP = Operation(
    "stop", Effect.ANSWERS, Nothing, lambda at, _: stop_holder(at.lab), lambda at, holder: holder.to_json()
)
