"""Conversations over real HTTP on a real lab, and the plain commands that work without a model."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reson.agent.chat.commands import answer
from reson.agent.chat.opening import open_record, open_session
from reson.agent.chat.session import MOST_CALLS, MOST_RUNS, Person
from reson.agent.lab import Lab, open_lab
from reson.agent.model.conversation import NoAnswer
from reson.agent.operations.conversations import (
    HELP,
    NOT_LOOKED_UP,
    answer_to,
    conversations,
    earlier,
    has_model,
    not_looked_up,
)
from reson.agent.operations.plainly import lines_of
from reson.errors import OperatorError, ToolError
from reson.records import Json
from reson.tools.store.approvals import list_approvals
from reson.tools.store.measurements import list_measurements
from reson.tools.store.parameters import log
from reson.tools.store.runs import list_runs
from tests.agent.brains.chat_server import Answer, ChatServer, able, pictures_of, serving, text_of

ASK = '[[rule]]\neffect = "measures"\ndecision = "auto"\n[[rule]]\neffect = "writes"\ndecision = "ask"\n'


class Keyboard:
    """A person who notes everything and answers approvals as told."""

    def __init__(self, says: str | None = None) -> None:
        self.says, self.heard, self.calls, self.asked, self.looked_up = says, [], [], [], []

    def person(self) -> Person:
        return Person(
            hear=self.heard.append,
            shown=lambda name, given: self.calls.append((name, given)),
            watch=lambda kind, body: None,
            ask=self._ask,
        )

    def _ask(self, row) -> tuple[str, str] | None:
        self.asked.append(row.id)
        return (self.says, "fine") if self.says else None


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return open_lab(tmp_path / "lab", seed=3, qubits=2)


def with_model(lab: Lab, server: ChatServer) -> Lab:
    path = lab.directory / "lab.toml"
    text = path.read_text().replace('brain = "offline"', 'brain = "cascade"')
    text = text.replace('choose = ""', 'choose = "planner"')
    path.write_text(re.sub(r'base_url = "[^"]*"', f'base_url = "{server.url}"', text))
    return open_lab(lab.directory)


def talk(lab: Lab, script: list[Answer], keyboard: Keyboard, *lines: str, name: str = "chat-0001") -> list[Json]:
    """What the server was asked while a person said these lines, without what finds out whether it takes tools."""
    left = list(script)
    with serving(lambda body: able(body) or left.pop(0)) as server:
        lab = with_model(lab, server)
        session = open_session(lab, open_record(lab), name)
        for line in lines:
            keyboard.looked_up.append(session.say(line, keyboard.person()))
        return [body for body in server.requests if able(body) is None]


def test_a_question_is_answered_from_the_record_and_streamed(lab):
    keyboard = Keyboard()
    script = [
        Answer(text="Let me look.", calls=(("show_qubit", {"component": "q1"}), ("list_runs", {}))),
        Answer(text="q1 has never been measured."),
    ]
    requests = talk(lab, script, keyboard, "how is q1?")
    assert "".join(keyboard.heard).split() == ["Let", "me", "look.", "q1", "has", "never", "been", "measured."]
    assert keyboard.calls == [("show_qubit", {"component": "q1"}), ("list_runs", {})]
    results = [message["content"] for message in requests[1]["messages"] if message["role"] == "tool"]
    assert "GHz" in results[0] and results[0].startswith("⟦") and results[0].strip().endswith("⟧")
    assert requests[0]["stream"] is True


def test_an_experiment_runs_through_the_gates_and_its_plot_can_be_seen(lab):
    keyboard = Keyboard()
    script = [
        Answer(calls=(("run_experiment", {"experiment": "qubit_spectroscopy", "components": ["q0"]}),)),
        Answer(calls=(("look_at_plot", {"measurement_id": "run-0001-0000-q0"}),)),
        Answer(text="A clear line."),
    ]
    requests = talk(lab, script, keyboard, "measure the line of q0 and look at it")
    [row] = list_measurements(lab.store())
    assert row.experiment == "qubit_spectroscopy"
    assert {one.author for one in log(lab.store(), "simulated-3")} == {"design"}, "a look writes nothing"
    assert len(pictures_of(requests[2])) == 1
    assert row.figure_sha is not None and row.figure_sha in json.dumps(requests[2]["messages"], ensure_ascii=False)


@pytest.mark.parametrize(("says", "written"), [("approve", True), ("reject", False), (None, False)])
def test_what_the_policy_leaves_to_a_person_is_asked_at_the_keyboard(lab, says, written):
    (lab.directory / "policy.toml").write_text(ASK)
    keyboard = Keyboard(says)
    call = ("run_experiment", {"experiment": "qubit_spectroscopy", "components": ["q0"], "write": True})
    requests = talk(lab, [Answer(calls=(call,)), Answer(text="done")], keyboard, "find q0 and keep it")
    assert keyboard.asked == ["run-0001-0000-q0-write"]
    assert ({one.author for one in log(lab.store(), "simulated-3")} != {"design"}) is written
    told = requests[1]["messages"][-1]["content"]
    assert ('"ending": "waiting_for_approval"' in told) is (says is None)


def test_a_model_cannot_approve_and_hears_why(lab):
    (lab.directory / "policy.toml").write_text(ASK)
    call = ("run_experiment", {"experiment": "qubit_spectroscopy", "components": ["q0"], "write": True})
    script = [
        Answer(calls=(call,)),
        Answer(calls=(("approve", {"approval": "run-0001-0000-q0-write"}), ("commit", {}), ("show_qubit", "{"))),
        Answer(calls=(("run_experiment", {"experiment": "rabi", "components": ["q0"], "parameters": {"shots": 1e9}}),)),
        Answer(calls=(("run_experiment", {"experiment": "rabi", "components": ["q0; rm"], "by": "ada"}),)),
        Answer(text="I cannot."),
    ]
    requests = talk(lab, script, Keyboard(), "write it, approve it yourself")
    refusals = [m["content"] for m in requests[-1]["messages"] if m["role"] == "tool"][1:]
    assert len(refusals) == 5
    assert all("refused" in one for one in refusals)
    assert [row.status for row in list_approvals(lab.store()) if row.kind == "write"] == ["pending"]
    assert {one.author for one in log(lab.store(), "simulated-3")} == {"design"}


def test_a_conversation_goes_on_where_it_was_also_after_being_cut_short(lab):
    talk(lab, [Answer(text="Hello.")], Keyboard(), "hello")
    with pytest.raises(NoAnswer, match="broke off"):
        talk(lab, [Answer(text="one two three four", half=True)], Keyboard(), "and now?")
    requests = talk(lab, [Answer(text="We said hello.")], Keyboard(), "what did we say?")
    said = [(message["role"], message["content"].strip()) for message in requests[0]["messages"][1:]]
    assert said == [("user", "hello"), ("assistant", "Hello."), ("user", "what did we say?")]
    assert conversations(lab) == ["chat-0001"]


def test_a_model_that_never_stops_calling_is_told_to_answer(lab):
    script = [Answer(calls=(("show_chip", {}),))] * 12 + [Answer(text="That is all.")]
    requests = talk(lab, script, Keyboard(), "go on")
    assert "tools" in requests[11] and "tools" not in requests[12]


SPECTROSCOPY = ("run_experiment", {"experiment": "qubit_spectroscopy", "components": ["q0"]})


def test_one_question_starts_a_few_runs_and_no_more(lab):
    script = [Answer(calls=(SPECTROSCOPY,) * (MOST_RUNS + 1)), Answer(text="enough"), Answer(text="hello")]
    requests = talk(lab, script, Keyboard(), "measure for ever", "hello?")
    assert len(list_runs(lab.store())) == MOST_RUNS
    assert f"at most {MOST_RUNS} runs" in requests[1]["messages"][-1]["content"]


def test_an_answer_full_of_calls_is_carried_out_in_part(lab):
    requests = talk(lab, [Answer(calls=(("list_runs", {}),) * 40), Answer(text="so many")], Keyboard(), "runs?")
    told = [one["content"] for one in requests[1]["messages"] if one["role"] == "tool"]
    assert len(told) == 40, "every call has its answer"
    assert sum("refused" in one for one in told) == 40 - MOST_CALLS


def test_a_conversation_has_one_budget_with_all_the_runs_that_it_starts(lab):
    path = lab.directory / "lab.toml"
    path.write_text(path.read_text().replace("experiments = 2000", "experiments = 2"))
    for number, name in ((1, "chat-0001"), (1, "chat-0001"), (0, "chat-0001"), (1, "chat-0002")):
        before = len(list_measurements(lab.store()))
        script = [Answer(calls=(SPECTROSCOPY,)), Answer(text="there")]
        requests = talk(lab, script, Keyboard(), "measure q0", name=name)
        assert len(list_measurements(lab.store())) - before == number
    told = [one["content"] for one in requests[-1]["messages"] if one["role"] == "tool"]
    assert "used up" not in told[-1]


def test_what_the_questions_of_a_run_took_is_paid_by_its_conversation(lab):
    """The readings of its plots, in a lab whose model reads them."""
    path = lab.directory / "lab.toml"
    talk(lab, [Answer(text="Hello.")], Keyboard(), "hello")
    path.write_text(path.read_text().replace('brain = "cascade"', 'brain = "openai"'))
    seen = {"status": "SUCCESS", "outcome": "expected", "reliability": "reliable", "confidence": 0.9, "reason": "r"}
    answers = iter([Answer(calls=(SPECTROSCOPY,)), Answer(text="there"), Answer(text="again")])

    def script(body):
        reading = "response_format" in body and pictures_of(body)
        return able(body) or (Answer(text=json.dumps(seen), usage=(70_000, 7)) if reading else next(answers))

    with serving(script) as server:
        lab = open_lab(lab.directory)
        path.write_text(re.sub(r'base_url = "[^"]*"', f'base_url = "{server.url}"', path.read_text()))
        lab = open_lab(lab.directory)
        session = open_session(lab, open_record(lab), "chat-0001")
        session.say("measure q0", Keyboard().person())
        assert session.desk.spent.input_tokens > 70_000
        assert open_session(lab, open_record(lab), "chat-0001").desk.spent == session.desk.spent
        path.write_text(path.read_text().replace("tokens = 2000000", "tokens = 75000"))
        poor = open_session(open_lab(lab.directory), open_record(lab), "chat-0001")
        with pytest.raises(NoAnswer, match="budget_spent"):
            poor.say("again", Keyboard().person())


def untooled(*texts: str):
    """An endpoint whose model answers in words whatever it is offered."""
    left = list(texts)

    def script(body) -> Answer:
        if "single word ready" in text_of(body):
            return Answer(text="ready")
        return Answer(text="I note three.") if "tools" in body else Answer(text=left.pop(0))

    return script


def test_a_model_without_tools_states_nothing_of_the_lab(lab):
    keyboard, invented = Keyboard(), "T1 of q1 is 93 us."
    with serving(untooled(invented, "I cannot look that up.", *[invented] * 3)) as server:
        session = open_session(with_model(lab, server), open_record(lab), "chat-0001")
        assert session.say("how is q1?", keyboard.person()) is False
        assert "".join(keyboard.heard) == "I cannot look that up."
        assert "93" in text_of(server.requests[-1]) and "tools" not in server.requests[-1]
        with pytest.raises(NoAnswer, match="nobody looked up"):
            session.say("how is q1?", keyboard.person())
        assert "93" not in "".join(keyboard.heard) + "".join(one.text for one in session.messages)


CLAIMS = "q0 is calibrated, and all is well."
NO_FACTS: dict[str, tuple[tuple[str, Any], ...]] = {
    "no call": (),
    "a tool that there is not": (("show_everything", {}),),
    "a qubit that there is not": (("show_qubit", {"component": "q9"}),),
    "a measurement that there is not": (("show_measurement", {"measurement_id": "run-0001-0000-q0"}),),
    "arguments that are no object": (("show_qubit", "{"),),
    "an argument that it does not take": (("show_chip", {"by": "ada"}),),
    "an experiment that is refused": (("run_experiment", {"experiment": "rabi", "components": ["q9"]}),),
    "what nobody offered": (("roll_back", {"component": "q0"}), ("rebuild_memory", {})),
    "a file outside": (("analyse_file", {"file": "../lab.toml", "experiment": "t1", "y": ["p"]}),),
    "the catalogue": (("show_experiment", {"experiment": "t1"}),),
    "a note of its own": (("note", {"text": CLAIMS}),),
    "a search that found nothing": (("recall", {"question": "q0"}), ("list_runs", {})),
}
"""Calls that tell a model nothing of the lab."""
FACTS: dict[str, tuple[tuple[str, Any], ...]] = {
    "a qubit": (("show_qubit", {"component": "q0"}),),
    "one of several calls": (("show_qubit", {"component": "q9"}), ("show_chip", {}), ("show_everything", {})),
    "a measurement": (("run_experiment", {"experiment": "qubit_spectroscopy", "components": ["q0"]}),),
}


@pytest.mark.parametrize(
    ("calls", "known"),
    [(calls, calls in FACTS.values()) for calls in (NO_FACTS | FACTS).values()],
    ids=[*NO_FACTS, *FACTS],
)
def test_what_no_tool_told_of_the_lab_is_said_to_be_from_nowhere(lab, calls, known):
    """With and without digits, on the page, at the keyboard and in the record, for each question alone."""
    keyboard = Keyboard()
    turns = [Answer(text="I look.", calls=calls)] if calls else []
    shown = [Answer(text="Let me see.", calls=(("show_chip", {}),)), Answer(text="Two qubits.")]
    talk(lab, [*shown, *turns, Answer(text=CLAIMS), Answer(text="Bye.")], keyboard, "chip?", "how is q0?", "bye")
    assert keyboard.looked_up == [True, known, False]
    messages = earlier(lab.directory / "chat" / "chat-0001.jsonl", open_record(lab))
    unfounded = [messages[place].text.strip() for place in sorted(not_looked_up(messages))]
    assert unfounded == ([] if known else [CLAIMS]) + ["Bye."]


def test_a_model_that_is_told_to_answer_and_calls_again_has_not_answered(lab):
    script = [Answer(calls=(("show_chip", {}),))] * 13 + [Answer(text="Hello.")]
    left = list(script)
    with serving(lambda body: able(body) or left.pop(0)) as server:
        session = open_session(with_model(lab, server), open_record(lab), "chat-0001")
        with pytest.raises(NoAnswer, match="said nothing"):
            session.say("go on", Keyboard().person())
        assert session.say("hello", Keyboard().person()) is False, "what was told for the question before is not"
        assert [one["role"] for one in server.requests[-1]["messages"]] == ["system", "user"]


def test_a_question_that_was_interrupted_leaves_no_call_without_an_answer(lab):
    """Neither in the conversation that goes on nor in one that is resumed: an endpoint refuses such a call for ever."""
    script = [Answer(calls=(("show_chip", {}),)), Answer(text="Hello."), Answer(text="Hello again.")]

    def interrupt(name: str, given: Json) -> None:
        raise KeyboardInterrupt

    with serving(lambda body: able(body) or script.pop(0)) as server:
        session = open_session(with_model(lab, server), open_record(lab), "chat-0001")
        with pytest.raises(KeyboardInterrupt):
            session.say("how is the chip?", replace(Keyboard().person(), shown=interrupt))
        session.say("hello", Keyboard().person())
        open_session(open_lab(lab.directory), open_record(lab), "chat-0001").say("and now?", Keyboard().person())
        sent = [[one["role"] for one in body["messages"]] for body in server.requests[-2:]]
    assert sent == [["system", "user"], ["system", "user", "assistant", "user"]]


def test_the_page_hears_it_while_the_answer_comes(lab, monkeypatch: pytest.MonkeyPatch):
    with serving(untooled(CLAIMS)) as server:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        *_, told = answer_to(with_model(lab, server).directory, "how is q0?", "chat-0001")
    assert "".join(piece.text for piece in told if piece.kind == "said").split() == f"{CLAIMS} {NOT_LOOKED_UP}".split()


def test_without_a_model_plain_commands_are_understood(lab):
    assert not has_model(lab)
    record, keyboard = open_record(lab), Keyboard()

    def ask(line: str):
        return answer(record, line, keyboard.person())

    assert ask("help") is HELP
    assert "not understood" in ask("please sing")
    assert "GHz" in ask("chip")["q0"]["drive_frequency"]
    assert ask("what about drive_frequency of q1?")[0]["from"] == "design"
    found = ask("run qubit_spectroscopy on q1 points=41")
    assert found["measurements"][0]["component"] == "q1"
    why = ask(f"why {found['measurements'][0]['measurement']}")
    assert why["arguments"]["points"] == 41
    assert Path(why["plot"]).exists()
    assert any(line.startswith("plot: ") for line in lines_of(why))
    assert ask("why qubit_spectroscopy on q1") == why
    assert ask("why was the drive_frequency of q1 changed?")[0]["from"] == "design"
    assert len(ask("history q1")) == 1
    with pytest.raises(ToolError, match="did you mean"):
        ask("run raby on q0")
    with pytest.raises(OperatorError, match="no measurement"):
        ask("why nonsense")
    with pytest.raises(ToolError, match="there is no qubit"):
        ask("show q9")
