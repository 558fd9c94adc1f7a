"""Reference plots of leakage benchmarking."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from reson.evals.gallery.recipe import NO_DRIVE, Recipe
from reson.records import Status

RECIPES = (
    Recipe("leakage_rb", Status.SUCCESS, "the population of level 2 rises by a per cent at most"),
    Recipe(
        "leakage_rb",
        Status.LARGE_ERROR,
        "every pulse carries an unwanted tone on the transition from 1 to 2",
        faults={"q0": "leaky_pulse"},
    ),
    Recipe(
        "leakage_rb",
        Status.FIT_POOR,
        "a curve that misses the rise",
        spoilt=partial(replace, spurious=0.008),
        stretched_curve=10.0,
    ),
    Recipe("leakage_rb", Status.NO_SIGNAL, "the drive was off: the levels are not prepared", times=NO_DRIVE),
)
