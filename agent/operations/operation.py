"""One thing that can be asked of a lab. To call its row is the only way to its function, and there its effect is held
against what whoever asks may do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from reson.agent.operations.opened import OpenLab
from reson.errors import ToolError, ToolErrorKind
from reson.records import Effect, Json, Record


class Arguments(Record):
    """What an operation is told; what each field means stands with the prompts, by its name."""


A = TypeVar("A", bound=Record)
R = TypeVar("R")


def _as_it_is(at: OpenLab, found: Any) -> Any:
    return found


@dataclass(frozen=True)
class Operation(Generic[A, R]):
    name: str
    effect: Effect
    arguments: type[A]
    function: Callable[[OpenLab, A], R]
    told: Callable[[OpenLab, R], Any] = _as_it_is
    """The result in words, as plain JSON that is small enough for a person or a model."""
    pictured: bool = False
    """Whether a model is shown the ``plot`` of the answer."""
    of_lab: bool = True
    """Whether its answer tells of this lab: what it is, holds or did."""

    def __post_init__(self) -> None:
        if not isinstance(self.effect, Effect):
            raise TypeError(f"{self.name} declares no effect")

    def __call__(self, at: OpenLab, asked: A) -> R:
        self.require(at)
        return self.function(at, asked)

    def require(self, at: OpenLab) -> None:
        """Raises ``ToolError`` (not_allowed) where whoever asks may not do such things."""
        if self.effect not in at.may:
            raise ToolError(ToolErrorKind.NOT_ALLOWED, f"{self.name} is not for whoever asks here: it {self.effect}")

    def in_words(self, at: OpenLab, given: Json | None) -> Any:
        """The answer in words to arguments from outside. Raises as ``checked`` and the operation do."""
        return self.told(at, self(at, self.checked(given)))

    def checked(self, given: Json | None) -> A:
        """The arguments. Raises ``ToolError`` (bad_arguments) for what has no sense."""
        if given is None:
            raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"the arguments of {self.name} are no JSON object")
        fields = self.arguments.model_fields
        missing = [name for name, field in fields.items() if field.is_required() and name not in given]
        if missing or given.keys() - fields.keys():
            takes = f"{self.name} takes {', '.join(fields) or 'nothing'}; needs {', '.join(missing)}"
            raise ToolError(ToolErrorKind.BAD_ARGUMENTS, takes)
        try:
            return self.arguments.model_validate(given)
        except ValidationError as error:
            raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"{self.name}: {error.errors()[0]['msg']}") from error

    @property
    def words(self) -> str:
        from reson.prompts.render import operation_texts

        return operation_texts()[self.name]

    def schema(self) -> Json:
        """JSON schema of the arguments, each with its meaning."""
        from reson.prompts.render import operation_texts

        texts, made = operation_texts(), self.arguments.model_json_schema()
        return {
            "type": "object",
            "properties": {
                name: {key: said for key, said in one.items() if key not in ("title", "default")}
                | {"description": texts[name]}
                for name, one in made.get("properties", {}).items()
            },
            "required": made.get("required", []),
            "additionalProperties": False,
        }


Rows = Mapping[str, Operation[Any, Any]]
"""Operations by their names."""


class Nothing(Arguments):
    pass


class OfComponent(Arguments):
    component: str


class OfAnyComponent(Arguments):
    component: str = ""
