"""The changes that an action proposes."""

from __future__ import annotations

from pydantic import ValidationError

from reson.errors import ToolError, ToolErrorKind
from reson.records import Action, Change


def changes_of(action: Action) -> list[Change]:
    """The changes of a write or rollback. Raises ``ToolError`` (bad_arguments) where they are no changes."""
    try:
        return [Change.model_validate(change) for change in action.arguments.get("changes", ())]
    except (ValidationError, TypeError) as error:
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"the action's changes cannot be read: {error}") from error
