"""Which devices can be reached from here: of every kind the names, or what is missing."""

from __future__ import annotations

from reson.errors import OperatorError
from reson.records import Record
from reson.tools.devices.order import KINDS


class Reach(Record):
    kind: str
    names: tuple[str, ...] = ()
    missing: str = ""
    """What it takes to reach a device of this kind; empty where nothing is missing."""


def reachable() -> list[Reach]:
    """Of every kind, in the order of ``KINDS``. Asks IBM only where an account is saved."""
    return [_FINDERS[kind](kind) if kind in _FINDERS else Reach(kind=kind) for kind in KINDS]


def _fakes(kind: str) -> Reach:
    from reson.tools.devices.ibm.fakes import fake_names

    return Reach(kind=kind, names=tuple(fake_names()))


def _ibm(kind: str) -> Reach:
    from reson.tools.devices.ibm.runtime import device_names

    try:
        return Reach(kind=kind, names=tuple(device_names()))
    except OperatorError as error:
        return Reach(kind=kind, missing=f"{error.what}: {error.remedy}")


def _plugins(kind: str) -> Reach:
    from reson.tools.devices.plugin import plugins

    names = tuple(sorted(plugins()))
    return Reach(kind=kind, names=names, missing="" if names else "no installed package offers one: docs/devices.md")


_FINDERS = {"fake": _fakes, "ibm": _ibm, "plugin": _plugins}
