"""One reader for each experiment; it sees the points and the drawn curve, never the fit's numbers or the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reson.agent.reading.answers import no_signal
from reson.agent.reading.benchmarking import read_each_decay, read_leakage, read_pairs
from reson.agent.reading.clouds import read_clouds
from reson.agent.reading.decays import read_benchmarking, read_decay
from reson.agent.reading.drive_lines import read_drive_lines
from reson.agent.reading.gates_of_pairs import PAIR_READERS
from reson.agent.reading.lines import read_spectroscopy
from reson.agent.reading.maps import read_power_map
from reson.agent.reading.neighbours import read_zz
from reson.agent.reading.oscillations import read_rabi, read_rabi_time, read_ramsey, read_rx_sweep
from reson.agent.reading.pulses import read_drag, read_fine_drag, read_fine_sx, read_fine_x
from reson.agent.reading.resonators import read_dip, read_power, read_punch_out, read_two_dips
from reson.agent.reading.staircase import read_staircase
from reson.agent.reading.states import read_crosstalk, read_readout_error, read_reset, read_tomography
from reson.agent.reading.traces import read_fine_frequency, read_trace
from reson.agent.reading.wandering import read_wandering
from reson.records import GOOD, Check, CheckCode, FitReliability, Outcome, Reading, Status
from reson.tools.data import Analysis
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.verdicts.data_checks import suspicions, unusable

READERS: dict[str, Callable[[Analysis], Reading]] = {
    "resonator_spectroscopy": read_dip,
    "punch_out": read_punch_out,
    "readout_frequency_sweep": read_two_dips,
    "readout_power": read_power,
    "three_state_readout": read_clouds,
    "qubit_spectroscopy": read_spectroscopy,
    "drive_line_map": read_drive_lines,
    "rabi": read_rabi,
    "readout": read_clouds,
    "ramsey_xy": read_ramsey,
    "rough_drag": read_drag,
    "fine_x_amplitude": read_fine_x,
    "fine_sx_amplitude": read_fine_sx,
    "fine_drag": read_fine_drag,
    "standard_rb": read_benchmarking,
    "interleaved_rb_x": read_each_decay,
    "interleaved_rb_sx": read_each_decay,
    "purity_rb": read_each_decay,
    "readout_error": read_readout_error,
    "reset_error": read_reset,
    "qubit_power_map": read_power_map,
    "rabi_time": read_rabi_time,
    "t2_ramsey": read_trace,
    "fine_frequency": read_fine_frequency,
    "t1_over_time": read_wandering,
    "ef_spectroscopy": read_spectroscopy,
    "ef_rabi": read_rabi,
    "allxy": read_staircase,
    "correlated_readout_error": read_crosstalk,
    "state_tomography": read_tomography,
    "leakage_rb": read_leakage,
    "layer_fidelity": read_pairs,
    "rx_sweep": read_rx_sweep,
    "zz_ramsey": read_zz,
    "simultaneous_rb": read_benchmarking,
    **PAIR_READERS,
    **{name: read_decay for name, row in CATALOGUE.items() if row.decay_from is not None},
}


def read_saved_data(analysis: Analysis) -> Reading:
    """What the measured points of one analysis show, and whether the drawn curve follows them."""
    if why := unusable(analysis):
        return no_signal(analysis, why)
    hidden = analysis.model_copy(update={"quantities": {}, "reduced_chi2": None})
    return _with(suspicions(analysis), READERS[analysis.experiment](hidden))


def _with(suspicions: Sequence[Check], reading: Reading) -> Reading:
    """The reading of a plot whose raw data show what the matter is: that stands first, and it is no success."""
    if not suspicions:
        return reading
    reason = "; ".join([*(one.message for one in suspicions), reading.reason])
    update: dict[str, object] = {"reason": reason}
    turned = any(one.code is not CheckCode.NO_SIGNAL for one in suspicions)
    if reading.status in GOOD or (turned and reading.status is Status.NO_SIGNAL):  # there is a clear signal
        update |= {
            "status": Status.FIT_POOR,
            "outcome": Outcome.ANOMALOUS,
            "reliability": FitReliability.UNRELIABLE,
        }
    return reading.model_copy(update=update)
