"""Makes the gallery of reference plots under prompts/: ``python -m reson.evals.gallery``.

One simulated qubit is brought up; its plots are the good ones. Then it is detuned, overdriven, left without a drive or
measured over a wrong range, and the offline reader must take each plot for what it is meant to show, or nothing is
written; of those that it cannot tell the construction itself is the proof. Those of pairs come from a chip of two
(``pairs``).
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from reson.agent.reading import read_saved_data
from reson.evals.gallery.pairs import PAIR_RECIPES
from reson.evals.gallery.recipes import RECIPES
from reson.evals.scenario import Scenario, play
from reson.tools.experiments.catalogue import get
from reson.tools.figures.style import png

COLOURS = 64


def main() -> None:
    import reson.prompts

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path(reson.prompts.__file__).parent / "gallery")
    folder = parser.parse_args().into
    pictures: list[tuple[Scenario, bytes]] = []
    wrong: list[str] = []
    for plot in (*RECIPES, *PAIR_RECIPES):
        setting = plot.ready()
        analysis = play(setting, setting.arguments()).analysis
        status = read_saved_data(analysis).status
        if status is not plot.expected and not plot.by_eye:
            wrong.append(f"{plot.experiment} meant as {plot.expected} reads as {status}")
        pictures.append((plot, small_png(png(get(plot.experiment).draw(analysis)))))
    if wrong:
        raise SystemExit("\n".join(wrong))
    write(folder, pictures)
    print(f"{len(pictures)} plots, {sum(len(picture) for _, picture in pictures) / 1e3:.0f} kB, in {folder}")


def small_png(data: bytes) -> bytes:
    """The same picture with a palette: a third of the size, and no difference to the eye."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        stream = io.BytesIO()
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(stream, format="png", optimize=True)
        return stream.getvalue()


def write(folder: Path, pictures: list[tuple[Scenario, bytes]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    lines = ["# Reference plots of the simulated chip; made by `python -m reson.evals.gallery`, not by hand.\n"]
    for plot, picture in pictures:
        name = f"{plot.experiment}-{str(plot.expected).lower()}.png"
        (folder / name).write_bytes(picture)
        facts = {"experiment": plot.experiment, "status": plot.expected, "file": name, "made": plot.made}
        lines.append("\n".join(["[[plot]]", *(f'{key} = "{value}"' for key, value in facts.items()), ""]))
    (folder / "index.toml").write_text("\n".join(lines), encoding="utf-8")
