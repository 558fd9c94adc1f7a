"""Jobs on a device: sent, waited for with a limit, and refused unless they bring home what was asked for."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reson.errors import ToolError, ToolErrorKind

if TYPE_CHECKING:
    from qiskit.circuit import QuantumCircuit
    from qiskit.result import Result
    from qiskit.result.models import ExperimentResult

    from reson.tools.devices.device import Device

PATIENCE = 3.0
"""A job that runs longer than this times its expected device time, and ``GRACE``, hangs."""
GRACE = 60.0
"""Seconds for what a job needs beside its shots."""
GATES = 0.2e-3
"""Seconds that the gates of a circuit may take, beside its longest delay."""
WAITING = {"INITIALIZING", "QUEUED", "VALIDATING"}
"""States of a job that does not run yet; waiting for a queue has no limit here."""


def results_of(
    device: Device, circuits: list[QuantumCircuit], shots: int, options: Mapping[str, Any], longest_delay: float
) -> list[ExperimentResult]:
    """The result of every circuit of one job, in order.

    Raises ``ToolError``: device_refused where the device takes no such job, job_failed where a job that it took raises,
    hangs, or brings something else home than was sent.
    """
    from qiskit.exceptions import QiskitError

    limits = device.limits
    shot = limits.reset_time + limits.readout_time + longest_delay + GATES
    try:
        job: Any = device.backend.run(circuits, shots=shots, **options)
    except QiskitError as error:
        raise ToolError(ToolErrorKind.DEVICE_REFUSED, f"the device does not take the job: {error}") from error
    return _complete(_result(job, PATIENCE * len(circuits) * shots * shot + GRACE), circuits, shots)


def _result(job: Any, seconds: float) -> Result:
    """The job's result; a job that can be waited for with a limit gets ``seconds`` from when it runs."""
    from qiskit.exceptions import QiskitError

    limit = {"timeout": seconds} if "timeout" in inspect.signature(job.result).parameters else {}
    while True:
        waits = bool(limit) and _state(job) in WAITING
        try:
            return job.result(**limit)
        except (TimeoutError, QiskitError) as error:
            late = isinstance(error, TimeoutError) or "Timeout" in type(error).__name__
            if late and waits:
                continue
            if late:
                message = f"the job does not end ({_state(job)} after {seconds:.0f} s)"
                with contextlib.suppress(QiskitError, NotImplementedError):
                    job.cancel()
                raise failed(message) from error
            raise failed(f"the job failed: {error}") from error


def _state(job: Any) -> str:
    status = job.status()
    return str(getattr(status, "name", status))


def _complete(result: Result, circuits: list[QuantumCircuit], shots: int) -> list[ExperimentResult]:
    returned = list(result.results or [])
    if not result.success or len(returned) != len(circuits):
        raise failed(f"{len(circuits)} circuits were sent, {len(returned)} came back (status {result.status})")
    for circuit, one in zip(circuits, returned, strict=True):
        name = _header(one, "name")
        if not one.success:
            raise failed(f"circuit {circuit.name} did not run (status {getattr(one, 'status', 'unknown')})")
        if name is not None and name != circuit.name:
            raise failed(f"circuit {name} came back in the place of {circuit.name}")
        if isinstance(one.shots, int) and one.shots != shots:
            raise failed(f"{shots} shots were asked for, {one.shots} came back")
        slots = _header(one, "memory_slots")
        if slots is not None and slots != circuit.num_clbits:
            raise failed(f"{circuit.num_clbits} classical bits were asked for, {slots} came back")
    return returned


def _header(result: ExperimentResult, name: str) -> Any:
    header = getattr(result, "header", None)
    return header.get(name) if isinstance(header, Mapping) else getattr(header, name, None)


def failed(message: str) -> ToolError:
    return ToolError(ToolErrorKind.JOB_FAILED, f"incomplete data: {message}")
