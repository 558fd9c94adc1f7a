"""What a sweep of the drive's amplitude is asked, of whichever transition, and the amplitude it goes up to."""

from __future__ import annotations

from collections.abc import Mapping

from reson.records import Check
from reson.tools.data import Analysis, Past, Values
from reson.tools.experiments.experiment import Parameter
from reson.tools.verdicts import checks

MAX_AMPLITUDE = Parameter(
    "max_amplitude",
    "",
    0.01,
    1.0,
    "largest drive amplitude of the sweep, in units of full scale",
    drives="x_amplitude",
)


def turn_checks(
    analysis: Analysis, name: str, parameters: Values, history: Mapping[str, Past], *own: Check
) -> list[Check]:
    """Checks of a fitted oscillation; ``name``: quantity of the amplitude that turns by pi. ``own``: checks of the row,
    after those of the oscillation.
    """
    found, points = analysis.quantities, parameters["points"]
    return [
        checks.signal(analysis.series[0]),
        checks.within("periods in the sweep", found["periods"].value, 0.25, min(10.0, (points - 1) / 4)),
        checks.within("pi amplitude", found[name].value, 0.0, parameters["max_amplitude"]),
        checks.resolved("oscillation amplitude", found["contrast"], 10.0),
        checks.resolved("oscillation frequency", found["periods"], 10.0),
        *own,
        checks.precise(name, found[name], 0.05),
        checks.goodness(analysis, parameters=3, tolerance=0.04),
        checks.one_curve(analysis, tolerance=0.04),
        checks.history(name, found[name], history, natural=0.03),
        *(checks.agrees(name, found[name], other, found[other]) for other in found if other == "extremum"),
    ]
