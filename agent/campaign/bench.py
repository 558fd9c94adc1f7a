"""What the nodes of a campaign work with: the open parts of a lab, and the ways to report and to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from reson.records import Json
from reson.tools.devices.device import Device
from reson.trajectory import TrajectoryWriter

if TYPE_CHECKING:
    from reson.agent.brains.brain import Brain
    from reson.agent.config import Budget, LabConfig
    from reson.agent.memory import Memory
    from reson.agent.policy import Policy
    from reson.tools.store.store import Store


@dataclass(frozen=True)
class Bench:
    run_id: str
    config: LabConfig
    policy: Callable[[], Policy]
    """As policy.toml has it now: what it forbids since a minute is not done any more. Raises ``OperatorError``."""
    budget: Callable[[], Budget]
    """As lab.toml has it now. Raises ``OperatorError``."""
    store: Store
    device: Device
    memory: Memory | None
    """None where the index is damaged beyond rebuilding: a night goes on without recollections."""
    brain: Brain
    trajectory: TrajectoryWriter
    until: datetime | None = None
    """Device time after which no new job starts."""
    writes: bool = True
    """False: measure and judge only; nothing is proposed (`reson run` without --commit)."""
    started: float = field(default_factory=monotonic)
    stop: Event = field(default_factory=Event)
    on_event: Callable[[str, Json], None] = lambda kind, body: None

    def tell(self, event_id: str, kind: str, body: Json) -> None:
        """Write an event to the trajectory and show it to whoever watches; one that is known already is not news."""
        if self.trajectory.write(event_id, kind, body, device_time=self.clock()):
            self.on_event(kind, {"device_time": self.clock(), **body})

    def clock(self) -> float:
        """Device time, seconds since the Unix epoch."""
        return self.device.now().timestamp()
