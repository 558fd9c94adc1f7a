"""Our own test set: plots of simulated chips that nothing was tuned on, in styles that no reader was shown.

The truth decides what a plot should read as: one whose values are right, from a sweep that an experienced person would
call adequate, supports them; one whose values are wrong, or that comes from noise, does not. What lies between is
left out. A reader is right where it says the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reson.agent.asking.read_by_model import read_pictures, subject_of
from reson.agent.brains.local import LOCAL
from reson.agent.brains.look import open_reader
from reson.agent.model.conversation import NoAnswer
from reson.agent.reading import read_saved_data
from reson.evals.reading.answering import unusable
from reson.evals.reading.by_eyes import MODEL, NOT_TRAINED
from reson.evals.reading.by_eyes import look as eyes_look
from reson.evals.reading.kept import marked_rows
from reson.evals.reading.tally import Marked, tell
from reson.evals.scorers import SUPPORTS_A_VALUE
from reson.evals.verdicts.measuring import compared
from reson.evals.verdicts.trials import TRIALS
from reson.records import Json
from reson.tools.data import Analysis
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.figures.style import png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIRST_SEED = 70_000
"""Of chips that no other study uses."""
QUESTION = "supports its value"
_PALETTES = (("#1f77b4", "#ff7f0e"), ("#000000", "#888888"), ("#440154", "#21918c"), ("#7f0000", "#00007f"))


@dataclass(frozen=True)
class Plot:
    id: str
    experiment: str
    analysis: Analysis
    supports: bool


@dataclass(frozen=True)
class Look:
    """What came of showing a plot to a reader; ``missing``: why nobody answered at all."""

    status: str = ""
    missing: str = ""


def run_plots(options: Json, as_json: bool) -> int:
    """``reson eval plots``. Exit code 1 where a plot got no answer."""
    brain, out = options["brain"], Path(options["out"])
    read, model = _reader(Path(options["lab"]), brain)
    facts = {"test set": "simulated chips, unseen seeds and styles", "brain": brain, "model": model or "none"}
    facts |= {"only": options["only"], "each": options["each"]}
    with tempfile.TemporaryDirectory(prefix="reson-plots-") as place:
        drawn = ((plot.id, (plot, picture)) for plot, picture in _drawn(options["only"], options["each"], Path(place)))
        marked = marked_rows(out, facts, drawn, lambda one: _mark(one[0], read(*one)), options["resume"])
    return tell(marked, (QUESTION,), facts | {"plots": len(marked)}, out, as_json)


def _reader(lab: Path, brain: str) -> tuple[Callable[[Plot, Path], Look], str]:
    """Who looks at a plot, and the name of the model that does."""
    if brain == "offline":  # it has no eyes, so that the style is nothing to it
        return (lambda plot, picture: Look(read_saved_data(plot.analysis).status)), ""
    if brain == LOCAL:
        return _by_eyes, MODEL
    from reson.agent.lab import open_lab

    opened = open_lab(lab)
    config = opened.config.model_copy(update={"brain": brain})
    model = open_reader(config, lab, lab / "readings", opened.store().blobs, lambda *event: None)

    def look(plot: Plot, picture: Path) -> Look:
        subject = subject_of(plot.experiment, plot.analysis.x_axis.unit)
        try:
            return Look(read_pictures(model.desk, model.able(), (picture,), subject).status)
        except NoAnswer as error:
            return Look() if unusable(error) else Look(missing=str(error))

    return look, model.desk.settings.reader


def _by_eyes(plot: Plot, picture: Path) -> Look:
    reading = eyes_look((picture,), get(plot.experiment).family)
    return Look(missing=NOT_TRAINED) if reading is None else Look(reading.status)


def _mark(plot: Plot, look: Look) -> Marked:
    right = bool(look.status) and (look.status in SUPPORTS_A_VALUE) == plot.supports
    return Marked(
        id=plot.id,
        family=get(plot.experiment).family,
        right={} if look.missing else {QUESTION: right},
        expected={QUESTION: "yes" if plot.supports else "no"},
        answered={QUESTION: look.status},
        unanswered={QUESTION: look.missing} if look.missing else {},
    )


def _drawn(only: str, each: int, place: Path) -> Iterator[tuple[Plot, Path]]:
    for experiment in CATALOGUE:
        if experiment not in TRIALS or not fnmatchcase(experiment, only):
            continue
        for plot in plots_of(experiment, each):
            figure = get(experiment).draw(plot.analysis)
            restyle(figure, np.random.default_rng([FIRST_SEED, *plot.id.encode()]))
            picture = place / f"{plot.id}.png"
            picture.write_bytes(png(figure))
            yield plot, picture


def plots_of(experiment: str, each: int) -> Iterator[Plot]:
    """``each`` plots that support their value and as many that do not, as far as 20 times as many tries find them."""
    wanted = {True: each, False: each}
    for number in range(20 * each):
        plot = make_plot(experiment, number)
        if plot is not None and wanted[plot.supports]:
            wanted[plot.supports] -= 1
            yield plot
        if not any(wanted.values()):
            return


def make_plot(experiment: str, number: int) -> Plot | None:
    """One measurement of the verdict study's kind on a chip of its own; None where the truth leaves it open."""
    found = compared(experiment, number, FIRST_SEED + number)
    if found.played is None:  # the device refuses the pulse: there is no plot
        return None
    if found.wrong or (found.adequate and found.values):
        return Plot(f"{experiment}-{number}", experiment, found.played.analysis, supports=not found.wrong)
    return None


def restyle(figure: Figure, rng: np.random.Generator) -> None:
    """Another lab's taste: size, resolution, fonts, colours, grid and frame; the data and the words stay."""
    figure.set_size_inches(float(rng.uniform(5.0, 9.0)), float(rng.uniform(3.6, 6.5)))
    figure.set_dpi(int(rng.integers(80, 140)))
    palette, grid, frame = (
        _PALETTES[int(rng.integers(len(_PALETTES)))],
        bool(rng.random() < 0.5),
        bool(rng.random() < 0.6),
    )
    paper = str(rng.choice(["white", "#f7f7f2", "#eaeaf2"]))
    size = float(rng.uniform(8, 14))
    figure.set_facecolor(paper)
    for axes in figure.axes:
        axes.set_facecolor(paper)
        axes.grid(grid)
        for spine in axes.spines.values():
            spine.set_visible(frame or spine.get_visible())
        for number, line in enumerate(axes.lines):
            line.set_color(palette[number % len(palette)])
        for text in (axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels(), *axes.get_yticklabels()):
            text.set_fontsize(size)
