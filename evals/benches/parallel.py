"""Software time against device time with all qubits of a large chip in parallel, and the stock classes beside it.

For each experiment the seconds that Reson's own work takes (building the
circuits, splitting the results, analysing, drawing the pictures), without the simulated physics, over the device time
that the same job takes on hardware: shots times reset, circuit and readout. The stock classes of Qiskit Experiments run
on a few qubits, and their time is scaled up. Wall times hold for an idle machine; on a busy one the processor time says
more, which counts both cores.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from reson.components import Qubit
from reson.evals.benches.bench import Asked, row
from reson.evals.best_readout import readout_controls
from reson.evals.verdicts.pulses import best_amplitude, best_beta
from reson.tools.devices.simulated.device import SimulatedDevice, open_simulated
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.standard_rb import sequence_lengths

if TYPE_CHECKING:
    from qiskit_experiments.framework import BaseExperiment

QUBITS, STOCK_QUBITS = 127, 4
SEED = 4
CASES: tuple[tuple[str, dict[str, float], float], ...] = (
    ("rabi", {}, 0.1),
    ("rabi", {"shots": 1000}, 0.1),
    ("t1", {}, 0.1),
    ("ramsey_xy", {}, 0.1),
    ("standard_rb", {}, 0.1),
    ("fine_sx_amplitude", {}, 0.25),
    ("fine_x_amplitude", {}, 0.25),
)
"""Experiment, arguments in place of the defaults, and the goal for software over device time."""
PARTS = ("building", "splitting", "analysing", "drawing")
COLUMNS = (*PARTS, "software", "device", "ratio", "goal", "CPU ratio", "stock", "over ours")
TRIES = 3
"""Of which the better one counts: a shared machine only ever adds to a time."""
READOUT_AMPLITUDE = 0.025
LEFT = {"frequency": 20e3, "amplitude": 0.01}
"""Standard deviations of what is still wrong with a qubit, in Hz and relative."""


@dataclass
class Times:
    """Seconds of one experiment on all qubits."""

    building: float
    splitting: float
    analysing: float
    drawing: float
    device: float
    processor: float
    """Processor time of the software: what the wall time would be on an idle machine with one core, at most."""

    @property
    def software(self) -> float:
        return self.building + self.splitting + self.analysing + self.drawing

    @property
    def ratio(self) -> float:
        return self.software / self.device


def tuned_device(qubits: int) -> tuple[SimulatedDevice, dict[int, dict[str, float]]]:
    """A chip nearly calibrated from its hidden truth, and what is known of every qubit."""
    device, rng = open_simulated(SEED, qubits, {}, 1.8e9), np.random.default_rng(SEED)
    controls, known = device.design_controls(), {}
    for qubit, truth in enumerate(device.chip.truth_now().transmons):
        mine = controls[Qubit(qubit)]
        beta = best_beta(truth, mine["pulse_duration"])
        mine |= {"drive_frequency": truth.f01 + rng.normal(0, LEFT["frequency"]), "drag_beta": beta}
        mine |= readout_controls(truth, ground_frequency(truth), READOUT_AMPLITUDE)
        for gate in ("x", "sx"):
            best = best_amplitude(truth, gate, beta, mine["pulse_duration"])
            mine[f"{gate}_amplitude"] = best * (1 + rng.normal(0, LEFT["amplitude"]))
        known[qubit] = mine | {"t1": truth.t1, "t2_star": truth.t2, "t2_echo": truth.t2}
    device.load(controls)
    return device, known


def measure(name: str, device: SimulatedDevice, known: dict[int, dict[str, float]], given: dict[str, float]) -> Times:
    """One experiment with its default arguments, or ``given`` ones, on all qubits at once."""
    row = get(name)
    arguments = {qubit: row.arguments(given, values) for qubit, values in known.items()}
    first = next(iter(arguments))
    warm = list(row.acquire(device, {first: arguments[first]}).values())  # imports and caches are paid once a night
    row.pictures(row.analyses(warm))
    gc.collect()  # what the stock classes left behind is not ours to clear away
    processor = time.process_time()
    with _Clock(device) as clock:
        data = row.acquire(device, arguments)
    spent = {"building": clock.before, "splitting": clock.after}
    raws = list(data.values())
    began = time.perf_counter()
    analyses = row.analyses(raws)
    spent["analysing"] = time.perf_counter() - began
    began = time.perf_counter()
    pictures = row.pictures(analyses)
    spent["drawing"] = time.perf_counter() - began
    processor = time.process_time() - processor - clock.physics
    assert len(pictures) == len(arguments)
    return Times(**spent, device=raws[0].ended - raws[0].started, processor=processor)


class _Clock:
    """Times what comes before, in and after the device's jobs, which run when they are sent."""

    def __init__(self, device: SimulatedDevice) -> None:
        self.device = device
        self.before = self.inside = self.after = 0.0
        self.physics = 0.0
        """Processor time of the jobs."""

    def __enter__(self) -> Self:
        self._run, self._last = self.device.backend.run, time.perf_counter()
        self.device.backend.run = self._timed
        return self

    def _timed(self, *arguments: Any, **options: Any) -> Any:
        began, processor = time.perf_counter(), time.process_time()
        self.before += began - self._last
        job = self._run(*arguments, **options)
        self._last = time.perf_counter()
        self.physics += time.process_time() - processor
        self.inside += self._last - began
        return job

    def __exit__(self, *_: object) -> None:
        self.after = time.perf_counter() - self._last
        self.device.backend.run = self._run


def stock(name: str, device: SimulatedDevice, known: dict[int, dict[str, float]], qubits: int) -> float:
    """Seconds of software that the stock classes take in a ``ParallelExperiment`` on ``qubits`` qubits: transpiler,
    their own fits from many starts, and their figures."""
    from qiskit_experiments.framework import ExperimentStatus, ParallelExperiment

    row = get(name)
    few = {qubit: row.arguments({}, values) for qubit, values in list(known.items())[:qubits]}
    experiments = [_stock_experiment(name, qubit, values, device) for qubit, values in few.items()]
    parallel = ParallelExperiment(experiments, backend=device.backend, flatten_results=False)
    parallel.set_run_options(shots=int(few[0]["shots"]), meas_level=2)
    with _Clock(device) as clock:
        began = time.perf_counter()
        data = parallel.run(backend_run=True).block_for_results()
        spent = time.perf_counter() - began
    if data.status() != ExperimentStatus.DONE:
        raise RuntimeError(f"the stock {name} failed: {data.errors()}")
    assert all(child.figure(0) for child in cast(Any, data).child_data())
    return spent - clock.inside


def _stock_experiment(name: str, qubit: int, values: dict[str, float], device: SimulatedDevice) -> BaseExperiment:
    from qiskit_experiments import library
    from qiskit_experiments.curve_analysis import OscillationAnalysis

    from reson.tools.devices.drive import DriveGate
    from reson.tools.experiments import sweep
    from reson.tools.experiments.circuits.sequences import Sequences

    match name:
        case "rabi":  # the stock class went with Qiskit's pulse module, its analysis is there
            controls = device.controls()[Qubit(qubit)]
            beta, length = controls["drag_beta"], controls["pulse_duration"]
            amplitudes = np.linspace(0, values["max_amplitude"], int(values["points"])).tolist()
            rabi = Sequences(qubit, [({"xval": a}, [DriveGate(a, beta, 0.0, length)]) for a in amplitudes])
            rabi.analysis = OscillationAnalysis()
            rabi.analysis.set_options(result_parameters=["freq"])
            return rabi
        case "t1" | "ramsey_xy":
            spread = sweep.delays if name == "t1" else sweep.uneven_delays
            delays = spread(values["max_delay"], int(values["points"])).tolist()
            if name == "t1":
                return library.T1((qubit,), delays, device.backend)
            return library.RamseyXY((qubit,), device.backend, delays=delays, osc_freq=values["detuning"])
        case "fine_x_amplitude":
            return library.FineXAmplitude((qubit,), device.backend)
        case "fine_sx_amplitude":
            return library.FineSXAmplitude((qubit,), device.backend)
        case _:
            lengths = sequence_lengths(values["max_length"])
            return library.StandardRB((qubit,), lengths, device.backend, num_samples=int(values["samples"]), seed=qubit)


def _cells(times: Times, goal: float, stock_seconds: float | None) -> list[str]:
    """One experiment's line of the table; ``stock_seconds`` are for as many qubits as ours."""
    cells = [f"{getattr(times, part):.2f}" for part in (*PARTS, "software", "device")]
    cells += [f"{times.ratio:.3f}", f"{goal:g}", f"{times.processor / times.device:.3f}"]
    if stock_seconds is not None:
        cells += [f"{stock_seconds:.0f}", f"{stock_seconds / times.software:.0f}"]
    return cells


def lines(asked: Asked) -> Iterator[str]:
    for qubits in asked.qubits or (QUBITS,):
        yield from _of_chip(qubits)


def _of_chip(qubits: int) -> Iterator[str]:
    device, known = tuned_device(qubits)
    yield f"{qubits} qubits in parallel: seconds of software, seconds of device time, and their ratio (CPU: by"
    yield "processor time). Stock: seconds of Qiskit Experiments' classes, scaled up from a few qubits; and over ours."
    yield row(COLUMNS, label="")
    stock("t1", device, known, 1)  # imports are paid once
    for name, given, goal in CASES:
        tries = [measure(name, device, known, given) for _ in range(TRIES)]
        times = min(tries, key=lambda one: one.processor / one.device)
        whole = None if given else stock(name, device, known, STOCK_QUBITS) * qubits / STOCK_QUBITS
        label = name + "".join(f", {value:g} {key}" for key, value in given.items())
        yield row(_cells(times, goal, whole), label=label)
    yield "goal for the memory: under 2 GB"
