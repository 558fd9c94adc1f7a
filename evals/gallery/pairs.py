"""Reference plots of the rows about pairs: a chip of two qubits, tuned from the truth, and one thing spoilt."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reson.evals.scenario import CLOCK, Scenario, Setting, Spoil
from reson.evals.spoils import given, moved, no_drive, times, truth_with
from reson.evals.verdicts.pair_stage import PairStage
from reson.evals.verdicts.trials.pairs import PAIR_TRIALS
from reson.records import Status

SEED = 419
"""A chip of its own, on which nothing was tuned and nothing is evaluated."""


def _plot(
    experiment: str,
    status: Status,
    made: str,
    *spoil: Spoil,
    fault: str = "",
    strength: Mapping[str, float] | None = None,
) -> Scenario:
    """A plot of a row about a pair, which the steps before have left as they usually do; ``fault``: of its coupler."""

    def stage() -> Setting:
        rng = np.random.default_rng([SEED, *made.encode()])
        left = PAIR_TRIALS[experiment].stage
        assert isinstance(left, PairStage)
        return left.setting(experiment, SEED, CLOCK, rng, fault, lambda kind: strength or {})

    return Scenario(experiment, stage, spoil, status, made=made)


OFF = "the drives of both qubits were off"
PAIR_RECIPES = (
    _plot("coupler_arc", Status.SUCCESS, "calm in the middle, walls on both sides"),
    _plot("coupler_arc", Status.NO_SIGNAL, "the flux line is dead", fault="dead_flux_line"),
    _plot("coupler_arc", Status.RANGE_TOO_NARROW, "flux is trapped: one wall lies outside", fault="trapped_flux",
               strength={"flux": 0.3}),
    _plot("coupler_idle", Status.SUCCESS, "the ZZ crosses zero inside the sweep"),
    _plot("coupler_idle", Status.NO_SIGNAL, OFF, no_drive),
    _plot(
        "coupler_idle", Status.RANGE_TOO_NARROW, "the zero lies beside a narrow sweep",
        given(span=0.01), moved(coupler_bias=-0.04),
    ),
    _plot("cz_amplitude", Status.SUCCESS, "the conditional phase rises from nothing through pi"),
    _plot("cz_amplitude", Status.NO_SIGNAL, "the flux line is dead", fault="dead_flux_line"),
    _plot("cz_amplitude", Status.RANGE_TOO_NARROW, "the pulses are too weak", times(cz_amplitude=0.75)),
    _plot("cz_duration", Status.SUCCESS, "the best lengths swap and leak little"),
    _plot("cz_duration", Status.LARGE_ERROR, "the coupler relaxes within microseconds", fault="lossy_coupler"),
    _plot("cz_duration", Status.NO_SIGNAL, OFF, no_drive),
    _plot("cz_phase", Status.SUCCESS, "the phases of many pulses lie on straight lines"),
    _plot("cz_phase", Status.NO_SIGNAL, OFF, no_drive),
    _plot("cz_settling", Status.SUCCESS, "what an earlier pulse leaves dies away", fault="flux_line_tail"),
    _plot("cz_settling", Status.NO_SIGNAL, OFF, no_drive),
    _plot("cz_frames", Status.SUCCESS, "the phases of both qubits grow straight with the number of gates"),
    _plot("cz_frames", Status.NO_SIGNAL, OFF, no_drive),
    _plot("cz_interleaved_rb", Status.SUCCESS, "both decay to a quarter, the interleaved one faster"),
    _plot("cz_interleaved_rb", Status.WINDOW_TOO_SHORT, "the sequences are too short", given(max_length=20)),
    _plot("cz_interleaved_rb", Status.NO_SIGNAL, OFF, no_drive),
    _plot("bell_state", Status.SUCCESS, "a CZ as it should be"),
    _plot("bell_state", Status.MISCALIBRATED, "the CZ leaves a phase on one of its qubits", moved(cz_z_second=0.9)),
    _plot(
        "bell_state", Status.LOW_CONTRAST, "one of the qubits loses its phase within some hundred nanoseconds",
        truth_with(t2=0.25e-6),
    ),
    _plot("bell_state", Status.NO_SIGNAL, OFF, no_drive),
)  # fmt: skip
