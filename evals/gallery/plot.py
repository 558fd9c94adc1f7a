"""How one reference plot is made: of a simulated qubit that was brought up, with one thing spoilt."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from reson.components import Qubit
from reson.evals.scenario import Scenario, Setting, Spoil
from reson.evals.verdicts.pulses import best_amplitude, best_beta
from reson.records import Status
from reson.tools.devices.device import Device
from reson.tools.devices.simulated.truth import DESIGN_DURATION

if TYPE_CHECKING:
    from reson.tools.devices.simulated.device import SimulatedDevice

SEED = 417
"""A chip of its own, on which nothing was tuned and nothing is evaluated."""
_CHIP: ContextVar[int] = ContextVar("chip", default=SEED)
STRETCH = 1.6
"""By which a curve is stretched to miss its points."""


@contextmanager
def on_chip(seed: int) -> Iterator[None]:
    """The same recipes on another simulated chip than the gallery's."""
    token = _CHIP.set(seed)
    try:
        yield
    finally:
        _CHIP.reset(token)


def plot(
    experiment: str,
    status: Status,
    made: str,
    *spoil: Spoil,
    by_eye: bool = False,
    faults: Mapping[str, str] | None = None,
    qubits: int = 1,
    coupled: bool = False,
    zz: float = 50e3,
    crosstalk: float = 0.0,
    device: Callable[[], Device] | None = None,
) -> Scenario:
    """A plot of q0, which has the values of a calibrated qubit.

    ``faults`` of the chip are by component, as in ``lab.toml``. ``coupled``: the qubits are neighbours in a line, and
    the others have the pulses that are right for them; ``zz`` in Hz, ``crosstalk`` the share of the next qubit's pulses
    that arrives. ``device``: another one than the simulated chip, for gates that the chip does not have.
    """

    def stage() -> Setting:
        from reson.tools.devices.simulated.device import open_simulated
        from reson.tools.quantities import controls_only

        seed = _CHIP.get()
        values, clock = _calibrated(seed)
        rng = np.random.default_rng(seed)
        if device is not None:  # of which nothing is asked that only the chip could tell
            return Setting(experiment, cast("SimulatedDevice", device()), rng, {"q0": {}}, results=dict(values))
        chip = open_simulated(seed, qubits, faults or {}, clock, "line" if coupled else "none")
        if coupled:
            _make_usual(chip, zz, crosstalk)
            chip.load(_right_pulses(chip))
        return Setting(experiment, chip, rng, controls_only({"q0": values}), results=dict(values))

    return Scenario(experiment, stage, spoil, status, made=made, by_eye=by_eye)


@cache
def _calibrated(seed: int) -> tuple[dict[str, float], float]:
    """The table of a qubit that the offline brain has brought up, and the device's clock after it, in epoch seconds."""
    from reson.agent.lab import open_lab
    from reson.agent.launch import Plan, start
    from reson.tools.store.parameters import current

    with tempfile.TemporaryDirectory() as directory:
        lab = open_lab(Path(directory), seed=seed, qubits=1)
        start(lab, Plan(kind="calibrate"), lambda kind, body: None)
        store = lab.store()
        table = current(store, f"simulated-{seed}")["q0"]
        return {name: row.value for name, row in table.items()}, lab.device(store).now().timestamp()


def _make_usual(device: SimulatedDevice, zz: float, crosstalk: float) -> None:
    """This seed has its first two qubits at a frequency collision: here they couple as most pairs do, and neither's
    pulses excite the other unless ``crosstalk`` says so.
    """
    truth = device.chip.truth
    couplers = tuple(replace(one, zz=zz, crosstalk=(0, crosstalk)) for one in truth.couplers)
    device.chip.truth = replace(truth, couplers=couplers)


def _right_pulses(device: SimulatedDevice) -> dict[str, dict[str, float]]:
    """The best pulses of every qubit, by the hidden truth."""
    found = {}
    for qubit, truth in enumerate(device.chip.truth_now().transmons):
        beta = best_beta(truth, DESIGN_DURATION)
        amplitudes = {f"{gate}_amplitude": best_amplitude(truth, gate, beta, DESIGN_DURATION) for gate in ("x", "sx")}
        found[Qubit(qubit)] = {"drive_frequency": truth.f01, "drag_beta": beta, **amplitudes}
    return found
