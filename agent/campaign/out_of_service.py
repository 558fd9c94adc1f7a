"""Qubits that their provider takes out of service in the course of a run: set aside by name, and the others go on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from reson.agent.campaign.bench import Bench
from reson.agent.campaign.refusals import refuse_job
from reson.agent.campaign.state import CampaignState, Job, QubitState, ready
from reson.components import parse
from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.device import Device, published_of


def broken(device: Device, components: Iterable[str]) -> list[str]:
    """Those a qubit of which the device publishes as broken now, or offers no more."""
    told = published_of(device)
    if told is None:
        return []
    works = {qubit for qubit, known in told.qubits.items() if known.works}
    return [name for name in components if not works.issuperset(parse(name).qubits())]


def require_in_service(device: Device, components: Iterable[str]) -> None:
    """Raises ``ToolError`` (device_refused) with the names of those that are out of service."""
    if gone := broken(device, components):
        raise ToolError(ToolErrorKind.DEVICE_REFUSED, _words(device, gone))


def without_broken(bench: Bench, state: CampaignState, job: Job) -> tuple[Job, CampaignState]:
    """(the job without them, the state in which they are set aside).

    A job that a person granted is refused whole: it was granted as it is.
    """
    gone = broken(bench.device, job["requests"])
    if not gone:
        return job, state
    reason = _words(bench.device, gone)
    dropped = list(job["requests"]) if job["approval"] else gone
    parts = [
        {name: asked for name, asked in job["requests"].items() if (name in dropped) is out} for out in (True, False)
    ]
    lost, kept = (cast("Job", {**job, "requests": part}) for part in parts)
    bench.tell(f"{job['id']}-broken", "refused", {"experiment": job["experiment"], "reason": reason})
    aside = QubitState(state="failed", why=reason, approval="", diagnoses=[])
    qubits = state["qubits"] | {name: aside if name in gone else ready(reason) for name in dropped}
    refused = [*state["refused"], *refuse_job(state["step"], lost, reason, by_device=True)]
    return kept, {**state, "qubits": qubits, "refused": refused}


def _words(device: Device, gone: Iterable[str]) -> str:
    return f"out of service at {device.name}: {', '.join(gone)}"
