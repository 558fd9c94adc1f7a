"""Starts and resumes runs on a lab: a night, a calibration of some qubits, or one experiment. One way for all three."""

from __future__ import annotations

import getpass
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from reson.agent.lab import Lab, lock_lab
from reson.agent.observation import Measure
from reson.agent.run_log import log_to, plain
from reson.agent.which_qubits import as_components, choose_components, with_pairs
from reson.authors import PERSON, may_be_a_person
from reson.components import pairs_of
from reson.errors import OperatorError
from reson.hours import next_time
from reson.records import Ending, Finite, Json, Record
from reson.tools.devices.device import Remote, Resting, published_of

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


class Plan(Record):
    """A run to start."""

    kind: str
    """night, calibrate or run."""
    qubits: tuple[int, ...] | None = None
    measure: str = ""
    """Which ones, in words: "best:10" or "0-4", where ``qubits`` does not name them; pairs "q0-q1,q2-q3"."""
    until: str = ""
    writes: bool = True
    rest: bool = False
    """Let a simulated chip rest until the evening first."""
    experiment: str = ""
    parameters: dict[str, Finite] = {}


def start(lab: Lab, plan: Plan, watch: Watch) -> Ended:
    """Start a run and see it to its end. Raises ``OperatorError`` where it cannot start."""
    from reson.tools.store.runs import list_runs, start_run

    with lock_lab(lab, f"reson {plan.kind}"):
        store = lab.store()
        device = lab.device(store)
        _require_rules(lab, store, device)
        if plan.rest and isinstance(device, Resting):
            device.rest_until(next_time(device.now(), lab.config.night.begins, lab.config.zone))
        settings = _settings(lab, plan, device)
        run_id = f"{plan.kind}-{len(list_runs(store, limit=1_000_000)) + 1:04d}"
        seed = lab.config.device.seed
        facts = (plan.kind, device.name, settings.to_json(), seed, device.now().timestamp())
        ends = end_of(lab, device.now(), settings.until)
        return _see_through(
            lab, store, device, run_id, settings, ends, watch, lambda: start_run(store, run_id, *facts, new=True)
        )


def resume(lab: Lab, run_id: str, watch: Watch, until: str = "") -> Ended:
    """Go on with a run that waits, was stopped, or was killed. A finished run is only reported again.

    ``until``: another hour than that of the run, the next one from now.
    """
    from reson.tools.store.runs import get_run, start_run

    with lock_lab(lab, f"reson resume {run_id}"):
        store = lab.store()
        row = get_run(store, run_id)
        device = lab.device(store)
        if row.device != device.name:
            raise OperatorError(
                f"{run_id} was a run on {row.device}, and the lab now has {device.name}",
                "set the device in lab.toml back to resume it",
            )
        _require_rules(lab, store, device)
        if row.ending is Ending.FINISHED:
            return _ended(lab, store, row)
        facts = (row.kind, row.device, row.settings, row.seed, row.started_device)
        settings = RunSettings.model_validate(row.settings)
        began = datetime.fromtimestamp(row.started_device, UTC)
        ends = end_of(lab, device.now() if until else began, until or settings.until)
        return _see_through(lab, store, device, run_id, settings, ends, watch, lambda: start_run(store, run_id, *facts))


def _require_rules(lab: Lab, store: Store, device: Device) -> None:
    """What may be done and how much of it, before a run is on record. Raises ``OperatorError`` for a mistake there."""
    from reson.agent.on_record import require_limits
    from reson.agent.policy_names import foreign
    from reson.agent.tidying import tidy

    _require_own_runs(lab, store)
    tidy(lab.directory, store)
    require_limits(store, lab.runs, lab.config)
    named = [rule.component for rule in lab.policy().rule if rule.component is not None]
    if unknown := foreign(named, device.qubits):
        raise OperatorError(
            f"policy.toml has rules for {', '.join(unknown)}, and {device.name} has nothing of that name",
            f"it has {len(device.qubits)} qubits, the last is q{max(device.qubits)}; mend the rule, or take it out",
        )


def _require_own_runs(lab: Lab, store: Store) -> None:
    """Two lab directories on one database would give their runs the same names and take each other's answers for their
    own; the lock is the directory's. Raises ``OperatorError`` where another one has run last.
    """
    from reson.tools.store.runs import ONE_DIRECTORY, OWN_DATA, list_runs

    last = next((row for row in list_runs(store) if row.device != OWN_DATA), None)
    if lab.config.database and last is not None and not (lab.runs / last.id).is_dir():
        raise OperatorError(f"{last.id}, the last run in this database, was not made in {lab.directory}", ONE_DIRECTORY)


def end_of(lab: Lab, began: datetime, hour: str) -> datetime | None:
    """When the last job may start: the first such hour after this, by the lab's clock; None where none is given."""
    return next_time(began + timedelta(minutes=1), hour, lab.config.zone) if hour else None


def _settings(lab: Lab, plan: Plan, device: Device) -> RunSettings:
    if plan.experiment:
        _require_possible(plan.experiment, device)
    if plan.qubits:
        components = as_components(plan.qubits, device)
    else:
        components = choose_components(plan.measure, lab.config.device.measure, plan.experiment, device)
    if not plan.experiment:
        components = with_pairs(components, device)
    until = plan.until or (lab.config.night.until if plan.kind == "night" else "")
    script: dict[str, tuple[Measure, ...]] | None = None
    if plan.experiment:
        why = "asked for on the command line"
        script = {
            name: (Measure(component=name, experiment=plan.experiment, parameters=plan.parameters, why=why),)
            for name in components
        }
    return RunSettings(
        components=components,
        until=until,
        writes=plan.writes,
        by=starter(),
        script=script,
    )


def starter() -> str:
    """Who starts a run or has it go on: whom the console names, else the login name; empty where none can be read."""
    try:
        name = os.environ.get(PERSON) or getpass.getuser()
    except (KeyError, OSError):
        return ""
    return name if may_be_a_person(name) else ""


def _require_possible(experiment: str, device: Device) -> None:
    from reson.tools.devices.possible import why_not
    from reson.tools.experiments.catalogue import get

    if reason := why_not(get(experiment), device):
        raise OperatorError(f"{device.name} cannot run {experiment}: {reason}", "`reson device show` lists what it can")


def _see_through(
    lab: Lab,
    store: Store,
    device: Device,
    run_id: str,
    settings: RunSettings,
    ends: datetime | None,
    watch: Watch,
    put_on_record: Callable[[], object],
) -> Ended:
    """A run comes to be on record as running only when a signal could already stop it in good order."""
    from reson.agent.campaign.run import run_campaign, stop_on_signals
    from reson.agent.report import write_report
    from reson.tools.store.trajectories import adopt, keep_trajectory

    adopt(store)
    directory, stop = lab.runs / run_id, Event()
    directory.mkdir(parents=True, exist_ok=True)
    with log_to(directory / "log.txt"), stop_on_signals(stop, watch):
        put_on_record()
        bench = _bench(lab, store, device, run_id, settings, ends, watch, stop)
        try:
            run_campaign(bench, list(settings.components), lab.checkpoints)
        finally:
            if isinstance(device, Remote):
                device.close()
            if bench.memory is not None:
                bench.memory.close()
            keep_trajectory(store, bench.trajectory.path)
            report = write_report(lab, store, run_id)  # before anybody is asked for words: nothing may keep it away
            watch("report", {"path": str(report)})
        if not stop.is_set():
            try:
                grew = _summarise(lab, bench)
            finally:
                keep_trajectory(store, bench.trajectory.path)
            if grew:
                write_report(lab, store, run_id)
    from reson.tools.store.runs import get_run

    return _ended(lab, store, get_run(store, run_id))


def _summarise(lab: Lab, bench: Bench) -> bool:
    """Let the model of the brain, where it has one, write the first lines of the report; whether the record grew by it.

    The cascade asks where something is the matter: a night without a surprise speaks for itself.
    """
    from reson.agent.asking.summary import summarise
    from reson.agent.brains.cascade import CascadeBrain
    from reson.agent.brains.model import ModelBrain
    from reson.agent.report.gather import gather

    brain = bench.brain.model if isinstance(bench.brain, CascadeBrain) else bench.brain
    if not isinstance(brain, ModelBrain) or brain.name == "files":  # a run does not wait for a person's essay
        return False
    report = gather(lab, bench.store, bench.run_id)
    if bench.brain is not brain and all(qubit.state == "done" and not qubit.diagnoses for qubit in report.qubits):
        return False
    text = summarise(brain.desk, report)
    if text is not None:
        brain.desk.note("summary", {"text": text, "model": brain.desk.settings.choose})
    return True


def _ended(lab: Lab, store: Store, row: RunRow) -> Ended:
    from reson.tools.store.integrity import head_of

    assert row.ending is not None
    report = lab.runs / row.id / "report.html"
    return Ended(row.id, row.ending, row.reason or "", report, str(head_of(store)))


def _bench(
    lab: Lab,
    store: Store,
    device: Device,
    run_id: str,
    settings: RunSettings,
    ends: datetime | None,
    watch: Watch,
    stop: Event,
) -> Bench:
    from reson.agent.campaign.bench import Bench
    from reson.prompts.render import prompt_hashes
    from reson.provenance import provenance
    from reson.trajectory import TrajectoryWriter

    def on_event(kind: str, body: Json) -> None:
        logging.getLogger("reson").info("%s %s", kind, plain(body))
        watch(kind, body)

    trajectory = TrajectoryWriter(lab.runs / run_id / "trajectory.jsonl")

    def tell(event_id: str, kind: str, body: Json) -> None:
        trajectory.write(event_id, kind, body, device_time=device.now().timestamp())
        on_event(kind, body)

    brain = _brain(lab, store, run_id, settings, tell, stop)
    bench = Bench(
        run_id=run_id,
        config=lab.config,
        policy=lab.policy,
        budget=lab.budget,
        store=store,
        device=device,
        memory=_memory(lab, store, watch),
        brain=brain,
        trajectory=trajectory,
        until=ends,
        writes=settings.writes,
        stop=stop,
        on_event=on_event,
    )
    start = {
        "schema": "reson-trajectory-1",
        "run": run_id,
        "device": device.name,
        "brain": brain.name,
        "config": lab.config.to_json() | {"database": bool(lab.config.database)},
        "settings": settings.to_json(),
        "prompts": prompt_hashes(pairs=bool(pairs_of(settings.components))),
        "versions": provenance(),
    }
    again = trajectory.count("start")
    bench.tell("start", "start", start)
    if again:
        bench.tell(f"resume-{trajectory.count('resume-') + 1}", "resume", {"by": starter()})
    if isinstance(device, Remote):
        device.attend(run_id, stop, lambda kind, body: _tell_of_job(bench, kind, body))
    if told := published_of(device):
        from reson.agent.report.published import EVENT, keep

        bench.tell(EVENT, EVENT, keep(store, told))
    return bench


def _tell_of_job(bench: Bench, kind: str, body: Json) -> None:
    """What became of a job at a remote device, each time anew: not a place in the run that could be repeated."""
    bench.tell(f"remote-{bench.trajectory.count('remote-')}", kind, body)


def _memory(lab: Lab, store: Store, watch: Watch) -> Memory | None:
    """The index of the lab; a damaged one is made again from the record; where that fails, None."""
    from reson.agent.memory import finish_rebuild, rebuild

    try:
        finish_rebuild(lab.directory / "memory")
        return lab.memory()
    except OperatorError as error:
        watch("memory_failed", {"reason": error.what, "remedy": "making it again from the record"})
    try:
        rebuild(lab.directory / "memory", store)
        return lab.memory()
    except OperatorError as error:
        watch("memory_failed", {"reason": error.what, "remedy": error.remedy})
        return None


def _brain(lab: Lab, store: Store, run_id: str, settings: RunSettings, tell: Tell, stop: Event) -> Brain:
    """The brain of the lab; for single experiments a script that lets it read the plots."""
    from reson.agent.brains.offline import OfflineBrain
    from reson.agent.brains.scripted import ScriptedBrain

    asks = lab.config.brain != "offline" and (settings.script is None or lab.config.brain != "replay")
    brain: Brain = OfflineBrain()
    if asks:
        from reson.agent.brains.opening import open_brain
        from reson.agent.chat.facts import Record as OpenRecord
        from reson.agent.chat.lookups import Lookups
        from reson.agent.lab import device_name

        lookup = Lookups(OpenRecord(lab, store, device_name(lab.config.device)))
        brain = open_brain(lab.config, lab.directory, lab.runs / run_id, store.blobs, tell, stop, lookup)
    return brain if settings.script is None else ScriptedBrain(settings.script, brain)
