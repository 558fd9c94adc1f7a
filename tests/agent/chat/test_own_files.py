"""Files of a person's own in a conversation: the same verdict as at the command line, and no file elsewhere is read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reson.agent.chat.commands import answer
from reson.agent.chat.opening import open_record
from reson.agent.lab import Lab, open_lab
from reson.agent.operations.own_files import ANALYSE_FILE
from reson.errors import OperatorError, ToolError
from reson.tools.store.integrity import problems
from tests.agent.brains.chat_server import Answer, pictures_of
from tests.agent.chat.test_chat import Keyboard, talk

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "rabi.csv"
GIVEN = {"file": "rabi.csv", "experiment": "rabi", "x": "amp_mV", "y": ["I_mV", "Q_mV"]}
TOLD = {"anharmonicity": "-210MHz", "pulse_duration": "32ns"}
LINE = "analyse rabi.csv as rabi x=amp_mV y=I_mV y=Q_mV anharmonicity=-210MHz pulse_duration=32ns"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    lab = open_lab(tmp_path / "lab", seed=3, qubits=1)
    (lab.directory / "data").mkdir()
    shutil.copy(EXAMPLE, lab.directory / "data")
    return lab


def test_a_file_is_judged_as_at_the_command_line_and_nothing_is_written(lab: Lab) -> None:
    record = open_record(lab)
    found = answer(record, LINE, Keyboard().person())
    assert found["verdict"] == "accept" and found["quantities"]["x_amplitude"]["unit"] == "V"
    assert Path(found["plot"]).read_bytes().startswith(b"\x89PNG")
    assert answer(record, "runs", Keyboard().person()) == [] and list(problems(record.store)) == []


def test_a_model_sees_verdict_and_plot(lab: Lab) -> None:
    script = [Answer(calls=(("analyse_file", GIVEN | {"told": TOLD}),)), Answer(text="A Rabi oscillation.")]
    requests = talk(lab, script, Keyboard(), "what is in rabi.csv?")
    told = next(one["content"] for one in requests[1]["messages"] if one["role"] == "tool")
    assert '"verdict": "accept"' in told
    assert len(pictures_of(requests[1])) == 1


@pytest.mark.parametrize(
    "name", ["../lab.toml", "/etc/hostname", "link.csv", "folder", ".", "no\0thing", "x" * 5000, "none.csv", "~/.ssh"]
)
def test_no_other_file_is_read(lab: Lab, name: str) -> None:
    (lab.directory / "data" / "folder").mkdir()
    (lab.directory / "data" / "link.csv").symlink_to(lab.directory / "lab.toml")
    with pytest.raises(ToolError, match="there is no file") as caught:
        ANALYSE_FILE.in_words(open_record(lab), {"file": name, "experiment": "t1", "y": ["p:p1"], "x": "t:us"})
    assert "rabi.csv" in caught.value.message


def test_what_a_file_lacks_is_asked_for_by_name(lab: Lab) -> None:
    with pytest.raises(OperatorError, match="anharmonicity"):
        answer(open_record(lab), LINE.replace(" anharmonicity=-210MHz", ""), Keyboard().person())
    with pytest.raises(ToolError, match="did you mean"):
        answer(open_record(lab), LINE.replace("as rabi", "as raby"), Keyboard().person())
