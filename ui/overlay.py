"""Several measurements of one experiment in one plot: what changed from night to night, or from qubit to qubit?"""

from __future__ import annotations

from collections.abc import Sequence

from reson.errors import OperatorError
from reson.tools.data import Analysis
from reson.tools.experiments.catalogue import title_of
from reson.tools.store.measurements import get_measurement, load_analysis
from reson.ui import plots
from reson.ui.curve_plots import SHAPES, of_curves
from reson.ui.opened import Opened
from reson.ui.phrases import note, section, told
from reson.ui.queries import Found
from reson.ui.special_plots import SPECIAL

MOST = len(SHAPES)
"""Curves that can be told apart by their marks."""


def show_chosen(place: Opened, chosen: Sequence[Found]) -> None:
    """The plot of those that are chosen, or why there is none."""
    experiments = {line.experiment for line in chosen}
    if len(experiments) > 1:
        note("Chosen measurements of one experiment are laid over each other; these are of several.")
        return
    section(f"{title_of(chosen[0].experiment)}, {len(chosen)} laid over each other")
    try:
        rows = [row for line in chosen if (row := get_measurement(place.store, line.id)).analysis_sha]
        together = laid_over([load_analysis(place.store, row) for row in rows], [row.id for row in rows])
    except OperatorError as error:
        told(error)
        return
    if together is None:
        note("Maps, clouds of shots and bars cannot be laid over each other.")
    elif len(together.series) > MOST:
        note(f"These are {len(together.series)} curves; {MOST} can be told apart.")
    else:
        plots.draw(of_curves(together).properties(height=plots.HEIGHT), f"over-{'-'.join(row.id for row in rows)}")


def laid_over(analyses: Sequence[Analysis], names: Sequence[str]) -> Analysis | None:
    """One analysis with the curves of all, called by their measurements; None for what is no curve."""
    if not analyses or any(one.maps or one.experiment in SPECIAL for one in analyses):
        return None
    series = [
        part.model_copy(update={"name": name if len(one.series) == 1 else f"{name} {part.name}"})
        for one, name in zip(analyses, names, strict=True)
        for part in one.series
    ]
    return analyses[0].model_copy(update={"series": tuple(series), "points": {}, "error": None})
