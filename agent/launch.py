"""Starts and resumes runs on a lab: a night, a calibration of some qubits, or one experiment. One way for all three."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from reson.agent.lab import Lab, hold_lab
from reson.agent.observation import Measure
from reson.agent.seeing_through import Begun, Ended, RunSettings, Watch, ended, see_through, starter
from reson.agent.which_qubits import as_components, choose_components, with_pairs
from reson.errors import OperatorError
from reson.hours import HOUR, next_time
from reson.records import Ending, Finite, Record
from reson.tools.devices.device import Resting

if TYPE_CHECKING:
    from reson.tools.devices.device import Device
    from reson.tools.store.store import Store


HourOrNone = Annotated[str, Field(pattern=f"^({HOUR})?$")]


class Plan(Record):
    """A run to start."""

    kind: Literal["night", "calibrate", "run"]
    qubits: tuple[int, ...] | None = None
    measure: str = ""
    """Which ones, in words: "best:10" or "0-4", where ``qubits`` does not name them; pairs "q0-q1,q2-q3"."""
    until: HourOrNone = ""
    writes: bool = True
    rest: bool = False
    """Let a simulated chip rest until the evening first."""
    experiment: str = ""
    parameters: dict[str, Finite] = {}


def start(lab: Lab, plan: Plan, watch: Watch) -> Ended:
    """Start a run and see it to its end. Raises ``OperatorError`` where it cannot start."""
    from reson.tools.store.runs import list_runs, start_run

    with hold_lab(lab, f"reson {plan.kind}") as store:
        device = lab.device(store)
        _require_rules(lab, store, device)
        if plan.rest and isinstance(device, Resting):
            device.rest_until(next_time(device.now(), lab.config.night.begins, lab.config.zone))
        settings = _settings(lab, plan, device)
        run_id = f"{plan.kind}-{len(list_runs(store, limit=1_000_000)) + 1:04d}"
        seed = lab.config.device.seed
        facts = (plan.kind, device.name, settings.to_json(), seed, device.now().timestamp())
        begun = Begun(lab, store, device, run_id, settings, end_of(lab, device.now(), settings.until), watch)
        return see_through(begun, lambda: start_run(store, run_id, *facts, new=True))


def resume(lab: Lab, run_id: str, watch: Watch, until: str = "") -> Ended:
    """Go on with a run that waits, was stopped, or was killed. A finished run is only reported again.

    ``until``: another hour than that of the run, the next one from now.
    """
    from reson.tools.store.runs import get_run, start_run
    from reson.tools.store.trajectories import require_made_here

    with hold_lab(lab, f"reson resume {run_id}") as store:
        row = get_run(store, run_id)
        require_made_here(store, run_id)
        device = lab.device(store)
        if row.device != device.name:
            raise OperatorError(
                f"{run_id} was a run on {row.device}, and the lab now has {device.name}",
                "set the device in lab.toml back to resume it",
            )
        _require_rules(lab, store, device)
        if row.ending is Ending.FINISHED:
            return ended(lab, store, row)
        facts = (row.kind, row.device, row.settings, row.seed, row.started_device)
        settings = RunSettings.model_validate(row.settings)
        began = datetime.fromtimestamp(row.started_device, UTC)
        ends = end_of(lab, device.now() if until else began, until or settings.until)
        begun = Begun(lab, store, device, run_id, settings, ends, watch)
        return see_through(begun, lambda: start_run(store, run_id, *facts))


def _require_rules(lab: Lab, store: Store, device: Device) -> None:
    """What may be done and how much of it, before a run is on record. Raises ``OperatorError`` for a mistake there."""
    from reson.agent.on_record import require_limits
    from reson.agent.policy_names import foreign
    from reson.agent.tidying import tidy

    _require_own_runs(store)
    tidy(lab.directory, store)
    require_limits(store, lab.runs, lab.config)
    named = [rule.component for rule in lab.policy().rule if rule.component is not None]
    if unknown := foreign(named, device.qubits):
        raise OperatorError(
            f"policy.toml has rules for {', '.join(unknown)}, and {device.name} has nothing of that name",
            f"it has {len(device.qubits)} qubits, the last is q{max(device.qubits)}; mend the rule, or take it out",
        )


def _require_own_runs(store: Store) -> None:
    """Two lab directories on one database would take each other's approvals for their own, and have half of the files
    each. Raises ``OperatorError`` where another one has run last.
    """
    from reson.tools.store.runs import last_of_a_device
    from reson.tools.store.trajectories import require_made_here

    last = last_of_a_device(store)
    if last is not None:
        require_made_here(store, last.id)


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


def _require_possible(experiment: str, device: Device) -> None:
    from reson.tools.experiments.catalogue import get
    from reson.tools.experiments.possible import why_not

    if reason := why_not(get(experiment), device):
        raise OperatorError(f"{device.name} cannot run {experiment}: {reason}", "`reson device show` lists what it can")
