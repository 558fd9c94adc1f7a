"""Simultaneous randomised benchmarking: the error of a pulse while all neighbours are benchmarked too.

Against the error of the qubit alone it shows what crosstalk and coupling cost (Gambetta et al., PRL 109, 240504
(2012)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reson.records import Check, Effect, Quantity, Verdict
from reson.tools.data import Analysis, Past, RawData, Values
from reson.tools.devices.device import coupling_of, neighbours_of
from reson.tools.experiments import acquisition, standard_rb
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NAME = "simultaneous_rb"


def _defaults(values: Values) -> dict[str, float]:
    return standard_rb.EXPERIMENT.defaults(values) | {"isolated_error": values.get("error_per_gate", 0.0)}


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """All qubits asked for are benchmarked at once, and so are their neighbours, for as long as the longest of them.

    Sequences end together, as the device aligns them; those of different qubits are independent.
    """
    from reson.tools.experiments.circuits.clifford_sequences import CliffordSequences

    coupling, clock = coupling_of(device), int(device.now().timestamp() * 1e3)
    beside: dict[int, Values] = {}
    for qubit, values in arguments.items():
        for other in neighbours_of(qubit, coupling):
            if other not in arguments and values["max_length"] > beside.get(other, {"max_length": 0})["max_length"]:
                beside[other] = values
    together = dict(arguments) | beside
    experiments = {
        qubit: CliffordSequences(qubit, standard_rb.random_sequences(values, [clock, qubit]))
        for qubit, values in together.items()
    }
    found = acquisition.acquire(NAME, device, together, experiments, acquisition.CLASSIFIED)
    return {qubit: found[qubit] for qubit in arguments}


def analyse(raw: RawData) -> Analysis:
    return analyse_many([raw])[0]


def analyse_many(data: Sequence[RawData]) -> list[Analysis]:
    return [_renamed(one, raw) for one, raw in zip(standard_rb.analyse_many(data), data, strict=True)]


def _renamed(analysis: Analysis, raw: RawData) -> Analysis:
    found = dict(analysis.quantities)
    if "error_per_gate" in found:
        error = found.pop("error_per_gate")
        found["simultaneous_error_per_gate"] = error
        if isolated := raw.parameters["isolated_error"]:
            found["isolated_error"] = Quantity(value=isolated)
            found["added_error"] = Quantity(value=error.value - isolated, stderr=error.stderr)
    return analysis.model_copy(update={"experiment": NAME, "quantities": found})


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    """Those of standard benchmarking, and that company makes no pulse better."""
    found = dict(analysis.quantities)
    if "simultaneous_error_per_gate" in found:
        found["error_per_gate"] = found["simultaneous_error_per_gate"]
    past = {name: one for name, one in history.items() if name != "error_per_gate"}
    if "simultaneous_error_per_gate" in past:
        past["error_per_gate"] = past["simultaneous_error_per_gate"]
    listed = standard_rb.check(analysis.model_copy(update={"quantities": found}), parameters, past)
    isolated = parameters["isolated_error"]
    if "error_per_gate" not in found or not isolated:
        return listed
    error = found["error_per_gate"]
    lowest = 0.7 * isolated - 5 * (error.stderr or 0.0)  # T1 fluctuates by tens of per cent between the two
    return [*listed, checks.within("error against that alone", error.value, lowest, 1.0, severity=Verdict.REVIEW)]


EXPERIMENT = Experiment(
    name=NAME,
    title="Simultaneous benchmarking",
    measures="the average error of one physical pulse while the neighbours are played on at random",
    family="standard_rb",
    effect=Effect.MEASURES,
    parameters=(
        *standard_rb.EXPERIMENT.parameters,
        Parameter("isolated_error", "", 0.0, 0.5, "error per pulse of the qubit alone, for comparison; 0 if unknown"),
    ),
    needs=standard_rb.EXPERIMENT.needs,
    calibrates=("simultaneous_error_per_gate",),
    defaults=_defaults,
    device_seconds=standard_rb.EXPERIMENT.device_seconds,
    acquire=acquire,
    analyse=analyse,
    check=check,
    analyse_many=analyse_many,
    valid_hours=24.0,
    together=True,
)
