"""Every kind of answer: how the run ends, in which words, how often a job is sent, and what is charged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from qiskit import QuantumCircuit

from reson.errors import DeviceUnavailable, OperatorError, Stopped, ToolError, ToolErrorKind
from reson.tools.devices.ibm import runtime
from reson.tools.devices.ibm.codes import CODES, kind_of
from reson.tools.devices.ibm.device import IbmDevice, open_ibm
from reson.tools.devices.ibm.service import IbmTrouble, JobReport, JobState, TroubleKind
from reson.tools.devices.order import DeviceOrder
from tests.tools.devices.ibm.recorded import DONE, QUEUED, RUNNING, Recorded
from tests.tools.devices.ibm.registry import REGISTRY

Open = Callable[..., IbmDevice]


@dataclass(frozen=True)
class Row:
    """Of an answer that comes for ever: the first and the second measurement's end, and what went out."""

    first: type[Exception]
    words: str
    second: type[Exception]
    submits: int
    """Of both measurements together."""


SENDING: dict[TroubleKind, Row] = {
    TroubleKind.CONNECTION: Row(DeviceUnavailable, "connection was lost twice", DeviceUnavailable, 4),
    TroubleKind.BUSY: Row(DeviceUnavailable, r"takes no more requests for 6\d min", DeviceUnavailable, 130),
    TroubleKind.PENDING: Row(
        DeviceUnavailable, r"jobs of the account wait as may, for 6\d min", DeviceUnavailable, 130
    ),
    TroubleKind.TOKEN: Row(DeviceUnavailable, "save a valid token", DeviceUnavailable, 2),
    TroubleKind.PLAN: Row(DeviceUnavailable, 'has no sessions .* mode = "batch"', DeviceUnavailable, 3),
    TroubleKind.MAINTENANCE: Row(DeviceUnavailable, "in maintenance", DeviceUnavailable, 2),
    TroubleKind.USAGE: Row(DeviceUnavailable, "no quantum seconds left", DeviceUnavailable, 2),
    TroubleKind.SESSION: Row(ToolError, "has ended, and a new one too", DeviceUnavailable, 3),
    TroubleKind.TARGET: Row(ToolError, "do not fit the device as it is now.* read anew", DeviceUnavailable, 2),
    TroubleKind.CIRCUITS: Row(ToolError, "more circuits, shots or instructions than", DeviceUnavailable, 2),
    TroubleKind.MEMORY: Row(ToolError, "too large for the memory", DeviceUnavailable, 2),
    TroubleKind.TIME: Row(ToolError, "longer than a job may", DeviceUnavailable, 2),
    TroubleKind.STOPPED: Row(ToolError, "the words", DeviceUnavailable, 2),
    TroubleKind.LOST: Row(ToolError, "no such job", DeviceUnavailable, 2),
    TroubleKind.ENDED: Row(ToolError, "the words", DeviceUnavailable, 2),
    TroubleKind.REFUSED: Row(ToolError, "the words", DeviceUnavailable, 2),
}
JOB_ERRORS: dict[str, tuple[type[Exception], str]] = {
    "Error code 1305; ran too long": (ToolError, "longer than a job may"),
    "Error code 1517; instruction ecr on qubits (1, 0) is not supported": (ToolError, "read anew"),
    "Error code 8018; waveform memory": (ToolError, "too large for the memory"),
    "Error code 6002; Too many experiments given (500 > 300).": (ToolError, "more circuits, shots"),
    "Error code 1224; usage limit": (DeviceUnavailable, "no quantum seconds left"),
    "Error code 8054; internal": (ToolError, "failed: Error code 8054"),
    "": (ToolError, "no reason given"),
}


def measure(device: IbmDevice, angle: float = 0.1) -> None:
    circuit = QuantumCircuit(3, 1)
    circuit.rz(angle, 0)
    circuit.measure(0, 0)
    device.load({})
    device._backend.run([circuit], shots=50).result()
    device.recorded()


def test_every_code_of_the_registry_has_its_meaning() -> None:
    listed = [code for codes in CODES.values() for code in codes]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(REGISTRY)
    assert set(CODES) == set(TroubleKind) and set(SENDING) == set(TroubleKind)


@pytest.mark.parametrize("code", REGISTRY)
def test_a_code_is_read_in_whatever_shape_it_comes(code: int) -> None:
    kind = next(kind for kind, codes in CODES.items() if code in codes)
    # the words and the status beside it say something else, and count less
    assert (
        kind_of(f'400 Client Error: Bad Request for url. {{"errors":[{{"code":{code},"message":"token"}}]}}', 400)
        is kind
    )
    assert kind_of(f"403 Client Error: Forbidden. Login, Error code: {code}.", 403) is kind
    for words in (
        f"Error code {code}; Session has been closed",
        f"error_code={code} Session has been closed",
        f"[{code}] Session has been closed",
        f"reasonCode: {code}, Session has been closed",
    ):
        assert kind_of(words) is kind


@pytest.mark.parametrize(
    ("message", "status", "kind"),
    [
        ("429 Client Error: Too Many Requests for url: https://x/jobs. ", None, TroubleKind.BUSY),
        ("Failed to run program: nothing", 429, TroubleKind.BUSY),
        ("409 Client Error: Conflict for url", None, TroubleKind.ENDED),
        ("404 Client Error: Not Found for url: https://x/programs", 404, TroubleKind.REFUSED),
        ("Job not found: d4", None, TroubleKind.LOST),
        ("500 Server Error: Internal", None, TroubleKind.CONNECTION),
        ("503 Server Error: Service Unavailable", 503, TroubleKind.CONNECTION),
        ("too many 502 error responses", None, TroubleKind.CONNECTION),
        ("418 I'm a teapot", 418, TroubleKind.REFUSED),
        ("530 nobody knows", 530, TroubleKind.CONNECTION),
        ("You are not authorized to run a session when using the open plan.", 400, TroubleKind.PLAN),
        ("You are not authorised to run sessions on the Open plan", 400, TroubleKind.PLAN),
        ("Open plan users are not authorized to run a session", 401, TroubleKind.PLAN),
        ("Open plan users cannot run sessions", 400, TroubleKind.PLAN),
        ("The open plan does not support sessions", 403, TroubleKind.PLAN),
        ("Session mode is not allowed for this plan", 400, TroubleKind.PLAN),
        ("Rate limit exceeded, retry after 10 s", None, TroubleKind.BUSY),
        ("Requests are throttled", None, TroubleKind.BUSY),
        ("The maximum number of pending jobs is reached", 429, TroubleKind.PENDING),
        ("You have too many pending jobs", None, TroubleKind.PENDING),
        ("429 Client Error: Too Many Requests. Pending jobs limit", None, TroubleKind.PENDING),
        ("413 Client Error: Payload Too Large for url", None, TroubleKind.MEMORY),
        ("The program exceeds the available instruction memory", 400, TroubleKind.MEMORY),
        ("Number of circuits exceeds the maximum number of circuits", 400, TroubleKind.CIRCUITS),
        ("The time limit of your plan's session quota is used up", None, TroubleKind.USAGE),
        ("Your session has expired, log in again", 401, TroubleKind.TOKEN),
        ("Session is not active; see the limits of your plan", None, TroubleKind.SESSION),
        ("Session has been closed; the plan allows no more", None, TroubleKind.SESSION),
        ("The circuit has 1217 gates", None, TroubleKind.REFUSED),
        ("", None, TroubleKind.REFUSED),
    ],
)
def test_then_the_status_and_last_the_words(message: str, status: int | None, kind: TroubleKind) -> None:
    assert kind_of(message, status) is kind


@pytest.mark.parametrize("kind", TroubleKind)
def test_an_answer_to_sending_ends_as_the_table_says(opened: Open, service: Recorded, kind: TroubleKind) -> None:
    row = SENDING[kind]
    service.sending = [IbmTrouble(kind, "the words") for _ in range(1000)]
    device = opened()
    with pytest.raises(row.first, match=row.words):
        measure(device)
    with pytest.raises(row.second, match="the words"):
        measure(device, 0.2)
    assert len(service.most) == row.submits
    assert not service.submitted and device.ledger.spent("night-0001") == 0
    assert not device.ledger.open_jobs()
    service.sending = []
    measure(opened(), 0.3)  # and the lab is not locked


@pytest.mark.parametrize("kind", TroubleKind)
@pytest.mark.parametrize("where", ["report", "result", "condition", "cancel"])
def test_no_answer_kills_a_run_or_locks_its_lab(
    opened: Open, service: Recorded, kind: TroubleKind, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*given: object) -> None:
        raise IbmTrouble(kind, "the words")

    device = opened()
    with monkeypatch.context() as patched:
        patched.setattr(service, where, answer)
        if where == "cancel":
            service.reports = [QUEUED, QUEUED, QUEUED, DONE]
            device._backend.attendance.sleep = lambda seconds: device._backend.attendance.stop.set()
        try:
            measure(device)
        except (ToolError, DeviceUnavailable, Stopped) as error:
            assert str(error)
    service.asked.clear()
    again = opened()
    measure(again)
    assert not again.ledger.open_jobs()
    assert len(service.submitted) <= 2


@pytest.mark.parametrize("kind", TroubleKind)
@pytest.mark.parametrize("where", ["remaining", "allowance", "session_seconds"])
def test_what_is_asked_beside_a_measurement_refuses_none(
    opened: Open, service: Recorded, kind: TroubleKind, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = opened(budget=100.0)
    monkeypatch.setattr(service, where, _raises(kind))
    try:
        assert device.allowance() in (600.0, None)
        assert device.over_budget(20.0) is None
    except DeviceUnavailable:
        assert SENDING[kind].first is DeviceUnavailable
    else:
        assert SENDING[kind].first is ToolError
    assert device.over_budget(200.0) if where == "allowance" else True  # the budget of the run holds all the same


@pytest.mark.parametrize("kind", TroubleKind)
def test_a_device_that_cannot_be_opened_is_told_in_two_lines(
    service: Recorded, kind: TroubleKind, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(service, "backend", _raises(kind))
    monkeypatch.setattr(runtime, "open_service", lambda name, options: service)
    with pytest.raises(OperatorError, match="ibm:torino cannot be reached: the words") as caught:
        open_ibm(DeviceOrder(kind="ibm", name="torino", directory=tmp_path, clock=0.0))
    assert caught.value.remedy


@pytest.mark.parametrize("kind", TroubleKind)
def test_published_values_that_cannot_be_read_again_stay_as_they_were(
    opened: Open, service: Recorded, kind: TroubleKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = opened()
    before = device.published
    monkeypatch.setattr(service, "backend", _raises(kind))
    if SENDING[kind].first is DeviceUnavailable:
        with pytest.raises(DeviceUnavailable):
            device.reopen()
    else:
        device.reopen()
    assert device.published == before


def _raises(kind: TroubleKind) -> Callable[..., None]:
    def answer(*given: object, **named: object) -> None:
        raise IbmTrouble(kind, "the words")

    return answer


@pytest.mark.parametrize("message", JOB_ERRORS)
def test_a_failed_job_ends_as_its_code_says(opened: Open, service: Recorded, message: str) -> None:
    error, words = JOB_ERRORS[message]
    service.reports = [RUNNING, JobReport(state=JobState.ERROR, message=message, usage=1.5)]
    device = opened()
    with pytest.raises(error, match=words) as caught:
        measure(device)
    assert device.ledger.spent("night-0001") == 1.5
    if message.startswith("Error code 1305"):
        assert (
            isinstance(caught.value, ToolError) and caught.value.kind is ToolErrorKind.DEVICE_REFUSED
        )  # not made again


CANCELLED: dict[str, tuple[type[Exception], str]] = {
    "": (Stopped, "was cancelled at the service"),
    "Error code 5202; Job was canceled.": (Stopped, "was cancelled at the service"),
    "Error code 1305; Ran too long": (ToolError, "longer than a job may"),
    "Cancelled - Ran too long": (ToolError, "longer than a job may"),
    "Error code 1224; usage limit": (DeviceUnavailable, "no quantum seconds left"),
    "Error code 1999; maintenance": (DeviceUnavailable, "in maintenance"),
    "Error code 1217; Session has been closed": (ToolError, "failed: Error code 1217"),
    "Error code 9999; internal error": (ToolError, "failed: Error code 9999"),
}
"""Why a job came to be cancelled: by a person, or by the service for its own reasons."""


@pytest.mark.parametrize("message", CANCELLED)
def test_a_cancelled_job_is_a_stop_where_a_person_cancelled_it(opened: Open, service: Recorded, message: str) -> None:
    error, words = CANCELLED[message]
    service.reports = [QUEUED, JobReport(state=JobState.CANCELLED, message=message)]
    with pytest.raises(error, match=words):
        measure(opened())
    assert len(service.submitted) == 1


def test_circuits_that_no_longer_fit_have_the_device_read_anew_once(opened: Open, service: Recorded) -> None:
    service.sending = [IbmTrouble(TroubleKind.TARGET, "1517") for _ in range(2)]
    device = opened()
    with pytest.raises(ToolError) as caught:
        measure(device)
    assert caught.value.kind is ToolErrorKind.JOB_FAILED  # made again, with circuits for the device as it is
    assert service.reopened == 1
    with pytest.raises(DeviceUnavailable, match="1517"):
        measure(device, 0.2)
    assert service.reopened == 1


def test_a_plan_without_sessions_falls_back_to_a_batch(opened: Open, service: Recorded) -> None:
    service.sending = [IbmTrouble(TroubleKind.PLAN, "not authorized to run a session")]
    measure(opened())
    assert service.renewed == 1 and not service.sessions


def test_a_stop_is_heard_while_the_service_is_busy(opened: Open, service: Recorded) -> None:
    service.sending = [IbmTrouble(TroubleKind.BUSY, "429") for _ in range(1000)]
    device = opened()
    device._backend.attendance.sleep = lambda seconds: device._backend.attendance.stop.set()
    with pytest.raises(Stopped):
        measure(device)
    assert len(service.most) == 2
    assert not device.ledger.open_jobs()
