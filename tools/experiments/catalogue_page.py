"""The catalogue as a page of the documentation, written from its rows."""

from __future__ import annotations

from collections.abc import Iterator

from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.experiments.experiment import Experiment, Parameter

HEAD = """\
# The catalogue of experiments

Made from the catalogue's rows by `make docs`; do not edit. Values are in SI units. A default of *adaptive* is computed
from the parameter table when the experiment is run. `reson experiments NAME` shows the same on a terminal.
"""


def catalogue_page(pictures: str) -> str:
    """Markdown of the whole catalogue; ``pictures`` is the folder of ``<experiment>.png``, relative to the page."""
    rows = [f"| [{row.title}](#{_anchor(row)}) | `{row.name}` | {row.measures} |" for row in CATALOGUE.values()]
    table = "\n".join(["| experiment | name | what it measures |", "|---|---|---|", *rows])
    return "\n\n".join([HEAD, table, *(_section(row, pictures) for row in CATALOGUE.values())]) + "\n"


def _section(row: Experiment, pictures: str) -> str:
    return "\n".join(_lines(row, pictures))


def _lines(row: Experiment, pictures: str) -> Iterator[str]:
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
    yield ""
    yield f"![{row.title} on the simulated chip]({pictures}/{row.name}.png)"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def _default(parameter: Parameter) -> str:
    return "*adaptive*" if parameter.default is None else f"{parameter.default:g}"


def _anchor(row: Experiment) -> str:
    return row.title.lower().replace(" ", "-").replace("(", "").replace(")", "")
