"""The vocabulary: what one part of Reson hands to another. Values, frozen, validated, and JSON at the borders."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, model_validator

from reson.older_records import derived, with_check_code, with_seen

# JSON has no NaN; a number that is not finite never crosses a border.
Finite = Annotated[float, Field(allow_inf_nan=False)]
Json = dict[str, Any]
Confidence = Annotated[float, Field(gt=0, lt=1)] | None
"""Of an upper limit: with what confidence the truth lies below the value. None where the value is a measured one."""


def _is_measured(confidence: Confidence) -> bool:
    return confidence is None


class Record(BaseModel):
    """Base of every record: immutable, no unknown fields, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def to_json(self) -> Json:
        return self.model_dump(mode="json")


def content_hash(value: Any) -> str:
    """SHA-256 (hex) of a JSON-like value in canonical form: keys sorted, no spaces, NaN refused (``ValueError``)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Effect(StrEnum):
    """What a tool does to the world. A tool that declares none does not start."""

    READS = "reads"
    NOTES = "notes"
    """Adds to the record what somebody says; no value changes."""
    MEASURES = "measures"
    WRITES = "writes"
    ANSWERS = "answers"
    """What is a person's alone: to answer a request, put values back, stop a run, make an index again."""


class Verdict(StrEnum):
    """The numeric judgement of one measurement."""

    ACCEPT = "accept"
    REVIEW = "review"
    REJECT = "reject"


class Outcome(StrEnum):
    """What a plot says about the experiment (FIELD vocabulary of plot reading)."""

    EXPECTED = "expected"
    SUBOPTIMAL = "suboptimal"
    ANOMALOUS = "anomalous"
    APPARATUS = "apparatus"


class FitReliability(StrEnum):
    RELIABLE = "reliable"
    UNRELIABLE = "unreliable"
    NO_FIT = "no_fit"


class Status(StrEnum):
    """Status codes of plot reading, the union over all families of experiments."""

    SUCCESS = "SUCCESS"
    NO_SIGNAL = "NO_SIGNAL"
    MULTIPLE_PEAKS = "MULTIPLE_PEAKS"
    AMP_TOO_HIGH = "AMP_TOO_HIGH"
    FIT_POOR = "FIT_POOR"
    RANGE_TOO_NARROW = "RANGE_TOO_NARROW"
    DAMPED = "DAMPED"
    UNDERSAMPLED = "UNDERSAMPLED"
    OFF_RESONANCE = "OFF_RESONANCE"
    NO_DETUNING = "NO_DETUNING"
    BEATING = "BEATING"
    TOO_MANY_OSC = "TOO_MANY_OSC"
    TOO_FEW_OSC = "TOO_FEW_OSC"
    WINDOW_TOO_SHORT = "WINDOW_TOO_SHORT"
    SAMPLING_TOO_COARSE = "SAMPLING_TOO_COARSE"
    OPTIMAL_NOT_CENTERED = "OPTIMAL_NOT_CENTERED"
    NO_EXCITATION = "NO_EXCITATION"
    MODERATE_ERROR = "MODERATE_ERROR"
    LARGE_ERROR = "LARGE_ERROR"
    HIGH_POWER = "HIGH_POWER"
    NO_RES_RESPONSE = "NO_RES_RESPONSE"
    STABLE = "STABLE"
    TELEGRAPHIC = "TELEGRAPHIC"
    RANDOM_WALK = "RANDOM_WALK"
    FIT_FAILED = "FIT_FAILED"
    NOT_TUNABLE = "NOT_TUNABLE"
    EVENT = "EVENT"
    NO_EVENT = "NO_EVENT"
    NO_COHERENCE = "NO_COHERENCE"
    LOW_CONTRAST = "LOW_CONTRAST"
    NO_GATE = "NO_GATE"
    MISCALIBRATED = "MISCALIBRATED"
    FAINT = "FAINT"
    CLIPPED = "CLIPPED"
    HOT = "HOT"
    NO_COMMON_MINIMUM = "NO_COMMON_MINIMUM"
    ODD = "ODD"
    """What no other code names; the reason says what it is."""


GOOD = frozenset({Status.SUCCESS, Status.STABLE, Status.NO_EVENT})
"""What a plot shows where nothing is wrong; a family has one of them."""

SUPPORTS_THE_VALUE = frozenset(
    {Status.SUCCESS, Status.MODERATE_ERROR, Status.LARGE_ERROR, Status.STABLE, Status.RANDOM_WALK}
)
"""What a plot shows whose number may be right; the number itself, or its drift, then says what is wrong."""


class Seen(StrEnum):
    """What a reader looked at."""

    SAVED_DATA = "saved_data"
    PICTURE = "picture"


class Reading(Record):
    """What a reader saw in a plot. ``reader`` says in words who looked and at what."""

    outcome: Outcome
    reliability: FitReliability
    status: Status
    confidence: Annotated[Finite, Field(ge=0, le=1)]
    reason: str
    reader: str
    seen: Seen
    suggested_range: tuple[Finite, Finite] | None = None
    """Range of the swept parameter that would serve better, in its SI unit."""
    suggested: dict[str, Finite] = Field(default_factory=dict, exclude_if=lambda one: not one)
    """Arguments of the experiment that would serve better, in SI units."""

    @model_validator(mode="wrap")
    @classmethod
    def _with_seen(cls, fields: Any, made: ModelWrapValidatorHandler[Reading]) -> Reading:
        return derived(made, fields, with_seen, "seen")


class Quantity(Record):
    """A fitted number: value and one standard deviation (None where it is not statistical), in SI units."""

    value: Finite
    stderr: Annotated[Finite, Field(ge=0)] | None = None
    unit: str = ""


class CheckCode(StrEnum):
    """What is wrong where a check fails. Decisions rest on it; names and messages are for people and may change."""

    NO_OUTCOME = "no_outcome"
    """Nothing could be checked."""
    NO_FIT = "no_fit"
    NO_SIGNAL = "no_signal"
    UNRESOLVED = "unresolved"
    """A quantity that does not rise above its error."""
    IMPRECISE = "imprecise"
    OUT_OF_RANGE = "out_of_range"
    AT_EDGE = "at_edge"
    """Of the sweep."""
    OUT_OF_BOUNDS = "out_of_bounds"
    """What would be written is outside the limits of its parameter."""
    JUMP = "jump"
    """Away from the last accepted value."""
    MISFIT = "misfit"
    """The curve misses the data."""
    AT_BOUND = "at_bound"
    """A parameter of the fit lies at its bound."""
    TOO_QUIET = "too_quiet"
    """The data scatter less than their errors."""
    DOUBTED = "doubted"
    """By whoever looked at the plot."""
    OFF_RESONANCE = "off_resonance"
    """The drive is off the qubit's frequency."""
    NOT_PREPARED = "not_prepared"
    """1 was not prepared where it should have been."""
    CONSTANT = "constant"
    """The digitiser brought back one value."""
    CLIPPED = "clipped"
    """The digitiser brought back its largest value many times."""
    FAULT = "fault"
    """Our own code failed on the data."""
    INTERCHANGED = "interchanged"
    """0 is read as 1 and 1 as 0."""
    UNSTEADY = "unsteady"
    """What is measured changed in the course of the measurement."""
    NO_INTERACTION = "no_interaction"
    """The flux of a coupler changes nothing."""
    ONE_WALL = "one_wall"
    """The ZZ of a coupler runs away on one side of its range only."""
    FLUX_GAIN_OFF = "flux_gain_off"
    """A flux line moves its coupler by far more or less than it should."""
    FLUX_OFFSET_OFF = "flux_offset_off"
    """A coupler's flux is far from zero without a bias."""
    NO_ZERO_ZZ = "no_zero_zz"
    """A pair's static ZZ has no zero at any bias."""
    WRONG_SIGN = "wrong_sign"
    """The conditional phase grows the wrong way."""
    PHASE_BELOW_PI = "phase_below_pi"
    PHASE_JUMP = "phase_jump"
    """Between two points the phase moves so far that it may have been followed wrongly."""
    CONTRAST_LOST = "contrast_lost"
    """Where the gate should be, its qubits lose their coherence."""
    SWAP = "swap"
    """A gate exchanges 01 and 10."""
    LEAKAGE = "leakage"
    """A gate loses 11."""
    SLOPE_OFF = "slope_off"
    """The phase moves with the amplitude unlike one pulse alone."""
    SETTLING = "settling"
    """The phase of many gates is not that many times one: the line has a memory."""
    FOLDED = "folded"
    """A frequency so far off that the sampling may fold it back."""
    BEYOND_T1 = "beyond_t1"
    """A coherence that outlives twice the T1 on record: one of the two has moved."""
    HIDDEN_BEAT = "hidden_beat"
    """A decay that a beat of two lines, too slow for the window, may have made."""
    TOO_COARSE = "too_coarse"
    """Something as narrow as the steps of the sweep."""


class Check(Record):
    """One numeric check of a measurement; a failed check counts with its ``severity``."""

    name: str
    code: CheckCode
    passed: bool
    severity: Verdict
    message: str

    @model_validator(mode="wrap")
    @classmethod
    def _with_code(cls, fields: Any, made: ModelWrapValidatorHandler[Check]) -> Check:
        return derived(made, fields, with_check_code, "code")


class Judgement(Record):
    """Verdict over all checks: the worst severity among those that failed."""

    verdict: Verdict
    checks: tuple[Check, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(check.message for check in self.checks if not check.passed)

    @property
    def failed(self) -> tuple[CheckCode, ...]:
        """Codes of the failed checks, in the order of ``reasons``."""
        return tuple(check.code for check in self.checks if not check.passed)


class Change(Record):
    """A proposed new value of one control or recorded parameter of one component."""

    component: str
    parameter: str
    old: Finite | None
    new: Finite
    stderr: Annotated[Finite, Field(ge=0)] | None
    unit: str
    confidence: Confidence = Field(default=None, exclude_if=_is_measured)
    """Where ``new`` is an upper limit. What is no limit is hashed as it was before there were any."""


class ActionKind(StrEnum):
    MEASURE = "measure"
    WRITE = "write"
    ROLLBACK = "rollback"


class Action(Record):
    """What asks for an approval, exactly: its hash binds the approval to it.

    ``arguments`` of a measurement: experiment, components, parameters; of a write: measurement, verdict, changes.
    """

    kind: ActionKind
    effect: Effect
    device: str
    component: str
    """One component for a write; for a measurement that serves several, their names joined by commas."""
    arguments: Json

    @property
    def hash(self) -> str:
        return content_hash(self.to_json())


class Ending(StrEnum):
    """How a run ends. There is no other way."""

    FINISHED = "finished"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    BUDGET_SPENT = "budget_spent"
    DEVICE_UNAVAILABLE = "device_unavailable"
    STOPPED = "stopped"
    FAILED = "failed"


EXIT_CODES: dict[Ending, int] = {
    Ending.FINISHED: 0,
    Ending.FAILED: 1,
    # 2 is what a shell expects of wrong usage, so no ending takes it
    Ending.WAITING_FOR_APPROVAL: 3,
    Ending.BUDGET_SPENT: 4,
    Ending.DEVICE_UNAVAILABLE: 5,
    Ending.STOPPED: 6,
}
