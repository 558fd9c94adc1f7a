"""Which of the measurements that are asked for run now, and which wait for others to come as far.

Qubits that do the same thing at once share a job. One that needed a second try is a step behind from then on, and its
jobs and those of the others would stay apart until the end. So whoever is ahead waits, for some rounds at most: the
order of jobs costs no device time, and what is gathered saves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from reson.agent.campaign.state import Held
from reson.agent.expert.replaying import succeeded
from reson.agent.observation import Attempt, Measure

PATIENCE = 3
"""Rounds in a row that a measurement waits at most: one bad qubit never blocks the others."""


def newly_asked(measure: Measure, attempts: Iterable[Attempt]) -> Held:
    """A request that has not waited yet; ``attempts``: of its component in this run."""
    done = Counter(one.experiment for one in attempts if succeeded(one))
    return Held(asked=measure.to_json(), done=dict(done), rounds=0)


def gathered(asked: Mapping[str, Held], *, patient: bool = True) -> tuple[list[Measure], dict[str, Held]]:
    """(what runs now, what waits for the next round) of what is asked of each component, in this order.

    A component that has done what another asks for more often than that one is ahead of it, and waits; nothing does
    where nobody is ``patient``, as at a device behind a queue, where a round costs more than a job.
    """
    least: dict[str, int] = {}
    """experiment -> how often it was done by the one that has done it least of those who ask for it."""
    for one in asked.values():
        experiment = one["asked"]["experiment"]
        times = one["done"].get(experiment, 0)
        least[experiment] = min(times, least.get(experiment, times))
    later = {
        name: one for name, one in asked.items() if patient and one["rounds"] < PATIENCE and _ahead(one["done"], least)
    }
    if len(later) == len(asked):  # each is ahead of another
        later = {}
    now = [Measure.model_validate(one["asked"]) for name, one in asked.items() if name not in later]
    return now, {name: Held(**{**one, "rounds": one["rounds"] + 1}) for name, one in later.items()}


def _ahead(done: Mapping[str, int], least: Mapping[str, int]) -> bool:
    return any(done.get(experiment, 0) > times for experiment, times in least.items())
