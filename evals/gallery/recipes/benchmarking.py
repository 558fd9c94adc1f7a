"""Reference plots of randomised benchmarking."""

from __future__ import annotations

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import no_drive, stretched, times
from reson.records import Status

RECIPES = (
    plot("standard_rb", Status.SUCCESS, "the survival decays towards one half"),
    plot("standard_rb", Status.WINDOW_TOO_SHORT, "the sequences are too short", times(max_length=0.0299)),
    plot("standard_rb", Status.NO_SIGNAL, "the drive was off", no_drive),
    plot("standard_rb", Status.FIT_POOR, "a curve that misses the decay", stretched(STRETCH)),
)
