"""How a campaign whose graph has come to its end has ended: done is counted in data, not in decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reson.agent.brains.scripted import ScriptedBrain
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.state import CampaignState, ready
from reson.agent.expert.characterise import OPTIONAL
from reson.components import by_kind
from reson.records import Ending
from reson.tools.devices.device import Remote
from reson.tools.store.measurements import list_measurements


def ending_of(bench: Bench, state: CampaignState) -> tuple[Ending, str]:
    """Finished only where everything that was asked for is on record.

    Of a single experiment each measurement was asked for; of a night it is the brain that chooses, so that a qubit
    counts as long as anything of it was measured, or nothing was refused by the device: what a person, the policy or a
    limit of the lab turns down is a decision, and the qubit's diagnosis says so. What a device behind a queue refused
    and never measured is missing all the same, unless its qubit was set aside. A night that measured nothing at all,
    since its device cannot run what was asked for, has failed.
    """
    missing = unmeasured(bench, state)
    if not missing:
        return Ending.FINISHED, _summary(state)
    told = missing[0] if missing[0].get("impossible") else missing[-1]  # of what cannot be, where it stood first
    experiment, why = told["attempt"]["experiment"], "; ".join(told["attempt"]["reasons"])
    names = {entry["component"] for entry in missing}
    what = f"no {experiment}" if names & _measured(bench) else "nothing"
    reason = f"{what} on record of {len(names)} of {len(state['qubits'])} qubits: {experiment} was refused: {why}"
    by_device = any(entry.get("by_device") for entry in missing)
    return (Ending.DEVICE_UNAVAILABLE if by_device else Ending.FAILED), reason


def unmeasured(bench: Bench, state: CampaignState) -> Sequence[dict[str, Any]]:
    """The refusals for which nothing came into the record instead."""
    rows = list_measurements(bench.store, run_id=bench.run_id)
    pairs = {(row.component, row.experiment) for row in rows}
    lacking = [one for one in state["refused"] if (one["component"], one["attempt"]["experiment"]) not in pairs]
    if isinstance(bench.brain, ScriptedBrain):
        return lacking
    measured = {row.component for row in rows}
    why = ("by_device",) if measured else ("by_device", "impossible")
    return [
        one
        for one in lacking
        if (one["component"] not in measured and any(map(one.get, why))) or _refused_behind_a_queue(bench, state, one)
    ]


def _refused_behind_a_queue(bench: Bench, state: CampaignState, one: dict[str, Any]) -> bool:
    wanted = one["attempt"]["experiment"] not in OPTIONAL and state["qubits"][one["component"]]["state"] != "failed"
    return bool(one.get("by_device")) and wanted and isinstance(bench.device, Remote)


def _measured(bench: Bench) -> set[str]:
    return {row.component for row in list_measurements(bench.store, run_id=bench.run_id)}


def taken_up(bench: Bench, state: CampaignState) -> CampaignState:
    """The state from which a resumed run goes on that had ended with measurements missing: they are asked for again."""
    missing = unmeasured(bench, state)
    names = {entry["component"] for entry in missing}
    again = {name: ready("taken up again") if name in names else qubit for name, qubit in state["qubits"].items()}
    refused = [entry for entry in state["refused"] if entry not in missing]
    return {**state, "qubits": again, "refused": refused}


def _summary(state: CampaignState) -> str:
    """``5 of 5 qubits done, 3 of 4 pairs done, 1 set aside with a diagnosis``."""
    kinds = by_kind(state["qubits"])
    states = {name: one["state"] for name, one in state["qubits"].items()}
    done = [
        f"{sum(states[name] == 'done' for name in names)} of {len(names)} {noun}s done" for noun, names in kinds.items()
    ]
    return ", ".join([*done, f"{list(states.values()).count('failed')} set aside with a diagnosis"])
