"""Makes the gallery of reference plots under prompts/: ``python -m reson.evals.gallery``.

One simulated qubit is brought up; its plots are the good ones. Then it is detuned, overdriven, left without a drive or
measured over a wrong range, and the offline reader must take each plot for what it is meant to show, or nothing is
written; of those that it cannot tell the construction itself is the proof. Those of pairs come from a chip of two
(``pairs``).
"""

from __future__ import annotations

import argparse
import io
import itertools
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reson.agent.reading import read_saved_data
from reson.evals.gallery.pairs import PAIR_RECIPES, PairRecipe, make_pair
from reson.evals.gallery.recipe import Recipe
from reson.evals.gallery.recipes import RECIPES
from reson.evals.verdicts.pulses import best_amplitude, best_beta
from reson.tools.data import Analysis, RawData
from reson.tools.devices.device import Device
from reson.tools.devices.simulated.truth import DESIGN_DURATION, TransmonTruth
from reson.tools.experiments.catalogue import get
from reson.tools.figures.style import png

if TYPE_CHECKING:
    from reson.tools.devices.simulated.device import SimulatedDevice

SEED = 417
"""A chip of its own, on which nothing was tuned and nothing is evaluated."""
COLOURS = 64
REPETITIONS = 24
"""Of a sweep whose drive wanders."""


def main() -> None:
    import reson.prompts

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path(reson.prompts.__file__).parent / "gallery")
    folder = parser.parse_args().into
    values, clock = calibrated_values()
    pictures: list[tuple[Recipe | PairRecipe, bytes]] = []
    wrong: list[str] = []
    made = ((recipe, make(recipe, values, clock)) for recipe in RECIPES)
    for recipe, analysis in itertools.chain(made, ((recipe, make_pair(recipe)) for recipe in PAIR_RECIPES)):
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
    row = get(recipe.experiment)
    device = recipe.device() if recipe.device else _chip(recipe, values, clock)
    defaults = row.arguments({}, values)
    scaled = {name: defaults[name] * factor for name, factor in recipe.times.items() if name in defaults}
    limits = {spec.name: spec.high for spec in row.parameters}
    arguments = {**scaled, **recipe.arguments}
    arguments = {
        name: int(value) if name == "max_length" else min(value, limits[name]) for name, value in arguments.items()
    }
    asked = {0: row.arguments(arguments, values)}
    repetitions = _wandering(device, recipe.wander) if recipe.wander else [device]
    analysis = row.analyse(_averaged([row.acquire(one, asked)[0] for one in repetitions]))
    return _with_stretched_curve(analysis, recipe.stretched_curve) if recipe.stretched_curve else analysis


def _chip(recipe: Recipe, values: Mapping[str, float], clock: float) -> SimulatedDevice:
    from reson.tools.devices.simulated.device import open_simulated
    from reson.tools.quantities import controls_only

    device = open_simulated(SEED, recipe.qubits, recipe.faults, clock, "line" if recipe.coupled else "none")
    if recipe.coupled:
        _make_usual(device, recipe.zz, recipe.crosstalk)
        device.load(_right_pulses(device))
    if recipe.spoilt:
        _set_first(device, recipe.spoilt(device.chip.truth.transmons[0]))
    changed = {name: value * recipe.times.get(name, 1.0) for name, value in values.items()}
    changed["drive_frequency"] += recipe.detuned
    device.load(controls_only({"q0": changed}))
    return device


def _set_first(device: SimulatedDevice, truth: TransmonTruth) -> None:
    device.chip.truth = replace(device.chip.truth, transmons=(truth, *device.chip.truth.transmons[1:]))


def _wandering(device: Device, spread: float) -> Iterator[Device]:
    """The chip at each repetition of a sweep, the gain of its drive somewhere else each time."""
    from reson.tools.devices.simulated.device import SimulatedDevice

    assert isinstance(device, SimulatedDevice)
    truth = device.chip.truth.transmons[0]
    for factor in np.random.default_rng(SEED).normal(1.0, spread, REPETITIONS):
        _set_first(device, replace(truth, gain=truth.gain * factor))
        yield device


def _averaged(repetitions: list[RawData]) -> RawData:
    """As a lab averages the repetitions of a sweep; a single one is left as it is."""
    if len(repetitions) == 1:
        return repetitions[0]
    mean = np.mean([raw.arrays["iq_mean"] for raw in repetitions], axis=0)
    stderr = np.linalg.norm([raw.arrays["iq_stderr"] for raw in repetitions], axis=0) / len(repetitions)
    return replace(repetitions[-1], arrays={"iq_mean": mean, "iq_stderr": stderr})


def _make_usual(device: SimulatedDevice, zz: float, crosstalk: float) -> None:
    """This seed has its first two qubits at a frequency collision: here they couple as most pairs do, and neither's
    pulses excite the other unless ``crosstalk`` says so.
    """
    truth = device.chip.truth
    couplers = tuple(replace(one, zz=zz, crosstalk=(0, crosstalk)) for one in truth.couplers)
    device.chip.truth = replace(truth, couplers=couplers)


def _right_pulses(device: SimulatedDevice) -> dict[str, dict[str, float]]:
    """The best pulses of every qubit, by the hidden truth."""
    found = {}
    for name, truth in zip(device.controls(), device.chip.truth_now().transmons, strict=True):
        beta = best_beta(truth, DESIGN_DURATION)
        amplitudes = {f"{gate}_amplitude": best_amplitude(truth, gate, beta, DESIGN_DURATION) for gate in ("x", "sx")}
        found[name] = {"drive_frequency": truth.f01, "drag_beta": beta, **amplitudes}
    return found


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


def write(folder: Path, pictures: list[tuple[Recipe | PairRecipe, bytes]]) -> None:
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
