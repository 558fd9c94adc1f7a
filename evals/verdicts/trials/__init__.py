"""Every experiment's trial, in the order of the catalogue."""

from __future__ import annotations

from reson.evals.verdicts.trial import Trial
from reson.evals.verdicts.trials import (
    allxy,
    benchmarking,
    coherence,
    decays,
    drag,
    ef,
    fine_amplitude,
    leakage,
    neighbours,
    power_map,
    rabi,
    rabi_time,
    ramsey,
    rb_variants,
    readout,
    resonators,
    spectroscopy,
    states,
)

TRIALS: dict[str, Trial] = (
    resonators.TRIALS
    | spectroscopy.TRIALS
    | rabi.TRIALS
    | readout.TRIALS
    | ramsey.TRIALS
    | decays.TRIALS
    | drag.TRIALS
    | fine_amplitude.TRIALS
    | benchmarking.TRIALS
    | rb_variants.TRIALS
    | states.TRIALS
    | power_map.TRIALS
    | rabi_time.TRIALS
    | coherence.TRIALS
    | ef.TRIALS
    | allxy.TRIALS
    | neighbours.TRIALS
    | leakage.TRIALS
)
