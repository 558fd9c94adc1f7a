"""Every experiment's trial, in the order of the catalogue: of qubits, and of all."""

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
    pairs,
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
ALL_TRIALS: dict[str, Trial] = TRIALS | pairs.PAIR_TRIALS
