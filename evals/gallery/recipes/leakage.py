"""Reference plots of leakage benchmarking."""

from __future__ import annotations

from reson.evals.gallery.recipe import NO_DRIVE, Recipe
from reson.records import Status

RECIPES = (
    Recipe("leakage_rb", Status.SUCCESS, "the population of level 2 rises by a per cent at most"),
    Recipe(
        "leakage_rb",
        Status.LARGE_ERROR,
        "pulses half as long and twice as strong, without DRAG",
        times={"pulse_duration": 0.4, "x_amplitude": 2.5, "sx_amplitude": 2.5, "ef_amplitude": 2.5, "drag_beta": 0.0},
    ),
    Recipe("leakage_rb", Status.NO_SIGNAL, "the drive was off: the levels are not prepared", times=NO_DRIVE),
)
