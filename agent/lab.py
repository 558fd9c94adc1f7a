"""A lab is a directory: lab.toml, policy.toml, lab.db, memory/, blobs/, runs/. Made with defaults on first use."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reson.agent.config import TEMPLATE, DeviceSettings, LabConfig, load_config
from reson.errors import OperatorError

if TYPE_CHECKING:
    from reson.agent.memory import Memory
    from reson.agent.policy import Policy
    from reson.tools.devices.simulated.device import SimulatedDevice
    from reson.tools.store.store import Store

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

        return load_policy(self.directory / "policy.toml")

    def memory(self) -> Memory:
        from reson.agent.memory import open_memory

        return open_memory(self.directory / "memory")

    def device(self, store: Store) -> SimulatedDevice:
        """The device with its clock where the lab left it and the controls of the parameter table loaded.

        On the first use the design values become the first version of the table.
        """
        from reson.tools.devices.simulated.device import open_simulated
        from reson.tools.quantities import controls_only
        from reson.tools.store.parameters import current, seed_table, values
        from reson.tools.store.runs import latest_device_time

        settings = self.config.device
        name = device_name(settings)
        clock = latest_device_time(store, name) or EPOCH.timestamp()
        device = open_simulated(settings.seed, settings.qubits, settings.faults, clock)
        seed_table(store, name, device.design_controls(), clock, "design", "start values of a cold chip")
        device.load(controls_only(values(current(store, name))))
        return device


def device_name(settings: DeviceSettings) -> str:
    """Name of the device in the tables; another seed is another chip."""
    return f"{settings.kind}-{settings.seed}"


def open_lab(directory: Path, *, seed: int | None = None, qubits: int | None = None) -> Lab:
    """Open the lab, making it with defaults on first use.

    ``seed`` and ``qubits`` describe the chip of a new simulated lab. Raises ``OperatorError`` when the directory
    cannot be used, a file in it cannot be read, or an existing lab has another chip than asked for.
    """
    settings = directory / "lab.toml"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if not settings.exists():
            if (directory / "lab.db").exists():
                raise OperatorError(
                    f"{directory} holds a lab.db but no lab.toml",
                    "put its lab.toml back, or choose another directory with --lab",
                )
            chip = DeviceSettings()
            seed = chip.seed if seed is None else seed
            _write_once(settings, TEMPLATE.format(seed=seed, qubits=chip.qubits if qubits is None else qubits))
        policy = directory / "policy.toml"
        if not policy.exists():
            from reson.agent.policy import DEFAULT_POLICY

            _write_once(policy, DEFAULT_POLICY)
    except OSError as error:
        raise OperatorError(
            f"the lab {directory} cannot be written: {error.strerror}",
            "free space or permissions there, or choose another directory with --lab",
        ) from error
    config = load_config(settings)
    for what, asked, has in (("seed", seed, config.device.seed), ("qubits", qubits, config.device.qubits)):
        if asked is not None and asked != has:
            raise OperatorError(
                f"the lab {directory} already has a chip with {what} {has}, not {asked}",
                "choose another directory with --lab for another chip",
            )
    return Lab(directory, config)


def _write_once(path: Path, text: str) -> None:
    """Whole or not at all, so that a full disk or a kill leaves no half-written settings."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


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
        _write_once(holder, json.dumps(facts))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


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
