"""Another brain beside a recorded one: who is asked, and the page that shows where they differ, with the plots."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reson.agent.brains.brain import Brain
from reson.agent.config import LabConfig
from reson.evals.replaying.recording import Recording
from reson.evals.replaying.replay import OpenBrain, Replay, ask_offline
from reson.records import Json

if TYPE_CHECKING:
    from reson.agent.model.desk import Tell


def ask(settings: Json) -> OpenBrain:
    """The brain of these settings (brain, [model], [cascade] of a lab.toml); empty: the offline one."""
    if not settings:
        return ask_offline

    @contextmanager
    def opened(directory: Path, tell: Tell) -> Iterator[Brain]:
        from threading import Event

        from reson.agent.brains.opening import open_brain
        from reson.tools.store.blobs import Blobs

        directory.mkdir(parents=True, exist_ok=True)
        config = LabConfig.model_validate(settings)
        yield open_brain(config, directory, directory, Blobs(directory / "blobs"), tell, Event())

    return opened


def side_by_side(recording: Recording, found: Replay, brain: str) -> str:
    """A self-contained page: each difference with both answers and the plot that they are about."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("reson.evals", "replaying"), autoescape=True, undefined=StrictUndefined
    )
    pictures = {
        name: "data:image/png;base64," + base64.b64encode(data).decode() for name, data in found.pictures.items()
    }
    return environment.get_template("model_check.html.j2").render(
        recording=recording,
        answers=found.answers,
        lab=[one for one in found.differences if one.what == "lab"],
        asked=found.asked,
        pictures=pictures,
        brain=brain,
    )
