"""Makes the gallery of reference plots under prompts/: ``python -m reson.evals.gallery``.

One simulated qubit is brought up; its plots are the good ones. Then it is detuned, overdriven, left without a drive or
measured over a wrong range, and the offline reader must take each plot for what it is meant to show, or nothing is
written; of three that it cannot tell the construction itself is the proof.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from reson.agent.reading import read_saved_data
from reson.records import Status
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.experiment import Analysis
from reson.tools.figures.style import png

SEED = 417
"""A chip of its own, on which nothing was tuned and nothing is evaluated."""
COLOURS = 64
STRETCH = 1.6

Controls = Mapping[str, float]


@dataclass(frozen=True)
class Recipe:
    """How to make one plot: factors on the qubit's values, an offset of its drive, and the arguments of the sweep."""

    experiment: str
    status: Status
    made: str
    arguments: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)
    """control or default argument -> factor."""
    detuned: float = 0.0
    """Hz added to the drive frequency."""
    by_eye: bool = False
    """Made so by construction and plain to the eye, though the offline reader takes it for something else."""
    stretched_curve: float = 0.0
    """The drawn curve is stretched by this factor along the sweep, as a fit with a bad start would be."""


NO_DRIVE = {"x_amplitude": 0.0, "sx_amplitude": 0.0}
_DECAYS = [
    recipe
    for name in ("t1", "t2_hahn")
    for recipe in (
        Recipe(name, Status.SUCCESS, "the window is a few decay times long and the curve follows the points"),
        Recipe(name, Status.WINDOW_TOO_SHORT, "the window is a fifth of the usual one", times={"max_delay": 0.15}),
        Recipe(name, Status.SAMPLING_TOO_COARSE, "the window is far too long", times={"max_delay": 14.0}),
        Recipe(name, Status.NO_SIGNAL, "the drive was off, so nothing decays", times=NO_DRIVE),
        Recipe(name, Status.FIT_POOR, "a curve that misses the points", stretched_curve=STRETCH),
    )
]
_FINE = [
    recipe
    for name, control, small, large in (
        ("fine_x_amplitude", "x_amplitude", 1.012, 1.08),
        ("fine_sx_amplitude", "sx_amplitude", 1.02, 1.12),
    )
    for recipe in (
        Recipe(name, Status.SUCCESS, "no rotation error is visible"),
        Recipe(name, Status.MODERATE_ERROR, "the pulse is one or two percent too strong", times={control: small}),
        Recipe(name, Status.LARGE_ERROR, "the pulse is about a tenth too strong", times={control: large}),
        Recipe(name, Status.NO_EXCITATION, "the drive was off", times=NO_DRIVE),
    )
]
RECIPES = (
    Recipe("qubit_spectroscopy", Status.SUCCESS, "one line inside the sweep"),
    Recipe("qubit_spectroscopy", Status.NO_SIGNAL, "the qubit is far outside the sweep", detuned=170e6),
    Recipe(
        "qubit_spectroscopy",
        Status.RANGE_TOO_NARROW,
        "the line lies on the edge of the sweep",
        detuned=19.3e6,
        by_eye=True,
    ),
    Recipe(
        "qubit_spectroscopy",
        Status.AMP_TOO_HIGH,
        "the drive is forty times too strong",
        times={"amplitude": 40.0},
        by_eye=True,
    ),
    Recipe("qubit_spectroscopy", Status.FIT_POOR, "a curve that misses the line", stretched_curve=STRETCH),
    Recipe("rabi", Status.SUCCESS, "more than one full period, and the curve follows it"),
    Recipe("rabi", Status.RANGE_TOO_NARROW, "the sweep ends before a full period", times={"max_amplitude": 0.3}),
    Recipe("rabi", Status.NO_SIGNAL, "the drive is far from the qubit", detuned=400e6),
    Recipe("rabi", Status.OFF_RESONANCE, "the drive is 36 MHz from the qubit", detuned=36e6, by_eye=True),
    Recipe(
        "rabi",
        Status.UNDERSAMPLED,
        "many periods on few points",
        arguments={"max_amplitude": 1.0, "points": 21},
        times={"pulse_duration": 5.0},
    ),
    Recipe("rabi", Status.FIT_POOR, "a curve that misses the oscillation", stretched_curve=STRETCH),
    Recipe("readout", Status.SUCCESS, "two clouds that can be told apart"),
    Recipe("readout", Status.NO_EXCITATION, "the drive was off: both preparations are the same", times=NO_DRIVE),
    Recipe("ramsey_xy", Status.SUCCESS, "about five turns that decay inside the window"),
    Recipe("ramsey_xy", Status.TOO_FEW_OSC, "the detuning is too small for the window", times={"detuning": 0.13}),
    Recipe("ramsey_xy", Status.NO_DETUNING, "there is no detuning", times={"detuning": 0.0}),
    Recipe("ramsey_xy", Status.TOO_MANY_OSC, "the detuning is too large for the points", times={"detuning": 3.4}),
    Recipe(
        "ramsey_xy",
        Status.SAMPLING_TOO_COARSE,
        "the window is many decay times long",
        times={"max_delay": 30.0, "detuning": 1 / 30},
    ),
    Recipe("ramsey_xy", Status.NO_SIGNAL, "the drive was off", times=NO_DRIVE),
    Recipe("ramsey_xy", Status.FIT_POOR, "curves that miss the fringes", stretched_curve=STRETCH),
    *_DECAYS,
    Recipe("rough_drag", Status.SUCCESS, "the curves cross at one place inside the sweep"),
    Recipe("rough_drag", Status.OPTIMAL_NOT_CENTERED, "the crossing is at the edge", arguments={"centre": -0.5e-9}),
    Recipe("rough_drag", Status.NO_SIGNAL, "the drive was off", times=NO_DRIVE),
    *_FINE,
    Recipe("fine_drag", Status.SUCCESS, "no phase error is visible"),
    Recipe("fine_drag", Status.MODERATE_ERROR, "the DRAG coefficient is somewhat off", times={"drag_beta": 0.8}),
    Recipe("fine_drag", Status.NO_EXCITATION, "the drive was off", times=NO_DRIVE),
    Recipe("standard_rb", Status.SUCCESS, "the survival decays towards one half"),
    Recipe("standard_rb", Status.WINDOW_TOO_SHORT, "the sequences are too short", times={"max_length": 0.03}),
    Recipe("standard_rb", Status.FIT_POOR, "a curve that misses the decay", stretched_curve=STRETCH),
)


def main() -> None:
    import reson.prompts

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path(reson.prompts.__file__).parent / "gallery")
    folder = parser.parse_args().into
    values, clock = calibrated_values()
    pictures, wrong = [], []
    for recipe in RECIPES:
        analysis = make(recipe, values, clock)
        status = read_saved_data(analysis).status
        if status is not recipe.status and not recipe.by_eye:
            wrong.append(f"{recipe.experiment} meant as {recipe.status} reads as {status}")
        pictures.append((recipe, small_png(png(get(recipe.experiment).draw(analysis)))))
    if wrong:
        raise SystemExit("\n".join(wrong))
    write(folder, pictures)
    print(f"{len(pictures)} plots, {sum(len(picture) for _, picture in pictures) / 1e3:.0f} kB, in {folder}")


def calibrated_values() -> tuple[dict[str, float], float]:
    """The table of a qubit that the offline brain has brought up, and the device's clock after it."""
    from reson.agent.lab import open_lab
    from reson.agent.launch import Plan, start
    from reson.tools.store.parameters import current

    with tempfile.TemporaryDirectory() as directory:
        lab = open_lab(Path(directory), seed=SEED, qubits=1)
        start(lab, Plan(kind="calibrate"), lambda kind, body: None)
        store = lab.store()
        table = current(store, f"simulated-{SEED}")["q0"]
        return {name: row.value for name, row in table.items()}, lab.device(store).now().timestamp()


def make(recipe: Recipe, values: Mapping[str, float], clock: float) -> Analysis:
    """Measure and analyse as the recipe says; ``clock`` in epoch seconds, when the values were true."""
    from reson.tools.devices.simulated.device import open_simulated
    from reson.tools.quantities import controls_only

    row = get(recipe.experiment)
    device = open_simulated(SEED, 1, {}, clock)
    changed = {name: value * recipe.times.get(name, 1.0) for name, value in values.items()}
    changed["drive_frequency"] += recipe.detuned
    device.load(controls_only({"q0": changed}))
    defaults = row.arguments({}, values)
    scaled = {name: defaults[name] * factor for name, factor in recipe.times.items() if name in defaults}
    limits = {spec.name: spec.high for spec in row.parameters}
    arguments = {**scaled, **recipe.arguments}
    arguments = {
        name: int(value) if name == "max_length" else min(value, limits[name]) for name, value in arguments.items()
    }
    analysis = row.analyse(row.acquire(device, {0: row.arguments(arguments, values)})[0])
    return _with_stretched_curve(analysis, recipe.stretched_curve) if recipe.stretched_curve else analysis


def _with_stretched_curve(analysis: Analysis, factor: float) -> Analysis:
    """The fitted curve is drawn out from the start of the sweep; the measured points stay."""
    stretched = []
    for series in analysis.series:
        x = np.array(series.fit_x)
        y = np.interp(x[0] + (x - x[0]) / factor, x, series.fit_y) if len(x) else x
        stretched.append(series.model_copy(update={"fit_y": tuple(float(value) for value in y)}))
    return analysis.model_copy(update={"series": tuple(stretched)})


def small_png(data: bytes) -> bytes:
    """The same picture with a palette: a third of the size, and no difference to the eye."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        stream = io.BytesIO()
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(stream, format="png", optimize=True)
        return stream.getvalue()


def write(folder: Path, pictures: list[tuple[Recipe, bytes]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    lines = ["# Reference plots of the simulated chip; made by `python -m reson.evals.gallery`, not by hand.\n"]
    for recipe, picture in pictures:
        name = f"{recipe.experiment}-{recipe.status.lower()}.png"
        (folder / name).write_bytes(picture)
        facts = {"experiment": recipe.experiment, "status": recipe.status, "file": name, "made": recipe.made}
        lines.append("\n".join(["[[plot]]", *(f'{key} = "{value}"' for key, value in facts.items()), ""]))
    (folder / "index.toml").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
