"""`reson analyse`: a file of one's own, without a lab and kept in one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reson.tools.store.blobs import Blobs
from tests.agent.cli.conftest import Command

T1 = 30.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rng, delay = np.random.default_rng(4), np.linspace(0.5, 150.0, 31)
    ones = rng.binomial(1000, 0.04 + 0.92 * np.exp(-delay / T1))
    rows = [f"{at:.2f},{one / 1000}" for at, one in zip(delay, ones, strict=True)]
    place = tmp_path / "my t1.csv"
    place.write_text("\n".join(["delay,pop", *rows]))
    return place


def usual(file: Path) -> tuple[str, ...]:
    return "analyse", str(file), "--experiment", "t1", "--x", "delay:us", "--y", "pop:p1", "--shots", "1000"


def test_a_file_gets_a_verdict_values_and_a_picture_without_a_lab(reson_nowhere: Command, file: Path) -> None:
    said = reson_nowhere(*usual(file), "--json")
    assert said.code == 0 and said.json["verdict"] == "accept" and said.json["reading"]["status"] == "SUCCESS"
    t1 = said.json["quantities"]["t1"]
    assert abs(t1["value"] - T1 * 1e-6) < 4 * t1["stderr"] and t1["unit"] == "s"
    assert Path(said.json["picture"]).read_bytes().startswith(b"\x89PNG")
    shown = reson_nowhere(*usual(file), "--qubit", "3", "--png", str(file.parent / "other.png"))
    assert shown.out.startswith("accept: t1") and "µs" in shown.out and (file.parent / "other.png").exists()


def test_it_is_kept_under_the_name_of_who_brought_it_and_the_record_is_sound(
    reson: Command, lab: Path, file: Path
) -> None:
    before = reson("runs", "--json").json
    said = reson(*usual(file), "--set", "drive_frequency=5.1GHz", "--record", "--by", "Ada", "--json")
    kept = said.json["measurement"]
    (run,) = [one for one in reson("runs", "--json").json if one not in before]
    again = reson(*usual(file), "--set", "drive_frequency=5.1GHz", "--record", "--by", "Ada", "--json")
    assert again.json["measurement"] == kept
    assert (run["device"], run["ending"]) == ("own data", "finished")
    assert reson("check").code == 0  # also with a control value that the parameter table never held
    found = reson("runs", "show", run["id"], "--json").json
    assert kept in str(found) and Path(said.json["picture"]).read_bytes() in [
        one.read_bytes() for one in Blobs(lab / "blobs").directory.glob("*.png")
    ]
    assert reson("report").code == 0  # of the last run on the device
    assert reson("run", "resonator_spectroscopy", "--qubits", "0", "--json").code == 0  # the lab goes on as before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--experiment", "t11"), "did you mean t1"),
        (("--experiment", "leakage_rb"), "circuits of Reson's own"),
        (("--x", "delay"), "--x delay:us"),
        (("--set", "anharmonicity=5 s"), "anharmonicity: '5 s' is not in Hz"),
        (("--set", "colour=5"), "told nothing called 'colour'"),
        (("--record", "--by", "policy: me"), "no name of a person"),
        (("--png", "/nowhere/at/all.png"), "cannot be written"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(reson: Command, file: Path, change: tuple[str, ...], said: str) -> None:
    words = dict(zip(usual(file)[2::2], usual(file)[3::2], strict=True))
    if change[0] in words:
        words[change[0]], change = change[1], change[2:]
    answer = reson("analyse", str(file), *(part for pair in words.items() for part in pair), *change)
    assert answer.code in (1, 2) and said in answer.err and not answer.out


def test_the_list_tells_what_files_hold(reson_nowhere: Command) -> None:
    listed = {one["experiment"]: one for one in reson_nowhere("analyse", "--list", "--json").json}
    assert listed["rabi"]["asked"] == "anharmonicity, pulse_duration" and listed["ramsey_xy"]["curves"] == "X, Y"
    assert "--experiment NAME" in reson_nowhere("analyse").err
