"""How one reference plot is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from reson.records import Status
from reson.tools.devices.device import Device
from reson.tools.devices.simulated.truth import TransmonTruth

STRETCH = 1.6
"""By which a curve is stretched to miss its points."""
NO_DRIVE = {"x_amplitude": 0.0, "sx_amplitude": 0.0}


def resonator_with(**values: object) -> Callable[[TransmonTruth], TransmonTruth]:
    """The qubit with other values of its resonator."""
    return lambda truth: replace(truth, resonator=replace(truth.resonator, **values))


@dataclass(frozen=True)
class Recipe:
    """How to make one plot: factors on the qubit's values, an offset of its drive, and the arguments of the sweep."""

    experiment: str
    status: Status
    made: str
    arguments: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)
    """control or default argument -> factor."""
    detuned: float = 0.0
    """Hz added to the drive frequency."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """Of the chip, by component, as in ``lab.toml``."""
    spoilt: Callable[[TransmonTruth], TransmonTruth] | None = None
    """What is wrong with the hidden truth of q0, where no fault of the chip says it."""
    by_eye: bool = False
    """Made so by construction and plain to the eye, though the offline reader takes it for something else."""
    stretched_curve: float = 0.0
    """The drawn curve is stretched by this factor along the sweep, as a fit with a bad start would be."""
    qubits: int = 1
    """Of the chip; only q0 has the values of a calibrated one, and its plot is shown."""
    coupled: bool = False
    """The qubits are neighbours in a line, and the others have the pulses that are right for them."""
    zz: float = 50e3
    """Hz: of coupled qubits."""
    crosstalk: float = 0.0
    """Share of the next qubit's pulses that arrives at a coupled one."""
    wander: float = 0.0
    """Relative standard deviation of the drive's gain from one repetition of the sweep to the next."""
    device: Callable[[], Device] | None = None
    """Measured on another device than the simulated chip: for gates that the chip does not have."""
