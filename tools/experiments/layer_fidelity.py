"""Layer fidelity (LayerFidelity of Qiskit Experiments): the error of every two-qubit gate of a qubit, in a full layer.

Direct benchmarking of disjoint pairs at once (McKay et al., arXiv 2311.05933). Each layer plays a random Clifford on
every qubit and the two-qubit gate on every pair of the layer. Every edge at a qubit that is asked for is measured; both
of its qubits show it, and the first of them that was asked for writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reson.components import Pair, Qubit, value_name, value_of_pair
from reson.errors import ToolError, ToolErrorKind
from reson.records import Change, Check, Effect, Quantity, Verdict
from reson.tools.data import CONTRAST, Analysis, Axis, Past, RawData, Values, probability
from reson.tools.devices.device import published_of
from reson.tools.experiments import benchmarking, sweep
from reson.tools.experiments.experiment import Experiment, Parameter
from reson.tools.experiments.fits.fitting import Fit, fit
from reson.tools.experiments.fits.processing import measured
from reson.tools.experiments.heights import least_height_of_pair
from reson.tools.experiments.proposals import changes_of_pairs
from reson.tools.experiments.standard_rb import PULSES_PER_CLIFFORD
from reson.tools.verdicts import checks

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

NAME = "layer_fidelity"
TWO_QUBIT = ("cz", "ecr", "cx")
LENGTHS = np.array([0.0, 0.12, 0.3, 0.6, 1.0])
LONGEST = 150.0
"""Layers that an error of 0.2 to 10 % shows in."""
ERROR, SHOWN = "layer_error", "layer_error_shown"
"""Quantities of a pair: its error, and the same where its other qubit writes it."""
SMALLEST = 1e-5
"""Least error that a gate is credited with: what is left of a layer's error can come out below zero."""
USUAL_GATE = 100e-9
"""Seconds of a two-qubit gate where the device does not tell."""
PULSES = 1.5
"""Of a Clifford of one qubit, in the mean."""
SYSTEMATIC = 0.015
"""Relative: Cliffords of single qubits leave errors of one and of both qubits that decay at rates of their own."""


def _defaults(values: Values) -> dict[str, float]:
    return {}


def _lengths(longest: float) -> list[int]:
    return sorted({max(1, int(n)) for n in np.rint(LENGTHS * longest)})


def _device_seconds(parameters: Values, device: Device) -> float:
    """Of the three layers that the edges of a lattice of degree three fall into."""
    lengths = _lengths(parameters["max_length"])
    told = published_of(device)
    gates = [pair.length for pair in told.pairs if pair.works and pair.length] if told else []
    layer = (float(np.median(gates)) if gates else USUAL_GATE) + PULSES * sweep.pulse_length(device)
    mean = float(np.mean(lengths)) * layer
    return sweep.device_seconds(3 * len(lengths) * parameters["samples"], parameters["shots"], mean, device)


def acquire(device: Device, arguments: Mapping[int, Values]) -> dict[int, RawData]:
    """Raises ``ToolError`` (bad_arguments) for a qubit without a two-qubit gate."""
    from reson.tools.experiments.circuits.layer_circuits import layer_circuits, layers_of, run_layers
    from reson.tools.experiments.possible import works_at

    gate, pairs = works_at(device, TWO_QUBIT)
    mine = [(a, b) for a, b in pairs if {a, b} & set(arguments)]
    if alone := sorted(set(arguments) - {qubit for edge in mine for qubit in edge}):
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"q{alone[0]} has no two-qubit gate that works")
    values = next(iter(arguments.values()))
    shots = int(max(one["shots"] for one in arguments.values()))
    started = device.now().timestamp()
    circuits = layer_circuits(
        device, gate, layers_of(mine), _lengths(values["max_length"]), int(values["samples"]), int(started * 1e3)
    )
    found = run_layers(device, circuits, shots)
    ended = device.now().timestamp()
    data = {}
    for qubit, given in arguments.items():
        points = [
            (_point(other, qubit == min(set(edge) & set(arguments)), length, target), count)
            for edge, outcomes in sorted(found.items(), key=lambda one: sum(one[0]))  # by the other qubit's number
            if qubit in edge
            for other in set(edge) - {qubit}
            for length, target, count in outcomes
        ]
        data[qubit] = RawData(
            experiment=NAME,
            component=Qubit(qubit),
            parameters=dict(given),
            controls=dict(device.controls()[Qubit(qubit)]),
            shots=shots,
            circuits=[metadata for metadata, _ in points],
            arrays={"counts": np.array([[shots - count, count] for _, count in points])},
            started=started,
            ended=ended,
        )
    return data


def _point(other: int, writes: bool, length: int, target: int) -> dict[str, int | str | bool]:
    series = f"with {Qubit(other)}"
    return {"xval": length, "series": series, "neighbour": other, "writes": writes, "target": target}


def analyse(raw: RawData) -> Analysis:
    from reson.tools.experiments.fits.benchmarking_fits import PairsAnalysis

    survival, error = measured(raw)
    keys = ("xval", "neighbour", "target")
    groups = np.array([[metadata[key] for key in keys] for metadata in raw.circuits], dtype=float)
    edges = {metadata["series"]: metadata for metadata in raw.circuits}
    widened = error * benchmarking.scatter(groups, survival, error)
    points, means, errors = _over_ends(raw.circuits, groups, survival, widened)
    result = fit(PairsAnalysis(tuple(edges)), replace(raw, circuits=points, arrays={}), 1.0, (means, errors))
    return Analysis(
        experiment=NAME,
        component=raw.component,
        series=result.series,
        x_axis=Axis(label="Layers", unit=""),
        y_axis=probability("P(both survive)"),
        quantities={} if result.error else _quantities(result, raw.qubit, list(edges.values())),
        reduced_chi2=result.reduced_chi2,
        error=result.error,
    )


def _over_ends(
    circuits: Sequence[Mapping[str, Any]], groups: np.ndarray, survival: np.ndarray, error: np.ndarray
) -> tuple[list[dict[str, Any]], np.ndarray, np.ndarray]:
    """(metadata, survival, error) of each length of each pair: all final states count alike, however often they were
    drawn, since what each decays to lies at the readout.

    ``groups`` (circuits, 3): length, neighbour and final state of each circuit.
    """
    points, means, errors = [], [], []
    for at in np.unique(groups[:, :2], axis=0):
        here = (groups[:, :2] == at).all(axis=1)
        parts = [here & (groups[:, 2] == target) for target in np.unique(groups[here, 2])]
        points.append(dict(circuits[int(np.flatnonzero(here)[0])]))
        means.append(np.mean([survival[part].mean() for part in parts]))
        errors.append(np.linalg.norm([np.linalg.norm(error[part]) / part.sum() for part in parts]) / len(parts))
    return points, np.array(means), np.array(errors)


def _quantities(result: Fit, qubit: int, edges: Sequence[Mapping[str, Any]]) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    for number, edge in enumerate(edges):
        pair, alpha = Pair(qubit, edge["neighbour"]), result[f"alpha{number}"]
        value = 3 / 4 * (1 - alpha.value)
        name = ERROR if edge.get("writes", True) else SHOWN  # before there were rows of pairs both qubits wrote it
        found[value_name(pair, name)] = Quantity(
            value=value, stderr=alpha.stderr and float(np.hypot(3 / 4 * alpha.stderr, SYSTEMATIC * value))
        )
        found[value_name(pair, CONTRAST)] = result[f"a{number}"]
    return found


def gate_error(layer_error: float, pulse_errors: float) -> float:
    """Average error of the two-qubit gate alone: what a layer's error leaves when the Cliffords of both are taken off.

    ``pulse_errors``: sum of both qubits' average errors per pulse. An average error r of one of two qubits is one of
    6/5 r of the pair: the process infidelity 3/2 r is the same, times d / (d + 1) of the pair.
    """
    return layer_error - 6 / 5 * PULSES_PER_CLIFFORD * pulse_errors


def credited(layer_error: float, pulse_errors: float) -> float:
    """``gate_error``, or the least error that a gate is credited with where less is left than that."""
    return max(gate_error(layer_error, pulse_errors), SMALLEST)


def layer_fidelity(layer_errors: list[float]) -> float:
    """Product of the pairs' process fidelities 1 - (d + 1) / d times the average error, d = 4."""
    return float(np.prod([1 - 5 / 4 * error for error in layer_errors]))


def propose(analysis: Analysis, values: Values) -> list[Change]:
    return changes_of_pairs(analysis, ERROR)


def check(analysis: Analysis, parameters: Values, history: Mapping[str, Past]) -> list[Check]:
    found = analysis.quantities
    errors = {of[0]: name for name in found if (of := value_of_pair(name)) and of[1] in (ERROR, SHOWN)}
    fitted = checks.fitted(analysis, *errors.values(), *(value_name(pair, CONTRAST) for pair in errors))
    signals = [checks.signal(part, f"signal {part.name}") for part in analysis.series]
    if not fitted.passed or not errors:
        return [fitted, *signals]
    listed = [fitted, *signals, checks.goodness(analysis, parameters=2 * len(errors), tolerance=0.01, highest=4.0)]
    for pair, key in errors.items():
        name, error = value_name(pair, ERROR), found[key]
        decays, low = 4 / 3 * error.value * parameters["max_length"], least_height_of_pair(0.25, history, pair)
        listed += [
            checks.within(name, error.value, 1e-5, 0.3),
            checks.within(f"height of the decay of {pair}", found[value_name(pair, CONTRAST)].value, low, 0.85),
            checks.within(f"decays in the longest sequence, {pair}", decays, 0.1, 60.0),
            checks.within(f"decays in the longest sequence, {pair}", decays, 0.2, 20.0, severity=Verdict.REVIEW),
            checks.resolved(name, error, 4.0),
            checks.precise(name, error, 0.15),
            checks.history(name, error, history, natural=0.3),
        ]
    return listed


EXPERIMENT = Experiment(
    name=NAME,
    title="Layer fidelity",
    measures="the error of a layer of Cliffords and two-qubit gates, for every pair that a qubit belongs to",
    family=NAME,
    effect=Effect.MEASURES,
    parameters=(
        Parameter(
            "max_length", "", 20, 2000, "longest sequence in layers; 0.8 / expected error", LONGEST, True, shared=True
        ),
        benchmarking.samples(8, "random sequences of each length and layer, ending in all four states in turn", 4),
        sweep.shots(750),
    ),
    needs=("x_amplitude", "sx_amplitude", "readout_threshold"),
    calibrates=(ERROR,),
    defaults=_defaults,
    device_seconds=_device_seconds,
    acquire=acquire,
    analyse=analyse,
    proposes=propose,
    check=check,
    valid_hours=24.0,
    together=True,
    gates=TWO_QUBIT,
)
