"""One measurement of the study: made, judged as a campaign judges it, and compared with the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reson.agent.campaign.measuring import with_doubt, within_bounds
from reson.agent.reading import read_saved_data
from reson.errors import ToolError
from reson.evals.scenario import Played, Setting, play
from reson.evals.verdicts.comparison import compare_change
from reson.evals.verdicts.outcomes import Outcome, Value
from reson.evals.verdicts.trial import true_values
from reson.evals.verdicts.trials import ALL_TRIALS
from reson.records import Verdict
from reson.tools.devices.simulated.realism import CLEAN
from reson.tools.experiments.catalogue import get
from reson.tools.verdicts.judge import judge


@dataclass(frozen=True)
class Compared:
    """A measurement beside the truth."""

    setting: Setting
    arguments: Mapping[str, float]
    never: bool
    """Whether whatever comes out of it is wrong."""
    adequate: bool
    """Whether an experienced person would expect a sound result."""
    played: Played | None
    values: Mapping[str, Value]
    """Of each parameter that it would write."""
    refused: str = ""
    """Why the device would not make it: nothing can be written."""

    @property
    def wrong(self) -> bool:
        return self.never or any(value.wrong for value in self.values.values())


def compared(experiment: str, number: int, seed: int, realism: str = CLEAN) -> Compared:
    """Measurement ``number`` of an experiment, on the chip of this seed, made and compared with the truth."""
    trial = ALL_TRIALS[experiment]
    setting = trial.scenario(experiment, seed, number, realism).ready()
    arguments, never = setting.arguments(), trial.meaningless(setting)
    adequate = not never and bool(trial.adequate(setting, arguments, setting.device.chip.truth_now().transmons[0]))
    try:
        played = play(setting, arguments)
    except ToolError as error:
        return Compared(setting, arguments, never, False, None, {}, error.message)
    truth = true_values(trial, setting.device, played.raw, {one.parameter: one.new for one in played.changes})
    quantities = played.analysis.quantities
    values = {
        one.parameter: compare_change(trial.needs[one.parameter], one, quantities, truth[one.parameter], never)
        for one in played.changes
    }
    return Compared(setting, arguments, never, adequate, played, values)


def measure(experiment: str, number: int, first_seed: int, realism: str = CLEAN) -> Outcome:
    """Measurement ``number`` of an experiment, on the chip of its own seed, judged and compared with the truth."""
    seed = first_seed + number
    found = compared(experiment, number, seed, realism)
    begun = Outcome(
        experiment, number, seed, found.setting.what, found.adequate, Verdict.REJECT, Verdict.REJECT, "", ()
    )
    if found.played is None:
        return replace(begun, reasons=(f"refused: {found.refused}",))
    analysis = found.played.analysis
    checks = get(experiment).check(analysis, found.arguments, found.setting.history)
    numbers = judge([*checks, *within_bounds(found.played.changes)])
    reading = read_saved_data(analysis)
    judgement = with_doubt(numbers, reading)
    return replace(
        begun,
        verdict=judgement.verdict,
        by_numbers=numbers.verdict,
        status=str(reading.status),
        reasons=judgement.reasons,
        values=dict(found.values),
    )
