"""Reference plots of interleaved and purity benchmarking."""

from __future__ import annotations

from reson.evals.gallery.recipe import NO_DRIVE, STRETCH, Recipe
from reson.records import Status

RECIPES = tuple(
    recipe
    for name in ("interleaved_rb_x", "interleaved_rb_sx", "purity_rb")
    for recipe in (
        Recipe(name, Status.SUCCESS, "both curves decay towards one half"),
        Recipe(name, Status.WINDOW_TOO_SHORT, "the sequences are too short", times={"max_length": 0.03}),
        Recipe(name, Status.NO_SIGNAL, "the drive was off", times=NO_DRIVE),
        Recipe(name, Status.FIT_POOR, "curves that miss the decays", stretched_curve=2 * STRETCH),
    )
)
