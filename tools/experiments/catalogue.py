"""The catalogue: every experiment by name. Importing it loads no Qiskit; the experiments do that when they run."""

from __future__ import annotations

import difflib
from collections import ChainMap
from collections.abc import Mapping

from reson.errors import ToolError, ToolErrorKind
from reson.tools.experiments import (
    allxy,
    correlated_readout_error,
    cpmg,
    drive_line_map,
    ef_rabi,
    ef_spectroscopy,
    fine_amplitude,
    fine_drag,
    fine_frequency,
    interleaved_rb,
    layer_fidelity,
    leakage_rb,
    punch_out,
    purity_rb,
    qubit_power_map,
    qubit_spectroscopy,
    rabi,
    rabi_time,
    ramsey_xy,
    readout,
    readout_error,
    readout_frequency_sweep,
    readout_power,
    reset_error,
    resonator_spectroscopy,
    rough_drag,
    rx_sweep,
    simultaneous_rb,
    spin_locking,
    standard_rb,
    state_tomography,
    t1,
    t1_over_time,
    t2_hahn,
    t2_ramsey,
    three_state_readout,
    zz_ramsey,
)
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fenced import fenced
from reson.tools.experiments.pair_catalogue import PAIR_ROWS

CATALOGUE: dict[str, Experiment] = {
    row.name: fenced(row)
    for row in (
        resonator_spectroscopy.EXPERIMENT,
        punch_out.EXPERIMENT,
        qubit_spectroscopy.EXPERIMENT,
        drive_line_map.EXPERIMENT,
        rabi.EXPERIMENT,
        readout.EXPERIMENT,
        readout_frequency_sweep.EXPERIMENT,
        readout_power.EXPERIMENT,
        three_state_readout.EXPERIMENT,
        ramsey_xy.EXPERIMENT,
        t1.EXPERIMENT,
        t2_hahn.EXPERIMENT,
        rough_drag.EXPERIMENT,
        fine_amplitude.FINE_SX,
        fine_amplitude.FINE_X,
        fine_drag.EXPERIMENT,
        standard_rb.EXPERIMENT,
        interleaved_rb.INTERLEAVED_X,
        interleaved_rb.INTERLEAVED_SX,
        purity_rb.EXPERIMENT,
        readout_error.EXPERIMENT,
        reset_error.EXPERIMENT,
        qubit_power_map.EXPERIMENT,
        rabi_time.EXPERIMENT,
        t2_ramsey.EXPERIMENT,
        fine_frequency.EXPERIMENT,
        cpmg.EXPERIMENT,
        spin_locking.EXPERIMENT,
        t1_over_time.EXPERIMENT,
        ef_spectroscopy.EXPERIMENT,
        ef_rabi.EXPERIMENT,
        allxy.EXPERIMENT,
        correlated_readout_error.EXPERIMENT,
        state_tomography.EXPERIMENT,
        zz_ramsey.EXPERIMENT,
        simultaneous_rb.EXPERIMENT,
        leakage_rb.EXPERIMENT,
        layer_fidelity.EXPERIMENT,
        rx_sweep.EXPERIMENT,
    )
}


EXPERIMENTS: Mapping[str, Experiment] = ChainMap(PAIR_ROWS, CATALOGUE)
"""All there are, those of qubits first, then those of pairs: a view of both lists and no copy."""


def title_of(name: str) -> str:
    """Its title; of one that there is no more, its name."""
    return EXPERIMENTS[name].title if name in EXPERIMENTS else name


def get(name: str) -> Experiment:
    """The experiment of this name. Raises ``ToolError`` (bad_arguments) with the nearest names."""
    if name in EXPERIMENTS:
        return EXPERIMENTS[name]
    near = difflib.get_close_matches(name, EXPERIMENTS, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(EXPERIMENTS)}"
    raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"there is no experiment {name!r}; {hint}")
