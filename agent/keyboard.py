"""Who sits at the keyboard."""

from __future__ import annotations

import getpass

from reson.errors import OperatorError


def login() -> str:
    """The login name. Raises ``OperatorError`` where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise OperatorError("the system does not know who you are", "name yourself with --by NAME") from error
