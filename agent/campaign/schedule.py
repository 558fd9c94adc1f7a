"""Merges the measurements that a brain asked for: equal experiments on several qubits become one parallel job.

On a chip whose neighbours are always coupled, what one qubit does while another is measured belongs to the result. So
neighbours take turns, by a colouring of the graph of conflicts that finds two turns wherever two suffice (Brelaz,
Commun. ACM 22, 251 (1979)), unless the experiment is about them together. Pairs form layers in the same way: neighbours
of a pulsed coupler rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reson.agent.campaign.state import Job
from reson.agent.observation import Measure
from reson.components import parse
from reson.tools.experiments.catalogue import get

Edges = Sequence[tuple[int, int]]


def merge(
    run_id: str, step: int, asked: Iterable[Measure], coupling: Edges = (), only_waiting: bool = False
) -> list[Job]:
    """Jobs in the order in which their first qubit asked; ``coupling`` are the pairs of neighbours of the device.

    ``only_waiting``: neighbours take turns only in experiments whose qubits wait in a superposition.

    Qubits of one parallel job share the number of circuits and shots; ranges may differ from qubit to qubit.
    """
    groups: dict[tuple, list[Measure]] = {}
    for measure in asked:
        groups.setdefault(_shape(measure), []).append(measure)
    parts = [part for group in groups.values() for part in _turns(group, coupling, only_waiting)]
    return [_job(f"{run_id}-{step + index:04d}", part) for index, part in enumerate(parts)]


def _shape(measure: Measure) -> tuple:
    shared = [parameter.name for parameter in get(measure.experiment).parameters if parameter.shared]
    return (measure.experiment, *(measure.parameters[name] for name in shared))


def _turns(group: list[Measure], coupling: Edges, only_waiting: bool) -> list[list[Measure]]:
    """The group in as many parts as its conflicts need, each in the order in which its qubits asked."""
    row = get(group[0].experiment)
    if row.together or not (coupling or row.targets == "pair"):
        return [group]
    import rustworkx

    near = {(low, high) for pair in coupling for low, high in (pair, pair[::-1])}
    played = [_played(measure, coupling) for measure in group]
    if only_waiting and not row.waits and all(len(qubits) == 1 for qubits in played):
        return [group]
    graph: rustworkx.PyGraph[int, None] = rustworkx.PyGraph()
    graph.add_nodes_from(range(len(group)))
    for first, mine in enumerate(played):
        for second, others in enumerate(played[:first]):
            if mine & others or any((one, other) in near for one in mine for other in others):
                graph.add_edge(first, second, None)
    colours = rustworkx.graph_greedy_color(graph, strategy=rustworkx.ColoringStrategy.Saturation)
    turns: dict[int, list[Measure]] = {}
    for index, measure in enumerate(group):
        turns.setdefault(colours[index], []).append(measure)
    return list(turns.values())


def _played(measure: Measure, coupling: Edges) -> set[int]:
    """The qubits that a measurement plays on."""
    mine = parse(measure.component).qubits()
    plays_on = get(measure.experiment).plays_on
    return {*mine, *(other for qubit in mine for other in plays_on(qubit, measure.parameters, coupling))}


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
