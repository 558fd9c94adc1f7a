"""The lab that the console shows: opened for reading beside whatever runs, and never made by looking at it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import streamlit as st

from reson.agent.config import read_settings
from reson.agent.console_settings import ConsoleSettings
from reson.agent.lab import device_name, open_lab
from reson.agent.operations.opened import OpenLab
from reson.components import Qubit, qubits_of
from reson.tools.store.runs import latest_device_time
from reson.tools.store.store import Store, open_store
from reson.tools.store.table import Table, current
from reson.ui import queries


@dataclass(frozen=True)
class Opened(OpenLab):
    """What a page works with: it looks. ``access.acting`` is who acts."""

    @cached_property
    def now(self) -> float:
        """The device's clock as far as the record knows it, seconds since the Unix epoch; 0 before its first use."""
        return latest_device_time(self.store, self.device) or 0.0

    def table(self) -> Table:
        """The parameter table in force; read again only when something was written."""
        return _table(self.store, str(self.lab.directory), self.device, queries.last_version(self.store))

    @property
    def components(self) -> list[str]:
        """Of a simulated chip as it is described; of any other device those that the table knows from its first use."""
        device = self.lab.config.device
        if device.kind == "simulated":
            return [Qubit(qubit) for qubit in range(device.qubits)]
        return list(qubits_of(self.table()))


def directory() -> Path:
    """Where the lab is or will be."""
    return Path(os.environ.get("RESON_LAB", "lab"))


def console_settings() -> ConsoleSettings:
    """How browsers reach the console, as it was when the console began. Raises ``OperatorError``."""
    return _console_settings(str(directory()))


@cache
def _console_settings(place: str) -> ConsoleSettings:
    settings = Path(place) / "lab.toml"
    return read_settings(settings).console if settings.exists() else ConsoleSettings()


def opened() -> Opened | None:
    """The lab as its files are now; None where there is none yet. Raises ``OperatorError`` as ``open_lab`` does."""
    place = directory()
    if not (place / "lab.toml").exists():
        return None
    lab = open_lab(place)
    return Opened(lab, _store(str(place), lab.config.database or None), device_name(lab.config.device))


@st.cache_resource(max_entries=4)
def _table(_store: Store, place: str, device: str, version: int) -> Table:
    return current(_store, device)


@st.cache_resource
def _store(place: str, url: str | None) -> Store:
    return open_store(Path(place), url)
