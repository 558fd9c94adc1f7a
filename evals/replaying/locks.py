"""Tries the locks before every action: each of these attempts to act without a right approval must be refused."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from reson.agent.approvals import approve, authorise, edit, reject
from reson.agent.policy import Policy, parse_policy
from reson.errors import ToolError
from reson.records import Action, ActionKind, Change, Effect, Verdict
from reson.tools.store import schema
from reson.tools.store.approvals import ApprovalRow, require_permit
from reson.tools.store.database import writing
from reson.tools.store.parameters import commit, current, seed_table, values
from reson.tools.store.runs import start_run
from reson.tools.store.store import Store, open_store

DEVICE, RUN, NOW = "locked", "run-1", 1000.0
_ASK = parse_policy('[[rule]]\ndecision = "ask"\n')
_AUTO = parse_policy('[[rule]]\ndecision = "auto"\n')
_DENY = parse_policy('[[rule]]\ndecision = "deny"\n')


@dataclass
class Locked:
    """A lab of one qubit whose table must not change."""

    store: Store
    asked: int = 0

    def ask(
        self,
        policy: Policy,
        *,
        new: float = 0.2,
        kind: ActionKind = ActionKind.WRITE,
        effect: Effect = Effect.WRITES,
        verdict: Verdict | None = None,
    ) -> ApprovalRow:
        self.asked += 1
        action = Action(
            kind=kind, effect=effect, device=DEVICE, component="q0", arguments=self._arguments(kind, new, verdict)
        )
        return authorise(
            self.store,
            policy,
            action,
            approval_id=f"a{self.asked}",
            run_id=RUN,
            device_kind="simulated",
            verdict=verdict,
            why="to try the lock",
            evidence={},
            device_time=NOW,
        )

    def _arguments(self, kind: ActionKind, new: float, verdict: Verdict | None) -> dict[str, object]:
        if kind is ActionKind.MEASURE:
            return {"experiment": "rabi", "requests": {"q0": {}}}
        old = values(current(self.store, DEVICE))["q0"]["x_amplitude"]
        change = Change(component="q0", parameter="x_amplitude", old=old, new=new, stderr=None, unit="")
        return {"measurement": None, "verdict": verdict, "changes": [change.to_json()]}

    def write(self, row: ApprovalRow) -> None:
        commit(self.store, row.id, device_time=NOW + 1)

    def move_table(self) -> None:
        """Another hand changes the same qubit, by the proper way."""
        row = self.ask(_ASK, new=0.15)
        approve(self.store, row.id, "ada")
        self.write(row)

    def tamper(self, row: ApprovalRow, **columns: object) -> None:
        with writing(self.store.engine) as connection:
            connection.execute(update(schema.approvals).where(schema.approvals.c.id == row.id).values(**columns))


@contextmanager
def _locked() -> Iterator[Locked]:
    with tempfile.TemporaryDirectory(prefix="reson-lock-") as directory:
        store = open_store(Path(directory))
        start_run(store, RUN, "night", DEVICE, {}, None, NOW)
        seed_table(store, DEVICE, {"q0": {"x_amplitude": 0.1}}, NOW, "design", "start values")
        yield Locked(store)
        store.engine.dispose()


def _that_waits(lab: Locked) -> None:
    lab.write(lab.ask(_ASK))


def _that_was_rejected(lab: Locked) -> None:
    row = lab.ask(_ASK)
    reject(lab.store, row.id, "ada")
    lab.write(row)


def _that_the_policy_denies(lab: Locked) -> None:
    lab.write(lab.ask(_DENY))


def _that_was_not_accepted(lab: Locked) -> None:
    """However lenient the policy: a value under review goes to a person."""
    lab.write(lab.ask(_AUTO, verdict=Verdict.REVIEW))


def _without_any_verdict(lab: Locked) -> None:
    lab.write(lab.ask(_AUTO))


def _of_an_undeclared_effect(lab: Locked) -> None:
    lab.write(lab.ask(_AUTO, effect=Effect.READS, verdict=Verdict.ACCEPT))


def _with_a_verdict_that_is_not_on_record(lab: Locked) -> None:
    row = lab.ask(_ASK, verdict=Verdict.ACCEPT)
    approve(lab.store, row.id, "ada")
    lab.write(row)


def _of_another_action_than_asked(lab: Locked) -> None:
    row = lab.ask(_ASK)
    approve(lab.store, row.id, "ada")
    forged = lab.ask(_ASK, new=0.9).action
    lab.tamper(row, action=forged.to_json())
    lab.write(row)


def _edited_by_nobody(lab: Locked) -> None:
    row = lab.ask(_ASK)
    approve(lab.store, row.id, "ada")
    lab.tamper(row, edited_action=lab.ask(_ASK, new=0.9).action.to_json())
    lab.write(row)


def _against_another_table(lab: Locked) -> None:
    row = lab.ask(_ASK)
    approve(lab.store, row.id, "ada")
    lab.move_table()
    lab.write(row)


def _approved_too_late(lab: Locked) -> None:
    row = lab.ask(_ASK)
    lab.move_table()
    approve(lab.store, row.id, "ada")


def _beyond_the_bounds(lab: Locked) -> None:
    row = lab.ask(_ASK, new=1.5)
    approve(lab.store, row.id, "ada")
    lab.write(row)


def _edited_beyond_the_bounds(lab: Locked) -> None:
    row = lab.ask(_ASK)
    edit(lab.store, row.id, "ada", "", {"x_amplitude": 1.5})
    lab.write(row)


def _in_the_name_of_the_policy(lab: Locked) -> None:
    approve(lab.store, lab.ask(_ASK).id, "policy: mine")


def _answered_twice(lab: Locked) -> None:
    row = lab.ask(_ASK)
    reject(lab.store, row.id, "ada")
    approve(lab.store, row.id, "bob")


def _by_the_permit_of_a_measurement(lab: Locked) -> None:
    lab.write(lab.ask(_AUTO, kind=ActionKind.MEASURE, effect=Effect.MEASURES))


def _measured_while_it_waits(lab: Locked) -> None:
    row = lab.ask(_ASK, kind=ActionKind.MEASURE, effect=Effect.MEASURES)
    require_permit(lab.store, row.id, row.action)


def _measured_with_other_arguments(lab: Locked) -> None:
    row = lab.ask(_AUTO, kind=ActionKind.MEASURE, effect=Effect.MEASURES)
    other = row.action.model_copy(update={"arguments": {"experiment": "rabi", "requests": {"q0": {"shots": 1e5}}}})
    require_permit(lab.store, row.id, other)


def _measured_on_another_table(lab: Locked) -> None:
    row = lab.ask(_AUTO, kind=ActionKind.MEASURE, effect=Effect.MEASURES)
    lab.move_table()
    require_permit(lab.store, row.id, row.action)


ATTEMPTS: tuple[Callable[[Locked], None], ...] = (
    _that_waits,
    _that_was_rejected,
    _that_the_policy_denies,
    _that_was_not_accepted,
    _without_any_verdict,
    _of_an_undeclared_effect,
    _with_a_verdict_that_is_not_on_record,
    _of_another_action_than_asked,
    _edited_by_nobody,
    _against_another_table,
    _approved_too_late,
    _beyond_the_bounds,
    _edited_beyond_the_bounds,
    _in_the_name_of_the_policy,
    _answered_twice,
    _by_the_permit_of_a_measurement,
    _measured_while_it_waits,
    _measured_with_other_arguments,
    _measured_on_another_table,
)


def open_locks() -> list[str]:
    """Attempts that were not refused, in words; empty where every lock holds."""
    found = []
    for attempt in ATTEMPTS:
        with _locked() as lab:
            try:
                attempt(lab)
            except ToolError:
                continue
            found.append(attempt.__name__.strip("_").replace("_", " "))
    return found


def lock_works_when_opened() -> bool:
    """The same write with a right approval is carried out: a lock that nothing opens proves nothing."""
    with _locked() as lab:
        lab.move_table()
        row = lab.ask(_ASK)
        approve(lab.store, row.id, "ada")
        lab.write(row)
        with_permit = lab.ask(_AUTO, kind=ActionKind.MEASURE, effect=Effect.MEASURES)
        require_permit(lab.store, with_permit.id, with_permit.action)
        return values(current(lab.store, DEVICE))["q0"]["x_amplitude"] == 0.2
