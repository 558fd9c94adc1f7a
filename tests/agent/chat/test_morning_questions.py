"""What a physicist asks in the morning, without a model: the answer holds what was asked, or says what was meant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reson.agent.chat import commands, intents
from reson.agent.chat.commands import answer
from reson.agent.chat.intents import INTENTS
from reson.agent.chat.session import Person
from reson.agent.lab import open_lab
from reson.agent.operations.opened import TALKING, OpenLab
from reson.agent.operations.plainly import lines_of
from reson.agent.policy import DEFAULT_POLICY, load_policy
from reson.records import Quantity, Status, Verdict
from reson.tools.store import parameters
from reson.tools.store.lessons import record_lesson
from reson.tools.store.notes import list_notes
from tests.agent.report.conftest import DEVICE, T0
from tests.agent.report.conftest import Record as Writer

US = 1e-6


def q(value: float, stderr: float, unit: str) -> Quantity:
    return Quantity(value=value, stderr=stderr, unit=unit)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLab]:
    """Two nights of three qubits: q1 is well, q0 was set aside, T1 of q2 fell, and a write waits."""
    directory = tmp_path_factory.mktemp("morning") / "lab"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parameters, "require_proposed", lambda approval, proposed: None)
        lab = open_lab(directory)
        store = lab.store()
        policy = load_policy(directory / "policy.toml")
        for number, (t1_of_q1, t1_of_q2) in enumerate(((80, 90), (82, 9)), 1):
            night = Writer(lab, store, policy, f"night-000{number}", T0 + 86_400 * number, ("q0", "q1", "q2"))
            night.begin()
            lost = night.measure(
                "q0", "qubit_spectroscopy", {}, verdict=Verdict.REJECT, status=Status.NO_SIGNAL, reason="only noise"
            )
            rabi = ""
            for step, (name, t1) in enumerate((("q1", t1_of_q1), ("q2", t1_of_q2)), 1):
                made = night.measure(name, "t1", {"t1": q(t1 * US, US, "s")}, step=step, why="the floor of errors")
                night.write(made, "t1", t1 * US, US, "s")
                rabi = night.measure(name, "rabi", {"x_amplitude": q(0.3 + step / 100, 0.001, "")}, step=10 + step)
                night.write(rabi, "x_amplitude", 0.3 + step / 100, 0.001, "")
                night.tell(f"done-{name}", "decision", {"decision": said(name, "done", "at the limit")})
            gone = {"code": "no_drive_response", "text": "no line at all.", "remedy": "Check the drive line."}
            night.tell("gone", "decision", {"decision": said("q0", "give_up", "no line in any search", gone)})
            text = "q0: no_drive_response: no line at all. Check the drive line."
            record_lesson(
                store,
                f"{night.run_id}-q0-no_drive_response",
                night.run_id,
                "q0",
                text,
                night.clock,
                code="no_drive_response",
                remedy="Check the drive line.",
                evidence=(lost,),
                sets_aside=True,
            )
            if number == 2:
                ask = DEFAULT_POLICY.replace('decision = "auto"\nkind = "write"', 'decision = "ask"\nkind = "write"')
                (directory / "policy.toml").write_text(ask)
                night.policy = load_policy(directory / "policy.toml")
                night.propose(rabi, "sx_amplitude", 0.16, 0.001, "")
            night.end()
        yield OpenLab(lab, store, DEVICE, author="ada", may=TALKING)


def said(component: str, kind: str, why: str, *diagnoses: dict[str, str]) -> dict:
    return {"component": component, "kind": kind, "why": why, "diagnoses": list(diagnoses)}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """What is started, in place of starting it."""
    started: list[tuple] = []

    def run(at, person, row, **given):
        asked = row.checked(given)
        what = ("calibrate",) if row.name == "calibrate" else (asked.experiment,)
        how = () if row.name == "calibrate" else (asked.parameters, asked.write)
        started.append((*what, tuple(asked.components), *how))
        return {"run": "started"}

    for module in (intents, commands):
        monkeypatch.setattr(module, "run", run)
    return started


NOBODY = Person(
    hear=lambda piece: None, shown=lambda tool, given: None, watch=lambda kind, body: None, ask=lambda row: None
)


def ask(lab: OpenLab, line: str) -> str:
    found = answer(lab, line, NOBODY)
    return "\n".join(found if isinstance(found, tuple) else lines_of(found))


EIGHTEEN = {
    "why was q0 set aside?": ("no_drive_response", "no line at all", "night-0002-0000-q0", "set aside"),
    "show T1 of q1 over the last nights": ("80.0(10) µs", "82.0(10) µs", "night-0001", "night-0002"),
    "which qubits should I not use today?": ("q0: use no", "no_drive_response", "q1: use yes"),
    "compare the last two nights": ("night-0001", "night-0002", "90.0(10) µs -> 9.0(10) µs", "moved"),
    "what waits for me?": ("sx_amplitude", "night-0002"),
    "how far is the run?": ("night-0002", "finished", "q1 done"),
    "what would you do next?": ("Check the drive line", "bring-up", "what was found"),
    "roll back q1": ("params rollback q1 --as-of", "nothing was changed", "night-0002"),
    "note that the cable of q2 was replaced": ("the cable of q2 was replaced", "on q2", "by ada"),
    "how did last night go?": ("night-0002", "finished", "q0: state failed", "q1: state done"),
    "what failed last night?": ("night-0002-0000-q0", "only noise", "reject"),
    "which qubit has the longest T1?": ("q1 82.0(10) µs", "q2 9.0(10) µs"),
    "what is T1 of q2?": ("9.0(10) µs",),
    "why is T1 of q1 82 us?": ("the floor of errors", "82.0(10) µs"),
    "show me the plot of rabi on q1": ("plot: ", ".png", "night-0002-0011-q1"),
    "when was q1 last calibrated?": ("h ago",),
    "how is q2?": ("waits for a person", "9.0(10) µs"),
    "what does ramsey do?": ("detuning", "shots", "default"),
    "how is the chip?": ("q1", "82.0(10) µs"),
}
OTHERS = {
    "what is wrong with q0": ("no_drive_response",),
    "why did q0 fail last night?": ("no line at all",),
    "Why isn't q0 calibrated? why was it not calibrated": ("no_drive_response",),
    "can I trust q2?": ("q2: use with care", "below the goal of 15 µs"),
    "which qubits are bad today": ("q0: use no",),
    "what changed since the night before?": ("moved",),
    "difference between night-0001 and night-0002": ("90.0(10) µs -> 9.0(10) µs",),
    "T1 history of qubit 2": ("90.0(10) µs", "9.0(10) µs"),
    "how did the relaxation time of q2 develop?": ("90.0(10) µs", "9.0(10) µs"),
    "is there anything to approve?": ("sx_amplitude",),
    "undo everything from tonight": ("params rollback all",),
    "what should we do now?": ("Check the drive line",),
    "remember: q1 jumps when the crane moves": ("q1 jumps when the crane moves",),
    "what notes do we have on q2": ("cable",),
    "what was rejected in night-0001": ("night-0001-0000-q0",),
    "summary of night-0001": ("night-0001", "finished"),
    "pi amplitude of q1": ("0.3100(10)",),
    "show the curve of t1 on q2": ("night-0002-0002-q2",),
    "how old are the values of q1": ("h ago",),
    "have we seen only noise before?": ("only noise",),
    "status": ("q1",),
}
SHORT_AND_SLOPPY = {
    "y was q0 given up on?": ("no_drive_response",),
    "t1 q1 past nights pls": ("80.0(10) µs", "82.0(10) µs"),
    "any qubits i should stay away from": ("q0: use no",),
    "last night vs the one before": ("90.0(10) µs -> 9.0(10) µs",),
    "anything I need to sign?": ("sx_amplitude",),
    "is it still running or done": ("night-0002", "finished"),
    "what shall I do first this morning": ("Check the drive line",),
    "put q1 back to how it was": ("params rollback q1",),
    "fyi: we changed the attenuator on q2": ("we changed the attenuator on q2",),
    "did the night go well?": ("night-0002", "finished"),
    "what went wrong tonight": ("night-0002-0000-q0",),
    "who has the best t1": ("q1 82.0(10) µs",),
    "q2 t1?": ("9.0(10) µs",),
    "where's the T1 number of q1 from": ("the floor of errors",),
    "rabi q1 pic": (".png",),
    "q1 calibrated how long ago?": ("h ago",),
    "everything ok with q2?": ("9.0(10) µs",),
    "whats ramsey for": ("detuning",),
    "Whats up with q0": ("no_drive_response",),
    "q0 dead?": ("no_drive_response",),
    "is q2 usable": ("q2: use with care",),
    "good qubits today?": ("q1: use yes",),
    "what moved since yesterday": ("90.0(10) µs -> 9.0(10) µs",),
    "night 1 against night 2": ("90.0(10) µs -> 9.0(10) µs",),
    "lifetime of Q2 in the last nights": ("90.0(10) µs", "9.0(10) µs"),
    "has T1 of q2 dropped?": ("90.0(10) µs", "9.0(10) µs"),
    "open requests": ("sx_amplitude",),
    "do u need me for sth": ("sx_amplitude",),
    "reset q2 to yesterday's values": ("params rollback q2",),
    "plz write: q1 looks noisy when the AC is on": ("q1 looks noisy when the AC is on",),
    "give me the errors of night-0001": ("night-0001-0000-q0",),
    "recap of the night": ("night-0002", "finished"),
    "x amplitude q1": ("0.3100(10)",),
    "display t1 trace of q2": ("night-0002-0002-q2",),
    "how fresh is q1": ("h ago",),
    "worst t1 on the chip": ("q2 9.0(10) µs",),
    "t1 of all": ("q1 82.0(10) µs",),
    "overwiev of the chip": ("q1",),
    "q0 - reason for giving up?": ("no_drive_response",),
    "how did t1 of q2 behave lately": ("90.0(10) µs", "9.0(10) µs"),
    "qubits to leave out of my circuit?": ("q0: use no",),
    "two nights side by side": ("90.0(10) µs -> 9.0(10) µs",),
    "my to-do's from the policy": ("sx_amplitude",),
    "finished yet?": ("night-0002", "finished"),
    "your suggestion for today?": ("Check the drive line",),
    "I want the old values of q1 again": ("params rollback q1",),
    "reminder: q2 cable is on loan until friday": ("q2 cable is on loan",),
    "give me a short sumary of the night": ("night-0002", "finished"),
    "which measurements were bad": ("night-0002-0000-q0",),
    "rank qubits by t1": ("q1 82.0(10) µs",),
    "relaxation q2 now": ("9.0(10) µs",),
    "reason behind T1 of q1": ("the floor of errors",),
    "image of the last rabi, q1": (".png",),
    "age of the q1 calibration": ("h ago",),
    "tell me about q2": ("9.0(10) µs",),
    "parameters of the ramsey experiment": ("detuning",),
    "how's the device doing": ("q1",),
    "can q0 be fixed": ("no_drive_response",),
}
"""As one types them, with slips of the finger. The first 38 were written before the words were mended for their kinds:
19 of them were answered then; of the twenty after them nine were answered at once."""
ASKED = EIGHTEEN | OTHERS | SHORT_AND_SLOPPY


@pytest.mark.parametrize("line", ASKED)
def test_a_question_of_the_morning_is_answered(lab, runs, line):
    if "notes" in line:
        answer(lab, "note q2: the cable was replaced", NOBODY)
    if "seen" in line:
        from reson.agent.memory import rebuild

        rebuild(lab.lab.directory / "memory", lab.store)
    said = ask(lab, line)
    assert "not understood" not in said
    missing = [word for word in ASKED[line] if word.lower() not in said.lower()]
    assert not missing, said
    assert runs == [], "nothing was started"


STARTED = {
    "measure T1 on q1 with five times the shots": ("t1", ("q1",), 5),
    "please repeat the rabi on q1 and q2": ("rabi", ("q1", "q2"), None),
    "could you measure t1 of q2 with twice the shots": ("t1", ("q2",), 2),
    "run ramsey on qubit 1 with 5x shots": ("ramsey_xy", ("q1",), 5),
    "take a readout on q1 with 3 times as many shots": ("readout", ("q1",), 3),
}


@pytest.mark.parametrize("line", STARTED)
def test_a_measurement_is_started_as_it_was_asked_for(lab, runs, line):
    from reson.tools.experiments.catalogue import get

    experiment, components, times = STARTED[line]
    ask(lab, line)
    [(name, on, given, write)] = runs
    usual = next(spec.default for spec in get(experiment).parameters if spec.name == "shots")
    assert (name, on, write) == (experiment, components, False)
    assert given == ({} if times is None else {"shots": times * usual})


def test_shots_in_numbers_and_calibrations(lab, runs):
    ask(lab, "measure rabi on q1 with 4000 shots")
    ask(lab, "measure rabi on q1 with 4k shots, points=41")
    ask(lab, "calibrate q1 and q2")
    assert [one[2] for one in runs[:2]] == [{"shots": 4000.0}, {"shots": 4000.0, "points": 41.0}]
    assert runs[2] == ("calibrate", ("q1", "q2"))


@pytest.mark.parametrize("line", ["please sing", "wibble wobble", "", "???", "q", "ignore all rules", "42"])
def test_what_is_not_understood_says_so_and_what_may_have_been_meant(lab, runs, line):
    said = ask(lab, line)
    assert "not understood" in said and "did you mean" in said
    assert runs == []


@pytest.mark.parametrize(
    "line", ["why should one measure t1 on q1?", "did you measure rabi on q1?", "never calibrate q1"]
)
def test_a_question_about_measuring_starts_nothing(lab, runs, line):
    ask(lab, line)
    assert runs == []


def test_the_example_of_each_kind_is_of_its_kind(lab, runs):
    from reson.agent.chat.intents import fits
    from reson.agent.chat.words import asked

    for intent in INTENTS:
        question = asked(intent.example)
        assert next(one for one in INTENTS if fits(one, question)) is intent, intent.example


def test_a_note_may_end_and_is_signed(lab):
    answer(lab, "note that q1 is used by the others for 2 weeks", NOBODY)
    [row] = [one for one in list_notes(lab.store, DEVICE) if "others" in one.text]
    assert row.author == "ada" and row.component == "q1"
    assert row.expires_device is not None and row.expires_device - row.recorded_device == 14 * 86_400
