"""A measurement of one's own goes the way of a night's: the same analysis, checks, reading, doubt and picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reson.agent.campaign.measuring import with_doubt
from reson.agent.reading import read_saved_data
from reson.components import Qubit
from reson.errors import OperatorError, ToolError
from reson.records import Json, Judgement, Reading
from reson.tools.data import Analysis, Axis, Fault
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.experiments.fenced import drawn
from reson.tools.fence import attempt, failed, with_faults
from reson.tools.figures.style import ARBITRARY
from reson.tools.own_data.columns import Wanted
from reson.tools.own_data.forms import UNITS, form_of
from reson.tools.own_data.raw import Made, raw_of
from reson.tools.own_data.table import Table
from reson.tools.verdicts.judge import judge

FULL_SCALE = " (full scale)"


@dataclass(frozen=True)
class Seen:
    """What Reson says of a file."""

    experiment: str
    made: Made
    analysis: Analysis
    judgement: Judgement
    reading: Reading
    picture: bytes

    def to_json(self) -> Json:
        return {
            "experiment": self.experiment,
            "verdict": self.judgement.verdict.value,
            "reasons": list(self.judgement.reasons),
            "quantities": {name: one.to_json() for name, one in self.analysis.quantities.items()},
            "reduced_chi2": self.analysis.reduced_chi2,
            "error": self.analysis.error,
            "reading": self.reading.to_json(),
            "checks": [one.to_json() for one in self.judgement.checks],
            "notes": list(self.made.notes),
            "faults": [one.to_json() for one in self.analysis.faults],
        }


def told_of(experiment: str, given: Mapping[str, str | float]) -> dict[str, float]:
    """What the file does not hold, with units as people write them, in SI units. Raises ``OperatorError``."""
    from reson.agent.approvals import parse_value

    form_of(experiment)
    known = UNITS | {spec.name: spec.unit for spec in get(experiment).parameters}
    found = {}
    for name, value in given.items():
        if name not in known:
            raise OperatorError(f"{experiment} is told nothing called {name!r}", f"there are {', '.join(known)}")
        try:
            found[name] = parse_value(value, known[name])
        except ToolError as error:
            raise OperatorError(f"{name}: {error.message}", f"write it like {name}=1 {known[name]}".rstrip()) from error
    return found


def analyse(table: Table, experiment: str, wanted: Wanted, told: Mapping[str, float], qubit: int | None = None) -> Seen:
    """Raises ``OperatorError`` for a file that lacks what the experiment needs, ``ToolError`` for an unknown one.

    Nothing is compared with the history of a qubit, and nothing would be written, so no limits of the parameter table
    are asked.
    """
    made = raw_of(table, experiment, wanted, told, qubit or 0)
    whose = "" if qubit is None else Qubit(qubit)
    row, raw = CATALOGUE[experiment], made.raw
    (analysis,) = row.analyses([raw])
    checks = attempt("check", lambda: row.check(analysis, raw.parameters, {}))
    if isinstance(checks, Fault):
        analysis, checks = with_faults(analysis, [checks]), [failed(checks)]
    reading = read_saved_data(analysis)
    shown = _in_its_units(analysis, made).model_copy(update={"component": whose})
    ((shown, picture),) = drawn(row, [shown])
    return Seen(experiment, made, shown, with_doubt(judge(checks), reading), reading, picture)


def _in_its_units(analysis: Analysis, made: Made) -> Analysis:
    """With the unit of the file in the place of arbitrary units, and of full scale."""
    update: dict[str, object] = {}
    if made.unit:
        for name in ("y_axis", "z_axis"):
            axis = getattr(analysis, name)
            if axis is not None and ARBITRARY in axis.label:
                update[name] = _with_unit(axis, f" ({ARBITRARY})", made.unit)
    if made.x_unit and FULL_SCALE in analysis.x_axis.label:
        update["x_axis"] = _with_unit(analysis.x_axis, FULL_SCALE, made.x_unit)
        update["quantities"] = {
            name: one.model_copy(update={"unit": made.x_unit}) if name.endswith("_amplitude") else one
            for name, one in analysis.quantities.items()
        }
    return analysis.model_copy(update=update)


def _with_unit(axis: Axis, instead: str, unit: str) -> Axis:
    return axis.model_copy(update={"label": axis.label.replace(instead, ""), "unit": unit})
