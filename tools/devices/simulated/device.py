"""The simulated chip as a device of the lab."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from qiskit.providers import BackendV2

from reson.components import Pair, Qubit
from reson.errors import OperatorError, ToolError, ToolErrorKind
from reson.tools.devices.device import Controls
from reson.tools.devices.simulated.backend import SimulatedBackend
from reson.tools.devices.simulated.chip import LIMITS, Chip
from reson.tools.devices.simulated.chip_file import ChipDescription
from reson.tools.devices.simulated.faults import named, permanent, require_couplers
from reson.tools.devices.simulated.layouts import checked_edges
from reson.tools.devices.simulated.resonators import DESIGN_READOUT_AMPLITUDE
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.devices.simulated.sampler import SimulatedSampler
from reson.tools.devices.simulated.truth import (
    DESIGN_AMPLITUDE,
    DESIGN_ANHARMONICITY,
    DESIGN_DURATION,
    ChipTruth,
    TransmonTruth,
    draw_truth,
)
from reson.tools.devices.simulated.tunable import design_values
from reson.tools.devices.simulated.wander import HORIZON
from reson.tools.quantities import PARAMETERS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_QUBITS = 1000


class SimulatedDevice:
    """``reson.tools.devices.device.Device`` over a simulated chip; its clock moves with jobs and rests only."""

    kind = "simulated"

    def __init__(self, name: str, chip: Chip, realism: tuple[str, ...] = ()) -> None:
        self.name = name
        self.realism = realism
        self.chip = chip
        passive = any(one.remembers for one in chip.truth.transmons)
        self.limits = LIMITS.model_copy(update={"passive_reset": True}) if passive else LIMITS
        self.qubits = tuple(range(len(chip.controls)))
        self.coupling = tuple(coupler.qubits for coupler in chip.truth.couplers)
        self._backend = SimulatedBackend(name, chip)
        self.backend: BackendV2 = self._backend

    def sampler(self) -> SimulatedSampler:
        return SimulatedSampler(self._backend)

    def design_controls(self) -> dict[str, dict[str, float]]:
        qubits: dict[str, dict[str, float]] = {
            Qubit(qubit): _design(truth) for qubit, truth in enumerate(self.chip.truth.transmons)
        }
        pairs = {Pair(*pair): _pair_design(self.chip.truth, pair) for pair in self.chip.pairs}
        return qubits | pairs

    def controls(self) -> dict[str, dict[str, float]]:
        qubits: dict[str, dict[str, float]] = {
            Qubit(qubit): dict(values) for qubit, values in enumerate(self.chip.controls)
        }
        return qubits | {Pair(*pair): dict(values) for pair, values in self.chip.pairs.items()}

    def load(self, controls: Controls) -> None:
        """Controls that are not named keep their value; nothing is loaded if one of them is refused."""
        loaded = self.controls()
        for name, values in controls.items():
            if name not in loaded:
                _bad(f"{self.name} has no {name}")
            for parameter, value in values.items():
                loaded[name][parameter] = _control(parameter, value)
        self.chip.controls[:] = [loaded[Qubit(qubit)] for qubit in self.qubits]
        self.chip.pairs |= {pair: loaded[Pair(*pair)] for pair in self.chip.pairs}
        self._backend.refresh_target()

    def now(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self.chip.clock)

    def rest_until(self, time: datetime) -> None:
        """Let the chip's clock run on to a time (UTC-aware); a time that has passed changes nothing."""
        self.chip.clock = max(self.chip.clock, (time - _EPOCH) // timedelta(microseconds=1))


def open_simulated(
    seed: int,
    n_qubits: int,
    faults: Mapping[str, str],
    clock: float,
    coupling: str | Iterable[tuple[int, int]] = "none",
    tunable: bool = False,
) -> SimulatedDevice:
    """A chip drawn from ``seed`` with faults by component and neighbours by layout ("line", "square", "heavy_hex") or
    pair by pair, their couplers fixed or tunable, see ``open_chip``. Raises ``OperatorError``.
    """
    scenario, edges = named(faults, n_qubits), checked_edges(coupling, n_qubits)
    return open_chip(ChipDescription(seed, n_qubits, scenario=scenario, coupling=edges, tunable=tunable), clock)


def open_chip(chip: ChipDescription, clock: float) -> SimulatedDevice:
    """The chip of a description, at ``clock`` seconds after the Unix epoch, with its design controls loaded.

    The same arguments always give the same chip and, job for job, the same shots: to go on after a restart, open it
    with ``now().timestamp()`` of the device before and load the controls again. Raises ``OperatorError``.
    """
    if not 0 <= chip.seed < 2**64:
        raise OperatorError(f"The chip's seed is {chip.seed}.", "Give a whole number from 0 to 2^64 - 1.")
    if not 1 <= chip.qubits <= _MOST_QUBITS:
        raise OperatorError(f"A chip of {chip.qubits} qubits is asked for.", f"Give 1 to {_MOST_QUBITS} qubits.")
    if not 0 <= clock < HORIZON:
        raise OperatorError(f"The chip's clock stands at {clock} s.", "Give seconds since 1970, before the year 2242.")
    drawn = chip.applied_to(draw_truth(chip.seed, chip.qubits))
    require_couplers(drawn, chip.scenario)
    truth = permanent(drawn, chip.scenario)
    design = [_design(transmon) for transmon in truth.transmons]
    pairs = {one.qubits: _pair_design(truth, one.qubits) for one in truth.couplers if one.tunable}
    return SimulatedDevice(chip.name, Chip(truth, design, round(clock * 1e6), chip.scenario, pairs), chip.realism)


def _design(truth: TransmonTruth) -> dict[str, float]:
    return {
        "drive_frequency": truth.f01 + truth.design_error,
        "anharmonicity": DESIGN_ANHARMONICITY,
        "x_amplitude": DESIGN_AMPLITUDE,
        "sx_amplitude": DESIGN_AMPLITUDE / 2,
        "ef_amplitude": DESIGN_AMPLITUDE / math.sqrt(2),
        "drag_beta": 0.0,
        "pulse_duration": DESIGN_DURATION,
        "readout_frequency": ground_frequency(truth) + truth.resonator.design_error,
        "readout_amplitude": DESIGN_READOUT_AMPLITUDE,
        "readout_angle": 0.0,
        "readout_threshold": 0.0,
    }


def _pair_design(truth: ChipTruth, pair: tuple[int, int]) -> dict[str, float]:
    """What the designer expects of a pair from the frequencies that its qubits were designed for."""
    first, second = (truth.transmons[qubit].f01 + truth.transmons[qubit].design_error for qubit in pair)
    return design_values((first, DESIGN_ANHARMONICITY), (second, DESIGN_ANHARMONICITY))


def _control(parameter: str, value: float) -> float:
    spec = PARAMETERS.get(parameter)
    if spec is None or not spec.control:
        _bad(f"{parameter} is no control; controls are {', '.join(n for n, s in PARAMETERS.items() if s.control)}")
    return spec.require(value)


def _bad(why: str) -> NoReturn:
    raise ToolError(ToolErrorKind.BAD_ARGUMENTS, why)
