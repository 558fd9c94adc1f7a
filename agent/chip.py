"""The chip file of a lab: where it lies, and what it makes of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reson.agent.config import DeviceSettings, LabConfig


def with_chip(config: LabConfig, directory: Path) -> LabConfig:
    """The settings with seed, number of qubits and full path of the chip file that they name, if they name one.

    Raises ``OperatorError`` for a chip file that cannot be, or that disagrees with the settings.
    """
    device = config.device
    if not device.chip:
        return config
    from reson.tools.devices.simulated.chip_file import load_chip

    path = directory / device.chip
    given = device.model_fields_set
    chip = load_chip(
        path,
        seed=device.seed if "seed" in given else None,
        qubits=device.qubits if "qubits" in given else None,
    )
    described = device.model_copy(update={"chip": str(path), "seed": chip.seed, "qubits": chip.qubits})
    return config.model_copy(update={"device": described})


def simulated_name(device: DeviceSettings) -> str:
    """Name of the simulated chip in the tables: another seed, or other values in its file, is another chip."""
    if not device.chip:
        return f"simulated-{device.seed}"
    from reson.tools.devices.simulated.chip_file import load_chip

    return load_chip(Path(device.chip), seed=device.seed, qubits=device.qubits).name


def described_pairs(device: DeviceSettings) -> tuple[tuple[int, int], ...]:
    """Pairs of neighbours that the chip file gives; none without one."""
    if not device.chip:
        return ()
    from reson.tools.devices.simulated.chip_file import load_chip

    return load_chip(Path(device.chip), seed=device.seed, qubits=device.qubits).coupling
