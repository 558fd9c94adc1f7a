"""Trials of what is about a qubit and its neighbour."""

from __future__ import annotations

from dataclasses import replace

from reson.evals.scenario import Setting
from reson.evals.spoils import coarse, put, scale
from reson.evals.true_simultaneous import SCATTER, true_simultaneous_error
from reson.evals.verdicts.stage import Stage
from reson.evals.verdicts.trial import Need, Trial
from reson.evals.verdicts.trials import common
from reson.tools.data import Values
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.experiments.zz_ramsey import LARGEST


def _deaf_neighbour(setting: Setting) -> None:
    """The neighbour's pulses do not arrive, or hardly."""
    weaker = float(setting.rng.choice([0.0, 0.1, 0.5]))
    setting.change_truth(lambda second: replace(second, gain=weaker * second.gain), qubit=1)


def _flips(setting: Setting) -> bool:
    """The neighbour's X turns it by more than three quarters of a half turn."""
    assert setting.healthy is not None
    truth = setting.device.chip.truth_now().transmons[1]
    drawn = setting.device.chip.controls[1]["x_amplitude"] * truth.gain
    return drawn > 0.75 * setting.controls["x_amplitude"] * setting.healthy.gain


def _adequate(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    zz, window, detuning = (
        abs(setting.device.chip.truth.couplers[0].zz),
        arguments["max_delay"],
        arguments["detuning"],
    )
    nyquist = (arguments["points"] - 1) / window / 2
    told = zz < 0.97 * LARGEST * detuning and detuning + zz / 2 < 0.87 * nyquist and detuning * window > 2.1
    return common.prepared(setting, truth, 0.3) and _flips(setting) and told and 8e-6 < window < truth.t2


FEW = 8
"""Sequences from which the error is known well enough to say whether a sweep suits it."""


def _adequate_benchmark(setting: Setting, arguments: Values, truth: TransmonTruth) -> bool:
    decays = 5 / 3 * true_simultaneous_error(setting.device, 0, FEW) * arguments["max_length"]
    return common.prepared(setting, truth, 0.1) and 0.6 <= decays <= 8 and arguments["samples"] >= 4


PAIR = Stage(frequency=None, amplitude=None, t1_known=1.0, t2_known=1.0, qubits=2, coupling="line")

TRIALS = {
    "zz_ramsey": Trial(
        stage=replace(PAIR, frequency=3e3, amplitude=0.005, beta=0.01e-9),
        sweeps=(
            scale("max_delay", (0.03, 0.4), (2.0, 6.0)),
            scale("detuning", (0.03, 0.5), (2.0, 6.0)),
            coarse,
            _deaf_neighbour,
        ),
        needs={"zz": Need(2e3, False, "a phase of 13 mrad in a microsecond")},
        truth={"zz": lambda moment: moment.device.chip.truth.couplers[0].zz},
        adequate=_adequate,
    ),
    "simultaneous_rb": Trial(
        stage=replace(PAIR, frequency=1e3, amplitude=0.0007, beta=0.003e-9),
        sweeps=(scale("max_length", (0.02, 0.4), (2.0, 8.0)), put("samples", 2, 4, whole=True)),
        needs={"simultaneous_error_per_gate": Need(0.2, True, "as the error alone")},
        truth={"simultaneous_error_per_gate": lambda moment: true_simultaneous_error(moment.device, 0)},
        adequate=_adequate_benchmark,
        sampling=lambda parameter, value: SCATTER * value,
        costly=True,
    ),
}
