"""What a brain is shown and what it may answer: typed, small, and JSON."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from reson.records import CheckCode, Confidence, Finite, Json, Outcome, Quantity, Record, Status, Verdict


class Known(Record):
    """One value of the parameter table."""

    value: Finite
    stderr: Finite | None
    confidence: Confidence = Field(default=None, exclude_if=lambda one: one is None)
    """Where the value is an upper limit."""
    age_hours: Finite
    measured: bool
    """False for a design value that no measurement has confirmed."""


class Attempt(Record):
    """One measurement of this run on one qubit, or one that was refused before it ran (then without a reading)."""

    measurement_id: str
    experiment: str
    parameters: dict[str, Finite]
    verdict: Verdict
    outcome: Outcome | None
    status: Status | None
    suggested_range: tuple[Finite, Finite] | None
    reasons: tuple[str, ...]
    """Messages of the failed checks, for people and models to read, that of the reading first; what is decided by rule
    rests on ``failed``."""
    quantities: dict[str, Quantity]
    write: Literal["none", "written", "rejected", "denied", "responded"]
    """What became of its proposal: in the table, turned down (by a person or the policy), or answered with a note."""
    failed: tuple[CheckCode, ...] = ()
    """Codes of the failed checks, in the order of ``reasons``; none of a measurement that was refused."""
    suggested: dict[str, Finite] = Field(default_factory=dict, exclude_if=lambda one: not one)
    """Arguments that the reader of its plot would repeat it with."""
    seen: str = ""
    """What the reader of its plot said, in its own words."""
    why: str = ""
    """Why it was made, as whoever decided it said."""
    figure: str = ""
    """SHA-256 of its plot."""
    component: str = ""
    note: str = ""
    """What the person said who answered."""


class Recollection(Record):
    """Something of earlier nights that memory found to bear on this qubit."""

    text: str
    distance: Finite
    component: str = ""
    experiment: str = ""
    """Where it is a measurement: which, with which arguments, and how it was judged."""
    parameters: dict[str, Finite] = {}
    verdict: Verdict | None = None


class DiagnosisCode(StrEnum):
    """What is wrong with a qubit or a pair, as the report names it."""

    NO_READOUT_SIGNAL = "no_readout_signal"
    NO_RESONATOR = "no_resonator"
    READOUT_SATURATED = "readout_saturated"
    NOISY_READOUT = "noisy_readout"
    INTERCHANGED = "interchanged"
    UNSTEADY = "unsteady"
    HOT_QUBIT = "hot_qubit"
    NO_DRIVE_RESPONSE = "no_drive_response"
    SWAPPED_DRIVE_LINES = "swapped_drive_lines"
    WEAK_DRIVE_LINE = "weak_drive_line"
    CLIPPED_DRIVE = "clipped_drive"
    WRONG_SIDEBAND = "wrong_sideband"
    LEAKY_PULSE = "leaky_pulse"
    TWO_FREQUENCIES = "two_frequencies"
    FREQUENCY_GUESS_OFF = "frequency_guess_off"
    SHORT_T1 = "short_t1"
    POOR_READOUT = "poor_readout"
    ERROR_ABOVE_LIMIT = "error_above_limit"
    REJECTED = "rejected"
    UNRESOLVED = "unresolved"
    QUBIT_SET_ASIDE = "qubit_set_aside"
    """From here on of pairs."""
    PAIR_TOO_CLOSE = "pair_too_close"
    PAIR_COLLISION = "pair_collision"
    PAIR_BEYOND = "pair_beyond_anharmonicity"
    NO_INTERACTION = "no_interaction"
    ONE_WALL = "one_wall"
    FLUX_GAIN_OFF = "flux_gain_off"
    FLUX_OFFSET_OFF = "flux_offset_off"
    NO_ZERO_ZZ = "no_zero_zz"
    WRONG_SIGN = "wrong_sign"
    PHASE_BELOW_PI = "phase_below_pi"
    PHASE_JUMP = "phase_jump"
    CONTRAST_LOST = "contrast_lost"
    SWAP = "swap"
    LEAKAGE = "leakage"
    SLOPE_OFF = "slope_off"
    SETTLING = "settling"
    CZ_ABOVE_LIMIT = "cz_above_limit"


OF_PAIRS = tuple(DiagnosisCode)[tuple(DiagnosisCode).index(DiagnosisCode.QUBIT_SET_ASIDE) :]
"""Diagnoses that only a pair can have."""
OF_QUBITS = tuple(code for code in DiagnosisCode if code not in OF_PAIRS)
"""Those of a qubit; a pair may be turned down or unresolved, too."""


class Diagnosis(Record):
    code: DiagnosisCode
    text: str
    """One sentence with the numbers it rests on."""
    remedy: str
    """What a person should do."""
    evidence: tuple[str, ...] = ()
    """Measurements that it rests on, the most telling last."""


class Look(Record):
    """A measurement of an earlier night and its arguments."""

    experiment: str
    parameters: dict[str, Finite]


class KnownFault(Record):
    """A diagnosis of an earlier run that no measurement has contradicted since."""

    diagnosis: Diagnosis
    run_id: str
    since: Finite
    """Device time at which it was first made."""
    sets_aside: bool
    """Whether the qubit was given up for it."""
    look: Look | None
    """The measurement that shows it best, to be made again."""


class Remembered(Record):
    """What the record holds of a qubit from before this run, found by its name alone."""

    lessons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """With author and date: what somebody wanted known, and never an instruction."""
    nights: tuple[str, ...] = ()
    """A line for each of the last few runs that measured it."""


class QubitView(Record):
    component: str
    known: dict[str, Known]
    design: dict[str, Finite]
    """Values the chip was designed for, before any measurement."""
    measured_before: frozenset[str]
    """Parameters that had been measured, not only designed, when this run began."""
    attempts: tuple[Attempt, ...]
    recalled: tuple[Recollection, ...] = ()
    faults: tuple[KnownFault, ...] = ()
    """Open when this run began."""
    remembered: Remembered = Remembered()
    """Told at the start of a run and after a failure."""
    planned: tuple[str, ...] = ()
    """Experiments that a brain wanted to follow on the last one."""
    moved_after: int | None = None
    """How many of its attempts were made before the bias of a coupler beside it was last moved; None where its
    frequency was measured since, in an earlier run, or nothing moved it."""
    limits: dict[str, tuple[Finite, Finite]] = {}
    """control -> what this device allows, where that is less than Reson would."""
    impossible: dict[str, str] = {}
    """experiment of a calibration -> why this device cannot run it."""

    @property
    def full_scale(self) -> float:
        """The largest drive amplitude that its device allows."""
        return self.limits.get("x_amplitude", (0.0, 1.0))[1]

    def value(self, parameter: str) -> float | None:
        known = self.known.get(parameter)
        return None if known is None else known.value


class PairView(QubitView):
    """A pair of qubits that are through: what is known of it as of a qubit, and what is known of the two."""

    first: dict[str, Known]
    second: dict[str, Known]
    designed: tuple[Finite, Finite] | None = None
    """Drive frequencies that its two qubits were designed for, Hz; None where one of them is not on record, and once
    the pair was measured."""
    set_aside: tuple[str, ...] = ()
    """Those of its qubits that were given up tonight."""
    jumping: tuple[str, ...] = ()
    """Those of its qubits that jump between two frequencies, by what tonight's Ramsey fringes showed."""


class GoalsView(Record):
    error_over_coherence_limit: Finite
    assignment_fidelity: Finite
    t1: Finite


class Observation(Record):
    """Everything a brain decides from: the qubits that are ready, the goals, and what is left of the budget."""

    device: str
    goals: GoalsView
    qubits: tuple[PairView | QubitView, ...]
    """Qubits and pairs."""
    device_seconds_left: Finite
    experiments_left: int

    def about(self, names: Collection[str]) -> Observation:
        """The same of these components alone."""
        views = tuple(view for view in self.qubits if view.component in names)
        return self.model_copy(update={"qubits": views})


class Measure(Record):
    """Run an experiment on one qubit; equal ones on several qubits are merged into one job."""

    kind: Literal["measure"] = "measure"
    component: str
    experiment: str
    parameters: dict[str, Finite]
    why: str
    then: tuple[str, ...] = ()
    """Experiments to follow without another question, as long as each is accepted and the expert would do it."""

    def to_json(self) -> Json:
        """A decision without a plan is written as it was before there were any."""
        return self.model_dump(mode="json", exclude=None if self.then else {"then"})


class Escalate(Record):
    """Ask a person whether a value that the numeric checks put under review may be written."""

    kind: Literal["escalate"] = "escalate"
    component: str
    measurement_id: str
    why: str
    diagnoses: tuple[Diagnosis, ...] = ()


class Done(Record):
    """The qubit has reached its goal; ``diagnoses`` name what a person should know all the same."""

    kind: Literal["done"] = "done"
    component: str
    why: str
    diagnoses: tuple[Diagnosis, ...] = ()


class GiveUp(Record):
    """The qubit cannot be brought up tonight; it is set aside so that the others go on."""

    kind: Literal["give_up"] = "give_up"
    component: str
    why: str
    diagnoses: tuple[Diagnosis, ...]


Decision = Annotated[Measure | Escalate | Done | GiveUp, Field(discriminator="kind")]
