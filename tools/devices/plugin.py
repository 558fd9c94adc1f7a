"""A lab's own device: whatever an installed package offers under the entry point group ``reson.devices``."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from reson.errors import OperatorError
from reson.tools.devices.device import Device

GROUP = "reson.devices"


def plugins() -> dict[str, EntryPoint]:
    """Name -> what is installed under it."""
    return {one.name: one for one in entry_points(group=GROUP)}


def open_plugin(name: str) -> Device:
    raise OperatorError(f"there is no plugin {name}", "install it")
