"""What a run would cost on a device whose provider counts quantum seconds, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reson.agent.campaign.schedule import merge
from reson.agent.expert.characterise import DEARER, MOST_REPEATS, OPTIONAL, PLAN, parameters_for
from reson.agent.expert.ranges import FINE_AMPLITUDE
from reson.agent.observation import Measure
from reson.components import Qubit
from reson.errors import OperatorError
from reson.records import Finite, Record
from reson.tools.devices.device import Remote, bounds_of, coupling_of, only_waiting_alone, published_of
from reson.tools.devices.durations import OVERHEAD
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.possible import why_not, why_not_on

if TYPE_CHECKING:
    from reson.tools.devices.device import Device

OPEN_PLAN = 600.0
"""Quantum seconds of the open plan in 28 days (2026)."""
REPEATED = 0.15
"""What repeats take beside everything measured once: 0.05 on eight qubits of the copy of torino, 0.31 on five of kyoto,
which read badly.
"""


class Row(Record):
    experiment: str
    jobs: int
    """More than one where neighbours take turns."""
    seconds: Finite
    """Quantum seconds of all of them."""
    worst: Finite
    """With all repeats that there may be."""


class Estimate(Record):
    device: str
    qubits: int
    rows: tuple[Row, ...]
    left_out: dict[str, str]
    """Experiments that the device cannot run, and why."""
    allowance: Finite
    """Quantum seconds of one period of the account's plan; of the open plan where there is no account."""
    remaining: Finite | None
    """That the account has left; None where it does not tell."""
    budget: Finite
    """Quantum seconds that the run may take, whatever is repeated or fails."""

    @property
    def seconds(self) -> float:
        """Everything measured once."""
        return sum(row.seconds for row in self.rows)

    @property
    def expected(self) -> float:
        """With the usual repeats, as far as budget and account go."""
        return min((1 + REPEATED) * self.seconds, self.most)

    @property
    def worst(self) -> float:
        """With all repeats that there may be, as far as budget and account go."""
        return min(sum(row.worst for row in self.rows), self.most)

    @property
    def most(self) -> float:
        return self.budget if self.remaining is None else min(self.budget, self.remaining)

    @property
    def share(self) -> float:
        """Of the period's allowance, as expected."""
        return self.expected / self.allowance


def estimate(device: Device, qubits: Sequence[int], budget: float) -> Estimate:
    """Of a night of characterisation; ``budget``: quantum seconds of one run.

    Raises ``OperatorError`` for a device of one's own, which costs nothing and where one result decides the next.
    """
    told = published_of(device)
    if told is None:
        raise OperatorError(
            f"{device.name} counts no quantum seconds", "its budget is device time: [budget] in lab.toml"
        )
    known, rows, left_out = told.first_values(qubits), [], {}
    for step in PLAN:
        row = get(step.experiment)
        if reason := why_not(row, device):
            left_out[row.name] = reason
            continue
        asked = []
        for qubit in qubits:
            if row.name in OPTIONAL and why_not_on(row, device, Qubit(qubit)):
                continue
            values = known.get(Qubit(qubit), {})
            arguments = row.arguments(
                {**step.parameters, **parameters_for(row.name, values)}, values, bounds_of(device)
            )
            asked.append(Measure(component=Qubit(qubit), experiment=row.name, parameters=arguments, why=step.why))
        jobs = merge("estimate", 0, asked, coupling_of(device), only_waiting_alone(device))
        longest = (max(row.device_seconds(one, device) for one in job["requests"].values()) for job in jobs)
        once = sum(longest) + OVERHEAD * len(jobs)
        rows.append(
            Row(experiment=row.name, jobs=len(jobs), seconds=once, worst=once * (1 + dearest(row.name, len(asked))))
        )
    return Estimate(
        device=device.name,
        qubits=len(qubits),
        rows=tuple(rows),
        left_out=left_out,
        allowance=(device.allowance() if isinstance(device, Remote) else None) or OPEN_PLAN,
        remaining=device.remaining() if isinstance(device, Remote) else None,
        budget=budget,
    )


def dearest(experiment: str, qubits: int) -> float:
    """What all repeats by ``characterise.repeat`` cost at most, in times the cost of one measurement of all qubits.

    Each may be ``DEARER`` times the one before, and those of different numbers of shots, or of repetitions, share no
    job.
    """
    return sum(
        DEARER**number * (qubits if experiment in FINE_AMPLITUDE else min(qubits, number + 1))
        for number in range(1, MOST_REPEATS + 1)
    )
