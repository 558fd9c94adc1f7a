"""Every reference plot: for each experiment a good one, and one for each way in which it goes wrong."""

from __future__ import annotations

from reson.evals.gallery.recipes import (
    benchmarking,
    coherence,
    decays,
    drag,
    drive,
    fine_amplitude,
    gates,
    leakage,
    neighbours,
    rabi,
    ramsey,
    rb_variants,
    readout,
    resonators,
    spectroscopy,
    states,
    transition,
)
from reson.evals.scenario import Scenario

RECIPES: tuple[Scenario, ...] = (
    *resonators.RECIPES,
    *spectroscopy.RECIPES,
    *rabi.RECIPES,
    *readout.RECIPES,
    *ramsey.RECIPES,
    *decays.RECIPES,
    *drag.RECIPES,
    *fine_amplitude.RECIPES,
    *benchmarking.RECIPES,
    *rb_variants.RECIPES,
    *states.RECIPES,
    *leakage.RECIPES,
    *drive.RECIPES,
    *coherence.RECIPES,
    *transition.RECIPES,
    *neighbours.RECIPES,
    *gates.RECIPES,
)
