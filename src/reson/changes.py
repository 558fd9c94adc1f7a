"""The changes that an action proposes."""

from __future__ import annotations

from collections import Counter

from pydantic import ValidationError

from reson.components import value_name
from reson.errors import ToolError, ToolErrorKind
from reson.records import Action, Change


def changes_of(action: Action) -> list[Change]:
    """The changes of a write or rollback. Raises ``ToolError`` (bad_arguments) where they are no changes."""
    try:
        return [Change.model_validate(change) for change in action.arguments.get("changes", ())]
    except (ValidationError, TypeError) as error:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"the action's changes cannot be read: {error}") from error


def named_changes(action: Action) -> dict[str, Change]:
    """Each change by its parameter, with the component before it (q0.x_amplitude) where several components have it.

    Raises as ``changes_of`` does.
    """
    changes = changes_of(action)
    often = Counter(change.parameter for change in changes)
    return {
        one.parameter if often[one.parameter] == 1 else value_name(one.component, one.parameter): one for one in changes
    }
