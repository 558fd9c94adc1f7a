"""A job that failed says nothing about its qubits: it is made again, and when that keeps failing the device is down."""

from __future__ import annotations

from reson.agent.campaign.ahead import send_ahead
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.gating import device_seconds
from reson.agent.campaign.out_of_service import require_in_service
from reson.agent.campaign.state import CampaignState, Job
from reson.components import Component
from reson.errors import DeviceUnavailable, ToolError, ToolErrorKind
from reson.tools.data import RawData
from reson.tools.devices.device import Remote
from reson.tools.experiments.catalogue import get
from reson.tools.store.table import values_in_force

MOST_FAILURES = 3
"""Jobs that fail in a row before the run ends as ``device_unavailable``."""


def acquire_again(bench: Bench, state: CampaignState, job: Job) -> dict[Component, RawData] | None:
    """Load the values in force and measure; a job that failed is repeated with the same arguments, and every failure is
    told. None where what failed has cost so much that the budget does not cover it once more.

    Raises ``ToolError`` for a request that the device refused, ``DeviceUnavailable`` after ``MOST_FAILURES`` failed
    jobs; a resumed run then takes up the same job.
    """
    last = ""
    for failures in range(1, MOST_FAILURES + 1):
        try:
            bench.device.load(values_in_force(bench.store, bench.device.name, controls=True))
            require_in_service(bench.device, job["requests"])
            send_ahead(bench, state, job)
            return get(job["experiment"]).measure(bench.device, job["requests"])
        except ToolError as error:
            if error.kind is not ToolErrorKind.JOB_FAILED:
                raise
            number = bench.trajectory.count(f"{job['id']}-failed-")
            body = {"experiment": job["experiment"], "reason": error.message, "in_a_row": failures}
            bench.tell(f"{job['id']}-failed-{number}", "job_failed", body)
            last = error.message
            if isinstance(bench.device, Remote) and bench.device.over_budget(device_seconds(bench, job), job["id"]):
                return None
    raise DeviceUnavailable(f"{MOST_FAILURES} jobs in a row failed, the last: {last}")
