"""What is missing or misspelt in a lab stops the start, by name; nothing falls back to a default without a word."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reson.agent.config import load_config
from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, start
from reson.agent.policy import DEFAULT_POLICY, load_policy, parse_policy
from reson.errors import OperatorError
from reson.tools.store.measurements import list_measurements
from reson.tools.store.runs import list_runs, start_run


def _nothing(kind: str, body: object) -> None:
    pass


def _start(lab: Lab) -> None:
    start(open_lab(lab.directory), Plan(kind="run", experiment="resonator_spectroscopy", writes=False), _nothing)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lab = open_lab(tmp_path_factory.mktemp("kept") / "lab", seed=3, qubits=2)
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("device_minutes = 120.0", "device_minutes = 10.0"))
    _start(lab)
    return lab.directory


@pytest.fixture
def used(kept: Path, tmp_path: Path) -> Lab:
    """One run on record, with a budget of its own."""
    return open_lab(Path(shutil.copytree(kept, tmp_path / "lab")))


def _replaced(old: str, new: str) -> Callable[[Path], None]:
    def change(lab: Path) -> None:
        text = (lab / "lab.toml").read_text()
        assert old in text
        (lab / "lab.toml").write_text(text.replace(old, new))

    return change


def _cut(at: str) -> Callable[[Path], object]:
    return lambda lab: (lab / "lab.toml").write_text((lab / "lab.toml").read_text().partition(at)[0])


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "policy deleted": (lambda lab: (lab / "policy.toml").unlink(), r"policy\.toml is gone"),
    "lab.toml emptied": (lambda lab: (lab / "lab.toml").write_text(""), r"lab\.toml is empty"),
    "lab.toml with comments only": (lambda lab: (lab / "lab.toml").write_text("# device\n"), r"lab\.toml is empty"),
    "lab.toml deleted": (lambda lab: (lab / "lab.toml").unlink(), r"holds lab\.db .*but no lab\.toml"),
    "lab.toml and lab.db deleted": (
        lambda lab: [(lab / name).unlink() for name in ("lab.toml", "lab.db")],
        r"holds blobs and runs but no lab\.toml",
    ),
    "cut before the device": (_cut("[device]"), r"record is of simulated-3, and its lab\.toml describes simulated-7"),
    "cut before the budget": (_cut("[budget]"), r"no longer says budget\.device_minutes \(it was 10\.0"),
    "cut inside the budget": (_cut("device_minutes"), r"no longer says budget\.device_minutes \(it was 10\.0"),
    "another chip": (_replaced("seed = 3", "seed = 4"), "record is of simulated-3"),
    "fewer qubits": (_replaced("qubits = 2", "qubits = 1"), "parameter table has q1 of simulated-3"),
    "a rule for a qubit that is not there": (
        lambda lab: (lab / "policy.toml").write_text('[[rule]]\ndecision = "deny"\ncomponent = "q[2-9]"\n'),
        r"rules for q\[2-9\]",
    ),
}


@pytest.mark.parametrize(("spoil", "told"), SPOILT.values(), ids=list(SPOILT))
def test_a_spoilt_lab_does_not_start(used: Lab, spoil: Callable[[Path], object], told: str) -> None:
    spoil(used.directory)
    with pytest.raises(OperatorError, match=told):
        _start(used)
    if (used.directory / "lab.db").exists():
        assert len(list_runs(used.store())) == 1


def test_a_limit_written_out_again_starts(used: Lab) -> None:
    _replaced("device_minutes = 10.0", "device_minutes = 120.0")(used.directory)
    _start(used)
    assert len(list_measurements(used.store())) == 4


MISSPELT = [
    ('parameter = "x_amplitud"', "parameter: 'x_amplitud' fits no parameter; did you mean x_amplitude"),
    ('parameter = "drive_frequnecy"', "did you mean drive_frequency"),
    ('experiment = "raby"', "did you mean rabi"),
    ('experiment = "Rabi"', "did you mean rabi"),
    ('component = "Q3"', "did you mean q3"),
    ('component = "qubit 3"', "component: 'qubit 3' fits no component"),
    ('component = "q500"', "fits no component"),
    ('component = ""', "fits no component"),
    ('device_kind = "simulator"', "did you mean simulated"),
    ('device_kind = "IBM"', "did you mean ibm"),
]


@pytest.mark.parametrize(("line", "told"), MISSPELT)
def test_a_misspelt_name_in_a_rule_is_refused_with_its_line(line: str, told: str) -> None:
    with pytest.raises(OperatorError) as caught:
        parse_policy(f'[[rule]]\ndecision = "ask"\n\n[[rule]]\nname = "it"\ndecision = "deny"\n{line}\n')
    assert "line 7" in caught.value.what
    assert told in caught.value.what


@pytest.mark.parametrize(
    "line",
    ['component = "q[0-4]"', 'component = "q1-q4"', 'component = "c1-4"', 'experiment = "fine_*"', 'device_kind = "*"'],
)
def test_names_and_patterns_that_fit_something_are_taken(line: str) -> None:
    assert len(parse_policy(f'[[rule]]\ndecision = "deny"\n{line}\n').rule) == 1


def test_files_that_an_editor_saved_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    lab = open_lab(tmp_path / "lab", seed=3, qubits=2)
    for name in ("lab.toml", "policy.toml"):
        path = lab.directory / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_config(lab.directory / "lab.toml") == lab.config
    assert load_policy(lab.directory / "policy.toml") == parse_policy(DEFAULT_POLICY)


def test_a_second_directory_on_the_same_database_starts_nothing(used: Lab, tmp_path: Path) -> None:
    _replaced('database = ""', f'database = "sqlite:///{used.directory / "lab.db"}"')(used.directory)
    _start(used)  # the directory whose runs they are goes on
    second = open_lab(tmp_path / "second", seed=3, qubits=2)
    _replaced('database = ""', f'database = "sqlite:///{used.directory / "lab.db"}"')(second.directory)
    before = [row.id for row in list_runs(used.store())]
    with pytest.raises(OperatorError, match=r"run-0002, on record in this database, was not made in .*second"):
        _start(second)
    assert [row.id for row in list_runs(used.store())] == before


def test_a_run_that_somebody_else_began_meanwhile_is_not_taken_for_ones_own(used: Lab) -> None:
    store = used.store()
    (known,) = list_runs(store)
    with pytest.raises(OperatorError, match="is on record already"):
        start_run(store, known.id, known.kind, known.device, {}, 3, 0.0, new=True)
    assert list_runs(store) == [known]
