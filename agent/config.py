"""``lab.toml``: what a lab is and what its nights are for. Unknown keys and impossible values are refused by name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from reson.agent.brain_names import BRAINS, DEFAULT
from reson.agent.chip import with_chip
from reson.agent.console_settings import ConsoleSettings
from reson.agent.notify_settings import NotifySettings
from reson.errors import OperatorError
from reson.hours import HOUR
from reson.records import Finite, Record
from reson.toml_text import parse_toml
from reson.tools.devices.order import NAMELESS, IbmOptions, Kind, NoiseOptions

Positive = Annotated[Finite, Field(gt=0)]


class DeviceSettings(Record):
    kind: Kind = "simulated"
    name: str = ""
    """Which device of its kind: "torino" of kind fake or ibm; simulated chips are told apart by their seed."""
    measure: str = ""
    """Which qubits a night takes, like "best:10" or "0-4"; empty: all that work."""
    seed: Annotated[int, Field(ge=0)] = 7
    qubits: Annotated[int, Field(ge=1, le=433)] = 5
    chip: str = ""
    """File that describes the simulated chip, relative to the lab; empty: drawn from the seed."""
    faults: dict[str, str] = {}
    """Faults put into the simulated chip, by component; a real chip brings its own."""

    @model_validator(mode="after")
    def _named(self) -> DeviceSettings:
        if bool(self.name) == (self.kind in NAMELESS):
            raise ValueError(f"a device of kind {self.kind} has {'no' if self.name else 'a'} name")
        return self


class Goals(Record):
    """When a qubit counts as calibrated and in specification."""

    error_over_coherence_limit: Annotated[Finite, Field(ge=1)] = 1.5
    assignment_fidelity: Annotated[Finite, Field(gt=0.5, le=1)] = 0.95
    t1: Positive = 15e-6


class Budget(Record):
    """What one run may use up."""

    device_minutes: Positive = 120.0
    shots: Annotated[int, Field(gt=0)] = 100_000_000
    wall_minutes: Positive = 240.0
    experiments: Annotated[int, Field(gt=0)] = 2000


class NightSettings(Record):
    begins: str = "22:00"
    """A simulated chip rests until then, a real one is taken as it is."""
    until: str = ""
    time_zone: str = ""
    """IANA name; empty: see ``LabConfig.zone``."""
    wait_for_approval_minutes: Annotated[Finite, Field(ge=0)] = 0.0

    @field_validator("begins", "until")
    @classmethod
    def _hour(cls, value: str, about: ValidationInfo) -> str:
        if (value or about.field_name == "begins") and not re.fullmatch(HOUR, value):
            raise ValueError("a time of day is written like 06:00")
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("a time zone is written like Europe/Berlin, or left empty") from error
        return value


class ApprovalSettings(Record):
    expire_days: Annotated[Positive, Field(le=3650.0)] = 7.0
    """After which a request that was not executed is asked again, answered or not."""


class Price(Record):
    """Of one model, per million tokens, in whatever currency the budget is in."""

    input: Annotated[Finite, Field(ge=0)] = 0.0
    output: Annotated[Finite, Field(ge=0)] = 0.0


class CapabilitySettings(Record):
    """What the endpoint can do, where a probe should not decide it. None: probed once and cached."""

    tools: bool | None = None
    parallel_tools: bool | None = None
    json_schema: bool | None = None
    images: Annotated[int, Field(ge=0, le=100)] | None = None
    """How many pictures one request may hold."""


class ModelSettings(Record):
    """The endpoint and models of the brains that ask one. The key itself never stands in a file of the lab."""

    base_url: str = "https://api.openai.com/v1"
    choose: str = ""
    read: str = ""
    """Model names; an empty ``read`` takes that of ``choose``."""
    judge: str = ""
    """Model that marks answers in free form, in `reson eval qcaleval`; empty: they are neither asked for nor scored."""
    key_env: str = "OPENAI_API_KEY"
    key_file: str = ""
    timeout: Positive = 60.0
    """Seconds of silence, before the first and between any two words of an answer, after which it counts as lost."""
    deadline: Positive = 600.0
    """Seconds for a whole answer with all its tries, however much is said meanwhile."""
    retries: Annotated[int, Field(ge=0, le=10)] = 3
    corrections: Annotated[int, Field(ge=0, le=5)] = 2
    """How often an invalid answer is sent back before the offline brain decides."""
    look_turns: Annotated[int, Field(ge=0, le=20)] = 6
    """How often a model may look things up before it decides about qubits in trouble; 0: it decides at once."""
    max_output_tokens: Annotated[int, Field(ge=64)] = 4000
    temperature: Annotated[Finite, Field(ge=0, le=2)] | None = None
    """Of readings and of the benchmarks' questions; None: the endpoint's own."""
    picture_width: Annotated[int, Field(ge=128, le=2048)] = 640
    references: Annotated[int, Field(ge=0, le=12)] = 4
    """Reference plots sent with each picture: the good one and the most relevant failures."""
    tokens: Annotated[int, Field(ge=0)] = 2_000_000
    cost: Annotated[Finite, Field(ge=0)] = 5.0
    """Budgets of one run."""
    files_wait_minutes: Positive = 60.0
    recording: str = ""
    """Of brain = "replay": the trajectory that it answers from."""
    capabilities: CapabilitySettings = CapabilitySettings()
    prices: dict[str, Price] = {}

    @field_validator("base_url")
    @classmethod
    def _no_secret(cls, value: str) -> str:
        if "@" in value or "?" in value:
            raise ValueError("a URL without user, password or key: the key belongs in the environment or a key file")
        return value

    @property
    def reader(self) -> str:
        return self.read or self.choose


class MemorySettings(Record):
    """What a run knows of the runs before, and what finds records that are alike."""

    use: bool = True
    """False: a run decides as if it were the lab's first; it is remembered all the same."""
    embedding: Literal["words", "endpoint"] = "words"
    base_url: str = "https://api.openai.com/v1"
    model: str = ""
    """Of an endpoint that speaks OpenAI's /v1/embeddings."""
    key_env: str = "OPENAI_API_KEY"
    key_file: str = ""
    timeout: Positive = 20.0
    """Seconds without an answer after which the offline words answer in its place until the next run."""

    @model_validator(mode="after")
    def _named(self) -> MemorySettings:
        if self.embedding == "endpoint" and not self.model:
            raise ValueError('embedding = "endpoint" needs the name of a model')
        self.endpoint()
        return self

    def endpoint(self) -> ModelSettings:
        """The same, as whoever talks to an endpoint wants it."""
        where = self.model_dump(include={"base_url", "key_env", "key_file", "timeout"})
        return ModelSettings(choose=self.model, **where)


class CascadeSettings(Record):
    """When the offline brain asks the model, and when the model's answer is no answer."""

    sure: Annotated[Finite, Field(ge=0, le=1)] = 0.75
    """Offline readings below this confidence go to the model; a model below it leaves the value to a person."""
    failures: Annotated[int, Field(ge=1, le=20)] = 2
    """Failed attempts at one experiment in a row after which the model is asked what to do."""


class LabConfig(Record):
    device: DeviceSettings = DeviceSettings()
    brain: str = DEFAULT
    model: ModelSettings = ModelSettings()
    memory: MemorySettings = MemorySettings()
    cascade: CascadeSettings = CascadeSettings()
    noise: NoiseOptions = NoiseOptions()
    ibm: IbmOptions = IbmOptions()
    goals: Goals = Goals()
    budget: Budget = Budget()
    night: NightSettings = NightSettings()
    approvals: ApprovalSettings = ApprovalSettings()
    console: ConsoleSettings = ConsoleSettings()
    notify: NotifySettings = NotifySettings()
    database: str = ""
    """SQLAlchemy URL; empty: lab.db in the lab's directory."""

    @field_validator("brain")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in BRAINS:
            raise ValueError(f"there is no brain {value!r}; there are {', '.join(BRAINS)}")
        return value

    @property
    def zone(self) -> str:
        """IANA name of the clock by which hours are given; empty: that of this machine. A simulated chip's is UTC."""
        return self.night.time_zone or ("UTC" if self.device.kind == "simulated" else "")


_OTHERS = ", ".join(f'"{name}"' for name in BRAINS if name != DEFAULT)
TEMPLATE = (
    """\
# The lab: what it measures on, what for, and how much it may use. Every key is optional; these are the defaults.
brain = "offline"            # no key, no network; or """
    + _OTHERS
    + """: see docs/brains.md
database = ""                # an SQLAlchemy URL where the record lies on a server; empty: lab.db beside this file

[device]
kind = "simulated"
seed = {seed}                     # another seed is another chip
qubits = {qubits}

# chip = "chip.toml"         # couplers, values of its own, faults: docs/chip.md

[device.faults]              # for trying things out: `reson device faults` describes the kinds
# q2 = "attenuator"

[goals]
error_over_coherence_limit = 1.5
assignment_fidelity = 0.95
t1 = 15e-6                   # seconds

[budget]                     # of one run; a key left out grows with its qubits and pairs beyond 20: docs/lab.md
device_minutes = 120.0
shots = 100000000
wall_minutes = 240.0
experiments = 2000

[night]
begins = "22:00"             # the simulated chip rests until then
until = ""                   # e.g. "06:00"; empty: until done
time_zone = ""               # of these hours and those of policy.toml, e.g. "Europe/Berlin"; empty: this machine's,
                             # and UTC on a simulated chip
wait_for_approval_minutes = 0.0

[approvals]
expire_days = 7.0            # a request older than this is asked again, answered or not

[notify]                     # a word by mail, Slack or webhook when a night ends or needs somebody: docs/console.md
urls_file = ""               # file with one Apprise URL a line, mode 600: never in this file; empty: nobody is told

[model]                      # for the brains "cascade" and "openai"; `reson model check` tries it out
base_url = "https://api.openai.com/v1"   # any endpoint that speaks chat completions
choose = ""                  # the model that decides; it must take tools
read = ""                    # the model that looks at plots; empty: the same
key_env = "OPENAI_API_KEY"   # where the key is; or key_file = "/path": never in this file
references = 4               # reference plots sent with each picture
tokens = 2000000             # budgets of one run; then the offline brain goes on alone
cost = 5.0
# prices."some-model" = {{ input = 2.5, output = 10.0 }}   # per million tokens

[memory]                     # what a night knows of the nights before: docs/brains.md
use = true                   # false: each night decides as if it were the first
embedding = "words"          # ships with Reson; or "endpoint", with base_url, model and key_env

[cascade]
sure = 0.75                  # below this confidence the next one is asked: offline, model, person
failures = 2                 # failed attempts in a row before the model is asked what to do
"""
)


_BACK = "put it back from a backup, or choose another directory with --lab to start anew"


def load_config(path: Path) -> LabConfig:
    """Read ``lab.toml`` and the chip file that it names. Raises ``OperatorError`` naming the line or the key."""
    return with_chip(read_settings(path), path.parent)


def read_settings(path: Path) -> LabConfig:
    """Read ``lab.toml`` alone. Raises ``OperatorError`` naming the line or the key; also for a file that says nothing:
    a lab made by Reson never has one.
    """
    try:
        said = parse_toml(path.read_text(encoding="utf-8-sig"))
        if not said:
            raise OperatorError(f"{path} is empty", _BACK)
        return LabConfig.model_validate(said)
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}", _BACK) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorError(f"{path} is not readable as TOML: {error}", f"mend that line; else {_BACK}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise OperatorError(f"{path}: {key}: {first['msg']}", "see docs/lab.md for every key and its limits") from error
