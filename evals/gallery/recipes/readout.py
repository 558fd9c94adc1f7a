"""Reference plots of readout."""

from __future__ import annotations

from reson.evals.gallery.recipe import NO_DRIVE, Recipe
from reson.records import Status

RECIPES = (
    Recipe("readout", Status.SUCCESS, "two clouds that can be told apart"),
    Recipe("readout", Status.NO_EXCITATION, "the drive was off: both preparations are the same", times=NO_DRIVE),
)
