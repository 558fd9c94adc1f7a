"""At a device behind a queue all jobs of a round are sent before the first is waited for: the queue is stood in once.

Only what is independent comes into one round, and only what budget, hours and policy let through now is sent; each job
passes them again in its turn, and finds what was sent. What is then not asked for is cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reson.agent.brains.offline import OfflineBrain
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.gating import must_pause, permission
from reson.agent.campaign.state import CampaignState, Job, measurement_id
from reson.agent.expert import characterise
from reson.agent.observation import Measure, Observation, PairView
from reson.tools.devices.device import Remote
from reson.tools.experiments.catalogue import get
from reson.tools.store.measurements import has_measurement


def foreseen(bench: Bench, observation: Observation, asked: Iterable[Measure]) -> list[Measure]:
    """What the expert would ask of the same qubits next, whatever the data says; nothing on devices without a queue."""
    if not (isinstance(bench.device, Remote) and isinstance(bench.brain, OfflineBrain)):
        return []
    views = {view.component: view for view in observation.qubits if not isinstance(view, PairView)}
    return [
        further
        for one in asked
        if (view := views.get(one.component)) and characterise.applies(view)
        for further in characterise.independent(view, one.experiment)
    ]


def send_ahead(bench: Bench, state: CampaignState, job: Job) -> None:
    """Send this job, which may run, and those behind it in the queue, as far as they may run too."""
    device = bench.device
    if not (isinstance(device, Remote) and state["queue"]):
        return
    before: list[Job] = []
    for one in (job, *state["queue"]):
        if any(has_measurement(bench.store, measurement_id(one["id"], name)) for name in one["requests"]):
            continue
        if one is not job and not _may_run(bench, one, before):
            continue
        if not device.send_ahead(one["id"], lambda one=one: get(one["experiment"]).measure(device, one["requests"])):
            return
        before.append(one)


def _may_run(bench: Bench, job: Job, before: Sequence[Job]) -> bool:
    return must_pause(bench, job, before) is None and permission(bench, job).status in ("approved", "executed")
