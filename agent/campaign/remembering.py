"""The node ``remember``: what was measured and decided goes into memory, and the job is over."""

from __future__ import annotations

from typing import Any

from reson.agent.campaign.bench import Bench
from reson.agent.campaign.state import CampaignState, measurement_id
from reson.agent.memory import document_of_approval, document_of_measurement
from reson.agent.memory import remember as remember_documents
from reson.tools.store.approvals import get_approval
from reson.tools.store.measurements import get_measurement


def remember(bench: Bench, state: CampaignState) -> dict[str, Any]:
    job = state["job"]
    assert job is not None
    rows = [get_measurement(bench.store, measurement_id(job["id"], name)) for name in job["requests"]]
    answered = [get_approval(bench.store, approval) for approval in job["writes"]]
    remember_documents(bench.memory, [*map(document_of_measurement, rows), *map(document_of_approval, answered)])
    bench.on_event("job_done", {"experiment": job["experiment"], "qubits": dict(state["qubits"])})
    return {"job": None}
