"""Whole runs on small simulated chips: offline, by a model over HTTP, by the cascade, by hand, and replayed."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path

import pytest

from reson.agent.expert.plans import BRING_UP
from reson.agent.lab import Lab, device_name, open_lab
from reson.agent.launch import Plan, resume, start
from reson.agent.model.accounts import account
from reson.agent.model.conversation import Request
from reson.agent.model.pictures import picture_tokens, request_tokens, text_tokens
from reson.errors import OperatorError
from reson.events import event_of
from reson.records import Ending, Json
from reson.tools.store.measurements import list_measurements
from reson.tools.store.parameters import log
from reson.trajectory import read_trajectory
from tests.agent.brains.chat_server import Answer, ChatServer, able, serving, text_of
from tests.agent.brains.conftest import KEY

SEED, QUBITS = 1, 2


def make_lab(
    directory: Path,
    brain: str = "offline",
    server: ChatServer | None = None,
    *,
    seed: int = SEED,
    qubits: int = QUBITS,
    faults: str = "",
    experiments: int = 2000,
    **model: object,
) -> Lab:
    """A lab of neighbours in a line with this brain; ``model`` are further settings of [model], ``faults`` lines of
    [device.faults].
    """
    open_lab(directory, seed=seed, qubits=qubits)
    (directory / "chip.toml").write_text('coupling = "line"\n')
    if server is not None:
        model = {"base_url": server.url, "choose": "planner", "read": "eyes", "timeout": 60.0} | model
    path = directory / "lab.toml"
    text = path.read_text().replace('brain = "offline"', f'brain = "{brain}"')
    text = text.replace("# chip =", "chip =").replace("[device.faults]", f"[device.faults]\n{faults}")
    text = text.replace("experiments = 2000", f"experiments = {experiments}")
    before, _, after = text.partition("[model]")
    own = "\n".join(f"{name} = {json.dumps(value)}" for name, value in model.items())
    path.write_text(f"{before}[model]\n{own}\n{after[after.index('[cascade]') :]}")
    return open_lab(directory)


def night(lab: Lab) -> list[Json]:
    ended = start(lab, Plan(kind="calibrate"), lambda kind, body: None)
    assert ended.ending is Ending.FINISHED, ended.reason
    return trajectory(lab)


def trajectory(lab: Lab) -> list[Json]:
    return read_trajectory(lab.runs / "calibrate-0001" / "trajectory.jsonl")


def endings(events: list[Json]) -> dict[str, str]:
    decisions = [event["decision"] for event in events if event["kind"] == "decision"]
    return {said["component"]: said["kind"] for said in decisions if said["kind"] in ("done", "give_up")}


def table(lab: Lab) -> list[tuple[str, str, float]]:
    """Every value that was ever written, in order."""
    return [(row.component, row.parameter, row.value) for row in log(lab.store(), device_name(lab.config.device))]


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lab, list[Json]]:
    lab = make_lab(tmp_path_factory.mktemp("offline"))
    return lab, night(lab)


def by_the_book(recorded: list[Json]) -> Callable[[Json], Answer]:
    """A model that decides and reads as a recorded night did, asked in whatever grouping."""
    decisions: dict[str, deque[Json]] = defaultdict(deque)
    for event in recorded:
        if event["kind"] == "decision":
            decisions[event["decision"]["component"]].append(event["decision"])
    readings = deque(event["reading"] for event in recorded if event["kind"] == "verdict")

    def script(body: Json) -> Answer:
        if (probe := able(body)) is not None:
            return probe
        if "first lines of a morning report" in text_of(body):
            return Answer(text="Every qubit reached its goal.")
        if "tools" not in body:
            several = text_of(body).count("The plot to read, number")
            told = [{k: v for k, v in readings.popleft().items() if k != "reader"} for _ in range(several or 1)]
            return Answer(text=json.dumps({"readings": told} if several else told[0]))
        names = text_of(body).rpartition("Ready qubits: ")[2].partition(".")[0].split()
        return Answer(calls=tuple(_call(decisions[name].popleft()) for name in names))

    return script


def _call(event: Json) -> tuple[str, Json]:
    said = {"components": [event["component"]], "why": event["why"]}
    if event["kind"] == "measure":
        return event["experiment"], said | event["parameters"]
    return event["kind"], said


@pytest.fixture(scope="module")
def by_model(tmp_path_factory: pytest.TempPathFactory, offline: tuple[Lab, list[Json]]) -> tuple[Lab, list[Json]]:
    directory = tmp_path_factory.mktemp("by_model")
    with pytest.MonkeyPatch.context() as patch, serving(by_the_book(offline[1])) as server:
        patch.setenv("OPENAI_API_KEY", KEY)
        make_lab(directory, "openai", server)
        settings = directory / "lab.toml"
        settings.write_text(settings.read_text() + "\n[model.prices]\nplanner = {input = 2.0, output = 8.0}\n")
        lab = open_lab(directory)
        return lab, night(lab)


def test_a_night_by_a_model_over_http_ends_as_the_offline_one(by_model, offline):
    lab, events = by_model
    assert endings(events) == endings(offline[1]) == {"q0": "done", "q1": "done"}
    assert table(lab) == table(offline[0]) and len(table(lab)) > 2 * len(BRING_UP)
    total = account(map(event_of, events))
    assert total.failed == 0 and total.fallbacks == ()
    assert set(total.questions["choose"]) == set(total.questions["read"]) == {"model"}
    by_planner = [event["purpose"] for event in events if event["kind"] == "model_call" and event["model"] == "planner"]
    assert by_planner[-1] == "report"
    assert total.cost == pytest.approx(len(by_planner) * (1000 * 2.0 + 100 * 8.0) / 1e6)
    chosen = by_planner.count("choose")
    assert chosen <= 2 * len(BRING_UP), "one question for both qubits, as long as they keep pace"
    assert {"system.j2", "choose.j2", "read.j2", "tools.toml"} <= set(events[0]["prompts"])


def test_the_key_is_nowhere_on_disk(by_model):
    files = [path for path in by_model[0].directory.rglob("*") if path.is_file()]
    assert len(files) > 50
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


def test_the_sizes_of_the_questions(by_model):
    """The first question of a night, and a reading with four reference plots, by the documented picture formula."""
    lab, events = by_model
    blobs = lab.store().blobs
    kept = [blobs.get(event["request"], ".json") for event in events if event["kind"] == "model_call"]
    requests = [Request.model_validate_json(one) for one in kept]
    first = next(request for request in requests if request.purpose == "choose")
    assert request_tokens(first)[0] < 8000
    readings = [request for request in requests if request.purpose == "read"]
    numbers = [sum(len(message.pictures) for message in request.messages) for request in readings]
    assert max(numbers) == 5
    for request, number in zip(readings, numbers, strict=True):
        text_only = [
            message.model_copy(update={"parts": tuple(part for part in message.parts if isinstance(part, str))})
            for message in request.messages
        ]
        text = request_tokens(request.model_copy(update={"messages": tuple(text_only)}))[0]
        assert text + number * picture_tokens(640, 480) < 6000


def test_the_first_question_of_a_later_night_stays_short(tmp_path, serve, offline):
    """With history and memory; a qubit more adds its own paragraph, so that twenty of them are known too."""
    directory = tmp_path / "lab"
    shutil.copytree(offline[0].directory, directory)
    server = serve(lambda body: able(body) or Answer(status=500))
    lab = make_lab(directory, "openai", server, retries=0, experiments=1)
    assert start(lab, Plan(kind="calibrate"), lambda kind, body: None).ending is Ending.BUDGET_SPENT
    events = read_trajectory(lab.runs / "calibrate-0002" / "trajectory.jsonl")
    call = next(event for event in events if event["kind"] == "model_call" and event["purpose"] == "choose")
    request = Request.model_validate_json(lab.store().blobs.get(call["request"], ".json"))
    question = request.messages[-1].text
    assert question.count("was calibrated") == QUBITS and "tonight: nothing yet" in question
    longest = max(text_tokens(part) for part in question.split("## ")[1:])
    assert request_tokens(request)[0] + (20 - QUBITS) * longest < 8000


def test_the_cascade_ends_the_same_and_asks_nothing_about_healthy_qubits(tmp_path, serve, offline):
    """So the calls of a night do not grow with its healthy qubits; an endpoint that is dead is not even noticed."""
    server = serve(lambda body: Answer(status=500))
    lab = make_lab(tmp_path, "cascade", server, retries=0)
    events = night(lab)
    assert endings(events) == endings(offline[1])
    assert table(lab) == table(offline[0]) and len(table(lab)) > 2 * len(BRING_UP)
    questions = account(map(event_of, events)).questions
    assert set(questions["choose"]) == set(questions["read"]) == {"offline"}
    assert questions["read"]["offline"] >= 2 * len(BRING_UP)
    assert server.requests == []


def test_the_cascade_asks_the_model_about_a_qubit_in_trouble_only(tmp_path, serve):
    """A dead qubit: spectroscopy fails, the expert's remedy fails, then the model is asked and gives up."""

    def script(body: Json) -> Answer:
        if (probe := able(body)) is not None:
            return probe
        if "first lines of a morning report" in text_of(body):
            return Answer(text="q1 was set aside.")
        if "tools" not in body:
            seen = {"status": "NO_SIGNAL", "outcome": "anomalous", "reliability": "unreliable", "confidence": 0.5}
            return Answer(text=json.dumps(seen | {"reason": "only noise", "suggested_range": None}))
        why = {"why": "no line at any power", "code": "no_drive_response", "remedy": "check the drive line"}
        names = text_of(body).rpartition("Ready qubits: ")[2].partition(".")[0].split()
        return Answer(calls=(("give_up", {"components": names} | why),))

    server = serve(script)
    lab = make_lab(tmp_path, "cascade", server, faults='q1 = "dead_drive_line"')
    events = night(lab)
    assert endings(events) == {"q0": "done", "q1": "give_up"}
    asked = [event for event in events if event["kind"] == "question" and event["answered_by"] == "model"]
    assert [(event["purpose"], event["component"]) for event in asked if event["purpose"] == "choose"] == [
        ("choose", "q1")
    ]
    assert "failed in a row" in next(event["why"] for event in asked if event["purpose"] == "choose")


def test_a_model_s_budget_that_is_cut_during_a_night_holds_from_the_next_question_on(tmp_path, serve):
    """By the person who sees what it costs; the offline brain goes on alone."""
    settings = tmp_path / "lab.toml"

    def script(body: Json) -> Answer:
        if (probe := able(body)) is not None:
            return probe
        if "tokens = 0" not in settings.read_text():
            settings.write_text(settings.read_text().replace("[model]", "[model]\ntokens = 0"))
        return Answer(calls=(("qubit_spectroscopy", {"components": ["q0"], "why": "go"}),))

    server = serve(script)
    lab = make_lab(tmp_path, "openai", server, qubits=1, experiments=2)
    assert start(lab, Plan(kind="calibrate"), lambda kind, body: None).ending is Ending.BUDGET_SPENT
    events = trajectory(lab)
    assert sum(1 for body in server.requests if able(body) is None) == 1
    assert {event["failure"] for event in events if event["kind"] == "fallback"} == {"budget_spent"}


def test_an_endpoint_that_dies_never_ends_a_night(tmp_path, serve, offline):
    script, calls = by_the_book(offline[1]), [0]

    def dies(body: Json) -> Answer:
        calls[0] += 1
        return script(body) if calls[0] <= 12 else Answer(status=503)

    lab = make_lab(tmp_path, "openai", serve(dies), retries=0)
    events = night(lab)
    assert endings(events) == endings(offline[1])
    total = account(map(event_of, events))
    assert total.questions["choose"]["offline"] > 0 and total.questions["choose"]["model"] > 0
    assert any("server_error" in sentence for sentence in total.fallbacks)


def test_a_persons_approval_is_not_the_models_to_give(tmp_path, serve, offline):
    """With the policy on `ask`, a model that wants everything written leaves nothing but a question to a person."""
    lab = make_lab(tmp_path, "openai", serve(by_the_book(offline[1])), qubits=1)
    (lab.directory / "policy.toml").write_text(
        '[[rule]]\neffect = "measures"\ndecision = "auto"\n[[rule]]\neffect = "writes"\ndecision = "ask"\n'
    )
    ended = start(lab, Plan(kind="calibrate"), lambda kind, body: None)
    assert ended.ending is Ending.WAITING_FOR_APPROVAL
    assert {row.author for row in log(lab.store(), device_name(lab.config.device))} == {"design"}


def test_a_resumed_run_asks_nothing_twice(tmp_path, serve, offline):
    server = serve(by_the_book(offline[1]))
    lab = make_lab(tmp_path, "openai", server, experiments=4)
    assert start(lab, Plan(kind="calibrate"), lambda kind, body: None).ending is Ending.BUDGET_SPENT
    asked = len(server.requests)
    path = lab.runs / "calibrate-0001" / "trajectory.jsonl"
    events = read_trajectory(path)
    last = max(index for index, event in enumerate(events) if event["kind"] == "model_call")
    assert account(map(event_of, events)).calls == asked, (
        "what is asked to find out what the endpoint can do is on record too"
    )
    resume(lab, "calibrate-0001", lambda kind, body: None)
    again = [event["request_hash"] for event in trajectory(lab) if event["kind"] == "model_call"]
    assert len(again) == len(set(again))
    assert events[last]["id"] in [event["id"] for event in trajectory(lab)]


def test_a_night_can_be_replayed_and_a_missing_answer_is_told(tmp_path, offline):
    recording = str(offline[0].runs / "calibrate-0001" / "trajectory.jsonl")
    lab = make_lab(tmp_path / "same", "replay", recording=recording, experiments=8)
    start(lab, Plan(kind="calibrate"), lambda kind, body: None)
    rows, before = (list_measurements(one.store()) for one in (lab, offline[0]))
    assert [(row.id, row.raw_sha) for row in rows] == [(row.id, row.raw_sha) for row in before][:8]
    other = make_lab(tmp_path / "other", "replay", recording=recording, seed=2)
    with pytest.raises(OperatorError, match="holds no reading"):
        start(other, Plan(kind="calibrate"), lambda kind, body: None)


def test_a_person_can_be_the_brain_through_files(tmp_path):
    lab = make_lab(tmp_path, "files", qubits=1, experiments=1, files_wait_minutes=1.0)
    questions = lab.runs / "calibrate-0001" / "questions"

    def person() -> None:
        answers = {
            "0001": {"tool_calls": [{"name": "qubit_spectroscopy", "arguments": {"components": ["q0"], "why": "go"}}]},
            "0002": {
                "reason": "one line",
                "status": "SUCCESS",
                "outcome": "expected",
                "reliability": "reliable",
                "confidence": 0.9,
                "suggested_range": None,
            },
            "0003": {"decisions": [{"action": "rabi", "components": ["q0"], "why": "on"}]},
        }
        for name, answer in answers.items():
            deadline = time.monotonic() + 30
            while not (questions / name / "question.md").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            (questions / name / "answer.json").write_text(json.dumps(answer))

    hand = threading.Thread(target=person)
    hand.start()
    ended = start(lab, Plan(kind="calibrate"), lambda kind, body: None)
    hand.join()
    assert ended.ending is Ending.BUDGET_SPENT
    [row] = list_measurements(lab.store())
    assert row.reading is not None and row.reading.reader == "by hand: from the picture"
    text = (questions / "0002" / "question.md").read_text()
    shown = [line for line in text.splitlines() if line.startswith("![")]
    assert len(shown) == 5
    assert all((questions / "0002" / line[2:].partition("]")[0]).exists() for line in shown)
    calls = [event for event in trajectory(lab) if event["kind"] == "model_call"]
    assert [event["purpose"] for event in calls] == ["choose", "read", "choose"]
    assert calls[0]["answered_model"] == "by hand"
