"""A lab is a directory: lab.toml, policy.toml, lab.db, memory/, blobs/, runs/. Made with defaults on first use."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reson.agent.chip import simulated_name
from reson.agent.config import Budget, DeviceSettings, LabConfig, ModelSettings, load_config, read_settings
from reson.agent.lab_file import lab_text
from reson.errors import OperatorError
from reson.tools.devices.order import NAMELESS, address, parse_address
from reson.tools.store.whole import write_whole

if TYPE_CHECKING:
    from threading import Event

    from reson.agent.memory.index import Memory, Say
    from reson.agent.policy import Policy
    from reson.tools.devices.device import Device
    from reson.tools.devices.order import DeviceOrder
    from reson.tools.store.store import Store

CHIP_FILE = "chip.toml"
EPOCH = datetime(2026, 1, 1, 22, 0, tzinfo=UTC)
"""The evening on which the clock of a new simulated chip starts."""


@dataclass(frozen=True)
class Lab:
    """A lab's place and settings; its parts are opened where they are used, since each costs a second or more."""

    directory: Path
    config: LabConfig

    @property
    def runs(self) -> Path:
        return self.directory / "runs"

    @property
    def checkpoints(self) -> Path:
        return self.directory / "checkpoints.db"

    def store(self) -> Store:
        from reson.tools.store.store import open_store

        return open_store(self.directory, self.config.database or None)

    def policy(self) -> Policy:
        from reson.agent.policy import load_policy

        return load_policy(self.directory / "policy.toml").model_copy(update={"zone": self.config.zone})

    def budget(self) -> Budget:
        """As lab.toml has it now, which may have changed since this lab was opened."""
        return read_settings(self.directory / "lab.toml").budget

    def model(self) -> ModelSettings:
        """As lab.toml has it now, too."""
        return read_settings(self.directory / "lab.toml").model

    def memory(self, say: Say | None = None, stop: Event | None = None) -> Memory:
        """The index. ``say``: told where an endpoint's embedding does not answer; ``stop`` ends a wait for it."""
        from reson.agent.memory import open_memory
        from reson.agent.memory.chosen import embedding_of

        return open_memory(self.directory / "memory", embedding_of(self.config.memory, stop), say)

    def rebuild_memory(self, store: Store, say: Say | None = None, stop: Event | None = None) -> int:
        """Make the index again from the record; returns how many documents. Whoever calls holds the lab."""
        from reson.agent.memory import rebuild
        from reson.agent.memory.chosen import embedding_of

        return rebuild(self.directory / "memory", store, embedding_of(self.config.memory, stop), say)

    def device(self, store: Store) -> Device:
        """The device with its clock where the lab left it and the controls of the parameter table loaded.

        On the first use what is known without a measurement becomes the first version of the table: design values of
        a chip of one's own, published values of a provider's.
        """
        from reson.agent.on_record import require_device, require_qubits
        from reson.tools.devices.registry import open_device
        from reson.tools.store.runs import latest_device_time
        from reson.tools.store.table import values_in_force

        settings = self.config.device
        name = device_name(settings)
        require_device(store, name)
        clock = latest_device_time(store, name) or EPOCH.timestamp()
        device = open_device(self._order(clock))
        if device.name != name:
            raise OperatorError(
                f"the lab's device is {name}, but what was opened calls itself {device.name}",
                "give the device that name, or make another lab for it with --lab",
            )
        if settings.kind in NAMELESS:  # a provider takes a qubit out of service; a chip described here keeps its own
            require_qubits(store, name, device.qubits)
        _seed(store, device)
        device.load(values_in_force(store, name, controls=True))
        return device

    def _order(self, clock: float) -> DeviceOrder:
        from reson.tools.devices.order import DeviceOrder

        settings = self.config.device
        shared = settings.model_dump(include={"kind", "name", "seed", "qubits", "chip", "faults"})
        return DeviceOrder(
            directory=self.directory, clock=clock, noise=self.config.noise, ibm=self.config.ibm, **shared
        )


def _seed(store: Store, device: Device) -> None:
    from reson.tools.devices.device import published_of
    from reson.tools.store.parameters import seed_table

    now = device.now().timestamp()
    told = published_of(device)
    if told is None:
        seed_table(store, device.name, device.design_controls(), now, "design", "start values of a cold chip")
    else:
        seed_table(store, device.name, told.first_values(device.qubits), now, "published", "published by the provider")


def device_name(settings: DeviceSettings) -> str:
    """Name of the device in the tables; another seed is another chip."""
    if settings.kind == "simulated":
        return simulated_name(settings)
    return address(settings.kind, settings.name)


def open_lab(
    directory: Path,
    *,
    seed: int | None = None,
    qubits: int | None = None,
    chip: str = "",
    device: str = "",
    measure: str = "",
) -> Lab:
    """Open the lab, making it with defaults on first use.

    ``seed`` and ``qubits`` describe the chip of a new simulated lab, and ``chip`` is the text of its chip file, if it
    is to have one; a chip file that lies there already is taken as it is. ``device`` (like fake:torino) and ``measure``
    (like best:10) describe another one. Raises ``OperatorError`` when the directory cannot be used, a file in it
    cannot be read, or an existing lab has another device than asked for.
    """
    kind, name = parse_address(device) if device else (None, "")
    settings = directory / "lab.toml"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        held = [name for name in ("lab.db", "blobs", "runs") if (directory / name).exists()]
        if not settings.exists():
            if held:
                raise OperatorError(
                    f"{directory} holds {' and '.join(held)} but no lab.toml",
                    "put its lab.toml back, or choose another directory with --lab",
                )
            asked = {"kind": kind, "name": name, "measure": measure, "seed": seed, "qubits": qubits}
            if chip:
                asked["chip"] = CHIP_FILE
                if not (directory / CHIP_FILE).exists():
                    write_whole(directory / CHIP_FILE, chip)
            write_whole(settings, lab_text(_settings_of(asked)))
        policy = directory / "policy.toml"
        if not held and not policy.exists():  # from a lab that was used it was taken away: then nothing is allowed
            from reson.agent.policy import DEFAULT_POLICY

            write_whole(policy, DEFAULT_POLICY)
    except OSError as error:
        raise OperatorError(
            f"the lab {directory} cannot be written: {error.strerror}",
            "free space or permissions there, or choose another directory with --lab",
        ) from error
    config = load_config(settings)
    if kind is not None and (kind, name) != (config.device.kind, config.device.name):
        raise OperatorError(
            f"the lab {directory} belongs to {device_name(config.device)}, not to {device}",
            "a lab belongs to one device: choose another directory with --lab for another one",
        )
    if config.device.kind not in NAMELESS:
        return Lab(directory, config)  # its qubits and noise are the provider's
    for what, asked, has in (("seed", seed, config.device.seed), ("qubits", qubits, config.device.qubits)):
        if asked is not None and asked != has:
            raise OperatorError(
                f"the lab {directory} already has a chip with {what} {has}, not {asked}",
                "choose another directory with --lab for another chip",
            )
    return Lab(directory, config)


def _settings_of(asked: Mapping[str, Any]) -> DeviceSettings:
    from pydantic import ValidationError

    try:
        return DeviceSettings.model_validate({key: value for key, value in asked.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        what = ".".join(str(part) for part in first["loc"]) or "device"
        raise OperatorError(f"{what}: {first['msg']}", "see docs/lab.md for every key and its limits") from error


@contextmanager
def lock_lab(lab: Lab, purpose: str) -> Iterator[None]:
    """Hold the lab for one run. Raises ``OperatorError`` that names the holder when somebody else has it.

    The lock is the operating system's: it goes with the process, also after kill -9.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(lab.directory / "lab.lock")
    holder = lab.directory / "lab.holder.json"
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise OperatorError(
            f"the lab {lab.directory} is in use{_held_by(holder)}", "wait for it to end, or stop it with Ctrl-C there"
        ) from error
    try:
        facts = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "purpose": purpose,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        write_whole(holder, json.dumps(facts))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def hold_lab(lab: Lab, purpose: str) -> Iterator[Store]:
    """The record of a lab that is held for one run: its directory, and where the record lies on a server that as well.

    Raises ``OperatorError`` that names the holder when somebody else has it, on this machine or another.
    """
    from reson.tools.store.database import held

    with lock_lab(lab, purpose):
        store = lab.store()
        with held(store.engine, purpose):
            yield store


def _held_by(holder: Path) -> str:
    try:
        facts = json.loads(holder.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return ""
    return f" by {facts.get('purpose')} (process {facts.get('pid')} on {facts.get('host')} since {facts.get('since')})"


def is_locked(lab: Lab) -> bool:
    """Whether a run holds the lab now."""
    from filelock import FileLock, Timeout

    lock = FileLock(lab.directory / "lab.lock")
    try:
        with lock.acquire(blocking=False):
            return False
    except Timeout:
        return True
