"""Reads a single picture from anywhere, outside of any run: what ``reson read`` and the reading evals ask."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from threading import Event

from reson.agent.asking.read_by_model import read_by_model
from reson.agent.brain_names import BRAINS
from reson.agent.brains.cascade import CascadeBrain
from reson.agent.brains.model import ModelBrain
from reson.agent.brains.opening import open_brain
from reson.agent.config import LabConfig
from reson.agent.model.conversation import NoAnswer
from reson.agent.model.desk import Tell
from reson.agent.reading import read_saved_data
from reson.errors import OperatorError
from reson.records import Reading
from reson.tools.data import Analysis, Axis
from reson.tools.store.blobs import Blobs
from reson.tools.store.measurements import MeasurementRow, list_measurements, load_analysis
from reson.tools.store.store import Store

NEEDS_A_MODEL = (
    "the offline brain reads saved data, and this picture belongs to no measurement of this lab",
    "--brain local looks at the picture; or name a model with vision under [model] in lab.toml and add --brain openai",
)


def open_reader(config: LabConfig, lab: Path, place: Path, blobs: Blobs, tell: Tell) -> ModelBrain:
    """The reader with eyes of a brain, which may be a person's.

    ``place``: where questions to a person are put.

    Raises ``OperatorError`` for a brain that has none, or whose model or key is missing.
    """
    if not BRAINS[config.brain].looks:
        able = ", ".join(name for name, row in BRAINS.items() if row.looks)
        raise OperatorError(f"the brain {config.brain} does not look at pictures", f"--brain {able}: docs/brains.md")
    brain = open_brain(config, lab, place, blobs, tell, Event())
    model = brain.model if isinstance(brain, CascadeBrain) else brain
    assert isinstance(model, ModelBrain), "these brains ask a model"
    return model


def look_at(reader: ModelBrain, picture: Path, experiment: str, unit: str = "") -> Reading:
    """What the reader sees in the picture of an experiment; ``unit``: of its horizontal axis, where it is known.

    Raises ``OperatorError`` where there is no usable answer.
    """
    x_axis, y_axis = (Axis(label="", unit=one) for one in (unit, ""))
    nothing = Analysis(experiment=experiment, series=(), quantities={}, x_axis=x_axis, y_axis=y_axis)
    try:
        return read_by_model(reader.desk, reader.able(), picture, nothing)
    except NoAnswer as error:
        raise OperatorError(
            f"there is no reading of {picture.name}: {error.message}", "`reson model check` tries the model out"
        ) from error


def in_record(store: Store, picture: Path) -> MeasurementRow | None:
    """The measurement that a figure of this lab was drawn from."""
    sha = hashlib.sha256(picture.read_bytes()).hexdigest()
    return next((row for row in list_measurements(store) if row.figure_sha == sha), None)


def read_from_record(store: Store, picture: Path) -> Reading:
    """The offline reading of a figure of this lab, from the data that it was drawn from.

    Raises ``OperatorError`` for any other picture: the offline reader has no eyes.
    """
    row = in_record(store, picture)
    if row is None:
        raise OperatorError(*NEEDS_A_MODEL)
    return read_saved_data(load_analysis(store, row))


def as_png(picture: Path, folder: Path) -> Path:
    """The picture as PNG, in ``folder`` where it was none. Raises ``OperatorError`` for what is no picture."""
    from PIL import Image, UnidentifiedImageError

    try:
        data = picture.read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            if image.format == "PNG":
                return picture
            folder.mkdir(parents=True, exist_ok=True)
            converted = folder / f"{hashlib.sha256(data).hexdigest()}.png"
            image.convert("RGB").save(converted, format="png")
            return converted
    except (OSError, UnidentifiedImageError) as error:
        raise OperatorError(f"{picture} is no picture that can be read", "give a PNG, JPEG or WebP file") from error
