"""One run to its end: bench and brain are set up, the campaign is run, and what it did is written down."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from reson.agent.brain_names import BRAINS, DEFAULT
from reson.agent.budgets import grown
from reson.agent.keyboard import login
from reson.agent.lab import Lab
from reson.agent.observation import Measure
from reson.agent.run_log import log_to, plain
from reson.authors import may_be_a_person
from reson.components import pairs_of
from reson.errors import OperatorError
from reson.records import Ending, Json, Record
from reson.tools.devices.device import Remote, published_of

if TYPE_CHECKING:
    from reson.agent.brains.brain import Brain
    from reson.agent.campaign.bench import Bench
    from reson.agent.memory import Memory
    from reson.agent.model.desk import Tell
    from reson.tools.devices.device import Device
    from reson.tools.store.runs import RunRow
    from reson.tools.store.store import Store

Watch = Callable[[str, Json], None]


class RunSettings(Record):
    """What a run was asked to do: kept with it, so that a resumed run does the same."""

    components: tuple[str, ...]
    until: str = ""
    """Hour, by ``LabConfig.zone``, after which no job starts: the first one after the run began, for a resumed run too:
    a night that is taken up in the morning does not go on through the day."""
    writes: bool = True
    by: str = ""
    """Who started it; empty where the system knows no name."""
    script: dict[str, tuple[Measure, ...]] | None = None
    """For single experiments: what to measure on each qubit, in place of a brain's choice."""


@dataclass(frozen=True)
class Ended:
    run_id: str
    ending: Ending
    reason: str
    report: Path
    record: str
    """Head of the chain of the record; kept elsewhere, it proves all before it."""


@dataclass(frozen=True)
class Begun:
    """A run that may start: what it runs on, what it was asked to do, until when, and who is told of it."""

    lab: Lab
    store: Store
    device: Device
    run_id: str
    settings: RunSettings
    ends: datetime | None
    """When the last job may start."""
    watch: Watch


def starter() -> str:
    """Who starts a run or has it go on; empty where no name can be read."""
    try:
        name = login()
    except OperatorError:
        return ""
    return name if may_be_a_person(name) else ""


def see_through(begun: Begun, put_on_record: Callable[[], object]) -> Ended:
    """A run comes to be on record as running only when a signal could already stop it in good order."""
    from reson.agent.campaign.run import stop_on_signals
    from reson.agent.notices import announced
    from reson.tools.store.runs import get_run
    from reson.tools.store.trajectories import adopt

    lab, store, run_id = begun.lab, begun.store, begun.run_id
    adopt(store)
    directory, stop = lab.runs / run_id, Event()
    directory.mkdir(parents=True, exist_ok=True)
    with log_to(directory / "log.txt"), stop_on_signals(stop, begun.watch):
        put_on_record()
        with announced(lab, store, run_id, begun.watch) as watch:
            _run(replace(begun, watch=watch), stop)
    return ended(lab, store, get_run(store, run_id))


def _run(begun: Begun, stop: Event) -> None:
    from reson.agent.campaign.run import run_campaign
    from reson.agent.report import write_report
    from reson.tools.store.server import through_restarts
    from reson.tools.store.trajectories import keep_trajectory

    lab, store, run_id, watch = begun.lab, begun.store, begun.run_id, begun.watch
    bench = _bench(begun, stop)
    try:
        run_campaign(bench, list(begun.settings.components), lab.checkpoints)
    finally:
        if isinstance(begun.device, Remote):
            begun.device.close()
        if bench.memory is not None:
            bench.memory.close()
        through_restarts(lambda: keep_trajectory(store, bench.trajectory.path))
        # before anybody is asked for words: nothing may keep it away
        report = through_restarts(lambda: write_report(lab, store, run_id))
        watch("report", {"path": str(report)})
    if not stop.is_set():
        try:
            grew = _summarise(lab, bench)
        finally:
            through_restarts(lambda: keep_trajectory(store, bench.trajectory.path))
        if grew:
            write_report(lab, store, run_id)


def _summarise(lab: Lab, bench: Bench) -> bool:
    """Let the brain, where it can, write the first lines of the report; whether the record grew by it."""
    from reson.agent.asking.summary import summarise
    from reson.agent.brains.brain import Author
    from reson.agent.report.gather import gather

    if not isinstance(bench.brain, Author):
        return False
    report = gather(lab, bench.store, bench.run_id)
    surprised = any(qubit.state != "done" or qubit.diagnoses for qubit in report.qubits)
    desk = bench.brain.writes(surprised)
    if desk is None:
        return False
    text = summarise(desk, report)
    if text is not None:
        desk.note("summary", {"text": text, "model": desk.settings.choose})
    return True


def ended(lab: Lab, store: Store, row: RunRow) -> Ended:
    from reson.tools.store.integrity import head_of

    assert row.ending is not None
    report = lab.runs / row.id / "report.html"
    return Ended(row.id, row.ending, row.reason or "", report, str(head_of(store)))


def _bench(begun: Begun, stop: Event) -> Bench:
    from reson.agent.campaign.bench import Bench
    from reson.prompts.render import prompt_hashes
    from reson.provenance import provenance
    from reson.trajectory import TrajectoryWriter

    lab, store, device, settings = begun.lab, begun.store, begun.device, begun.settings

    def on_event(kind: str, body: Json) -> None:
        logging.getLogger("reson").info("%s %s", kind, plain(body))
        begun.watch(kind, body)

    trajectory = TrajectoryWriter(lab.runs / begun.run_id / "trajectory.jsonl")

    def tell(event_id: str, kind: str, body: Json) -> None:
        trajectory.write(event_id, kind, body, device_time=device.now().timestamp())
        on_event(kind, body)

    brain = _brain(begun, tell, stop)
    bench = Bench(
        run_id=begun.run_id,
        config=lab.config,
        policy=lab.policy,
        budget=lambda: grown(lab.budget(), len(settings.components)),
        store=store,
        device=device,
        memory=_memory(lab, store, begun.watch, stop),
        brain=brain,
        trajectory=trajectory,
        until=begun.ends,
        writes=settings.writes,
        stop=stop,
        on_event=on_event,
    )
    start = {
        "schema": "reson-trajectory-1",
        "run": begun.run_id,
        "device": device.name,
        "brain": brain.name,
        "config": lab.config.to_json() | {"database": bool(lab.config.database)},
        "budget": bench.budget().to_json(),
        "settings": settings.to_json(),
        "prompts": prompt_hashes(pairs=bool(pairs_of(settings.components))),
        "versions": provenance(),
    }
    again = trajectory.count("start")
    bench.tell("start", "start", start)
    if again:
        bench.tell(f"resume-{trajectory.count('resume-') + 1}", "resume", {"by": starter()})
    if isinstance(device, Remote):
        device.attend(begun.run_id, stop, lambda kind, body: _tell_of_job(bench, kind, body))
    if told := published_of(device):
        from reson.agent.report.published import EVENT, keep

        bench.tell(EVENT, EVENT, keep(store, told))
    return bench


def _tell_of_job(bench: Bench, kind: str, body: Json) -> None:
    """What became of a job at a remote device, each time anew: not a place in the run that could be repeated."""
    bench.tell(f"remote-{bench.trajectory.count('remote-')}", kind, body)


def _memory(lab: Lab, store: Store, watch: Watch, stop: Event) -> Memory | None:
    """The index of the lab; one that is damaged or of another embedding is made again from the record; where that
    fails, None.
    """
    from reson.agent.memory import catch_up, finish_rebuild

    def say(reason: str, remedy: str) -> None:
        watch("memory_failed", {"reason": reason, "remedy": remedy})

    try:
        finish_rebuild(lab.directory / "memory")
        memory = lab.memory(say, stop)
        if not memory.outdated:
            catch_up(memory)
            return memory
        memory.close()
    except OperatorError as error:
        watch("memory_failed", {"reason": error.what, "remedy": "making it again from the record"})
    try:
        lab.rebuild_memory(store, say, stop)
        return lab.memory(say, stop)
    except OperatorError as error:
        watch("memory_failed", {"reason": error.what, "remedy": error.remedy})
        return None


def _brain(begun: Begun, tell: Tell, stop: Event) -> Brain:
    """The brain of the lab; for single experiments a script that lets it read the plots."""
    from reson.agent.brains.offline import OfflineBrain
    from reson.agent.brains.scripted import ScriptedBrain

    lab, store, settings = begun.lab, begun.store, begun.settings
    name = lab.config.brain
    asks = name != DEFAULT if settings.script is None else BRAINS[name].looks
    brain: Brain = OfflineBrain()
    if asks:
        from reson.agent.brains.opening import open_brain
        from reson.agent.operations.lookups import Lookups
        from reson.agent.operations.opened import OpenLab

        lookup = Lookups(OpenLab(lab, store, begun.device.name))
        run = lab.runs / begun.run_id
        brain = open_brain(lab.config, lab.directory, run, store.blobs, tell, stop, lookup, lab.model)
    return brain if settings.script is None else ScriptedBrain(settings.script, brain)
