"""What a report says, as data: the content of ``report.json``, from which the page is drawn."""

from __future__ import annotations

from reson.agent.health import Shortfall
from reson.agent.model.accounts import Account
from reson.agent.report.published_content import AgainstPublished
from reson.agent.standing import State
from reson.agent.worse import Worse
from reson.records import Check, Confidence, Ending, Finite, Json, Quantity, Reading, Record, Verdict
from reson.wording import sigmas

SCHEMA = "reson-report-1"


class Value(Record):
    """One value of the parameter table."""

    value: Finite
    stderr: Finite | None
    confidence: Confidence = None
    """Where the value is an upper limit."""
    unit: str
    measured: bool
    """False for a design value."""
    fresh: bool
    """Measured in this run."""


class Difference(Record):
    """One parameter of one qubit at two moments."""

    component: str
    parameter: str
    before: Value | None
    after: Value
    sigmas: Finite | None
    """Change over the joint standard deviation; None where one of them has none."""
    measurement_id: str | None
    author: str
    reason: str


class Drift(Record):
    """What moved since the run before, in what both have measured."""

    since_run: str
    hours: Finite
    """Between the ends of both runs, on the device's clock."""
    differences: tuple[Difference, ...]


class Diagnosis(Record):
    component: str
    code: str
    text: str
    remedy: str
    evidence: tuple[str, ...] = ()
    """Measurements that it rests on, the most telling last."""


class Proposed(Record):
    """One change as asked for, or as a person edited it."""

    parameter: str
    old: Finite | None
    old_stderr: Finite | None = None
    """Of the value in force, where it is the one that the change names."""
    new: Finite
    stderr: Finite | None
    confidence: Confidence = None
    """Where ``new`` is an upper limit."""
    unit: str

    @property
    def sigmas(self) -> float | None:
        """The change over its joint standard deviation; None where one of both has none."""
        return None if self.old is None else sigmas(self.old, self.old_stderr, self.new, self.stderr)


class Write(Record):
    """What became of the changes that a measurement proposed."""

    approval_id: str
    status: str
    rule: str
    answered_by: str | None
    answer: str | None
    note: str | None
    changes: tuple[Proposed, ...]


class Entry(Record):
    """One measurement in a qubit's story."""

    measurement_id: str
    experiment: str
    title: str
    family: str
    device_time: Finite
    device_seconds: Finite
    shots: int
    circuits: int
    why: str
    parameters: dict[str, Quantity]
    verdict: Verdict | None
    """None before it was analysed."""
    checks: tuple[Check, ...]
    reading: Reading | None
    criterion: str
    """What the reading's status code asks of a plot."""
    quantities: dict[str, Quantity]
    error: str | None
    figure: str | None
    """SHA-256 of the picture in blobs/."""
    writes: tuple[Write, ...]
    newest_accepted: bool
    """Of its experiment on this qubit, in this run."""

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(check.message for check in self.checks if not check.passed)


class Qubit(Record):
    component: str
    state: State
    why: str
    values: dict[str, Value]
    coherence_limit: Quantity | None
    over_limit: Quantity | None
    """Error per gate over the coherence limit."""
    above_limit: Quantity | None = None
    """Error per gate minus the coherence limit."""
    below: tuple[Shortfall, ...] = ()
    """Values below their goals or far worse than usual, the worst first; whatever the state."""
    diagnoses: tuple[Diagnosis, ...]
    story: tuple[Entry, ...]


class Waiting(Record):
    """An approval that waits for a person."""

    approval_id: str
    component: str
    what: str
    """In words."""
    changes: tuple[Proposed, ...]
    why: str
    rule: str
    measurement_id: str | None
    figure: str | None


class Use(Record):
    """What the run used, and what it was allowed (None where the trajectory does not tell)."""

    device_seconds: Finite
    shots: int
    measurements: int
    jobs: int
    wall_seconds: Finite | None
    limits: dict[str, Finite] | None


class Run(Record):
    id: str
    kind: str
    device: str
    ending: Ending | None
    """None while it runs, or after it was cut short."""
    reason: str
    started_device: Finite
    ended_device: Finite | None
    started_wall: Finite
    ended_wall: Finite | None
    seed: int | None


class Provenance(Record):
    lab: str
    brain: str
    versions: dict[str, str]
    settings: Json
    config: Json
    rules: dict[str, int]
    """Rule of the policy -> how many actions it decided."""
    times_resumed: int
    resumed_by: tuple[str, ...] = ()
    written_wall: Finite
    damaged: tuple[str, ...] = ()
    """Lines of the trajectory that could not be read."""
    record: str = ""
    """Head of the chain of the record when this was written."""


class Report(Record):
    format: str = SCHEMA
    run: Run
    use: Use
    qubits: tuple[Qubit, ...]
    worse: tuple[Worse, ...] = ()
    """What got worse, the first thing to look at first."""
    waiting: tuple[Waiting, ...]
    changes: tuple[Difference, ...]
    drift: Drift | None
    published: AgainstPublished | None = None
    lessons: tuple[str, ...]
    """What was noted beside the diagnoses."""
    refused: tuple[str, ...]
    """Requests that the device, the policy or the parameter table refused, in words."""
    summary: tuple[str, str] | None = None
    """(text, model) of the first lines, where a model wrote them and all their numbers stand in the record."""
    account: Account
    """Who answered the questions of the run, and what a model took and cost."""
    provenance: Provenance
