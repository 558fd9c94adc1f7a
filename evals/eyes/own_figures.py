"""Our own figures of chips that we simulate: the gallery's recipes on other chips, in our style and restyled."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import numpy as np
from PIL import Image

from reson.agent.reading import read_saved_data
from reson.agent.reading.picture.labels import FAMILIES
from reson.agent.reading.picture.sight import picture_family
from reson.evals.eyes.families.common import Rng
from reson.evals.eyes.handling import handled
from reson.evals.eyes.pictures import Labelled
from reson.evals.gallery.plot import on_chip
from reson.evals.gallery.recipes import RECIPES
from reson.evals.reading.own_plots import restyle
from reson.evals.scenario import Scenario, play
from reson.records import GOOD, FitReliability
from reson.tools.data import Analysis
from reson.tools.experiments.catalogue import get
from reson.tools.figures.style import png

LOOK = "our figures"


def own_figures(chips: Iterable[int], restyled: int = 0) -> Iterator[Labelled]:
    """Of each chip those plots that the offline reader takes for what they are meant to be, as in the gallery.

    ``restyled``: how often each is drawn again in another taste, and handled.
    """
    for chip in chips:
        with on_chip(chip):
            for number, plot in enumerate(RECIPES):
                yield from _drawn(plot, np.random.default_rng([chip, number]), restyled)


def _drawn(plot: Scenario, rng: Rng, restyled: int) -> Iterator[Labelled]:
    family, status = picture_family(get(plot.experiment).family), plot.expected
    if status is None or status not in FAMILIES.get(family, ()):
        return
    setting = plot.ready()
    analysis = play(setting, setting.arguments()).analysis
    if read_saved_data(analysis).status is not status and not plot.by_eye:
        return
    for number in range(1 + restyled):
        figure = get(plot.experiment).draw(analysis)
        if number:
            restyle(figure, rng)
        with Image.open(io.BytesIO(png(figure))) as picture:
            shown = picture.convert("RGB")
        yield Labelled(handled(rng, shown) if number else shown, family, {str(status): 1.0}, _fit(analysis, plot), LOOK)


def _fit(analysis: Analysis, plot: Scenario) -> str:
    if not any(series.fit_x for series in analysis.series):
        return str(FitReliability.NO_FIT)
    return str(FitReliability.RELIABLE if plot.expected in GOOD else FitReliability.UNRELIABLE)
