"""`reson read`: a picture from anywhere through a model or the eyes, and a figure of the lab without one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reson.evals.closed_loop.endpoint import model_settings, serving
from reson.tools.store.blobs import Blobs
from tests.agent.cli.conftest import Command, call


def figure_of(lab: Path) -> Path:
    return next(Blobs(lab / "blobs").directory.glob("*.png"))


def test_a_figure_of_the_lab_is_read_from_its_data(reson: Command, lab: Path) -> None:
    said = reson("read", str(figure_of(lab)), "--experiment", "qubit_spectroscopy", "--json")
    assert said.code == 0
    assert said.json["status"] == "SUCCESS"
    assert "not from the picture" in said.json["reader"]


def test_without_a_model_the_eyes_look_at_a_foreign_picture(reson: Command, lab: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.png"
    foreign.write_bytes(figure_of(lab).read_bytes() + b"\0")
    said = reson("read", str(foreign), "--experiment", "qubit_spectroscopy", "--json")
    assert said.code == 0, said.err
    assert said.json["seen"] == "picture" and said.json["family"] == "qubit_spectroscopy"
    assert sum(said.json["statuses"].values()) == pytest.approx(1)


def test_the_offline_brain_itself_does_not_guess_at_a_foreign_picture(
    reson: Command, lab: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "foreign.png"
    foreign.write_bytes(figure_of(lab).read_bytes() + b"\0")
    said = reson("read", str(foreign), "--experiment", "rabi", "--brain", "offline")
    assert said.code == 1
    assert "saved data" in said.err and "--brain local" in said.err


def test_the_eyes_need_no_lab_and_take_the_panels_of_one_measurement(lab: Path, tmp_path: Path) -> None:
    picture, nowhere = str(figure_of(lab)), tmp_path / "nowhere"
    said = call(nowhere, "read", picture, picture, "--json")
    assert said.code == 0, said.err
    assert said.json["reader"].startswith("eyes") and not nowhere.exists()
    told = call(nowhere, "read", picture, "--experiment", "standard_rb")
    assert told.code == 1 and "not trained on plots of standard_rb" in told.err


def test_a_model_reads_a_picture_from_anywhere(reson: Command, lab: Path, tmp_path: Path) -> None:
    from PIL import Image

    foreign = tmp_path / "foreign.jpg"
    Image.open(figure_of(lab)).convert("RGB").save(foreign)
    with serving("contrary") as url:
        settings = model_settings("contrary", url)
        text = (lab / "lab.toml").read_text().split("[model]")
        own = "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items() if name != "capabilities")
        able = "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings["capabilities"].items())
        (lab / "lab.toml").write_text(f"{text[0]}[model]\n{own}\n[model.capabilities]\n{able}\n")
        said = reson("read", str(foreign), "--experiment", "rabi", "--brain", "openai", "--json")
    assert said.code == 0, said.err
    assert (said.json["status"], said.json["outcome"]) == ("NO_SIGNAL", "apparatus")
    assert said.json["reader"] == "scripted-contrary: from the picture"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing.png", "--experiment", "rabi"), "there is no picture"),
        (("{figure}", "--experiment", "raby"), "did you mean rabi"),
        (("{figure}", "--experiment", "rabi", "--brain", "crystal"), "there is no brain"),
    ],
)
def test_wrong_usage_is_told(reson: Command, lab: Path, arguments: tuple[str, ...], told: str) -> None:
    said = reson("read", *(argument.format(figure=figure_of(lab)) for argument in arguments))
    assert said.code == 2 and told in said.err
