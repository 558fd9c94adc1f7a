"""Opens the brain that lab.toml names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from reson.agent.brains.cascade import CascadeBrain
from reson.agent.brains.model import ModelBrain
from reson.agent.brains.replay import open_replay
from reson.agent.model.capabilities import CAPABILITIES, EVERYTHING, Capabilities, capabilities
from reson.agent.model.desk import Tell, open_desk
from reson.agent.model.files import FilesEndpoint
from reson.trajectory import read_events

if TYPE_CHECKING:
    from reson.agent.asking.looking import Lookup
    from reson.agent.brains.brain import Brain
    from reson.agent.config import LabConfig, ModelSettings
    from reson.tools.store.blobs import Blobs


def open_brain(
    config: LabConfig,
    lab: Path,
    run: Path,
    blobs: Blobs,
    tell: Tell,
    stop: Event,
    lookup: Lookup | None = None,
    in_force: Callable[[], ModelSettings] | None = None,
) -> Brain:
    """A brain other than the offline one. ``lookup``: what a model may look up at night; ``in_force``: its settings as
    they stand at the moment of a question.

    Raises ``OperatorError`` where it lacks a model, a key or a recording.
    """
    past = read_events(run / "trajectory.jsonl")
    settings = config.model
    if config.brain == "replay":
        return open_replay(Path(settings.recording), past)
    if config.brain == "files":
        by_hand = FilesEndpoint(run / "questions", settings.files_wait_minutes * 60, stop)
        named = settings.model_copy(update={"choose": "by hand", "read": ""})
        desk = open_desk(by_hand, named, blobs, tell, past)
        return ModelBrain(desk, lambda: EVERYTHING, "files", config.cascade.sure)
    from reson.agent.model.endpoint import open_endpoint

    desk = open_desk(open_endpoint(settings, stop), settings, blobs, tell, past, in_force)
    found: list[Capabilities] = []

    def able() -> Capabilities:
        """Found out once by each process, as soon as the endpoint answers at all."""
        if not found:
            found.append(capabilities(desk, lab / CAPABILITIES))
        return found[0]

    model = ModelBrain(desk, able, "openai", config.cascade.sure, lookup=lookup)
    return CascadeBrain(model, config.cascade) if config.brain == "cascade" else model
