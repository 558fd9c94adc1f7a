"""Reference plots of leakage benchmarking."""

from __future__ import annotations

from reson.evals.gallery.plot import plot
from reson.evals.spoils import no_drive, stretched, truth_with
from reson.records import Status

RECIPES = (
    plot("leakage_rb", Status.SUCCESS, "the population of level 2 rises by a per cent at most"),
    plot(
        "leakage_rb",
        Status.LARGE_ERROR,
        "every pulse carries an unwanted tone on the transition from 1 to 2",
        faults={"q0": "leaky_pulse"},
    ),
    plot("leakage_rb", Status.FIT_POOR, "a curve that misses the rise", truth_with(spurious=0.008), stretched(10.0)),
    plot("leakage_rb", Status.NO_SIGNAL, "the drive was off: the levels are not prepared", no_drive),
)
