"""Reference plots of interleaved and purity benchmarking."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import no_drive, stretched, times
from reson.records import Status

RECIPES = tuple(
    recipe
    for name in ("interleaved_rb_x", "interleaved_rb_sx", "purity_rb")
    for recipe in (
        plot(name, Status.SUCCESS, "both curves decay towards one half"),
        plot(name, Status.WINDOW_TOO_SHORT, "the sequences are too short", times(max_length=0.03)),
        plot(name, Status.NO_SIGNAL, "the drive was off", no_drive),
        plot(name, Status.FIT_POOR, "curves that miss the decays", stretched(2 * STRETCH)),
    )
)
