"""The catalogue as a page of the documentation, written from its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.tools.experiments.experiment import Experiment, Parameter

HEAD = """\
# The catalogue of experiments

Made from the catalogue's rows by `make docs`; do not edit. Values are in SI units. A default of *adaptive* is computed
from the parameter table when the experiment is run. `reson experiments NAME` shows the same on a terminal.
"""


ACROSS = 3
"""Pictures in one row of a page."""


class Plot(NamedTuple):
    """One picture of an experiment: what it reads as, its file relative to the page, and how it came about."""

    status: str
    file: str
    made: str


def catalogue_page(plots: Mapping[str, Sequence[Plot]]) -> str:
    """Markdown of the whole catalogue; ``plots``: experiment -> its pictures, the good one first."""
    rows = [f"| [{row.title}](#{_anchor(row)}) | `{row.name}` | {row.measures} |" for row in EXPERIMENTS.values()]
    table = "\n".join(["| experiment | name | what it measures |", "|---|---|---|", *rows])
    return "\n\n".join([HEAD, table, *(_section(row, plots.get(row.name, ())) for row in EXPERIMENTS.values())]) + "\n"


def _section(row: Experiment, plots: Sequence[Plot]) -> str:
    return "\n".join(_lines(row, plots))


def _lines(row: Experiment, plots: Sequence[Plot]) -> Iterator[str]:
    yield f"## {row.title}"
    yield ""
    yield f"`{row.name}` measures {row.measures}."
    yield ""
    yield f"- Effect: {row.effect}"
    yield f"- Needs calibrated first: {_names(row.needs)}"
    yield f"- Calibrates: {_names(row.calibrates)}"
    yield f"- An accepted result is good for {row.valid_hours:g} h"
    yield ""
    yield "| parameter | unit | default | limits | meaning |"
    yield "|---|---|---|---|---|"
    for parameter in row.parameters:
        limits = f"{parameter.low:g} to {parameter.high:g}"
        yield f"| `{parameter.name}` | {parameter.unit} | {_default(parameter)} | {limits} | {parameter.description} |"
    for first in range(0, len(plots), ACROSS):
        part = plots[first : first + ACROSS]
        yield ""
        yield f"| {' | '.join(plot.status for plot in part)} |"
        yield "|" + "---|" * len(part)
        yield f"| {' | '.join(_picture(row, plot) for plot in part)} |"
        yield f"| {' | '.join(plot.made for plot in part)} |"


def _picture(row: Experiment, plot: Plot) -> str:
    return f'<img src="{plot.file}" width="300" alt="{row.title}: {plot.status}">'


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def _default(parameter: Parameter) -> str:
    return "*adaptive*" if parameter.default is None else f"{parameter.default:g}"


def _anchor(row: Experiment) -> str:
    return row.title.lower().replace(" ", "-").replace("(", "").replace(")", "")
