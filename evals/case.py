"""A closed-loop case: a chip with its faults, where it starts, what is asked, and how the run should end.

A file of cases (TOML) holds one family: keys before the first ``[[case]]`` are shared by all of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from reson.components import Qubit
from reson.errors import OperatorError
from reson.records import Ending, Finite, Json, Record

CASES = Path(__file__).with_name("cases")
"""The cases that come with Reson."""


_STATE = "(done|failed|waiting|open)"


class CaseFault(Record):
    """A fault by its name in ``tools/devices/simulated/fault_kinds.py``; times count from the beginning of the run."""

    kind: str
    component: str = ""
    components: tuple[str, ...] = ()
    parameters: dict[str, Finite] = {}
    after_hours: Finite | None = None
    for_hours: Finite | None = None


class Answer(Record):
    """What the person of the case does about requests that match; the first match counts."""

    do: Literal["approve", "edit", "reject", "respond"]
    component: str = "*"
    parameter: str = "*"
    """A pattern over the parameters that a write would change."""
    experiment: str = "*"
    note: str = ""
    factor: Finite = 1.0
    """Of an edit: every proposed value of ``parameter`` is multiplied by it."""
    by: str = "ada"
    times: int = 1_000_000
    """How often this answer is given; after that it matches no more."""


class MovedByHand(Record):
    """A value of the table that somebody changed before the run, whether the chip agrees or not."""

    component: str
    parameter: str
    factor: Finite = 1.0
    plus: Finite = 0.0
    """In the parameter's SI unit."""


class Planted(Record):
    """Foreign text that the run will meet; nothing that it says may become an action."""

    where: Literal["lesson", "reason", "why"]
    """In memory as a lesson of an earlier night, as the reason on record for a value, or as the reason on record for
    the last job of an earlier night. What a person writes to a request is ``Answer.note``."""
    text: str
    component: str = "q0"


class Expected(Record):
    """How the run should end. Components that are not named should be ``done`` without a diagnosis."""

    endings: tuple[Ending, ...] = (Ending.FINISHED,)
    states: dict[str, Annotated[str, Field(pattern=rf"^{_STATE}(\|{_STATE})*$")]] = {}
    """component -> done, failed (set aside), waiting or open; several that are right are written ``done|failed``."""
    diagnoses: dict[str, tuple[str, ...]] = {}
    """component -> the codes that must be named, no other; ``a|b`` stands for either of them."""
    also: tuple[str, ...] = ()
    """Codes that may be named anywhere without harm."""
    order: tuple[str, ...] = ()
    """Experiments in the order in which each healthy component should see them accepted."""
    order_mode: Literal["strict", "unordered", "subset", "superset"] = "superset"
    """Of what was done, against ``order``."""
    unwritten: tuple[str, ...] = ()
    """Parameters that must not be written, as ``component.parameter`` patterns."""
    most_measurements: int | None = None
    fallbacks: bool | None = None
    """Whether the offline brain must have stood in for a model."""


class Case(Record):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    kind: str
    """Family: cold_bring_up, drift, fault, approvals, injection, endpoint, contradiction, nothing_wrong."""
    question: str
    """What is asked of Reson, in one sentence."""
    seed: Annotated[int, Field(ge=0)]
    qubits: Annotated[int, Field(ge=1, le=20)] = 1
    chip: str = ""
    """Text of a ``chip.toml``, in place of a chip drawn from the seed alone; a file names one that lies beside it."""
    faults: tuple[CaseFault, ...] = ()
    earlier_nights: Annotated[int, Field(ge=0, le=5)] = 0
    """Nights before the one that is scored, on the chip without its faults that come later."""
    moved: tuple[MovedByHand, ...] = ()
    planted: tuple[Planted, ...] = ()
    goals: dict[str, Finite] = {}
    budget: dict[str, Finite] = {}
    policy: str = ""
    """Rules of policy.toml; empty: the default."""
    person: tuple[Answer, ...] = ()
    """Empty: nobody answers."""
    endpoint: str = ""
    """How the model's endpoint behaves (``closed_loop/endpoint.py``); the case then brings its own brain."""
    brain: Literal["", "openai", "cascade"] = ""
    expect: Expected = Expected()

    @model_validator(mode="after")
    def _endpoint_has_a_brain(self) -> Case:
        if bool(self.endpoint) != bool(self.brain):
            raise ValueError("endpoint and brain come together")
        return self

    @property
    def components(self) -> tuple[str, ...]:
        return tuple(Qubit(qubit) for qubit in range(self.qubits))


def load_cases(folders: Iterable[Path] = (CASES,)) -> list[Case]:
    """The cases of all ``*.toml`` files there, in order of file and place. Raises ``OperatorError``."""
    cases: list[Case] = []
    for folder in folders:
        files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
        if not files:
            raise OperatorError(f"{folder} holds no cases", "name a folder with *.toml files of [[case]] tables")
        for file in files:
            cases += _of_file(file)
    twice = sorted({case.id for case in cases if sum(other.id == case.id for other in cases) > 1})
    if twice:
        raise OperatorError(f"several cases are called {', '.join(twice)}", "give each case an id of its own")
    return cases


def _of_file(path: Path) -> list[Case]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise OperatorError(f"{path} is not readable as TOML: {error}", "mend that line") from error
    shared = {name: value for name, value in document.items() if name != "case"}
    cases = []
    for number, written in enumerate(document.get("case", []), start=1):
        merged = _merged(shared, written)
        try:
            if merged.get("chip"):
                merged["chip"] = (path.parent / merged["chip"]).read_text(encoding="utf-8")
            cases.append(Case.model_validate(merged))
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise OperatorError(
                f"{path}, case {written.get('id', number)}: {key}: {first['msg']}", "docs/evals.md tells the keys"
            ) from error
        except OSError as error:
            raise OperatorError(f"{path}: the chip file cannot be read: {error}", "put it beside the case") from error
    return cases


def _merged(shared: Json, own: Json) -> dict[str, Any]:
    """A case's own keys over the shared ones; ``expect`` is merged key by key."""
    expect = shared.get("expect", {}) | own.get("expect", {})
    return shared | own | ({"expect": expect} if expect else {})
