"""One measurement of the study: made, judged as a campaign judges it, and compared with the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from reson.agent.campaign.measuring import with_doubt, within_bounds
from reson.agent.expert.pair_rule import PairFit, pair_fit
from reson.agent.reading import read_saved_data
from reson.components import Qubit
from reson.errors import ToolError
from reson.evals.verdicts.comparison import compare
from reson.evals.verdicts.outcomes import Outcome
from reson.evals.verdicts.pair_trial import (
    EDGE,
    FEW_SHOTS,
    PAIR,
    PairMoment,
    PairTrial,
    known_table,
    noise_of_pairs,
    prepare_pair,
)
from reson.evals.verdicts.setting import HEALTHY, prepare
from reson.evals.verdicts.trial import Need, TrueValue, true_values
from reson.evals.verdicts.trials import TRIALS
from reson.evals.verdicts.trials.pairs import PAIR_TRIALS
from reson.records import Verdict
from reson.tools.data import Past, RawData, Values
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.cz_interleaved_rb import known_of
from reson.tools.experiments.experiment import Experiment
from reson.tools.verdicts.judge import judge

Truths = Callable[[RawData, dict[str, float]], dict[str, TrueValue]]
"""(what was measured, what it would write) -> the truth of each parameter."""


def measure(experiment: str, number: int, first_seed: int) -> Outcome:
    """Measurement ``number`` of an experiment, on the chip of its own seed, judged and compared with the truth."""
    one = measure_pair if experiment in PAIR_TRIALS else measure_qubit
    return one(experiment, number, first_seed + number)


def measure_qubit(experiment: str, number: int, seed: int) -> Outcome:
    trial, row = TRIALS[experiment], get(experiment)
    what, setting = prepare(experiment, trial.stage, trial.sweeps, trial.qubits, seed, number, trial.coupling)
    arguments = arguments_of(row, setting.given, setting.scaled, setting.known)
    never = trial.meaningless(setting)
    adequate = not never and trial.adequate(setting, arguments, setting.device.chip.truth_now().transmons[0])
    begun = _begun(experiment, number, seed, what, adequate)
    try:
        raw = row.acquire(setting.device, {0: arguments})[0]
    except ToolError as error:
        return _refused(begun, error)
    raw = replaced_by_noise(raw, setting.rng) if setting.noise else raw

    def truth(raw: RawData, proposed: dict[str, float]) -> dict[str, TrueValue]:
        return true_values(trial, setting.device, raw, proposed)

    return _judged(begun, row, raw, arguments, setting.history, trial.needs, truth, never)


def measure_pair(experiment: str, number: int, seed: int) -> Outcome:
    """A pair whose frequencies allow no CZ is never brought up, and so no sound result is expected of it."""
    trial, row = PAIR_TRIALS[experiment], get(experiment)
    what, setting = prepare_pair(experiment, trial, seed, number)
    table = known_table(setting.device)
    arguments = arguments_of(row, setting.given, {}, known_of(PAIR, table))
    dead = trial.by_the_line and what == "dead_flux_line"
    fits = pair_fit(*(table[Qubit(one)] for one in EDGE)) is PairFit.INSIDE
    begun = _begun(experiment, number, seed, what, what in (HEALTHY, FEW_SHOTS) and fits)
    try:
        raw = row.measure(setting.device, {PAIR: arguments})[PAIR]
    except ToolError as error:
        return _refused(begun, error)
    raw = replace(raw, arrays=noise_of_pairs(raw, setting.rng)) if setting.noise else raw

    def truth(raw: RawData, proposed: dict[str, float]) -> dict[str, TrueValue]:
        return _true_of_pair(trial, PairMoment(setting.device, raw, proposed))

    return _judged(begun, row, raw, arguments, {}, trial.needs, truth, setting.noise or dead)


def _true_of_pair(trial: PairTrial, moment: PairMoment) -> dict[str, TrueValue]:
    """Of each parameter with the others as they would be written; what a drift of the line moves meanwhile is small."""
    controls = moment.device.controls()[PAIR]
    found = {}
    for name in moment.proposed:
        others = {other: value for other, value in moment.proposed.items() if other != name and other in controls}
        moment.device.load({PAIR: {**controls, **others}})
        found[name] = TrueValue(trial.truth[name](moment))
    return found


def _begun(experiment: str, number: int, seed: int, what: str, adequate: bool) -> Outcome:
    """Of which nothing is known yet."""
    return Outcome(experiment, number, seed, what, adequate, Verdict.REJECT, Verdict.REJECT, "", ())


def _refused(begun: Outcome, error: ToolError) -> Outcome:
    """The device refuses the pulse: nothing can be written."""
    return replace(begun, adequate=False, reasons=(f"refused: {error.message}",))


def _judged(
    begun: Outcome, row: Experiment, raw: RawData, arguments: Values, history: Mapping[str, Past],
    needs: Mapping[str, Need], truth: Truths, never: bool,
) -> Outcome:  # fmt: skip
    analysis = row.analyse(raw)
    changes = row.propose(analysis, raw.controls)
    numbers = judge([*row.check(analysis, arguments, history), *within_bounds(changes)])
    reading = read_saved_data(analysis)
    judgement = with_doubt(numbers, reading)
    true = truth(raw, {change.parameter: change.new for change in changes})
    return replace(
        begun,
        verdict=judgement.verdict,
        by_numbers=numbers.verdict,
        status=str(reading.status),
        reasons=judgement.reasons,
        values={
            change.parameter: compare(needs[change.parameter], change.new, change.stderr, true[change.parameter], never)
            for change in changes
        },
    )


def arguments_of(row: Experiment, given: Values, scaled: Values, known: Values) -> dict[str, float]:
    """Complete arguments, kept within the limits of the catalogue; ``scaled``: factors on the defaults."""
    usual = row.arguments({}, known)
    wanted = {**given, **{name: factor * usual[name] for name, factor in scaled.items()}}
    specs = {spec.name: spec for spec in row.parameters}
    within = {name: float(np.clip(value, specs[name].low, specs[name].high)) for name, value in wanted.items()}
    return row.arguments({k: round(v) if specs[k].integer else v for k, v in within.items()}, known)


def replaced_by_noise(raw: RawData, rng: np.random.Generator) -> RawData:
    """The same measurement with every shot drawn from one distribution: nothing depends on the sweep."""
    number, arrays = len(raw.circuits), {}
    if "counts" in raw.arrays:
        ones = rng.binomial(raw.shots, rng.uniform(0.02, 0.98), number)
        arrays["counts"] = np.stack([raw.shots - ones, ones], axis=1)
    elif "iq" in raw.arrays:
        arrays["iq"] = rng.standard_normal((number, raw.shots, 2)).view(complex)[..., 0] + 3.0
    else:
        spread = 1 / np.sqrt(raw.shots)
        arrays["iq_mean"] = spread * rng.standard_normal((number, 2)).view(complex)[..., 0] + 3.0
        arrays["iq_stderr"] = np.full((number, 2), spread)
    return replace(raw, arrays=arrays)
