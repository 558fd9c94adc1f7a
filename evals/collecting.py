"""Collects a run of a lab as an ``Episode``: trajectory, record, and the hidden truth where the chip is simulated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from reson.components import Qubit
from reson.evals.episode import ComparedValue, Episode, Measured, QubitTruth, Truth
from reson.evals.truth import true_gate_errors
from reson.evals.verdicts.comparison import compare_change
from reson.evals.verdicts.outcomes import Value
from reson.evals.verdicts.trial import Moment, meaningless_without_drive, true_at
from reson.evals.verdicts.trials import TRIALS, readout, resonators
from reson.tools.data import RawData
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth
from reson.tools.experiments.catalogue import get
from reson.tools.store.measurements import MeasurementRow, list_measurements, load_analysis, load_raw
from reson.trajectory import read_trajectory

if TYPE_CHECKING:
    from reson.agent.lab import Lab
    from reson.tools.store.store import Store


def episode_of(lab: Lab, store: Store, run_id: str, *, wall_seconds: float | None = None) -> Episode:
    """Everything that a scorer may look at of a run in this lab."""
    directory = lab.runs / run_id
    rows = list_measurements(store, run_id=run_id)
    return Episode(
        events=tuple(read_trajectory(directory / "trajectory.jsonl")),
        measured=tuple(map(measured, rows)),
        truth=truth_of(lab, store, rows),
        report=(directory / "report.html").exists() and (directory / "report.json").exists(),
        wall_seconds=wall_seconds,
    )


def measured(row: MeasurementRow) -> Measured:
    return Measured(
        id=row.id,
        job=row.job_id,
        experiment=row.experiment,
        component=row.component,
        arguments=row.parameters,
        shots=row.shots,
        circuits=row.circuits,
        started=row.device_started,
        ended=row.device_ended,
    )


def truth_of(lab: Lab, store: Store, rows: list[MeasurementRow]) -> Truth | None:
    """What the values of these measurements and the pulses in force are worth; None for a chip that hides nothing."""
    if lab.config.device.kind != "simulated":
        return None
    device = cast(SimulatedDevice, lab.device(store))
    qubits = {}
    for qubit in device.qubits:
        errors = true_gate_errors(device, qubit)
        qubits[Qubit(qubit)] = QubitTruth(error=(errors.x + errors.sx) / 2, coherence_limit=errors.coherence_limit)
    return Truth(qubits=qubits, values={row.id: _compared(device, store, row) for row in rows if row.judgement})


def _compared(device: SimulatedDevice, store: Store, row: MeasurementRow) -> dict[str, ComparedValue]:
    trial, raw = TRIALS.get(row.experiment), load_raw(store, row)
    analysis = load_analysis(store, row)
    changes = get(row.experiment).propose(analysis, row.controls)
    if trial is None or not changes:
        return {}
    proposed = {change.parameter: change.new for change in changes}
    moments = [_moment(device, raw, time, proposed) for time in (raw.started, (raw.started + raw.ended) / 2, raw.ended)]
    transmon = moments[1].truth
    if transmon.mirror is not None:  # frequencies that are asked for run backwards: no trial knows their truth
        return {}
    dead = not transmon.gain and trial.meaningless is meaningless_without_drive
    true = true_at(trial, moments)
    values = {
        one.parameter: compare_change(trial.needs[one.parameter], one, analysis.quantities, true[one.parameter], dead)
        for one in changes
    }
    return {name: _as_told(value) for name, value in values.items()}


def _as_told(value: Value) -> ComparedValue:
    return ComparedValue(
        found=value.found,
        stderr=value.stderr,
        truth=value.truth if math.isfinite(value.truth) else None,
        wrong=value.wrong,
        right=value.right,
    )


ABOUT_THE_RESONATOR = resonators.TRIALS.keys() | readout.TRIALS.keys()
"""What these find depends on how far the qubit lies from its resonator, which no oscillator of the drive changes."""


@dataclass(frozen=True)
class _StillChip:
    """One qubit of a chip at one moment, with the controls that a measurement had: all that a trial's truth asks."""

    truth: ChipTruth
    controls: list[Mapping[str, float]]

    def truth_now(self) -> ChipTruth:
        return self.truth

    def truth_at(self, time: float) -> ChipTruth:
        return self.truth


@dataclass(frozen=True)
class _StillDevice:
    chip: _StillChip


def in_asked_frequencies(transmon: TransmonTruth) -> TransmonTruth:
    """The same qubit behind an oscillator that is right: what is calibrated is the frequency that is asked for."""
    return replace(transmon, f01=transmon.f01 - transmon.carrier_offset, carrier_offset=0.0)


def _moment(device: SimulatedDevice, raw: RawData, time: float, proposed: Mapping[str, float]) -> Moment:
    """Trials speak of qubit 0, so the measured qubit is shown as the only one."""
    there = device.chip.truth_at(time)
    transmon = there.transmons[raw.qubit]
    if raw.experiment not in ABOUT_THE_RESONATOR:
        transmon = in_asked_frequencies(transmon)
    still = _StillDevice(_StillChip(replace(there, transmons=(transmon,)), [raw.controls]))
    return Moment(cast(SimulatedDevice, still), transmon, raw, proposed)
