from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reson.agent.approvals import approve, authorise, reject
from reson.agent.config import MemorySettings
from reson.agent.memory import (
    Memory,
    MemoryDocument,
    catch_up,
    document_of_measurement,
    documents_of,
    keeps,
    open_memory,
    rebuild,
    recall,
    remember,
    stated,
)
from reson.agent.memory.chosen import embedding_of
from reson.agent.memory.embedding import Embedding, words
from reson.agent.policy import parse_policy
from reson.components import Qubit
from reson.errors import OperatorError
from reson.records import (
    Action,
    ActionKind,
    Check,
    CheckCode,
    Effect,
    FitReliability,
    Judgement,
    Outcome,
    Quantity,
    Reading,
    Seen,
    Status,
    Verdict,
)
from reson.tools.data import Analysis, Axis, RawData
from reson.tools.store.lessons import record_lesson
from reson.tools.store.measurements import get_measurement, record_analysis, record_measurements
from reson.tools.store.runs import start_run
from reson.tools.store.store import Store, open_store
from tests.agent.embedding_server import embedding_server


def _at(year: int, month: int, day: int, hour: int) -> float:
    return datetime(year, month, day, hour, tzinfo=UTC).timestamp()


def _measured(store: Store, name: str, experiment: str, qubit: int, value: float, verdict: Verdict, why: str) -> None:
    raw = RawData(experiment, Qubit(qubit), {}, {}, 100, [{}], {"counts": np.ones((1, 2), int)}, 0.0, float(len(name)))
    record_measurements(store, "run", 1, f"job-{name}", why, {name: raw})
    axis = Axis(label="x", unit="s")
    quantities = {experiment: Quantity(value=value, stderr=value / 50, unit="s")}
    analysis = Analysis(experiment=experiment, series=(), x_axis=axis, y_axis=axis, quantities=quantities)
    failed = verdict is not Verdict.ACCEPT
    check = Check(
        name="history",
        code=CheckCode.JUMP,
        passed=not failed,
        severity=verdict,
        message=f"{experiment} collapsed to a tenth",
    )
    reading = Reading(
        outcome=Outcome.EXPECTED,
        reliability=FitReliability.RELIABLE,
        status=Status.SUCCESS,
        confidence=1.0,
        reason="clear",
        reader="test",
        seen=Seen.PICTURE,
    )
    record_analysis(store, name, analysis, b"PNG", Judgement(verdict=verdict, checks=(check,)), reading, "campaign")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(tmp_path)
    start_run(store, "run", "night", "chip", {}, 7, 0.0)
    _measured(store, "m1", "t1", 3, 9e-6, Verdict.REVIEW, "nightly check")
    _measured(store, "m2", "t1", 1, 9e-5, Verdict.ACCEPT, "nightly check")
    _measured(store, "m3", "rabi", 3, 0.2, Verdict.ACCEPT, "amplitude is unknown")
    record_lesson(store, "l1", "run", "q2", "a two-level system crosses at 5.1 GHz after midnight", 50.0)
    measure = {"kind": ActionKind.MEASURE, "effect": Effect.MEASURES, "device": "chip", "component": "q4"}
    asked: dict[str, Any] = {"run_id": "run", "device_kind": "simulated", "verdict": None, "evidence": {}}
    for name, policy in (("a", ""), ("b", ""), ("by policy", '[[rule]]\ndecision = "auto"')):
        action = Action(**measure, arguments={"experiment": "qubit_spectroscopy", "n": name})
        why = "q4 gave no signal"
        authorise(store, parse_policy(policy), action, approval_id=name, why=why, device_time=60.0, **asked)
    approve(store, "a", "ann")
    reject(store, "b", "bob", "the line of q4 is disconnected")
    return store


@pytest.fixture
def memory(tmp_path: Path, store: Store) -> Memory:
    memory = open_memory(tmp_path / "memory")
    remember(memory, documents_of(store))
    return memory


def test_each_measurement_each_decision_of_a_person_and_each_lesson_is_a_document(store: Store) -> None:
    assert {document.id for document in documents_of(store)} == {
        "measurement:m1",
        "measurement:m2",
        "measurement:m3",
        "approval:a",
        "approval:b",
        "lesson:l1",
    }


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("T1 of q3 collapsed", "measurement:m1"),
        ("two level system crossing", "lesson:l1"),
        ("disconnected line", "approval:b"),
        ("rabi q3", "measurement:m3"),
        ("who said no to qubit spectroscopy on q4? rejected", "approval:b"),
    ],
)
def test_what_is_similar_is_found_first(memory: Memory, question: str, found: str) -> None:
    hits = recall(memory, question, limit=3)
    assert hits[0].id == found
    assert [hit.distance for hit in hits] == sorted(hit.distance for hit in hits)


def test_metadata_filters_and_carries_the_numbers(memory: Memory) -> None:
    (hit,) = recall(memory, "t1", where=[{"kind": "measurement"}, {"component": "q1"}, {"device": "chip"}], limit=9)
    assert hit.metadata["t1"] == 9e-5
    assert (hit.metadata["verdict"], hit.metadata["status"], hit.metadata["experiment"]) == ("accept", "SUCCESS", "t1")
    assert [hit.id for hit in recall(memory, "t1", where=[{"t1": {"$lt": 1e-5}}], limit=9)] == ["measurement:m1"]
    assert recall(memory, "t1", where=[{"component": "q9"}], limit=9) == []
    assert len(recall(memory, "anything at all", limit=50)) == 6


def test_a_quantity_cannot_pose_as_a_field(store: Store) -> None:
    row = get_measurement(store, "m1")
    row = row.model_copy(update={"quantities": {"component": Quantity(value=1.0)}})
    assert document_of_measurement(row).metadata["component"] == "q3"


def test_remembering_again_replaces(memory: Memory) -> None:
    document = MemoryDocument(id="x", text="first", metadata={"kind": "lesson"})
    remember(memory, [document])
    remember(memory, [document.model_copy(update={"text": "second"})])
    remember(memory, [])
    assert [hit.text for hit in recall(memory, "first", limit=50) if hit.id == "x"] == ["second"]


def test_memory_outlives_the_process(tmp_path: Path, store: Store) -> None:
    script = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from reson.agent.memory import documents_of, open_memory, remember
from reson.tools.store.store import open_store
lab = Path(sys.argv[1])
remember(open_memory(lab / "memory"), documents_of(open_store(lab)))
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=600, check=False)
    assert done.returncode == -9
    hits = recall(open_memory(tmp_path / "memory"), "T1 of q3 collapsed", limit=1)
    assert [hit.id for hit in hits] == ["measurement:m1"]


def _everything(memory: Memory) -> dict[str, tuple[str, dict[str, Any]]]:
    return {hit.id: (hit.text, hit.metadata) for hit in recall(memory, "t1", limit=50)}


def test_it_can_be_made_again_from_the_store(tmp_path: Path, memory: Memory, store: Store) -> None:
    before = _everything(memory)
    memory.close()
    assert rebuild(tmp_path / "memory", store) == len(before)
    assert _everything(open_memory(tmp_path / "memory")) == before
    assert {path.name for path in tmp_path.iterdir()} == {"blobs", "lab.db", "memory"} | {
        path.name for path in tmp_path.glob("lab.db-*")
    }


@pytest.mark.parametrize("damage", ["truncated", "garbage", "a file"])
def test_a_damaged_memory_names_its_remedy_which_works(
    tmp_path: Path, memory: Memory, store: Store, damage: str
) -> None:
    memory.close()
    directory = tmp_path / "memory"
    file = directory / "chroma.sqlite3"
    if damage == "a file":
        directory.rename(tmp_path / "aside")
        directory.write_text("not a directory")
    else:
        file.write_bytes(file.read_bytes()[:20_000] if damage == "truncated" else b"garbage" * 1000)
    with pytest.raises(OperatorError, match="memory") as caught:
        open_memory(directory)
    assert "reson memory rebuild" in caught.value.remedy
    assert rebuild(directory, store) == 6
    assert recall(open_memory(directory), "T1 of q3 collapsed", limit=1)[0].id == "measurement:m1"


def test_no_connection_is_opened(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    memory = open_memory(tmp_path / "memory")
    remember(memory, documents_of(store))
    assert recall(memory, "t1", limit=1)


def test_embedding_is_fixed_and_of_unit_length() -> None:
    texts = ["T1 of q3 collapsed", "t1 of q3 collapsed", "", "!?", "5.1 GHz"]
    vectors = words(texts)
    assert vectors.shape[0] == 5
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(vectors[0], vectors[1])
    script = "from reson.agent.memory.embedding import words; open(1, 'wb').write(words(['q3 t1']).tobytes())"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=600).stdout
    assert hashlib.sha256(other).digest() == hashlib.sha256(words(["q3 t1"]).tobytes()).digest(), "same in each process"


def test_similar_words_are_nearer_than_others() -> None:
    question, near, far = words(["frequency collision", "frequencies collided", "readout amplitude"])
    assert question @ near > question @ far + 0.1


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("lifetime collapsed", "T1 has moved by 22 sigma from 88 µs", "the readout line brings back noise alone"),
        ("paramp overloaded", "an amplifier saturates", "the fridge warmed up over the weekend"),
        ("someone pulled the coax", "the cable was disconnected", "the curve misses the data"),
    ],
)
def test_words_that_mean_the_same_are_near_without_a_letter_in_common(question: str, near: str, far: str) -> None:
    asked, one, other = words([question, near, far])
    assert asked @ one > asked @ other + 0.1


NOW = datetime(2026, 12, 20, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("question", "holds", "breaks"),
    [
        ("T1 of q3 fell", {"component": "q3"}, {"component": "q30"}),
        ("what of Qubit 12?", {"component": "q12"}, {"component": "q1"}),
        ("the pair q4-q1", {"component": "q1-q4"}, {"component": "q1"}),
        ("what happened in night-0007", {"run_id": "night-0007"}, {"run_id": "night-0070"}),
        ("on 2026-03-12", {"device_time": _at(2026, 3, 12, 23)}, {"device_time": _at(2026, 3, 13, 0)}),
        ("on the 3rd of May", {"device_time": _at(2026, 5, 3, 1)}, {"device_time": _at(2026, 5, 4, 1)}),
        ("on dec 24", {"device_time": _at(2025, 12, 24, 1)}, {"device_time": _at(2026, 12, 24, 1)}),
        ("in february", {"device_time": _at(2026, 2, 28, 23)}, {"device_time": _at(2026, 3, 1, 0)}),
    ],
)
def test_what_a_question_states_is_a_filter(question: str, holds: dict[str, Any], breaks: dict[str, Any]) -> None:
    where = stated(question, NOW)
    assert keeps(where, holds) and not keeps(where, breaks)


@pytest.mark.parametrize("question", ["it may march on", "T1 was 5e-6", "31 June", "2026-13-45", "q", "sq3 up"])
def test_what_states_nothing_filters_nothing(question: str) -> None:
    assert stated(question, NOW) == []


def test_an_index_of_another_embedding_is_known_and_its_vectors_never_meet(tmp_path: Path, memory: Memory) -> None:
    memory.close()
    other = Embedding("others-1", lambda texts: np.ones((len(texts), 3), np.float32))
    again = open_memory(tmp_path / "memory", other)
    assert again.outdated and recall(again, "t1") == []
    assert not open_memory(tmp_path / "memory").outdated


def test_the_endpoint_embeds_and_where_it_is_away_the_offline_words_answer(tmp_path: Path, store: Store) -> None:
    said: list[str] = []
    with embedding_server() as server:
        chosen = embedding_of(MemorySettings(embedding="endpoint", model="some", base_url=server.url, key_env="NO_KEY"))
        memory = open_memory(tmp_path / "memory", chosen, lambda what, remedy: said.append(what))
        remember(memory, documents_of(store))
        assert server.asked and recall(memory, "T1 of q3 collapsed", limit=1)[0].id == server.favourite
        assert said == []
    late = MemoryDocument(id="late", text="the crane moved", metadata={"kind": "lesson"})
    remember(memory, [late])  # nobody listens any more
    assert recall(memory, "T1 of q3 collapsed", limit=1)[0].id == "measurement:m1"
    assert len(said) == 1 and "does not answer" in said[0]
    memory.close()
    with embedding_server(server.port) as server:
        again = open_memory(tmp_path / "memory", chosen)
        catch_up(again)
        assert [text for batch in server.asked for text in batch] == ["the crane moved"]


@pytest.mark.parametrize("answer", ["too few", "other lengths", "zeros", "no json"])
def test_an_endpoint_that_talks_nonsense_is_away(tmp_path: Path, store: Store, answer: str) -> None:
    said: list[str] = []
    with embedding_server(nonsense=answer) as server:
        chosen = embedding_of(MemorySettings(embedding="endpoint", model="some", base_url=server.url, key_env="NO_KEY"))
        memory = open_memory(tmp_path / "memory", chosen, lambda what, remedy: said.append(what))
        remember(memory, documents_of(store))
    assert recall(memory, "T1 of q3 collapsed", limit=1)[0].id == "measurement:m1"
    assert len(said) == 1
