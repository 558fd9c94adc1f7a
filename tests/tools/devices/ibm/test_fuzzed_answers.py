"""Two thousand answers at random, of the port and of the runtime below it: nothing but our own errors comes out."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, cast

import pytest
import requests
from qiskit import QuantumCircuit
from qiskit_ibm_runtime import RuntimeJobV2
from qiskit_ibm_runtime.api.exceptions import RequestsApiError
from qiskit_ibm_runtime.exceptions import IBMNotAuthorizedError, IBMRuntimeError, RuntimeJobNotFound

from reson.errors import DeviceUnavailable, Stopped, ToolError
from reson.tools.devices.ibm.codes import kind_of
from reson.tools.devices.ibm.device import IbmDevice
from reson.tools.devices.ibm.runtime import RuntimeService
from reson.tools.devices.ibm.service import IbmTrouble, JobReport, JobState
from reson.tools.devices.order import IbmOptions
from tests.tools.devices.ibm.recorded import DONE, Recorded
from tests.tools.devices.ibm.registry import REGISTRY

TOKEN = "q7Jx-0aB3kPz5WmRt9LsVd2YcE8fUg1NhQ4oXi6TpKjM"
JUNK: list[Any] = [
    None,
    "",
    0,
    -1,
    3.5,
    float("nan"),
    [],
    {},
    "nonsense",
    [[]],
    {"x": None},
    b"",
    True,
    10**30,
    10**400,
]


def words(rng: random.Random) -> str:
    code = rng.choice([*REGISTRY, rng.randint(0, 99999)])
    status = rng.choice([400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 504, 524, rng.randint(0, 999)])
    return rng.choice(
        [
            f"Error code {code}; {rng.choice(['no time', 'session closed', 'nothing', ''])}",
            f'{status} Client Error: {{"errors":[{{"code":{code},"message":"apikey {TOKEN}"}}]}}',
            f"{status} Server Error: Bad Gateway <html>{'x' * rng.randint(0, 200)}</html>",
            "",
        ]
    )


def trouble(rng: random.Random) -> IbmTrouble:
    said = words(rng)
    return IbmTrouble(kind_of(said), said)


def a_report(rng: random.Random) -> Any:
    if rng.random() < 0.3:
        return trouble(rng)
    times = (rng.choice([None, 0.0, 2e9]) for _ in range(2))
    return JobReport(
        state=rng.choice(list(JobState)),
        message=words(rng),
        usage=rng.choice([None, 0.0, 4.0]),
        began=next(times),
        ended=next(times),
    )


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_port_answers_the_run_hears_our_own_errors_alone(
    opened: Callable[..., IbmDevice], service: Recorded, seed: int
) -> None:
    rng = random.Random(seed)
    circuit = QuantumCircuit(3, 1)
    circuit.measure(0, 0)
    for number in range(60):
        device = opened()
        stop = device._backend.attendance.stop
        if rng.random() < 0.2:
            device._backend.attendance.sleep = lambda seconds, stop=stop: stop.set()
        service.sending = [trouble(rng) if rng.random() < 0.5 else None for _ in range(rng.randint(0, 3))]
        service.reports = [a_report(rng) for _ in range(rng.randint(0, 4))] + [DONE]
        service.asked.clear()
        service.damage = rng.choice([None, None, lambda pubs: [], lambda pubs: [rng.choice(JUNK)]])
        again = circuit.copy()
        again.metadata = {"number": number}
        try:
            device.load({})
            device.over_budget(1.0)
            device._backend.run([again], shots=20).result()
            device.recorded()
        except (ToolError, DeviceUnavailable, Stopped) as error:
            assert str(error)
        device.close()
    service.sending, service.reports, service.damage = [], [DONE], None
    service.asked.clear()
    device = opened()
    device.load({})
    device._backend.run([circuit], shots=20).result()
    device.recorded()
    assert not device.ledger.open_jobs()


class Client:
    """Of the runtime's API, as far as a job asks it; its answers are of any shape."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def _answer(self, sound: Any) -> Any:
        rng = self.rng
        match rng.randint(0, 5):
            case 0:
                raise RequestsApiError(words(rng), rng.choice([-1, 400, 404, 429, 500, 503]))
            case 1:
                raise rng.choice(
                    [
                        IBMNotAuthorizedError(words(rng)),
                        IBMRuntimeError(words(rng)),
                        RuntimeJobNotFound(words(rng)),
                        requests.exceptions.ReadTimeout("Read timed out."),
                        OSError("broken pipe"),
                    ]
                )
            case 2:
                return rng.choice(JUNK)
            case 3 if isinstance(sound, dict):
                name = rng.choice(list(sound))
                return {**sound, name: rng.choice(JUNK)}
        return sound

    def job_get(self, job_id: str, exclude_params: bool = True) -> Any:
        states = [
            "Queued",
            "Running",
            "Completed",
            "Failed",
            "Cancelled",
            "Cancelled - Ran too long",
            "Paused",
            "",
            "?",
        ]
        reason = {"reason": words(self.rng), "reasonCode": self.rng.choice(JUNK)}
        return self._answer({"id": job_id, "state": {"status": self.rng.choice(states), **reason}})

    def job_metadata(self, job_id: str) -> Any:
        rng = self.rng
        usage = {"status": rng.choice(["pending", "final", None]), "qpu_charge_time_seconds": rng.choice([*JUNK, 2])}
        times = {"running": rng.choice([*JUNK, "2026-11-29T18:00:00Z"]), "finished": rng.choice([*JUNK, "yesterday"])}
        return self._answer({"usage": usage, "timestamps": times})

    def job_results(self, job_id: str) -> Any:
        return self._answer(
            self.rng.choice(["{}", "", "Traceback of theirs", '{"__type__": "PrimitiveResult"}', "[1]"])
        )

    def job_cancel(self, job_id: str) -> None:
        self._answer(None)


class Api:
    """Stands in for ``QiskitRuntimeService``; its jobs are the runtime's own."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def job(self, job_id: str) -> RuntimeJobV2:
        if self.client.rng.random() < 0.1:
            self.client._answer(None)
        return RuntimeJobV2(cast("Any", None), cast("Any", self.client), job_id, "sampler", cast("Any", self))

    def usage(self) -> Any:
        return self.client._answer({"usage_remaining_seconds": self.client.rng.choice([*JUNK, 500])})


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_runtime_does_the_port_answers_in_our_own_terms(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qiskit_ibm_runtime.runtime_job_v2.time.sleep", lambda seconds: None)
    rng = random.Random(1000 + seed)
    port = RuntimeService(Api(Client(rng)), None, IbmOptions(), (TOKEN,))
    for number in range(100):
        for question in (port.report, port.result, port.cancel, lambda job: port.remaining()):
            try:
                question(f"d4{number}")
            except IbmTrouble as said:
                assert said.message
                assert TOKEN not in said.message
