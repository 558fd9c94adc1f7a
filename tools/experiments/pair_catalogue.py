"""The rows about pairs of qubits by name, in the order of a pair's bring-up."""

from __future__ import annotations

from reson.tools.experiments import (
    bell_state,
    coupler_arc,
    coupler_idle,
    cz_amplitude,
    cz_duration,
    cz_frames,
    cz_interleaved_rb,
    cz_phase,
    cz_settling,
)
from reson.tools.experiments.experiment import Experiment
from reson.tools.experiments.fenced import fenced

PAIR_ROWS: dict[str, Experiment] = {
    row.name: fenced(row)
    for row in (
        coupler_arc.EXPERIMENT,
        coupler_idle.EXPERIMENT,
        cz_amplitude.EXPERIMENT,
        cz_duration.EXPERIMENT,
        cz_phase.EXPERIMENT,
        cz_settling.EXPERIMENT,
        cz_frames.EXPERIMENT,
        cz_interleaved_rb.EXPERIMENT,
        bell_state.EXPERIMENT,
    )
}
