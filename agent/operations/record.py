"""The record as a whole: its report, whether it is as it was written, what is remembered of it; the catalogue."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from reson.agent.operations.nights import OfRun, run_of
from reson.agent.operations.notes import now
from reson.agent.operations.opened import OpenLab
from reson.agent.operations.operation import Arguments, Nothing, Operation
from reson.agent.operations.values import MOST, Limit
from reson.errors import OperatorError
from reson.records import Effect, Json
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.experiment import Experiment
from reson.tools.store.notes import list_notes

if TYPE_CHECKING:
    from reson.agent.memory import Memory, MemoryHit
    from reson.agent.model.accounts import Account


class Question(Arguments):
    question: str
    limit: Limit = 5
    component: str = ""


class OfExperiment(Arguments):
    experiment: str


class Heads(Arguments):
    heads: tuple[str, ...] = ()
    everything: bool = False


def _recall(at: OpenLab, asked: Question) -> list[MemoryHit]:
    """What is most like the question, of what it states: components, runs, dates. Notes are read from the record."""
    from reson.agent.memory import document_of_note, keeps, nearest, recall, stated

    where = stated(asked.question, now(at))
    if asked.component:
        where.append({"component": {"$in": [asked.component]}})
    with closing(_memory(at)) as memory:
        hits = recall(memory, asked.question, where=where, limit=asked.limit)
    notes = [document_of_note(row) for row in list_notes(at.store, at.device)]
    hits += nearest([one for one in notes if keeps(where, one.metadata)], asked.question, asked.limit)
    return sorted(hits, key=lambda hit: hit.distance)[: asked.limit]


def _memory(at: OpenLab) -> Memory:
    """The index; one of another embedding is made again first. Raises ``OperatorError``."""
    memory = at.lab.memory(lambda what, remedy: at.watch("memory_failed", {"reason": what, "remedy": remedy}))
    if not memory.outdated:
        return memory
    memory.close()
    _rebuild(at, Nothing())
    return at.lab.memory()


def _rebuild(at: OpenLab, asked: Nothing) -> int:
    from reson.agent.lab import lock_lab

    with lock_lab(at.lab, "reson memory rebuild"):
        return at.lab.rebuild_memory(at.store)


def _report(at: OpenLab, asked: OfRun) -> Path:
    from reson.agent.report import write_report

    return write_report(at.lab, at.store, run_of(at, asked.run_id).id)


def _problems(at: OpenLab, asked: Heads) -> tuple[list[str], str | None]:
    """(what is not as it was written, head of the record where all is)."""
    from reson.tools.store.chain import parse_head
    from reson.tools.store.integrity import head_of, problems
    from reson.tools.store.runs import last_of_a_device
    from reson.tools.store.trajectories import require_made_here

    heads, found = [parse_head(words) for words in asked.heads], list[str]()
    try:
        last = last_of_a_device(at.store)
        if last is not None and not (at.lab.runs / last.id).is_dir():  # else one sentence for each of its files
            require_made_here(at.store, last.id)
        found.extend(problems(at.store, everything=asked.everything, heads=heads))
    except OperatorError as error:  # the database cannot be read any further
        found.append(error.what)
    return found, None if found else str(head_of(at.store))


def _use(at: OpenLab, asked: OfRun) -> tuple[str, Account]:
    """(the run, who answered its questions and what the model took)."""
    from reson.agent.model.accounts import account
    from reson.trajectory import read_events

    run = run_of(at, asked.run_id).id
    return run, account(read_events(at.lab.runs / run / "trajectory.jsonl"))


def experiment_in_words(row: Experiment) -> Json:
    return {
        "measures": row.measures,
        "needs": list(row.needs),
        "calibrates": list(row.calibrates),
        "arguments": {
            spec.name: f"{spec.description}; {spec.low:g} to {spec.high:g} {spec.unit}".rstrip()
            + f"; default {'from the table' if spec.default is None else format(spec.default, 'g')}"
            for spec in row.parameters
        },
    }


RECALL = Operation("recall", Effect.READS, Question, _recall, lambda at, hits: [hit.text for hit in hits[:MOST]])
REBUILD = Operation("rebuild_memory", Effect.ANSWERS, Nothing, _rebuild)
REPORT = Operation("report", Effect.READS, OfRun, _report, lambda at, path: str(path))
CHECK = Operation(
    "check_record", Effect.READS, Heads, _problems, lambda at, found: {"problems": found[0], "head": found[1]}
)
MODEL_USE = Operation("model_use", Effect.READS, OfRun, _use, lambda at, used: {"run": used[0], **used[1].to_json()})
SHOW_EXPERIMENT = Operation(
    "show_experiment",
    Effect.READS,
    OfExperiment,
    lambda at, asked: get(asked.experiment),
    lambda at, row: experiment_in_words(row),
    of_lab=False,
)
