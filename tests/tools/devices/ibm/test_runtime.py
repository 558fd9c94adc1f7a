"""The real port against the installed runtime: its signatures, its exceptions, and no token anywhere."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest
import qiskit_ibm_runtime as runtime
from ibm_cloud_sdk_core import ApiException
from qiskit import QuantumCircuit
from qiskit.circuit import ClassicalRegister, QuantumRegister
from qiskit_ibm_runtime import executor_sampler
from qiskit_ibm_runtime.accounts.exceptions import InvalidAccountError
from qiskit_ibm_runtime.api.exceptions import RequestsApiError
from qiskit_ibm_runtime.exceptions import (
    IBMNotAuthorizedError,
    IBMRuntimeError,
    RuntimeInvalidStateError,
    RuntimeJobFailureError,
)
from qiskit_ibm_runtime.executor_sampler.finalize_options import finalize_sampler_options
from qiskit_ibm_runtime.executor_sampler.prepare import prepare
from qiskit_ibm_runtime.fake_provider import FakeManilaV2
from qiskit_ibm_runtime.options import EnvironmentOptions, ExecutionOptionsV2, SamplerOptions
from qiskit_ibm_runtime.options_models.sampler import SamplerOptions as SuccessorsOptions
from qiskit_ibm_runtime.quantum_program.params_converters import QUANTUM_PROGRAM_PARAMS_CONVERTERS
from requests.exceptions import ConnectionError as LostConnection
from requests.exceptions import ReadTimeout

from reson.errors import OperatorError, ToolError
from reson.tools.devices.answers import marked, results_of
from reson.tools.devices.ibm.runtime import _STATES, RuntimeService, open_service
from reson.tools.devices.ibm.secrets import HIDDEN, without_secrets
from reson.tools.devices.ibm.service import IbmTrouble, JobState, TroubleKind
from reson.tools.devices.ibm.troubles import own_terms
from reson.tools.devices.order import IbmOptions

TOKEN = "q7Jx-0aB3kPz5WmRt9LsVd2YcE8fUg1NhQ4oXi6TpKjM"


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (runtime.QiskitRuntimeService.__init__, ("name", "instance", "region", "token", "channel")),
        (runtime.QiskitRuntimeService.backend, ("name", "use_fractional_gates")),
        (runtime.QiskitRuntimeService.backends, ()),
        (runtime.QiskitRuntimeService.job, ("job_id",)),
        (runtime.QiskitRuntimeService.jobs, ("job_tags", "created_after")),
        (runtime.QiskitRuntimeService.usage, ()),
        (runtime.QiskitRuntimeService.instances, ()),
        (runtime.QiskitRuntimeService.active_instance, ()),
        (runtime.QiskitRuntimeService.active_account, ()),
        (runtime.QiskitRuntimeService.saved_accounts, ("name",)),
        (runtime.SamplerV2.__init__, ("mode", "options")),
        (runtime.SamplerV2.run, ("pubs", "shots")),
        (executor_sampler.Sampler.__init__, ("mode", "options")),
        (executor_sampler.Sampler.run, ("pubs", "shots")),
        (runtime.Batch.__init__, ("backend", "max_time")),
        (runtime.Session.__init__, ("backend", "max_time")),
        (runtime.RuntimeJobV2.status, ()),
        (runtime.RuntimeJobV2.result, ()),
        (runtime.RuntimeJobV2.cancel, ()),
        (runtime.RuntimeJobV2.metrics, ()),
        (runtime.Batch.close, ()),
        (runtime.Session.close, ()),
        (runtime.Session.usage, ()),
        (runtime.IBMBackend.refresh, ()),
        (runtime.RuntimeJobV2.error_message, ()),
        (runtime.RuntimeJobV2.job_id, ()),
        (runtime.IBMBackend.status, ()),
    ],
)
def test_the_installed_runtime_has_what_is_called(function: Any, names: tuple[str, ...]) -> None:
    assert set(names) <= set(inspect.signature(function).parameters)


def test_the_installed_options_have_what_is_set() -> None:
    assert {"environment", "execution", "max_execution_time"} <= set(SamplerOptions.__dataclass_fields__)
    assert "job_tags" in EnvironmentOptions.__dataclass_fields__
    assert "rep_delay" in ExecutionOptionsV2.__dataclass_fields__


def test_the_successor_takes_the_same_options_and_adds_nothing_to_a_circuit() -> None:
    options = SuccessorsOptions()
    options.environment.job_tags, options.max_execution_time, options.execution.rep_delay = ["tag"], 20, 1e-4
    twirling = finalize_sampler_options(options).twirling
    assert not (twirling.enable_gates or twirling.enable_measure or options.dynamical_decoupling.enable)
    circuit = QuantumCircuit(2, 1, metadata={"reson_place": 0})
    circuit.x(0)
    circuit.delay(160, 0, unit="dt")
    circuit.cz(0, 1)
    circuit.measure(0, 0)
    program, told = prepare([circuit], options, 100)
    sent = QUANTUM_PROGRAM_PARAMS_CONVERTERS["v2.0"].encoder(program, told).model_dump(mode="json")
    assert sent["quantum_program"]["shots"] == 100 and sent["options"]["rep_delay"] == 1e-4
    assert program.items[0].circuit.count_ops() == circuit.count_ops()
    assert (told.environment.job_tags, told.max_execution_time) == (["tag"], 20)


def test_every_state_of_a_job_is_known() -> None:
    from typing import get_args

    from qiskit_ibm_runtime.runtime_job_v2 import JobStatus

    assert set(get_args(JobStatus)) == set(_STATES)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (IBMNotAuthorizedError("401 Client Error: Unauthorized for url"), TroubleKind.TOKEN),
        (InvalidAccountError("Invalid `token` value. Expected a non-empty string, got '***'."), TroubleKind.TOKEN),
        (ApiException(400, message="Provided API key could not be found."), TroubleKind.TOKEN),
        (RequestsApiError("Unexpected response. Please check if the service is in maintenance mode"), "maintenance"),
        (IBMRuntimeError("Failed to run program: 'Error code 1224; the instance has met its usage limit.'"), "usage"),
        (IBMRuntimeError("Failed to run program: 'Session has been closed. Error code 1217.'"), TroubleKind.SESSION),
        (LostConnection("HTTPSConnectionPool: Max retries exceeded with url: /jobs"), TroubleKind.CONNECTION),
        (ReadTimeout("Read timed out."), TroubleKind.CONNECTION),
        (RequestsApiError("504 Server Error: Gateway Timeout", 504), TroubleKind.CONNECTION),
        (IBMRuntimeError("Failed to run program: '... the circuit has 5000001 instructions'"), TroubleKind.REFUSED),
        (RuntimeInvalidStateError("Unable to retrieve result for job d4. Job was cancelled."), TroubleKind.REFUSED),
        (RuntimeJobFailureError("Unable to retrieve job result. Error code 8054"), TroubleKind.REFUSED),
    ],
)
def test_what_the_runtime_raises_in_our_own_terms(raised: Exception, kind: TroubleKind) -> None:
    with pytest.raises(IbmTrouble) as caught, own_terms():
        raise raised
    assert caught.value.kind == kind
    assert caught.value.__cause__ is None  # the cause could hold the request


def test_a_bug_is_no_trouble() -> None:
    with pytest.raises(KeyError), own_terms():
        raise KeyError("ours")


@pytest.mark.parametrize(
    "text",
    [
        f"401 for url: https://x/y?apikey={TOKEN}",
        f"headers {{'Authorization': 'Bearer {TOKEN}'}}",
        f"token: '{TOKEN}'",
        TOKEN,
    ],
)
def test_no_text_holds_a_token(text: str) -> None:
    for known in ((), (TOKEN,)):
        assert TOKEN not in without_secrets(text, known)
        assert HIDDEN in without_secrets(text, known)
    assert without_secrets("job d4s0q3k7m5c73f0 of ibm_torino failed") == "job d4s0q3k7m5c73f0 of ibm_torino failed"


def test_without_an_account_two_lines_say_what_is_missing_and_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("QISKIT_IBM_TOKEN", raising=False)
    monkeypatch.setattr(runtime.QiskitRuntimeService, "saved_accounts", lambda *given, **named: {})
    with pytest.raises(OperatorError) as caught:
        open_service("torino", IbmOptions())
    what, remedy = str(caught.value).splitlines()
    assert what == "ibm:torino needs an account at IBM Quantum, and none is saved here"
    assert "save_account" in remedy
    with pytest.raises(OperatorError, match="none named lab is saved"):
        open_service("torino", IbmOptions(account="lab"))


def test_a_refused_token_is_told_without_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QISKIT_IBM_TOKEN", TOKEN)
    monkeypatch.setattr(runtime.QiskitRuntimeService, "saved_accounts", lambda *given, **named: {})

    def refuse(self: Any, **given: Any) -> None:
        raise IBMNotAuthorizedError(f"401 Client Error: Unauthorized; apikey {TOKEN}")

    monkeypatch.setattr(runtime.QiskitRuntimeService, "__init__", refuse)
    with pytest.raises(OperatorError) as caught:
        open_service("torino", IbmOptions())
    assert TOKEN not in str(caught.value)
    assert "no longer valid" in caught.value.remedy


class _Job:
    """Of the runtime, as far as the port asks it."""

    def __init__(self, states: list[str], message: str = "") -> None:
        self._states = states
        self._message = message
        self.was_cancelled = False

    def status(self) -> str:
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]

    def error_message(self) -> str:
        return self._message

    def metrics(self) -> dict[str, Any]:
        times = {
            "created": "2026-11-29T10:00:00Z",
            "running": "2026-11-29T18:00:00Z",
            "finished": "2026-11-29T18:00:03Z",
        }
        return {"timestamps": times, "usage": {"status": "final", "qpu_charge_time_seconds": 3.0}}

    def cancel(self) -> None:
        self.was_cancelled = True


class _Service:
    def __init__(self, job: _Job) -> None:
        self._job = job

    def job(self, job_id: str) -> _Job:
        return self._job


def test_reports_of_the_runtime_become_ours() -> None:
    port = RuntimeService(_Service(_Job(["QUEUED", "RUNNING", "DONE"])), None, IbmOptions())
    reports = [port.report("d4") for _ in range(3)]
    assert [report.state for report in reports] == [JobState.QUEUED, JobState.RUNNING, JobState.DONE]
    assert [report.usage for report in reports] == [None, None, 3.0]
    assert reports[2].began is not None and reports[2].ended is not None
    assert reports[2].ended - reports[2].began == 3.0
    failed = RuntimeService(_Service(_Job(["ERROR"], f"1517 token={TOKEN}")), None, IbmOptions()).report("d4")
    assert failed.state is JobState.ERROR
    assert TOKEN not in failed.message
    assert failed.message.startswith("1517")


class _Account:
    def __init__(self, told: Any) -> None:
        self._told = told

    def usage(self) -> Any:
        return self._told


@pytest.mark.parametrize(
    ("told", "left", "allowance"),
    [
        ({"usage_limit_seconds": 600, "usage_remaining_seconds": 17.5}, 17.5, 600.0),
        ({"usage_allocation_seconds": 600, "usage_remaining_seconds": -3}, 0.0, 600.0),
        ({"usage_consumed_seconds": 50, "usage_limit_reached": True}, 0.0, None),
        ({"usage_limit_reached": True, "usage_remaining_seconds": 9.0}, 0.0, None),
        ({"usage_limit_reached": False}, None, None),
        ({"usage_limit_seconds": "600", "usage_remaining_seconds": float("nan")}, None, None),
        ({}, None, None),
        (None, None, None),
        ([], None, None),
    ],
)
def test_what_an_account_has_left(told: Any, left: float | None, allowance: float | None) -> None:
    port = RuntimeService(_Account(told), None, IbmOptions())
    assert port.remaining() == left
    assert port.allowance() == allowance


class _Named:
    def __init__(self, name: str, pending: Any, told: str = "active") -> None:
        self.name, self._pending, self._told = name, pending, told

    def status(self) -> Any:
        return SimpleNamespace(operational=True, status_msg=self._told, pending_jobs=self._pending)


def _refused() -> None:
    raise RequestsApiError("404 Client Error: Not Found for url", 404)


def test_plan_instance_and_queue_are_told() -> None:
    devices: list[Any] = [
        _Named("ibm_torino", 12),
        _Named("ibm_kyiv", 3),
        _Named("ibm_fez", 0, "internal"),
        _Named("ibm_x", None),
    ]
    service = SimpleNamespace(
        active_instance=lambda: "crn:2",
        instances=lambda: [{"crn": "crn:1"}, {"crn": "crn:2", "plan": "open", "name": "lab-3"}],
        backends=lambda: devices,
    )
    told = RuntimeService(service, devices[0], IbmOptions()).standing()
    assert told.to_json() == {
        **{"plan": "open", "instance": "lab-3", "pending": 12},
        **{"least_busy": "ibm:kyiv", "fewest": 3},
    }
    gone = SimpleNamespace(name="ibm_gone", status=_refused)  # one device that tells nothing hides no other
    devices.insert(0, gone)
    assert RuntimeService(service, gone, IbmOptions()).standing().to_json() == {**told.to_json(), "pending": None}
    nobody = SimpleNamespace(active_instance=lambda: None, instances=list, backends=list)
    assert RuntimeService(nobody, devices[0], IbmOptions()).standing().least_busy == ""


def test_target_and_properties_are_read_where_a_failure_has_a_name() -> None:
    class Late:
        """A backend of the runtime asks for both when they are looked at first."""

        def __init__(self, error: Exception) -> None:
            self._error = error

        def properties(self) -> None:
            raise self._error

        @property
        def target(self) -> None:
            raise self._error

    with pytest.raises(IbmTrouble) as caught:
        RuntimeService(None, Late(RequestsApiError("429 Client Error: Too Many Requests", 429)), IbmOptions()).backend()
    assert caught.value.kind is TroubleKind.BUSY


@pytest.mark.parametrize("mode", ["batch", "session"])
def test_no_batch_or_session_is_asked_for_beyond_what_the_service_keeps(
    mode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class Mode:
        def __init__(self, backend: Any, max_time: int) -> None:
            asked.append(max_time)

    monkeypatch.setattr(runtime, mode.capitalize(), Mode)
    for seconds in (20.5, 1e6):
        RuntimeService(None, None, IbmOptions(mode=mode, quantum_seconds=seconds))._running_mode()
    assert asked == ([21, 28_800] if mode == "session" else [28_800, 28_800])


class _OpenSession:
    """As the runtime's, whose questions are answered by what ``fails`` raises, once for each name."""

    def __init__(self, **fails: Exception) -> None:
        self.fails = fails
        self.closed = 0

    def usage(self) -> float:
        self._fail("usage")
        return 12.0

    def close(self) -> None:
        self._fail("close")
        self.closed += 1

    def _fail(self, name: str) -> None:
        if error := self.fails.pop(name, None):
            raise error


@pytest.mark.parametrize("told", [RequestsApiError("500 Server Error", 500), LostConnection("reset"), KeyError("x")])
def test_a_session_that_does_not_tell_its_time_is_closed_all_the_same(told: Exception) -> None:
    port = RuntimeService(None, None, IbmOptions(mode="session"))
    port._mode = session = _OpenSession(usage=IbmTrouble(TroubleKind.CONNECTION, str(told)))
    port.renew()
    assert session.closed == 1  # it would be charged by the clock of the wall until its time limit


def test_the_time_of_a_session_that_was_closed_is_still_told() -> None:
    port = RuntimeService(None, None, IbmOptions(mode="session"))
    for number in (1, 2):
        port._mode = _OpenSession()
        assert port.session_seconds() == 12.0 * number
        port.close()
        port.close()
        assert port.session_seconds() == 12.0 * number
    port._mode = _OpenSession()
    port.renew()
    assert port.session_seconds() == 36.0


def test_a_session_whose_closing_failed_is_still_there_to_be_closed() -> None:
    port = RuntimeService(None, None, IbmOptions(mode="session"))
    port._mode = session = _OpenSession(close=RequestsApiError("429 Client Error: Too Many Requests", 429))
    with pytest.raises(IbmTrouble):
        port.close()
    port.close()
    assert session.closed == 1
    port.close()
    assert session.closed == 1


def test_only_a_job_that_has_not_ended_is_cancelled() -> None:
    for state, expected in (("QUEUED", True), ("RUNNING", True), ("DONE", False)):
        job = _Job([state])
        RuntimeService(_Service(job), None, IbmOptions()).cancel("d4")
        assert job.was_cancelled is expected


@pytest.mark.parametrize("program", ["sampler", "executor"])
@pytest.mark.parametrize("mode", ["job", "batch", "session"])
def test_a_job_goes_through_the_installed_samplers_in_local_mode(program: Any, mode: Any) -> None:
    """Local mode takes the same options and circuits as the service, and runs them on a copy: what comes back is whole,
    in order, with every register, from the successor as from SamplerV2.
    """
    circuits = []
    for flipped in (0, 1):
        circuit = QuantumCircuit(QuantumRegister(3), ClassicalRegister(2, "a"), ClassicalRegister(1, "b"))
        circuit.x(flipped)
        circuit.delay(160, flipped, unit="dt")
        circuit.measure([0, 1, 2], [0, 1, 2])
        circuits.append(circuit)
    port = RuntimeService(None, FakeManilaV2(), IbmOptions(program=program, mode=mode, repetition_delay=250e-6))
    job = port.submit(marked(circuits), 100, "reson-0", 12.3)
    results = results_of(port.result(job), circuits, 100)
    assert [max(one.data.counts, key=one.data.counts.get) for one in results] == ["0x1", "0x2"]
    backwards = port.result(port.submit(marked(circuits)[::-1], 100, "reson-1", 12.3))
    with pytest.raises(ToolError, match="another order"):
        results_of(backwards, circuits, 100)
