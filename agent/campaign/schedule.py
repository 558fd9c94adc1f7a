"""Merges the measurements that a brain asked for: equal experiments on several qubits become one parallel job."""

from __future__ import annotations

from collections.abc import Iterable

from reson.agent.campaign.state import Job
from reson.agent.observation import Measure
from reson.tools.experiments.catalogue import get


def merge(run_id: str, step: int, asked: Iterable[Measure]) -> list[Job]:
    """Jobs in the order in which their first qubit asked.

    Qubits of one parallel job share the number of circuits and shots; ranges may differ from qubit to qubit.
    """
    groups: dict[tuple, list[Measure]] = {}
    for measure in asked:
        groups.setdefault(_shape(measure), []).append(measure)
    return [_job(f"{run_id}-{step + index:04d}", group) for index, group in enumerate(groups.values())]


def _shape(measure: Measure) -> tuple:
    shared = [parameter.name for parameter in get(measure.experiment).parameters if parameter.shared]
    return (measure.experiment, *(measure.parameters[name] for name in shared))


def _job(job_id: str, group: list[Measure]) -> Job:
    return Job(
        id=job_id,
        experiment=group[0].experiment,
        requests={measure.component: dict(measure.parameters) for measure in group},
        why={measure.component: measure.why for measure in group},
        approval="",
        results={},
        writes=[],
    )
