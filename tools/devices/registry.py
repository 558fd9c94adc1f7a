"""Every device is opened here: one function, by kind. Each kind loads only what it needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reson.tools.devices.device import Device
from reson.tools.devices.order import DeviceOrder, address


def open_device(order: DeviceOrder) -> Device:
    """The device that is ordered. Raises ``OperatorError`` where it cannot be had, with what is missing."""
    return _OPENERS[order.kind](order)


def _simulated(order: DeviceOrder) -> Device:
    from reson.tools.devices.simulated.device import open_chip, open_simulated

    if not order.chip:
        return open_simulated(order.seed, order.qubits, order.faults, order.clock)
    from reson.tools.devices.simulated.chip_file import load_chip

    return open_chip(
        load_chip(Path(order.chip), seed=order.seed, qubits=order.qubits, faults=order.faults), order.clock
    )


def _fake(order: DeviceOrder) -> Device:
    from reson.tools.devices.ibm.fakes import fake_backend
    from reson.tools.devices.local.device import noisy_device

    return noisy_device("fake", address("fake", order.name), fake_backend(order.name))


def _aer(order: DeviceOrder) -> Device:
    from reson.tools.devices.local.device import noisy_device
    from reson.tools.devices.local.line import line_of_qubits

    return noisy_device("aer", "aer", line_of_qubits(order.qubits, order.noise))


def _ibm(order: DeviceOrder) -> Device:
    from reson.tools.devices.ibm.device import open_ibm

    return open_ibm(order)


def _plugin(order: DeviceOrder) -> Device:
    from reson.tools.devices.plugin import open_plugin

    return open_plugin(order.name)


_OPENERS: dict[str, Callable[[DeviceOrder], Device]] = {
    "simulated": _simulated,
    "fake": _fake,
    "aer": _aer,
    "ibm": _ibm,
    "plugin": _plugin,
}
